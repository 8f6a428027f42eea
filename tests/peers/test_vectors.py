"""What other libraries' vectors hand out stays as it was, and their checker has nothing to say."""

import gymnasium as gym
import numpy as np
import pytest
from zelda_env import ACORN_ID

OPTIONS = {"frame_skip": 2, "episode_length": 5}
STEPS = 12


def gymnasium_vector(mode):
    """Yield every array of some steps, the last observations of episodes included."""
    envs = gym.make_vec(ACORN_ID, num_envs=2, vectorization_mode=mode, **OPTIONS)
    yield envs.reset(seed=0)[0]
    for step in range(STEPS):
        *arrays, infos = envs.step(np.array([3, 1 + step % 4]))
        yield from arrays
        yield infos["rewards"].get("step", np.zeros(2))
    envs.close()


def stable_baselines3_vector():
    env_util = pytest.importorskip("stable_baselines3.common.env_util")
    envs = env_util.make_vec_env(ACORN_ID, n_envs=2, seed=0, env_kwargs=OPTIONS)
    yield envs.reset()
    for step in range(STEPS):
        *arrays, infos = envs.step(np.array([3, 1 + step % 4]))
        yield from arrays
        yield from (info["terminal_observation"] for info in infos if "terminal_observation" in info)
    envs.close()


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param(lambda: gymnasium_vector("sync"), id="gymnasium sync"),
        pytest.param(lambda: gymnasium_vector("vector_entry_point"), id="vector entry point"),
        pytest.param(stable_baselines3_vector, id="stable-baselines3"),
    ],
)
def test_arrays_kept_over_steps_never_change(arrays):
    kept, copies = [], []
    for array in arrays():
        kept.append(array)
        copies.append(array.copy())
    assert len(kept) > 3 * STEPS
    assert all(np.array_equal(one, other) for one, other in zip(kept, copies, strict=True))
    assert not any(np.shares_memory(one, other) for at, one in enumerate(kept) for other in kept[:at])


def test_the_checker_of_stable_baselines3_has_nothing_to_say():
    """Warnings are errors here, and this checker warns of what it does not like."""
    env_checker = pytest.importorskip("stable_baselines3.common.env_checker")
    env = gym.make(ACORN_ID, **OPTIONS)
    env_checker.check_env(env.unwrapped, warn=True)
    env.close()
