"""Several emulators stepped one after the other, as one Gymnasium vector environment.

An emulator step is so short that handing it to another process costs more than it takes; several in each process, in a
loop, are the fastest way to run many. To use several cores, run one such vector in each of several processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array
from numpy.typing import NDArray

from zelda_env.boot import StateSource, initial_states
from zelda_env.env import EnvConfig, ZeldaEnv
from zelda_env.errors import EmulatorError
from zelda_env.observation import Observation
from zelda_env.rom import Rom

Wrap = Callable[[ZeldaEnv, int], gym.Env[Any, Any]]
"""Puts wrappers around an environment, which is given with its number."""

Flags = NDArray[np.bool_]
Infos = dict[str, Any]


class ZeldaVectorEnv(gym.vector.VectorEnv[Observation, NDArray[np.int64], NDArray[Any]]):
    """`num_envs` environments that are stepped together, each with an emulator of its own.

    Every array that is returned is new, so it may be kept. Infos are stacked as Gymnasium documents: of each key an
    array over the environments, and under `_key` a mask of those that reported it. So `infos["rewards"]["tile"]` is
    float64 (num_envs,), and a term that no environment earned in a step is not there.

    When an episode ends, `autoreset_mode` says what happens, and `metadata["autoreset_mode"]` declares it:

    * `NEXT_STEP`: the next step resets that environment in place of stepping it; its reward is then 0.
    * `SAME_STEP`: the observation is already that of the next episode; the last one lies in `infos["final_obs"]`, and
      the last info in `infos["final_info"]`.
    * `DISABLED`: you reset it, with `reset(options={"reset_mask": mask})`.

    Args:
        num_envs: How many, >= 1.
        config: As for `ZeldaEnv`; all have the same.
        rom: As for `ZeldaEnv`; read once.
        state: As for `ZeldaEnv`; read, or booted into, once.
        render_mode: As for `ZeldaEnv`.
        autoreset_mode: See above; also by its value, such as `"SameStep"`.
        wrap: Puts wrappers around each environment, such as an `ArchiveWrapper` or a `SegmentRecorder`.
        **overrides: Fields of `EnvConfig`.

    Raises:
        ValueError: `num_envs` is less than 1, or what `ZeldaEnv` raises.
    """

    def __init__(
        self,
        num_envs: int,
        config: EnvConfig | None = None,
        *,
        rom: str | os.PathLike[str] | Rom | None = None,
        state: StateSource | Sequence[StateSource] | None = None,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        wrap: Wrap | None = None,
        **overrides: object,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs {num_envs}; expected at least 1")
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        if not isinstance(rom, Rom):
            rom = Rom.acorn() if rom is None else Rom.load(rom)
        states = initial_states(rom, state)
        bare = [ZeldaEnv(config, rom=rom, state=states, render_mode=render_mode, **overrides) for _ in range(num_envs)]
        self.envs: list[gym.Env[Any, Any]] = [wrap(env, at) for at, env in enumerate(bare)] if wrap else list(bare)
        """The environments, with their wrappers."""
        first = self.envs[0]
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.metadata = {**first.metadata, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space = first.observation_space
        self.single_action_space = first.action_space
        self.observation_space = batch_space(first.observation_space, num_envs)
        self.action_space = batch_space(first.action_space, num_envs)
        self._latest: list[Any] = [None] * num_envs
        self._ended: Flags = np.ones(num_envs, np.bool_)
        self._began = False

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, Infos]:
        """Start an episode in every environment, or in those of a mask.

        Args:
            seed: Environment i gets `seed + i`, or `seed[i]` of a list; None goes on with the random numbers it has.
            options: Passed on to each environment, apart from `reset_mask`, bool (num_envs,): which ones to reset.

        Returns:
            Observations of all environments, stacked: float32 (num_envs, 128), or as `EnvConfig.observation` says;
            infos of those that were reset.

        Raises:
            ValueError: Another number of seeds, or a mask of another shape or type or without a single True.
            EmulatorError: The mask leaves out one that was never reset.
        """
        seeds = [seed + at for at in range(self.num_envs)] if isinstance(seed, int | np.integer) else seed
        seeds = [None] * self.num_envs if seeds is None else seeds
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} environments; expected one each, or one number")
        rest = dict(options or {})
        mask = self._check_mask(rest.pop("reset_mask", None))
        infos: Infos = {}
        for at in np.flatnonzero(mask).tolist():
            self._latest[at], info = self.envs[at].reset(seed=seeds[at], options=rest or None)
            infos = self._add_info(infos, info, at)
        self._ended[mask] = False
        self._began = True
        return self._stack(), infos

    def step(
        self, actions: NDArray[np.int64] | Sequence[int]
    ) -> tuple[Observation, NDArray[np.float64], Flags, Flags, Infos]:
        """Step every environment.

        Args:
            actions: Integers (num_envs,), 0 to 7.

        Returns:
            Observations as `reset` returns them, rewards float64 (num_envs,), terminated and truncated bool
            (num_envs,), and infos.

        Raises:
            ValueError: Another number of actions, or one that is out of range.
            EmulatorError: Before the first reset, or, without autoreset, an episode has ended and was not reset.
        """
        if len(actions) != self.num_envs:
            raise ValueError(f"{len(actions)} actions for {self.num_envs} environments; expected one each")
        if not self._began or (self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any()):
            raise EmulatorError(
                f"environments {np.flatnonzero(self._ended).tolist()} have no episode; reset them first"
            )
        rewards = np.zeros(self.num_envs, np.float64)
        terminated = np.zeros(self.num_envs, np.bool_)
        truncated = np.zeros(self.num_envs, np.bool_)
        infos: Infos = {}
        for at, (env, action) in enumerate(zip(self.envs, actions, strict=True)):
            if self._ended[at]:  # only NEXT_STEP leaves an episode ended until here
                self._latest[at], info = env.reset()
            else:
                self._latest[at], rewards[at], terminated[at], truncated[at], info = env.step(action)
                if self.autoreset_mode is AutoresetMode.SAME_STEP and (terminated[at] or truncated[at]):
                    infos = self._add_info(infos, {"final_obs": self._latest[at], "final_info": info}, at)
                    self._latest[at], info = env.reset()
            infos = self._add_info(infos, info, at)
        if self.autoreset_mode is not AutoresetMode.SAME_STEP:
            self._ended = terminated | truncated
        return self._stack(), rewards, terminated, truncated, infos

    def render(self) -> tuple[Any, ...] | None:
        """Return the frames, each uint8 (144, 160, 3), or None without a render mode."""
        return tuple(env.render() for env in self.envs) if self.render_mode else None

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:  # noqa: ANN401  as Gymnasium has it
        """Call a method of every environment, or read an attribute; return what each gave."""
        found = [env.get_wrapper_attr(name) for env in self.envs]
        return tuple(item(*args, **kwargs) if callable(item) else item for item in found)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Read an attribute of every environment."""
        return self.call(name)

    def close_extras(self, **kwargs: Any) -> None:  # noqa: ANN401  as Gymnasium has it
        """Stop the emulators; `close` calls it."""
        for env in getattr(self, "envs", ()):
            env.close()

    def _stack(self) -> Observation:
        """Return the latest observations in new arrays."""
        space = self.single_observation_space
        if isinstance(space, spaces.Box):
            return np.stack(self._latest)
        return concatenate(space, self._latest, create_empty_array(space, self.num_envs))

    def _check_mask(self, mask: object) -> Flags:
        """Return which environments to reset."""
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,):
            seen = f"{mask.dtype} {mask.shape}" if isinstance(mask, np.ndarray) else type(mask).__name__
            raise ValueError(f"reset_mask is {seen}; expected a NumPy array, bool ({self.num_envs},)")
        if not mask.any():
            raise ValueError("reset_mask is all False; expected at least one environment to reset")
        if not self._began and not mask.all():
            raise EmulatorError("some environments were never reset; reset all of them first, without reset_mask")
        return mask


def make_vec(num_envs: int = 1, **options: Any) -> ZeldaVectorEnv:  # noqa: ANN401  ZeldaVectorEnv checks them
    """Make a vector environment: what `gym.make_vec(…, vectorization_mode="vector_entry_point")` calls.

    Args:
        num_envs: How many.
        **options: As for `ZeldaVectorEnv`.
    """
    return ZeldaVectorEnv(num_envs, **options)
