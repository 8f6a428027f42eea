"""Time-major arrays that a runner fills, one row a step of all its environments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from zelda_train.errors import ConfigError


@dataclass(frozen=True)
class Fragment:
    """T steps of N environments; the observation in row t is the one that the action in row t answers."""

    obs: NDArray[np.float32]
    """`(T + 1, N, D)` float32; the last row holds what comes after the last action."""
    actions: NDArray[np.int64]
    """`(T, N)` int64."""
    rewards: NDArray[np.float32]
    """`(T, N)` float32."""
    logp: NDArray[np.float32]
    """`(T, N)` float32, log-probability of each action."""
    logits: NDArray[np.float32]
    """`(T, N, A)` float32, of the distribution each action was drawn from."""

    @classmethod
    def empty(cls, length: int, envs: int, obs_space: gym.Space[object], action_space: gym.Space[object]) -> Self:
        """Return arrays of `length` rows for so many environments.

        Raises:
            ConfigError: As `check_spaces`.
        """
        width, choices = check_spaces(obs_space, action_space)
        return cls(
            obs=np.empty((length + 1, envs, width), np.float32),
            actions=np.empty((length, envs), np.int64),
            rewards=np.zeros((length, envs), np.float32),
            logp=np.empty((length, envs), np.float32),
            logits=np.empty((length, envs, choices), np.float32),
        )


def check_spaces(obs_space: gym.Space[object], action_space: gym.Space[object]) -> tuple[int, int]:
    """Return the width of the observations and the number of actions.

    Raises:
        ConfigError: The observations are not a flat `Box`, or the actions not `Discrete` from 0 on.
    """
    if not isinstance(obs_space, gym.spaces.Box) or len(obs_space.shape) != 1:
        raise ConfigError(f"the observation space is {obs_space}; expected a flat Box, such as (128,) float32")
    if not isinstance(action_space, gym.spaces.Discrete) or action_space.start != 0:
        raise ConfigError(f"the action space is {action_space}; expected Discrete actions that count from 0")
    return obs_space.shape[0], int(action_space.n)
