import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from zelda_train.module import ActorCritic
from zelda_train.policy import select

OBS = gym.spaces.Box(0.0, 1.0, (128,), np.float32)


def make(seed=0, inference_only=False):
    torch.manual_seed(seed)
    return ActorCritic(
        observation_space=OBS,
        action_space=gym.spaces.Discrete(8),
        inference_only=inference_only,
        model_config={"hidden": 64},
    )


@pytest.fixture
def obs():
    return np.random.default_rng(0).random((16, 128), np.float32)


def test_numpy_twin_computes_what_torch_computes(obs):
    module = make()
    with torch.no_grad():
        module.policy[-1].weight.mul_(100)  # logits that differ
        expected = module.forward_exploration({"obs": torch.from_numpy(obs)})["action_dist_inputs"]
    np.testing.assert_allclose(module.logits(obs), expected.numpy(), rtol=1e-4, atol=1e-5)
    actions, logp, logits = module.sample(obs, np.random.default_rng(1))
    distribution = torch.distributions.Categorical(logits=expected)
    np.testing.assert_allclose(logp, distribution.log_prob(torch.from_numpy(actions)).numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(logits, module.logits(obs))


def test_numpy_twin_follows_the_weights(obs):
    module, other = make(0), make(1)
    before = module.logits(obs)
    module.set_state(other.get_state())
    np.testing.assert_array_equal(module.logits(obs), other.logits(obs))
    assert not np.array_equal(before, module.logits(obs))


def test_a_copy_has_weights_of_its_own(obs):
    module = make()
    expected = module.logits(obs)
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        np.testing.assert_array_equal(twin.logits(obs), expected)
        with torch.no_grad():
            twin.policy[0].bias.add_(1.0)
        assert not np.array_equal(twin.logits(obs), expected)
    np.testing.assert_array_equal(module.logits(obs), expected)


def test_runners_hold_the_policy_only():
    assert {name.split(".")[0] for name in make(inference_only=True).get_state()} == {"policy"}
    assert {name.split(".")[0] for name in make().get_state()} == {"policy", "value"}
    assert {name.split(".")[0] for name in make().get_state(inference_only=True)} == {"policy"}


@given(arrays(np.float32, (3, 8), elements=st.floats(-20, 20, width=32)))
def test_actions_take_their_share_of_the_probability(logits):
    grid = 4000
    uniform = (np.arange(grid) + 0.5) / grid
    for row in logits:
        actions, logp = select(np.tile(row, (grid, 1)), uniform)
        probability = np.exp(row - row.max()) / np.exp(row - row.max()).sum()
        share = np.bincount(actions, minlength=8) / grid
        np.testing.assert_allclose(share, probability, atol=1.5 / grid + 1e-6)
        np.testing.assert_allclose(np.exp(logp), probability[actions], rtol=1e-4, atol=1e-6)


def test_the_largest_uniform_number_still_gives_an_action():
    actions, _ = select(np.full((1, 8), -30, np.float32), np.array([np.nextafter(1.0, 0.0)]))
    assert actions.tolist() == [7]


def test_a_fresh_policy_is_close_to_uniform(obs):
    logits = make().logits(obs)
    probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(probability, 1 / 8, atol=0.02)
