import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import RewardModel
from zelda_rm.twin import inverse_std


def trained_like(seed=0):
    rng = np.random.default_rng(seed)
    model = RewardModel("zelda-obs/2", seed=seed)
    std = rng.random(128, np.float32)
    std[::5] = 0.0
    model.normalise_by(rng.normal(size=128).astype(np.float32), std)
    model.scale = 2.5
    return model


@given(st.integers(0, 1000), st.integers(1, 20), st.sampled_from([0.1, 1.0, 100.0]))
def test_the_twin_gives_what_torch_gives(seed, count, size):
    model = trained_like(seed % 7)
    obs = (np.random.default_rng(seed).normal(size=(count, 128)) * size).astype(np.float32)
    assert np.allclose(model.twin()(obs), model.potential(obs), atol=2e-5, rtol=1e-5)


def test_it_writes_where_it_is_told_and_keeps_nothing_of_the_caller():
    twin = trained_like().twin()
    obs = np.random.default_rng(0).normal(size=(4, 128)).astype(np.float32)
    before = obs.copy()
    out = np.empty(4, np.float32)
    assert twin(obs, out=out) is out
    first = twin(obs)
    twin(obs[::-1])
    assert np.array_equal(first, out)
    assert np.array_equal(obs, before)


def test_a_single_state_may_be_flat():
    twin = trained_like().twin()
    obs = np.random.default_rng(0).normal(size=128).astype(np.float32)
    assert twin(obs).shape == (1,)
    assert twin(obs)[0] == pytest.approx(twin(obs[None])[0])


def test_a_constant_slot_is_ignored():
    model = trained_like()
    obs = np.zeros((1, 128), np.float32)
    moved = obs.copy()
    moved[:, ::5] = 1e6
    assert np.array_equal(model.potential(obs), model.potential(moved))
    assert np.array_equal(model.twin()(obs), model.twin()(moved))
    assert inverse_std(np.float32([0.0, 0.5])).tolist() == [0.0, 2.0]


def test_it_crosses_to_a_process_without_torch():
    twin = trained_like().twin()
    obs = np.full((2, 128), 0.3, np.float32)
    script = (
        "import pickle, sys, numpy\n"
        "twin = pickle.load(sys.stdin.buffer)\n"
        "phi = twin(numpy.full((2, 128), .3, numpy.float32))\n"
        "assert 'torch' not in sys.modules\n"
        "print(phi.tolist())"
    )
    done = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(twin), capture_output=True, check=True)
    assert done.stdout.decode().strip() == str(twin(obs).tolist())
