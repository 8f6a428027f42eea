import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger
from zelda_train.errors import PotentialError
from zelda_train.runner import _buffer
from zelda_train.shaping import Shaping, gae, shaping

GAMMA, LAMBDA = 0.9, 0.8

chunks = st.lists(
    st.tuples(st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=9), st.booleans()), min_size=1, max_size=5
)


def arrays_of(drawn):
    values = np.concatenate([np.array(each, np.float32) for each, _ in drawn])
    lengths = np.array([len(each) - 1 for each, _ in drawn])
    return values, lengths, np.array([terminated for _, terminated in drawn])


@given(chunks)
def test_shaping_is_the_formula_step_by_step(drawn):
    expected = []
    for phi, terminated in drawn:
        for step in range(len(phi) - 1):
            last = step == len(phi) - 2
            following = 0.0 if terminated and last else phi[step + 1]
            expected.append(GAMMA * following - phi[step])
    np.testing.assert_allclose(shaping(*arrays_of(drawn), GAMMA), expected, atol=1e-9)


@given(st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=30), st.integers(1, 28), st.booleans())
def test_shaping_telescopes_over_an_episode_however_it_is_cut(phi, cut, terminated):
    cut = min(cut, len(phi) - 2)
    values = np.array(phi[: cut + 1] + phi[cut:], np.float32)
    lengths = np.array([cut, len(phi) - 1 - cut])
    terms = shaping(values, lengths, np.array([False, terminated]), GAMMA)
    total = sum(GAMMA**step * term for step, term in enumerate(terms))
    end = 0.0 if terminated else phi[-1]
    assert total == pytest.approx(GAMMA ** (len(phi) - 1) * end - phi[0], abs=1e-6)


def reference_gae(rewards, values, terminated):
    """GAE as the definition has it: the sum of discounted errors from each step on."""
    following = [*values[1:-1], 0.0 if terminated else values[-1]]
    errors = [r + GAMMA * after - now for r, after, now in zip(rewards, following, values, strict=False)]
    return [sum((GAMMA * LAMBDA) ** k * error for k, error in enumerate(errors[step:])) for step in range(len(errors))]


@given(chunks, st.integers(0, 2**31))
def test_gae_is_the_sum_of_discounted_errors(drawn, seed):
    values, lengths, terminated = arrays_of(drawn)
    rewards = np.random.default_rng(seed).normal(size=lengths.sum()).astype(np.float32)
    advantages, targets = gae(rewards, values, lengths, terminated, gamma=GAMMA, gae_lambda=LAMBDA)
    expected, begin = [], 0
    for each, ended in drawn:
        expected += reference_gae(rewards[begin : begin + len(each) - 1].tolist(), each, ended)
        begin += len(each) - 1
    np.testing.assert_allclose(advantages, expected, rtol=1e-4, atol=1e-4)
    starts = np.concatenate([each[:-1] for each, _ in drawn])
    np.testing.assert_allclose(targets, np.array(expected) + starts, rtol=1e-4, atol=1e-4)


class Value:
    """A value function that reads the first number of the observation."""

    def compute_values(self, batch):
        return batch["obs"][:, 0] * 2.0


def episode(name, first, obs, rewards, terminated=False, truncated=False, version=5):
    steps = len(rewards)
    return SingleAgentEpisode(
        id_=name,
        observations=_buffer(np.array(obs, np.float32)),
        actions=_buffer(np.arange(steps)),
        rewards=_buffer(np.array(rewards, np.float32)),
        infos=[{}] * (steps + 1),
        extra_model_outputs={
            "action_logp": _buffer(np.full(steps, -1.0, np.float32)),
            "weights_seq_no": _buffer(np.full(steps, version)),
        },
        terminated=terminated,
        truncated=truncated,
        t_started=first,
        len_lookback_buffer=0,
    )


def episodes():
    rng = np.random.default_rng(0)
    obs = rng.normal(size=(9, 4)).astype(np.float32)
    return [
        episode("a", 0, obs[:4], [1.0, 0.0, 2.0]),
        episode("a", 3, obs[3:6], [0.0, 1.0], terminated=True),
        episode("b", 0, obs[6:9], [0.5, 0.5], truncated=True),
    ]


def run(connector, given, metrics=None):
    return connector(rl_module={"default_policy": Value()}, batch={}, episodes=given, metrics=metrics)["default_policy"]


def potential(obs):
    return obs[:, 1] - obs[:, 2]


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0])
def test_the_connector_agrees_with_plain_python(weight):
    connector = Shaping(gamma=GAMMA, gae_lambda=LAMBDA, weight=weight)
    connector.potential = potential
    batch = run(connector, episodes())
    expected, targets = [], []
    for each in episodes():
        obs, rewards = each.observations.data, each.rewards.data
        phi = potential(obs).astype(float)
        if each.is_terminated:
            phi[-1] = 0.0
        shaped = [r + weight * (GAMMA * phi[t + 1] - phi[t]) for t, r in enumerate(rewards)]
        values = (obs[:, 0] * 2).tolist()
        advantages = reference_gae(shaped, values, each.is_terminated)
        expected += advantages
        targets += [a + v for a, v in zip(advantages, values, strict=False)]
    expected = np.array(expected)
    np.testing.assert_allclose(batch["value_targets"], targets, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(batch["advantages"], (expected - expected.mean()) / expected.std(), rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(batch["obs"], np.concatenate([each.observations.data[:-1] for each in episodes()]))
    assert {name: column.dtype for name, column in batch.items()} == {
        "obs": torch.float32,
        "actions": torch.int64,
        "action_logp": torch.float32,
        "advantages": torch.float32,
        "value_targets": torch.float32,
    }


def test_the_order_in_which_episodes_arrive_makes_no_difference():
    connector = Shaping(gamma=GAMMA, gae_lambda=LAMBDA, weight=1.0)
    one, other = run(connector, episodes()), run(connector, episodes()[::-1])
    for name, column in one.items():
        assert torch.equal(column, other[name])


def test_the_recorded_rewards_stay_those_of_the_game():
    given = episodes()
    connector = Shaping(gamma=GAMMA, gae_lambda=LAMBDA, weight=1.0)
    connector.potential = potential
    run(connector, given)
    assert [each.rewards.data.tolist() for each in given] == [each.rewards.data.tolist() for each in episodes()]


def test_sums_of_rewards_shaping_and_stale_steps_are_logged():
    connector, metrics = Shaping(gamma=GAMMA, gae_lambda=LAMBDA, weight=0.5), MetricsLogger(root=True)
    connector.potential, connector.weights_version = potential, 6
    run(connector, episodes(), metrics)
    logged = metrics.compile()
    assert logged["default_policy"]["reward_sum"] == 5.0
    phi = np.concatenate([potential(each.observations.data) for each in episodes()]).astype(float)
    terms = shaping(phi, np.array([3, 2, 2]), np.array([False, True, False]), GAMMA)
    assert logged["default_policy"]["shaping_sum"] == pytest.approx(0.5 * terms.sum(), rel=1e-5)
    assert logged["__all_modules__"]["stale_steps"] == 7  # all were sampled with version 5


@pytest.mark.parametrize(
    "wrong",
    [lambda obs: obs, lambda obs: np.full(len(obs), np.nan, np.float32), lambda obs: np.zeros(3, np.float32)],
    ids=["shape", "nan", "length"],
)
def test_a_wrong_potential_is_refused(wrong):
    connector = Shaping(gamma=GAMMA, gae_lambda=LAMBDA, weight=0.5)
    connector.potential = wrong
    with pytest.raises(PotentialError, match=r"expected 10 finite numbers .* --shaping-weight 0"):
        run(connector, episodes())
