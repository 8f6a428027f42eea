import hashlib
import os
import pickle

import numpy as np
import pytest
from zelda_train.errors import CheckpointError
from zelda_train.policy import STATE_FILE, NumpyPolicy, digest, read_policy


def state_of(seed=0):
    rng = np.random.default_rng(seed)
    sizes = (128, 32, 32, 8)
    state = {}
    for layer in range(3):
        state[f"policy.{2 * layer}.weight"] = rng.normal(size=(sizes[layer + 1], sizes[layer])).astype(np.float32)
        state[f"policy.{2 * layer}.bias"] = rng.normal(size=sizes[layer + 1]).astype(np.float32)
    return state


def saved(store, data, weights_sha256=None):
    store.write(f"zelda-models/checkpoints/epoch_0/{STATE_FILE}", data)
    entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    weights = weights_sha256 or digest(state_of())
    return {"epoch": 0, "files": {STATE_FILE: entry}, "metrics": {"learner": {"weights_sha256": weights}}}


def test_a_policy_is_read_from_a_checkpoint(store):
    obs = np.random.default_rng(1).random((4, 128), np.float32)
    policy = read_policy(store, saved(store, pickle.dumps(state_of())))
    np.testing.assert_array_equal(policy.logits(obs), NumpyPolicy.of_state(state_of()).logits(obs))


def test_another_file_than_the_manifest_names_is_refused(store):
    manifest = saved(store, pickle.dumps(state_of()))
    store.write(f"zelda-models/checkpoints/epoch_0/{STATE_FILE}", b"another")
    with pytest.raises(CheckpointError, match="7 bytes with sha256"):
        read_policy(store, manifest)
    with pytest.raises(CheckpointError, match="names no"):
        read_policy(store, manifest | {"files": {}})


def test_other_weights_than_the_manifest_says_are_refused(store):
    with pytest.raises(CheckpointError, match="its manifest says"):
        read_policy(store, saved(store, pickle.dumps(state_of(1))))


class Hostile:
    def __reduce__(self):
        return os.mkdir, ("owned",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Hostile()),
        pickle.dumps({"policy.0.weight": Hostile()}),
        pickle.dumps([1, 2]),
        pickle.dumps({"policy.0.weight": np.zeros(3)}),
        b"no pickle",
        b"",
    ],
)
def test_what_holds_no_weights_is_refused_and_not_run(store, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match="holds no weights"):
        read_policy(store, saved(store, data))
    assert not (tmp_path / "owned").exists()
