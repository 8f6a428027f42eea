"""One contract over the store module, which stands in every package and must be the same everywhere."""

from __future__ import annotations

import concurrent.futures
import errno
import os
import runpy
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from zelda_workflows import store as store_module
from zelda_workflows.store import Store, StoreError, StoreOutageError, dump_record, parse_record

ROOT = Path(__file__).resolve().parents[2]
COPIES = sorted([*ROOT.glob("packages/*/src/*/store.py"), *ROOT.glob("workflows/src/*/store.py")])


def test_every_package_has_the_same_store_module():
    assert len(COPIES) == 5
    first = Path(store_module.__file__).read_bytes()
    assert [path for path in COPIES if path.read_bytes() != first] == []


@pytest.fixture(params=["file", "s3"])
def store(request, tmp_path):
    if request.param == "file":
        return Store(f"file://{tmp_path}/base")
    server = request.getfixturevalue("s3_server")
    return Store(f"s3://zelda/{tmp_path.name}", server.environ)


def test_a_written_file_is_read_back(store):
    store.write("a/b.bin", b"\x00\x01")
    assert store.read("a/b.bin") == b"\x00\x01"
    assert store.exists("a/b.bin")
    assert not store.exists("a/c.bin")


def test_a_second_write_replaces_the_first(store):
    store.write("a", b"1")
    store.write("a", b"22")
    assert store.read("a") == b"22"


def test_a_missing_file_is_file_not_found(store):
    with pytest.raises(FileNotFoundError):
        store.read("nothing")


def test_listing_is_sorted_relative_and_recursive(store):
    for path in ("z/2", "z/1", "z/y/3", "other"):
        store.write(path, b"x")
    assert list(store.list("z")) == ["z/1", "z/2", "z/y/3"]
    assert list(store.list("absent")) == []


def test_names_are_those_directly_in_a_folder(store):
    for path in ("n/b/1", "n/a", "n/b/2", "nothing"):
        store.write(path, b"x")
    assert store.names("n") == ["a", "b"]
    assert store.names("absent") == []
    store.write("n/c/1", b"x")
    assert store.names("n") == ["a", "b", "c"]


def test_a_listing_sees_what_was_just_written(store):
    assert list(store.list("fresh")) == []
    store.write("fresh/1", b"x")
    assert list(store.list("fresh")) == ["fresh/1"]


def test_delete_takes_a_file_or_a_whole_folder(store):
    for path in ("d/1", "d/e/2", "keep"):
        store.write(path, b"x")
    store.delete("d")
    store.delete("d")
    assert list(store.list("d")) == []
    assert store.read("keep") == b"x"


def test_of_many_creators_one_wins(store):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda i: Store(store.url, _environ(store)).create("once", b"%d" % i), range(16)))
    assert sum(won) == 1
    assert store.read("once") == b"%d" % won.index(True)


def _environ(store):
    options = store._fs.storage_options
    names = {"endpoint_url": "S3_ENDPOINT_URL", "key": "S3_ACCESS_KEY", "secret": "S3_SECRET_KEY"}
    return {name: options[option] for option, name in names.items() if option in options}


def test_no_partial_file_is_left_or_listed(tmp_path):
    store = Store(str(tmp_path))
    store.write("x", b"1")
    store.create("y", b"2")
    store.create("y", b"3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "y"]


def test_what_a_killed_writer_left_is_not_listed(tmp_path):
    (tmp_path / "x.0123.partial").write_bytes(b"half")
    assert list(Store(str(tmp_path)).list("")) == []


def test_a_missing_bucket_is_named(s3_server):
    store = Store("s3://no-such-bucket/run", s3_server.environ)
    with pytest.raises(StoreError, match="bucket or folder does not exist"):
        store.write("x", b"1")


def test_wrong_credentials_are_named_and_not_told(s3_server):
    store = Store("s3://zelda/run", s3_server.environ | {"S3_SECRET_KEY": "not-the-right-one"})
    with pytest.raises(StoreError) as error:
        store.write("x", b"1")
    assert "not-the-right-one" not in str(error.value)
    assert "credentials" in str(error.value)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB; only root can mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["mount", "-o", "remount,rw", str(tmp_path)], check=False, capture_output=True)
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_is_named_and_leaves_nothing(small_disk):
    store = Store(str(small_disk))
    with pytest.raises(StoreError, match="disk is full"):
        store.write("big", bytes(1 << 20))
    assert list(small_disk.iterdir()) == []


def test_a_read_only_store_is_named(small_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreError, match="read-only"):
        Store(str(small_disk)).write("x", b"1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="access is denied"):
        Store(str(tmp_path)).write("x", b"1")


def test_missing_credentials_say_where_they_go(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with pytest.raises(StoreError, match="no credentials; set S3_ACCESS_KEY and S3_SECRET_KEY, and S3_ENDPOINT_URL"):
        Store("s3://zelda/nobody", {}).read("a")


def test_it_is_imported_where_the_system_lacks_an_error_number(monkeypatch):
    monkeypatch.delattr(errno, "EREMOTEIO", raising=False)  # only Linux has it
    assert runpy.run_path(store_module.__file__)["StoreError"]


@pytest.fixture
def answering(monkeypatch):
    """Return a function that makes a store whose server answers everything with one code."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    servers = []

    def make(code):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_HEAD = do_GET

            def log_message(self, *_):
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever).start()
        names = {"S3_ACCESS_KEY": "anybody", "S3_SECRET_KEY": "anything"}
        return Store("s3://zelda/run", names | {"S3_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"})

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("code", "may_pass"), [(503, True), (500, True), (403, False), (400, False)])
def test_only_what_may_pass_is_an_outage(answering, code, may_pass):
    with pytest.raises(StoreError) as caught:
        answering(code).read("a")
    assert isinstance(caught.value, StoreOutageError) == may_pass
    assert caught.value.exit_code == (75 if may_pass else 2)


def test_an_unknown_protocol_is_named():
    with pytest.raises(StoreError, match="nonsense"):
        Store("nonsense://x")


def test_records_are_canonical():
    assert dump_record({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}\n'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        dump_record({"a": float("nan")})


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"schema":"segment/2"}', b'{"schema":"state/1"}', b"\xff"])
def test_a_record_of_another_schema_is_refused_by_name(text):
    with pytest.raises(StoreError, match="segment/1"):
        parse_record(text, "segment/1", "here")
