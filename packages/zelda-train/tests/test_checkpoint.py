import numpy as np
import pytest
from corridor import Corridor
from zelda_train import checkpoint
from zelda_train.algorithm import build_config
from zelda_train.config import TrainConfig
from zelda_train.errors import CheckpointError
from zelda_train.manifest import folder, read_manifest
from zelda_train.policy import digest

pytestmark = pytest.mark.usefixtures("cluster")

NAME = "learner_group/learner/rl_module/default_policy/module_state.pkl"


@pytest.fixture(scope="module")
def algo():
    config = TrainConfig(ray_workers=2, envs_per_worker=1, batch_size=128, minibatch_size=64, hidden=16)
    algo = build_config(config, Corridor).build_algo()
    yield algo
    algo.stop()


def test_a_checkpoint_brings_weights_optimizer_and_runners_back(algo, store):
    algo.train()
    saved, optimizer = algo.weights_sha256(), algo.learner.get_state()["optimizer"]
    checkpoint.save(algo, store, 4, {"seed": 1})
    algo.train()
    assert algo.weights_sha256() != saved
    checkpoint.restore(algo, store, 4)
    assert algo.weights_sha256() == saved
    algo.check_runners()
    restored = algo.learner.get_state()["optimizer"]["default_policy_default_optimizer"]["state"]["state"]
    for index, state in optimizer["default_policy_default_optimizer"]["state"]["state"].items():
        for name, value in state.items():
            np.testing.assert_array_equal(restored[index][name], value)
    algo.train()  # the optimizer goes on from there
    assert algo.learner.updates >= 2


def test_the_manifest_is_written_last_and_names_every_file(algo, store):
    manifest = checkpoint.save(algo, store, 0, {"seed": 1})
    found = {path.removeprefix(folder(0) + "/") for path in store.list(folder(0))}
    assert found == set(manifest["files"]) | {"manifest.json"}
    assert read_manifest(store, 0) == manifest
    assert read_manifest(store, 1) is None


def test_damage_is_named(algo, store):
    checkpoint.save(algo, store, 0, {})
    store.write(f"{folder(0)}/{NAME}", b"something else")
    with pytest.raises(CheckpointError, match=r"has 14 bytes with sha256 .*; delete zelda-models/checkpoints/epoch_0"):
        checkpoint.restore(algo, store, 0)
    store.delete(f"{folder(0)}/{NAME}")
    with pytest.raises(CheckpointError, match="is missing, though the manifest names it"):
        checkpoint.restore(algo, store, 0)
    with pytest.raises(CheckpointError, match="train epoch 1 first"):
        checkpoint.restore(algo, store, 1)


def test_a_manifest_cannot_write_outside_of_its_folder(algo, store):
    manifest = checkpoint.save(algo, store, 0, {})
    manifest["files"]["../../evil"] = {"bytes": 0, "sha256": ""}
    store.write_json(f"{folder(0)}/manifest.json", manifest)
    with pytest.raises(CheckpointError, match="outside of its folder"):
        checkpoint.restore(algo, store, 0)


@pytest.mark.parametrize("version", [0, 10**6], ids=["older", "newer"])
def test_runners_with_other_weights_are_put_right(algo, version):
    def spoil(runner):
        state = runner.module.get_state()
        runner.module.set_state({name: np.zeros_like(value) for name, value in state.items()})
        runner._weights_seq_no = version

    algo.each_runner(spoil)
    algo.check_runners()
    assert algo.each_runner(lambda runner: runner._weights_seq_no) == [algo.learner.updates] * 2
    algo.train()
    algo.check_runners()


def test_runners_that_do_not_take_the_weights_are_an_error(algo):
    def refuse(runner):
        runner.module.set_state({name: np.zeros_like(value) for name, value in runner.module.get_state().items()})
        runner.module.set_state = lambda state: None

    def relent(runner):
        del runner.module.set_state

    algo.each_runner(refuse)
    with pytest.raises(CheckpointError, match="2 runners do not have the weights"):
        algo.check_runners()
    algo.each_runner(relent)
    algo.check_runners()


def test_digests_tell_names_shapes_types_and_values_apart():
    array = np.arange(6, dtype=np.float32)
    different = [
        {"a": array}, {"b": array}, {"a": array.reshape(2, 3)}, {"a": array.astype(np.float64)}, {"a": array + 1}, {},
    ]  # fmt: skip
    assert len({digest(each) for each in different}) == 6
    assert digest({"a": array, "b": array + 1}) == digest({"b": array + 1, "a": array})
