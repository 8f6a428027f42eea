"""Sampling at the emulator's speed: rollouts written straight into time-major arrays."""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, SupportsFloat

import gymnasium as gym
import numpy as np
import ray
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from ray.rllib.callbacks.utils import make_callback
from ray.rllib.core import COMPONENT_RL_MODULE
from ray.rllib.core.columns import Columns
from ray.rllib.env.env_context import EnvContext
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.env.utils.infinite_lookback_buffer import InfiniteLookbackBuffer
from ray.rllib.utils.metrics import WEIGHTS_SEQ_NO
from ray.tune.registry import ENV_CREATOR, _global_registry

from zelda_train.fragment import Fragment, check_spaces
from zelda_train.policy import FloatArray

logger = logging.getLogger(__name__)

SEED_STRIDE = 10_007
"""Environment seeds of neighbouring runners lie this far apart, more than a runner has environments."""


@dataclass
class Totals:
    """What a runner has counted since it was last asked."""

    steps: int = 0
    episodes: int = 0
    """Episodes that ended, by the game or by the time limit."""
    returns: list[float] = field(default_factory=list)
    """Return of each of them, without shaping."""
    lengths: list[int] = field(default_factory=list)
    unique_rooms: list[float] = field(default_factory=list)
    """`info["unique_rooms"]` at the end of each of them, where the environment says so."""
    failures: int = 0
    """Environments that raised and were made anew."""
    rewards: dict[str, float] = field(default_factory=dict)
    """Sum of each term of `info["rewards"]`; all under `reward` if the environment does not tell terms apart."""

    def add_step(self, reward: float, info: Mapping[str, Any]) -> None:
        """Count one step of one environment."""
        self.steps += 1
        for term, value in info.get("rewards", {"reward": reward}).items():
            self.rewards[term] = self.rewards.get(term, 0.0) + float(value)


@dataclass
class Lane:
    """One environment of a runner and the episode it is in."""

    index: int
    env: gym.Env[Any, Any]
    number: int = -1
    """Number of the running episode, from 0."""
    steps: int = 0
    """Steps of the running episode that were already returned in earlier chunks."""
    begin: int = 0
    """Row of the fragment at which the running chunk begins."""
    returned: float = 0.0
    """Return of the running episode so far."""
    started: float = 0.0
    """When the running episode began, seconds of `time.perf_counter`."""


class EnvList(gym.vector.VectorEnv[Any, Any, Any]):
    """A list of environments with as much of Gymnasium's vector interface as RLlib reads: spaces, number, close."""

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012  (Gymnasium declares it so)

    def __init__(self, envs: list[gym.Env[Any, Any]]) -> None:
        self.envs, self.num_envs = envs, len(envs)
        self.single_observation_space = envs[0].observation_space
        self.single_action_space: Any = envs[0].action_space
        self.observation_space = gym.vector.utils.batch_space(self.single_observation_space, self.num_envs)
        self.action_space = gym.vector.utils.batch_space(self.single_action_space, self.num_envs)

    def close_extras(self, **kwargs: object) -> None:
        """Close every environment."""
        for env in self.envs:
            _close(env)


class FragmentRunner(SingleAgentEnvRunner):  # type: ignore[misc]
    """An environment runner that fills arrays of `(time, environments)` and returns ordinary episodes of views.

    RLlib's own runner builds every step from Python objects that pass through connectors; around a fast environment
    most of the time goes there. This one steps a list of environments in turn, samples actions with the module's
    numpy twin, and cuts the arrays into `SingleAgentEpisode` chunks at the end, so that any learner of RLlib accepts
    them. It needs a module with `sample(obs, rng)` and `logits(obs)` such as `ActorCritic`, a flat `Box` of float32
    and a `Discrete` action space. The callbacks of single episodes and steps (`on_episode_*`) are not called.

    Deterministic: with runner seed s = seed of the configuration + worker index, environment i is first reset with
    `s * 10007 + i`, later without a seed, and actions come from one generator seeded with s.

    An environment that raises, or that returns numbers that are not finite, is closed and made anew; what it sampled
    before is kept as a truncated episode, and the failure is counted. An environment may have a method `finish()` that
    returns counts; see `finish`.
    """

    env: Any

    def make_env(self) -> None:
        """Create the environments, `num_envs_per_env_runner` of them."""
        if self.env is not None:
            self.env.close()
        recreated = bool(self.worker_index) and _restarted()
        envs = [self._create(index, recreated) for index in range(self.config.num_envs_per_env_runner)]
        check_spaces(envs[0].observation_space, envs[0].action_space)
        self._list = EnvList(envs)
        self.env, self.num_envs = self._list, len(envs)
        self._lanes = [Lane(index, env) for index, env in enumerate(envs)]
        self._rng = np.random.default_rng(self._seed)
        self._obs: FloatArray | None = None
        self._totals = Totals()
        make_callback(
            "on_environment_created",
            callbacks_objects=self._callbacks,
            callbacks_functions=self.config.callbacks_on_environment_created,
            kwargs={
                "env_runner": self,
                "metrics_logger": self.metrics,
                "env": self.env,
                "env_context": self._context(0, recreated=recreated),
            },
        )

    def get_metrics(self) -> dict[str, Any]:
        """Return RLlib's metrics since the last call; finished episodes are logged as they end."""
        metrics: dict[str, Any] = self.metrics.reduce()
        return metrics

    def take_totals(self) -> Totals:
        """Return what was counted since the last call, and start again from nothing."""
        totals, self._totals = self._totals, Totals()
        return totals

    def finish(self) -> dict[str, int]:
        """Call `finish()` of every environment that has one, and return the sums of what they counted.

        A recording environment ends its last segment there and waits until all of them are written.
        """
        counts: Counter[str] = Counter()
        for lane in self._lanes:
            if lane.env.has_wrapper_attr("finish"):
                counts.update(lane.env.get_wrapper_attr("finish")())
        return dict(counts)

    def replace_weights(self, state: Mapping[str, Any], version: int) -> None:
        """Take the policy's weights whatever version this runner has; RLlib would refuse an older one.

        Args:
            state: Of the module, without what runners do not need.
            version: Number of the batches that the learner has learnt from.
        """
        self._weights_seq_no = 0
        self.set_state({COMPONENT_RL_MODULE: state, WEIGHTS_SEQ_NO: version})

    def _sample(
        self,
        *,
        num_timesteps: int | None = None,
        num_episodes: int | None = None,
        explore: bool,
        random_actions: bool = False,
        force_reset: bool = False,
    ) -> list[SingleAgentEpisode]:
        """Sample so many steps, or complete episodes, of all environments together."""
        if force_reset or num_episodes is not None or self._obs is None:
            self._reset_all()
        act = self._policy(explore, random_actions)
        if num_timesteps is not None:
            return self._fill(-(-num_timesteps // self.num_envs), act)
        chunks: list[SingleAgentEpisode] = []
        while sum(chunk.is_done for chunk in chunks) < (num_episodes or 0):
            chunks += self._fill(128, act)
        self._obs = None
        done = {chunk.id_ for chunk in chunks if chunk.is_done}
        return [chunk for chunk in chunks if chunk.id_ in done]

    def _policy(self, explore: bool, random_actions: bool) -> Callable[[FloatArray], tuple[Any, Any, FloatArray]]:
        """Return the function that chooses actions: the module's distribution, its mode, or chance."""
        if random_actions:
            count = int(self._list.single_action_space.n)
            flat = np.zeros((self.num_envs, count), np.float32)
            return lambda obs: (self._rng.integers(count, size=self.num_envs), -math.log(count), flat)
        if explore:
            return lambda obs: self.module.sample(obs, self._rng)
        return lambda obs: ((logits := self.module.logits(obs)).argmax(1), 0.0, logits)

    def _fill(self, length: int, act: Callable[[FloatArray], tuple[Any, Any, FloatArray]]) -> list[SingleAgentEpisode]:
        """Step every environment `length` times and return the chunks, finished episodes first."""
        fragment = Fragment.empty(
            length, self.num_envs, self._list.single_observation_space, self._list.single_action_space
        )
        fragment.obs[0] = self._obs
        episodes, chunks = self._totals.episodes, []
        for row in range(length):
            fragment.actions[row], fragment.logp[row], fragment.logits[row] = act(fragment.obs[row])
            for lane, action in zip(self._lanes, fragment.actions[row].tolist(), strict=True):
                chunks += self._step(fragment, row, lane, action)
        for lane in self._lanes:
            chunks += self._cut(fragment, length, lane)
            lane.begin = 0
        self._obs = fragment.obs[length].copy()
        # RLlib samples a second round when a batch is short of a single step: count what was asked for, not what is
        # left after a failure. The totals count what is real.
        self._increase_sampled_metrics(length * self.num_envs, self._totals.episodes - episodes)
        self._log_env_steps(metric=self._metrics_num_env_steps_sampled, num_steps=length * self.num_envs)
        return chunks

    def _step(self, fragment: Fragment, row: int, lane: Lane, action: int) -> list[SingleAgentEpisode]:
        """Step one environment; return the chunk that ends with this step, if any."""
        try:
            obs, reward, terminated, truncated, info = lane.env.step(action)
            _require_finite(obs, reward)
        except Exception as error:  # whatever the environment raises
            if not self.config.restart_failed_sub_environments:
                raise
            chunks = self._cut(fragment, row, lane, truncated=True)
            fragment.obs[row + 1, lane.index] = self._recover(lane, error)
            lane.begin = row + 1
            return chunks
        fragment.obs[row + 1, lane.index] = obs
        fragment.rewards[row, lane.index] = reward
        lane.returned += float(reward)
        self._totals.add_step(float(reward), info)
        if not (terminated or truncated):
            return []
        chunks = self._cut(fragment, row + 1, lane, terminated=bool(terminated), truncated=bool(truncated))
        self._end_episode(lane, info)
        fragment.obs[row + 1, lane.index] = self._reset(lane)
        lane.begin = row + 1
        return chunks

    def _cut(
        self, fragment: Fragment, end: int, lane: Lane, *, terminated: bool = False, truncated: bool = False
    ) -> list[SingleAgentEpisode]:
        """Return the running chunk of an environment up to a row as an episode; nothing if it has no step."""
        steps = end - lane.begin
        if steps == 0:
            return []
        part = (slice(lane.begin, end), lane.index)
        outputs: dict[str, NDArray[Any]] = {
            Columns.ACTION_LOGP: fragment.logp[part],
            Columns.ACTION_DIST_INPUTS: fragment.logits[part],
            WEIGHTS_SEQ_NO: np.full(steps, self._weights_seq_no, np.int64),
        }
        nothing: dict[str, Any] = {}
        episode = SingleAgentEpisode(
            id_=f"w{self.worker_index or 0:02d}-v{lane.index:02d}-{lane.number:06d}",
            observations=_buffer(fragment.obs[lane.begin : end + 1, lane.index]),
            actions=_buffer(fragment.actions[part]),
            rewards=_buffer(fragment.rewards[part]),
            infos=[nothing] * (steps + 1),
            extra_model_outputs={name: _buffer(column) for name, column in outputs.items()},
            terminated=terminated,
            truncated=truncated and not terminated,
            t_started=lane.steps,
            len_lookback_buffer=0,
        )
        lane.steps += steps
        return [episode]

    def _end_episode(self, lane: Lane, info: Mapping[str, Any]) -> None:
        totals = self._totals
        totals.episodes += 1
        totals.returns.append(lane.returned)
        totals.lengths.append(lane.steps)
        if "unique_rooms" in info:
            totals.unique_rooms.append(float(info["unique_rooms"]))
        self._log_episode_metrics(lane.steps, lane.returned, time.perf_counter() - lane.started)

    def _reset_all(self) -> None:
        """Reset every environment; for the first time with a seed."""
        first = self._obs is None and self._seed is not None
        seeds = [self._seed * SEED_STRIDE + lane.index if first else None for lane in self._lanes]
        self._obs = np.stack([self._reset(lane, seed) for lane, seed in zip(self._lanes, seeds, strict=True)])

    def _reset(self, lane: Lane, seed: int | None = None) -> FloatArray:
        """Begin the next episode of one environment; return its first observation `(D,)` float32."""
        lane.number, lane.steps, lane.begin, lane.returned = lane.number + 1, 0, 0, 0.0
        lane.started = time.perf_counter()
        try:
            obs: FloatArray = lane.env.reset(seed=seed)[0]
        except Exception as error:  # whatever the environment raises
            if not self.config.restart_failed_sub_environments:
                raise
            obs = self._recover(lane, error)
        return obs

    def _recover(self, lane: Lane, error: Exception) -> FloatArray:
        """Replace an environment that failed; what fails at once again is an error of the runner."""
        self._totals.failures += 1
        logger.warning(
            "environment %d of runner %s failed and is made anew", lane.index, self.worker_index, exc_info=error
        )
        _close(lane.env)
        lane.env = self._list.envs[lane.index] = self._create(lane.index, recreated=True)
        lane.number, lane.steps, lane.returned = lane.number + 1, 0, 0.0
        obs: FloatArray = lane.env.reset(seed=int(self._rng.integers(2**31)))[0]
        return obs

    def _create(self, index: int, recreated: bool) -> gym.Env[Any, Any]:
        """Make one environment from the registered creator or the class that the configuration names."""
        env = self.config.env
        if isinstance(env, str):
            env = _global_registry.get(ENV_CREATOR, env)
        made: gym.Env[Any, Any] = env(self._context(index, recreated=recreated))
        return made

    def _context(self, index: int, *, recreated: bool) -> EnvContext:
        return EnvContext(
            self.config.env_config,
            worker_index=self.worker_index or 0,
            vector_index=index,
            num_workers=self.num_workers,
            recreated_worker=recreated,
        )


def _require_finite(obs: FloatArray, reward: SupportsFloat) -> None:
    """Refuse numbers that would spoil the whole batch."""
    if not math.isfinite(reward):
        raise FloatingPointError(f"the environment returned the reward {reward}; expected a finite number")
    if not np.isfinite(obs).all():
        raise FloatingPointError("the environment returned an observation that is not finite")


def _close(env: gym.Env[Any, Any]) -> None:
    """Close an environment; one that cannot be closed must not keep others from it."""
    try:
        env.close()  # type: ignore[no-untyped-call]
    except Exception:
        logger.warning("an environment did not close", exc_info=True)


def _restarted() -> bool:
    """Return whether this runner replaces one that died."""
    with warnings.catch_warnings():
        # Ray's own property asks for the actor id in a way that Ray deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        return bool(ray.get_runtime_context().was_current_actor_reconstructed)


def _buffer(column: NDArray[Any]) -> InfiniteLookbackBuffer:
    """Wrap a column; contiguous, so that pickling it does not carry the whole fragment along."""
    return InfiniteLookbackBuffer(np.ascontiguousarray(column))
