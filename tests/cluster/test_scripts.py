"""The small programs of gitops/: the bucket on a real S3 server, and tags turned into digests."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

import pytest
import s3fs
from botocore.exceptions import BotoCoreError

from ..conftest import free_port, running
from .manifest import GITOPS, load, of_kind, render

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def environ(s3_server, monkeypatch):
    for key, value in s3_server.environ.items():
        monkeypatch.setenv(key, value)
    return s3_server


def test_the_bucket_is_made_once(environ):
    script = load("base/store/make_bucket.py")
    assert script.make_bucket("made-by-a-job", patience_s=10) is True
    assert script.make_bucket("made-by-a-job", patience_s=10) is False
    store = s3fs.S3FileSystem(key=environ.access_key, secret=environ.secret_key, endpoint_url=environ.endpoint)
    store.pipe_file("made-by-a-job/run/x", b"1")
    assert store.cat_file("made-by-a-job/run/x") == b"1"


def test_wrong_keys_fail_at_once(environ, monkeypatch):
    monkeypatch.setenv("S3_SECRET_KEY", "wrong")
    with pytest.raises(PermissionError):
        load("base/store/make_bucket.py").make_bucket("zelda", patience_s=600)


def test_a_store_that_is_not_there_is_waited_for_and_then_named(monkeypatch):
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("S3_ACCESS_KEY", "a")
    monkeypatch.setenv("S3_SECRET_KEY", "b")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    script = load("base/store/make_bucket.py")
    pauses = []
    with pytest.raises(BotoCoreError, match=r"127\.0\.0\.1:9"):
        script.make_bucket("zelda", patience_s=0, clock=lambda: len(pauses), pause=pauses.append)
    assert pauses == [script.PAUSE_S]


def test_the_stores_arguments_and_probes_work_on_the_real_server(s3_program, tmp_path):
    container = of_kind(render("overlays/dev"), "StatefulSet")[0]["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["versitygw"]
    port = free_port()
    here = {":9000": f"127.0.0.1:{port}", "/data": str(tmp_path)}
    words = [s3_program, *(here.get(word, word) for word in container["args"])]
    keys = {variable["name"]: "0123456789" for variable in container["env"]}
    with running(words, port, os.environ | keys):
        for probe in ("readinessProbe", "livenessProbe"):
            path = container[probe]["httpGet"]["path"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                assert answer.status == 200


@pytest.mark.parametrize(("host", "url"), [("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")])
def test_the_api_is_found_in_a_pods_environment(host, url):
    script = load("components/plain-secret/make_secret.py")
    assert script.server_url({"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"}) == url


@pytest.fixture
def registry(tmp_path):
    """Stands for skopeo on the PATH: knows one image, and says what the real one says of another."""

    def install(name="skopeo"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *example.org/known:1*) echo {DIGEST} ;;\n'
            '*) echo "time=now level=fatal msg=\\"reading manifest: manifest unknown\\"" >&2; exit 1 ;; esac\n'
        )
        program.chmod(0o755)
        return program.parent

    return install


def run_pin(path, *files):
    words = [sys.executable, str(GITOPS / "pin.py"), *map(str, files)]
    return subprocess.run(words, env={**os.environ, "PATH": str(path)}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tool", ["skopeo", "crane"])
def test_tags_become_digests_and_stay_readable(registry, tmp_path, tool):
    images = tmp_path / "images.env"
    images.write_text(f"# why\nworker=example.org/known:1\n\njudge=example.org/other:2@{DIGEST}\n")
    done = run_pin(registry(tool), images)
    assert (done.returncode, done.stdout) == (0, f"{images}: 2 images by digest\n")
    assert images.read_text() == f"# why\nworker=example.org/known:1@{DIGEST}\n\njudge=example.org/other:2@{DIGEST}\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("worker=example.org/unknown:1", "manifest unknown"),
        ("worker=example.org:5000/known", "names no tag"),
    ],
)
def test_what_cannot_be_found_is_named_and_nothing_is_written(registry, tmp_path, line, says):
    images = tmp_path / "images.env"
    images.write_text(f"store=example.org/known:1\n{line}\n")
    before = images.read_text()
    done = run_pin(registry(), images)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert images.read_text() == before


def test_without_a_tool_it_says_which_to_install(tmp_path):
    done = run_pin(tmp_path, GITOPS / "overlays/dev/images.env")
    assert (done.returncode, "skopeo nor crane" in done.stderr) == (2, True)
