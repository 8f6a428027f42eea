"""Potential-based shaping and advantages: from sampled episodes to the batch that PPO learns from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core import ALL_MODULES, DEFAULT_MODULE_ID
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.evaluation.postprocessing import Postprocessing
from ray.rllib.utils.metrics import WEIGHTS_SEQ_NO
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger

from zelda_train.errors import PotentialError

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]


class Potential(Protocol):
    """How good a state is, as a learnt reward model sees it: observations `(N, D)` float32 to `(N,)` float32."""

    def __call__(self, obs: FloatArray, /) -> FloatArray:
        """Return one finite number for each observation."""
        ...


class Shaping(ConnectorV2):  # type: ignore[misc]
    """The learner's one connector: adds potential-based shaping to the rewards and computes the advantages.

    The shaping of a step is `weight * (gamma * Phi(s') - Phi(s))` with the discount of the return itself, `Phi = 0` in
    a terminal state, and `Phi(s')` kept where an episode is merely cut. Only in this form does it leave the optimal
    policies alone (Ng, Harada and Russell 1999). It happens here and not in the environment, so that the recorded
    rewards stay those of the game and a whole batch sees one version of the model in one forward pass.

    Args:
        input_observation_space: Given by RLlib.
        input_action_space: Given by RLlib.
        gamma: Discount of the return and of the shaping.
        gae_lambda: Lambda of generalized advantage estimation.
        weight: Weight of the shaping, 0 or more.

    Attributes:
        potential: The learnt potential, or None for no shaping.
        weights_version: Version of the weights that the steps ought to be sampled with, or None for no check.
    """

    def __init__(
        self,
        input_observation_space: gym.Space[Any] | None = None,
        input_action_space: gym.Space[Any] | None = None,
        *,
        gamma: float,
        gae_lambda: float,
        weight: float,
        **kwargs: object,
    ) -> None:
        super().__init__(input_observation_space, input_action_space, **kwargs)
        self.gamma, self.gae_lambda, self.weight = gamma, gae_lambda, weight
        self.potential: Potential | None = None
        self.weights_version: int | None = None

    def __call__(
        self,
        *,
        rl_module: MultiRLModule,
        batch: object,
        episodes: list[SingleAgentEpisode],
        metrics: MetricsLogger | None = None,
        **kwargs: object,
    ) -> dict[str, dict[str, torch.Tensor]]:
        """Return the batch of all steps of all episode chunks, as torch tensors by module.

        Args:
            rl_module: The learner's modules; the value of each observation comes from there.
            batch: Ignored; the episodes hold everything.
            episodes: Chunks of episodes as numpy arrays; sorted here, so that arrival order plays no part.
            metrics: RLlib's logger; gets the sums of the rewards and of the shaping.
            **kwargs: Ignored.

        Raises:
            PotentialError: The potential returned something else than one finite number an observation.
        """
        episodes = sorted(episodes, key=lambda episode: (episode.id_, episode.t_started))
        obs = np.concatenate([episode.observations.data for episode in episodes])  # (T + chunks, D) float32
        rewards = np.concatenate([episode.rewards.data for episode in episodes])  # (T,) float32
        lengths = np.array([len(episode) for episode in episodes])
        terminated = np.array([episode.is_terminated for episode in episodes])
        with torch.no_grad():
            values = rl_module[DEFAULT_MODULE_ID].compute_values({Columns.OBS: torch.from_numpy(obs)}).numpy()
        bonus = self._bonus(obs, lengths, terminated)
        advantages, targets = gae(
            rewards + bonus, values, lengths, terminated, gamma=self.gamma, gae_lambda=self.gae_lambda
        )
        self._log(metrics, rewards, bonus, episodes)
        columns = {
            Columns.OBS: obs[before(lengths)],
            Columns.ACTIONS: np.concatenate([episode.actions.data for episode in episodes]),
            Columns.ACTION_LOGP: _outputs(episodes, Columns.ACTION_LOGP),
            Postprocessing.ADVANTAGES: (advantages - advantages.mean()) / max(1e-4, float(advantages.std())),
            Postprocessing.VALUE_TARGETS: targets,
        }
        return {DEFAULT_MODULE_ID: {name: torch.from_numpy(column) for name, column in columns.items()}}

    def _bonus(self, obs: FloatArray, lengths: NDArray[np.int64], terminated: BoolArray) -> FloatArray:
        """Return the weighted shaping of every step, `(T,)` float32."""
        if self.potential is None or self.weight == 0:
            return np.zeros(int(lengths.sum()), np.float32)
        potentials = np.asarray(self.potential(obs))
        if potentials.shape != (len(obs),) or not np.isfinite(potentials).all():
            raise PotentialError(
                f"the potential returned shape {potentials.shape} with "
                f"{int((~np.isfinite(potentials)).sum())} numbers that are not finite; expected {len(obs)} finite "
                f"numbers for observations of shape {obs.shape}; fit the reward model again or set --shaping-weight 0"
            )
        return (self.weight * shaping(potentials, lengths, terminated, self.gamma)).astype(np.float32)

    def _log(
        self, metrics: MetricsLogger | None, rewards: FloatArray, bonus: FloatArray, episodes: list[SingleAgentEpisode]
    ) -> None:
        if metrics is None:
            return
        metrics.log_value((DEFAULT_MODULE_ID, "reward_sum"), float(rewards.sum(dtype=np.float64)), window=1)
        metrics.log_value((DEFAULT_MODULE_ID, "shaping_sum"), float(bonus.sum(dtype=np.float64)), window=1)
        metrics.log_value((DEFAULT_MODULE_ID, "shaping_abs_mean"), float(np.abs(bonus).mean()), window=1)
        if self.weights_version is not None:
            versions = _outputs(episodes, WEIGHTS_SEQ_NO)
            stale = int((versions != self.weights_version).sum())
            metrics.log_value((ALL_MODULES, "stale_steps"), stale, window=1)


def shaping(
    potentials: FloatArray, lengths: NDArray[np.int64], terminated: BoolArray, gamma: float
) -> NDArray[np.float64]:
    """Return `gamma * Phi(s') - Phi(s)` of every step.

    Args:
        potentials: `Phi` of all observations, `(T + K,)`: of each of K chunks those of its steps and the last one.
        lengths: Steps of each chunk, `(K,)`; their sum is T.
        terminated: Whether each chunk ends in a terminal state, `(K,)`; there `Phi` counts as 0.
        gamma: Discount, the same as the learner's.

    Returns:
        `(T,)` float64. Over an episode their discounted sum is `gamma**T Phi(s_T) - Phi(s_0)`, whatever lies between.
    """
    phi = potentials.astype(np.float64)
    phi[(lengths + 1).cumsum()[terminated] - 1] = 0.0
    result: NDArray[np.float64] = gamma * phi[after(lengths)] - phi[before(lengths)]
    return result


def gae(
    rewards: FloatArray,
    values: FloatArray,
    lengths: NDArray[np.int64],
    terminated: BoolArray,
    *,
    gamma: float,
    gae_lambda: float,
) -> tuple[FloatArray, FloatArray]:
    """Return generalized advantage estimates (arXiv 1506.02438) and the value targets.

    Args:
        rewards: `(T,)` float32.
        values: Values of all observations, `(T + K,)` float32, laid out as in `shaping`.
        lengths: Steps of each chunk, `(K,)`.
        terminated: Whether each chunk ends in a terminal state, `(K,)`; a cut chunk is bootstrapped instead.
        gamma: Discount.
        gae_lambda: Lambda.

    Returns:
        Advantages `(T,)` float32 and value targets `(T,)` float32.
    """
    now, following = values[before(lengths)], values[after(lengths)].astype(np.float64)
    last = lengths.cumsum() - 1
    following[last[terminated]] = 0.0
    errors = (rewards + gamma * following - now).tolist()
    carry = np.full(len(rewards), gamma * gae_lambda)
    carry[last] = 0.0
    advantages, running = np.empty(len(rewards), np.float32), 0.0
    # A recursion over floats is quicker in Python than in numpy, which pays for a call at every step.
    for step, (error, factor) in enumerate(zip(reversed(errors), reversed(carry.tolist()), strict=True), 1):
        running = error + factor * running
        advantages[-step] = running
    return advantages, advantages + now


def before(lengths: NDArray[np.int64]) -> BoolArray:
    """Mark the observations that a step starts from, `(T + K,)` bool; all but the last one of each chunk."""
    mask = np.ones(int(lengths.sum()) + len(lengths), bool)
    mask[(lengths + 1).cumsum() - 1] = False
    return mask


def after(lengths: NDArray[np.int64]) -> BoolArray:
    """Mark the observations that a step leads to, `(T + K,)` bool; all but the first one of each chunk."""
    mask = np.ones(int(lengths.sum()) + len(lengths), bool)
    mask[(lengths + 1).cumsum() - (lengths + 1)] = False
    return mask


def _outputs(episodes: Sequence[SingleAgentEpisode], name: str) -> NDArray[Any]:
    return np.concatenate([episode.extra_model_outputs[name].data for episode in episodes])
