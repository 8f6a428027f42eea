"""Whole epochs on a real Ray: learning, repeating, resuming, failing."""

import json
import os
import subprocess
import sys

import pytest
from corridor import Corridor, progress_made
from ray import cloudpickle
from zelda_train.config import TrainConfig
from zelda_train.epoch import delete_leftovers, train_epoch
from zelda_train.errors import CheckpointError, SamplingError
from zelda_train.manifest import read_manifest
from zelda_train.store import Store

# The environments below travel to the runner processes by value: those cannot import a test module.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

pytestmark = pytest.mark.usefixtures("cluster")


class Interrupted(Exception):
    pass


class Hopeless(Corridor):
    def __init__(self, context):
        raise OSError("there is no corridor")


class Recorded(Corridor):
    """A corridor whose recordings cannot be written."""

    def finish(self):
        raise OSError("the disk is full")


def weights(manifest):
    return manifest["metrics"]["learner"]["weights_sha256"]


def test_an_epoch_learns(store):
    config = TrainConfig(
        epoch_steps=16_384, ray_workers=0, envs_per_worker=8, batch_size=1024, minibatch_size=128, hidden=64,
        episode_length=60, lr=1e-3,
    )  # fmt: skip
    seen = []
    train_epoch(config, store, 0, Corridor, potential=progress_made, on_progress=seen.append)
    assert [each.steps for each in seen] == list(range(1024, 16_385, 1024))
    assert seen[-1].total == 16_384
    goals = [each.rewards["goal"] for each in seen]
    # A random walk reaches the end about twice in a batch; the shortest way there allows a hundred times.
    assert goals[0] < 15
    assert min(goals[-3:]) > 60
    assert seen[-1].rewards["shaping"] != 0
    assert seen[-1].steps_per_second > 0


def test_the_manifest_says_what_the_contract_asks_for(store, config):
    model = {"epoch": 7, "sha256": "0" * 64}
    returned = train_epoch(
        config, store, 0, Corridor, potential=progress_made, reward_model=model, layout="zelda-obs/2",
        rom={"title": "ACORN", "sha1": "1" * 40},
    )  # fmt: skip
    text = store.read("zelda-models/checkpoints/epoch_0/manifest.json").decode()
    assert json.loads(text) == returned
    assert set(returned) == {
        "schema", "epoch", "seed", "layout", "rom", "config", "reward_model", "parent", "metrics", "files",
    }  # fmt: skip
    assert returned["schema"] == "checkpoint/1"
    assert returned["config"] == config.model_dump()
    assert returned["reward_model"] == model
    assert returned["parent"] is None
    metrics = returned["metrics"]
    assert set(metrics) == {
        "steps", "episodes", "segments", "dropped", "failures", "return_mean", "unique_rooms_mean", "length_mean",
        "steps_per_second", "rewards", "learner",
    }  # fmt: skip
    assert metrics["steps"] == 1024
    assert set(metrics["rewards"]) == {"goal", "time", "shaping"}
    assert metrics["rewards"]["time"] == pytest.approx(-10.24)
    assert metrics["failures"] == metrics["segments"] == metrics["dropped"] == 0
    assert {"algorithm_state.pkl", "rllib_checkpoint.json"} <= set(returned["files"])
    assert (
        "/" not in text.replace("zelda-obs/2", "").replace("checkpoint/1", "").replace("_group/", "").split("files")[0]
    )


def test_a_trained_epoch_is_left_alone(store, config):
    first = train_epoch(config, store, 0, Corridor)
    before = {path: store.read(path) for path in store.list("")}
    assert train_epoch(config, store, 0, Hopeless) == first
    assert {path: store.read(path) for path in store.list("")} == before


def test_an_epoch_continues_the_one_before(store, config):
    first = train_epoch(config, store, 0, Corridor)
    second = train_epoch(config, store, 1, Corridor)
    assert second["parent"]["epoch"] == 0
    assert weights(second) != weights(first)
    another = Store(store.url + "-2")
    for path in store.list("zelda-models/checkpoints/epoch_0"):
        another.write(path, store.read(path))
    assert weights(train_epoch(config, another, 1, Corridor)) == weights(second)


def test_a_parent_of_another_layout_is_refused_by_name(store, config):
    train_epoch(config, store, 0, Corridor, layout="zelda-obs/1")
    before = {path: store.read(path) for path in store.list("")}
    with pytest.raises(CheckpointError, match=r"'zelda-obs/1', expected 'zelda-obs/2'; .* another --store"):
        train_epoch(config, store, 1, Corridor, layout="zelda-obs/2")
    assert {path: store.read(path) for path in store.list("")} == before


def test_without_a_parent_one_line_says_what_to_do(store, config):
    with pytest.raises(CheckpointError, match=r"train it first: zelda-train epoch --store .* --epoch 2"):
        train_epoch(config, store, 3, Corridor)


def test_an_interrupted_epoch_is_repeated_from_nothing(store, config):
    leftovers = ["zelda-episodes/e0000-w01-v00-000000/s0000/states.jsonl", "zelda-episodes/index/epoch_0/x.json"]
    others = ["zelda-episodes/e0001-w01-v00-000000/s0000/states.jsonl", "zelda-episodes/index/epoch_1/x.json"]

    def interrupt(progress):
        for path in leftovers + others:
            store.write(path, b"{}\n")
        raise Interrupted

    with pytest.raises(Interrupted):
        train_epoch(config, store, 0, Corridor, on_progress=interrupt)
    assert read_manifest(store, 0) is None
    store.write("zelda-models/checkpoints/epoch_0/algorithm_state.pkl", b"half of it")
    repeated = train_epoch(config, store, 0, Corridor)
    assert not any(store.exists(path) for path in leftovers)
    assert all(store.exists(path) for path in others)
    assert weights(train_epoch(config, Store(store.url + "-2"), 0, Corridor)) == weights(repeated)


def test_leftovers_of_nothing_are_nothing(store):
    delete_leftovers(store, 0)
    assert list(store.list("")) == []


SCRIPT = """
import sys
from corridor import Corridor, progress_made
from zelda_train.config import TrainConfig
from zelda_train.epoch import train_epoch
from zelda_train.manifest import read_manifest
from zelda_train.store import Store
config = TrainConfig.model_validate_json(sys.argv[1])
manifest = train_epoch(config, Store(sys.argv[2]), 0, Corridor, potential=progress_made)
print(manifest["metrics"]["learner"]["weights_sha256"])
"""


def test_two_runners_give_the_same_weights_in_any_process(store, config):
    config = config.model_copy(update={"ray_workers": 2, "envs_per_worker": 3})
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, config.model_dump_json(), store.url + "-2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    here = train_epoch(config, store, 0, Corridor, potential=progress_made)
    assert here["metrics"]["steps"] == 1026  # 512 do not divide by 6: one runner samples a row more
    out, err = process.communicate(timeout=300)
    assert out.split() == [weights(here)], err
    assert err == ""


def test_a_runner_that_dies_is_started_again_and_counted(store, config):
    config = config.model_copy(update={"ray_workers": 2, "epoch_steps": 2048, "envs_per_worker": 1})
    seen = []
    manifest = train_epoch(config, store, 0, Suicidal, on_progress=seen.append)
    assert len(seen) == 4
    assert manifest["metrics"]["failures"] == 1
    assert manifest["metrics"]["learner"]["stale_steps"] == 0


class Suicidal(Corridor):
    """The environment of the first runner takes its process with it, once."""

    def __init__(self, context):
        super().__init__(context)
        self.fatal = context.worker_index == 1 and not context.recreated_worker

    def step(self, action):
        if self.fatal and self.total == 400:
            os._exit(1)
        return super().step(action)


def test_environments_that_fail_are_counted(store, config):
    class Brittle(Corridor):
        def __init__(self, context):
            super().__init__({} if context.recreated_worker else {"crash_at": 100})

    assert train_epoch(config, store, 0, Brittle)["metrics"]["failures"] == 2


def test_runners_that_cannot_start_are_one_error(store, config):
    with pytest.raises(SamplingError, match="no environment runner could start"):
        train_epoch(config.model_copy(update={"ray_workers": 1}), store, 0, Hopeless)


def test_recordings_that_cannot_be_written_stop_the_epoch(store, config):
    with pytest.raises(SamplingError, match="could not write what it recorded: OSError: the disk is full"):
        train_epoch(config, store, 0, Recorded)
    assert read_manifest(store, 0) is None
