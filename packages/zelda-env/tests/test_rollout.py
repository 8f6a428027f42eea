import hashlib
import subprocess
import sys

import pytest
from zelda_env import EnvConfig, RecordingError, Store, read_episodes
from zelda_env.rollout import record_random, recorded_steps
from zelda_env.testing import check_episode


def digest(store):
    return {path: hashlib.sha256(store.read(path)).hexdigest() for path in store.list("")}


def test_a_recording_has_its_steps_and_drops_nothing(acorn, store):
    ticks = []
    stats = record_random(
        store, EnvConfig(episode_length=40), rom=acorn, state=None, epoch=1, steps=100, seed=5, segment_steps=15,
        on_step=lambda: ticks.append(1),
    )  # fmt: skip
    records = list(read_episodes(store, 1))
    assert [record.steps for record in records] == [40, 40, 20]
    assert [record.seed for record in records] == [5, 6, 7]
    assert (stats.dropped, stats.failed, len(ticks)) == (0, 0, 100)
    for record in records:
        check_episode(store, record)
    assert recorded_steps(store, 1, 5) == 100
    assert recorded_steps(store, 0, 5) == 0


def test_a_recording_with_another_seed_is_not_mixed_in(acorn, store):
    record_random(store, EnvConfig(), rom=acorn, state=None, epoch=0, steps=5, seed=5)
    with pytest.raises(RecordingError, match="has the seed 5, expected 6"):
        recorded_steps(store, 0, 6)


def test_two_processes_write_the_same_bytes(tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        arguments = ["record", "--store", str(folder), "--steps", "350", "--seed", "11"]
        subprocess.run([sys.executable, "-m", "zelda_env.cli", *arguments], check=True, capture_output=True)
    one, other = (digest(Store(str(folder))) for folder in folders)
    assert one == other
    assert len(one) > 10


def test_a_recording_that_was_killed_is_made_again(acorn, store):
    options = {"rom": acorn, "state": None, "epoch": 0, "steps": 90, "seed": 2, "segment_steps": 20}
    calls = iter(range(1000))

    def stop():
        if next(calls) == 70:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_random(store, EnvConfig(episode_length=50), **options, on_step=stop)
    assert recorded_steps(store, 0, 2) == 50
    record_random(store, EnvConfig(episode_length=50), **options)
    whole = Store(store.url + "-whole")
    record_random(whole, EnvConfig(episode_length=50), **options)
    assert digest(store) == digest(whole)
