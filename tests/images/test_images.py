"""The images as they will be run: a uid that nobody has heard of, gid 0, nothing writable but /tmp."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.images.engine import UID, ClusterEngine, Result, find_engine

REGISTRY = os.environ.get("REGISTRY", "ghcr.io/zelda-rlaif")
TAG = os.environ.get("TAG", "0.1.0")

Run = Callable[..., Result]

# Long enough for a busy machine of two cores; Ray alone takes half a minute to start on one.
TIMEOUT_S = 400


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs `run("judge", "zelda-judge", "--help")` in its image."""
    if not os.environ.get("ZELDA_IMAGES"):
        pytest.skip("images are tested by `make images-test`, which sets ZELDA_IMAGES")
    engine, found = find_engine()
    if engine is None:
        pytest.skip(found)
    print(found)
    if isinstance(engine, ClusterEngine):
        engine.prepare()
    yield lambda image, *command: engine.run(f"{REGISTRY}/{image}:{TAG}", list(command), TIMEOUT_S)
    if isinstance(engine, ClusterEngine):
        engine.remove()


@pytest.mark.parametrize("image", ["judge", "worker"])
def test_it_is_nobody_and_can_write_only_to_tmp(run: Run, image: str) -> None:
    script = "id -u; id -g; touch /tmp/x && echo wrote; touch /opt/zelda/x; touch /x"
    output = run(image, "sh", "-c", script).output
    assert output.splitlines()[:3] == [str(UID), "0", "wrote"]
    assert output.count("Read-only file system") == 2


@pytest.mark.parametrize("image", ["judge", "worker"])
def test_there_is_no_cartridge_but_acorn(run: Run, image: str) -> None:
    found = run(image, "sh", "-c", "find / -xdev -iname '*.gb' -o -xdev -iname '*.gbc'").output
    expected = ["acorn.gbc"] if image == "worker" else []
    assert [line.rsplit("/", 1)[-1] for line in found.splitlines() if line.startswith("/")] == expected


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("worker", "zelda-env --help"),
        ("worker", "zelda-env info"),
        ("worker", "zelda-env check"),
        ("worker", "zelda-train epoch --help"),
        ("worker", "ray --version"),
        ("judge", "zelda-judge score --help"),
        ("judge", "zelda-rm fit --help"),
        ("judge", "zelda-rlaif commit --help"),
    ],
)
def test_the_commands_start(run: Run, image: str, command: str) -> None:
    result = run(image, *command.split())
    assert result.code == 0, result.output
    assert result.output.strip()


def test_a_worker_trains_an_epoch(run: Run) -> None:
    size = "--epoch-steps 512 --episode-length 128 --ray-workers 1 --envs-per-worker 2 --batch-size 256"
    result = run("worker", "sh", "-c", f"zelda-train epoch --store /tmp/run --epoch 0 {size}")
    assert result.code == 0, result.output
    assert "epoch 0 is trained" in result.output


def test_a_judge_scores_fits_and_commits_what_a_store_holds(run: Run) -> None:
    script = "zelda-judge plan --store /tmp/empty --epoch 0 --shards 2; echo code $?; zelda-rm fit --store /tmp/empty"
    output = run("judge", "sh", "-c", f"{script} --epoch 0; echo code $?").output
    assert output.count("code 2") == 2, output
    assert "Traceback" not in output


def test_a_ray_head_offers_a_job_server(run: Run) -> None:
    script = (
        "ray start --head --dashboard-host 127.0.0.1 --disable-usage-stats >/tmp/head.log 2>&1 || cat /tmp/head.log; "
        "for i in $(seq 120); do "
        "python -c 'import urllib.request as u; "
        'print(u.urlopen("http://127.0.0.1:8265/api/version").read().decode())\' 2>/dev/null && exit 0; sleep 1; done; '
        "exit 1"
    )
    result = run("worker", "sh", "-c", script)
    assert result.code == 0, result.output
    assert '"ray_version": "2.60.0"' in result.output
