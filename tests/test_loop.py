"""The loop end to end, on the real emulator, with real PPO updates."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from zelda_workflows.store import Store

from .contracts.record import check_record
from .loop import PARAMETERS, digests, run_loop, start_loop


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A store after an undisturbed run, and what the run printed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    text = run_loop(str(folder), folder)
    return Store(str(folder)), text


@pytest.fixture(scope="session")
def store(finished):
    return finished[0]


def manifests(store, epoch):
    for path in store.list(f"zelda-episodes/index/epoch_{epoch}"):
        episode = store.read_json(path, "episode/1")
        for segment_id in episode["segments"]:
            reference = f"{episode['episode_id']}/{segment_id}"
            yield reference, store.read_json(f"zelda-episodes/{reference}/manifest.json", "segment/1")


def test_the_run_prints_a_table_and_writes_a_report(finished):
    store, text = finished
    assert "accuracy" in text
    report = Path(store.url) / "report.html"
    assert report.stat().st_size > 20_000
    assert "<script" not in report.read_text()


def test_every_record_obeys_its_schema(store):
    checked = [check_record(store, path) for path in store.list("")]
    assert {kind for kinds in checked for kind in kinds} == {
        "segment", "state", "episode", "plan", "score", "preference", "reward-model", "checkpoint", "evaluation",
        "policy-evaluation", "progress", "run", "commit",
    }  # fmt: skip


@pytest.mark.parametrize("epoch", range(PARAMETERS["epochs"]))
def test_every_step_of_the_epoch_is_in_exactly_one_segment(store, epoch):
    found = list(manifests(store, epoch))
    assert sum(manifest["steps"] for _, manifest in found) == PARAMETERS["epoch_steps"]
    on_disk = {path.rsplit("/", 1)[0] for path in store.list("zelda-episodes") if path.endswith("manifest.json")}
    listed = {
        f"zelda-episodes/{reference}"
        for other in range(PARAMETERS["epochs"])
        for reference, _ in manifests(store, other)
    }
    assert on_disk == listed


@pytest.mark.parametrize("epoch", range(PARAMETERS["epochs"]))
def test_every_segment_has_one_score(store, epoch):
    lines = store.read(f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl").splitlines()
    scored = [f"{line['episode_id']}/{line['segment_id']}" for line in map(json.loads, lines)]
    assert sorted(scored) == scored
    assert scored == sorted(reference for reference, _ in manifests(store, epoch))
    assert list(store.list(f"zelda-episodes/scores/epoch_{epoch}/parts")) == []


def test_segments_hold_what_their_manifest_says(store):
    for reference, manifest in list(manifests(store, 0))[:4]:
        base = f"zelda-episodes/{reference}"
        for name, entry in manifest["files"].items():
            data = store.read(f"{base}/{name}")
            assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
        lines = [json.loads(line) for line in store.read(f"{base}/states.jsonl").splitlines()]
        assert math.isclose(sum(line["reward"] for line in lines), manifest["return"], abs_tol=1e-6)
        assert all(math.isclose(sum(line["rewards"].values()), line["reward"], abs_tol=1e-9) for line in lines)
        observations = np.load(f"{store.url}/{base}/observations.npy")
        assert observations.shape == (manifest["steps"], 128)
        assert observations.dtype == np.float32


def test_the_first_epoch_has_no_reward_model_and_the_second_uses_the_first_ones(store):
    first, second = (
        store.read_json(f"zelda-models/checkpoints/epoch_{epoch}/manifest.json", "checkpoint/1") for epoch in range(2)
    )
    assert first["reward_model"] is None
    assert first["parent"] is None
    assert first["metrics"]["rewards"].get("shaping", 0.0) == 0.0
    rm = store.read("zelda-models/reward_model/epoch_0/rm.pt")
    assert second["reward_model"] == {"epoch": 0, "sha256": hashlib.sha256(rm).hexdigest()}
    parent = store.read("zelda-models/checkpoints/epoch_0/manifest.json")
    assert second["parent"] == {"epoch": 0, "sha256": hashlib.sha256(parent).hexdigest()}
    assert second["metrics"]["rewards"]["shaping"] != 0.0
    report = (Path(store.url) / "report.html").read_text()
    assert hashlib.sha256(rm).hexdigest()[:16] in report


def test_a_policy_is_evaluated_at_the_end_of_each_interval(store):
    assert not store.exists("zelda-models/evaluations/epoch_0/policy.json")
    record = store.read_json("zelda-models/evaluations/epoch_1/policy.json", "policy-evaluation/1")
    checkpoint = store.read_json("zelda-models/checkpoints/epoch_1/manifest.json", "checkpoint/1")
    assert record["weights_sha256"] == checkpoint["metrics"]["learner"]["weights_sha256"]
    assert record["length"]["max"] == PARAMETERS["episode_length"]


def test_the_rewards_by_term_are_those_of_the_segments(store):
    metrics = store.read_json("zelda-models/checkpoints/epoch_1/manifest.json", "checkpoint/1")["metrics"]
    terms: dict[str, float] = {}
    for _, manifest in manifests(store, 1):
        for term, total in manifest["rewards"].items():
            terms[term] = terms.get(term, 0.0) + total
    assert set(terms) == set(metrics["rewards"]) - {"shaping"}
    assert all(
        math.isclose(metrics["rewards"][term], total, rel_tol=1e-4, abs_tol=1e-3) for term, total in terms.items()
    )


def test_a_second_run_does_nothing(store):
    before = digests(store)
    text = run_loop(store.url, Path(store.url))
    assert "epoch 1 was finished before" in text
    assert digests(store) == before


def test_killed_in_every_phase_the_run_ends_with_the_same_files(store, tmp_path):
    """SIGKILL in the middle of training, of scoring, and of fitting; then to the end."""
    folder = tmp_path / "killed"
    other = Store(str(folder))
    marks = {
        "train": lambda: len(list(other.list("zelda-episodes/index/epoch_0"))) >= 2,
        "score": lambda: any(True for _ in other.list("zelda-episodes/scores/epoch_0")),
        "fit": lambda: other.exists("zelda-models/reward_model/epoch_0/preferences.jsonl"),
        "train again": lambda: len(list(other.list("zelda-episodes/index/epoch_1"))) >= 2,
    }
    for ready in marks.values():
        start_loop(str(folder), folder).kill_when(ready)
    run_loop(str(folder), folder)
    assert digests(other) == digests(store)


def test_another_seed_gives_another_run(store, tmp_path):
    folder = tmp_path / "other"
    run_loop(str(folder), folder, seed=12, epochs=1)
    mine = set(digests(Store(str(folder))).values())
    assert not {sha for path, sha in digests(store).items() if path.endswith("observations.npy")} & mine


def test_the_whole_loop_on_a_real_s3_server(store, s3_server, tmp_path):
    """The same run against S3 leaves the same files, and no trace of the credentials."""
    text = run_loop("s3://zelda/loop/run", tmp_path, s3_server.environ)
    remote = Store("s3://zelda/loop/run", s3_server.environ)
    assert digests(remote) == digests(store)
    everything = text.encode() + b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    everything += b"".join(remote.read(path) for path in remote.list("zelda-models"))
    assert s3_server.secret_key.encode() not in everything
    assert s3_server.access_key.encode() not in everything


def test_a_missing_bucket_stops_the_loop_with_one_line(s3_server, tmp_path):
    loop = start_loop("s3://no-such-bucket/run", tmp_path, s3_server.environ)
    assert loop.wait() == 2
    assert "the bucket or folder does not exist" in loop.log.read_text()
    assert loop.log.read_text().count("\n") == 1


def test_a_wrong_rom_stops_the_loop_with_what_is_wrong(tmp_path):
    rom = tmp_path / "game.gbc"
    rom.write_text("not a cartridge")
    loop = start_loop(str(tmp_path / "run"), tmp_path / "run", {"ZELDA_ROM": str(rom)})
    assert loop.wait() == 2
    assert f"'{rom}' is not a Game Boy ROM" in loop.log.read_text()
