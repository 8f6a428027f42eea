"""Each library trains, or plays, a few hundred steps, and prints how many episodes that were."""

import pytest

EPISODE = 50
ENVS = 8
# In 50 steps of 8 frames nobody earns more than a few rooms and their cells, or loses more than a life.
RETURNS = (-10.0, 40.0)


def check(report, episodes):
    assert report.episodes == episodes
    assert RETURNS[0] < report.mean_return < RETURNS[1]
    assert 1 <= report.rooms < 10


@pytest.mark.parametrize("name", ["stable_baselines3_ppo.py", "cleanrl_ppo.py"])
def test_ppo_trains_without_a_warning(example, name):
    """Two rollouts of 128 steps of 8 environments, in which five episodes of 50 steps end each."""
    pytest.importorskip("torch")
    flags = ("--steps", 2 * 128 * ENVS, "--num-envs", ENVS, "--episode-length", EPISODE)
    check(example(name, *flags, warnings="error"), ENVS * (2 * 128 // EPISODE))


def test_rllib_trains(example):
    """One iteration of 64 steps each; RLlib's own deprecation warnings are none of ours."""
    check(example("rllib_ppo.py", "--steps", 64 * ENVS, "--num-envs", ENVS, "--episode-length", EPISODE), ENVS)
