"""Recording segments: a wrapper that copies the raw data of each step and hands finished segments over."""

from __future__ import annotations

import math
from typing import Any

import gymnasium as gym
import numpy as np

from zelda_env.encoder import OBS_SIZE
from zelda_env.env import ZeldaEnv
from zelda_env.errors import RecordingError
from zelda_env.observation import Observation
from zelda_env.ram_map import Bytes
from zelda_env.reward_config import Terms
from zelda_env.segment import MAX_STEPS, EpisodeRecord, Recording, episode_id, segment_id, sum_terms
from zelda_env.state import STATE_OFFSETS, stable_rooms
from zelda_env.writer import SegmentWriter


class SegmentRecorder(gym.Wrapper[Observation, np.int64, Observation, np.int64]):
    """Records every step of an environment and hands finished segments to a writer.

    A step costs a copy of about 1.5 kB; nothing is decoded, encoded or written on the stepping thread, and only key
    frames are rendered. Actions, observations and rewards pass through unchanged. What is recorded are always the 128
    numbers; of an environment that shows the picture they are made for the recording.

    Args:
        env: A `ZeldaEnv`, or wrappers around one that leave observations and rewards as they are.
        writer: Where segments go.
        epoch: For the names of the episodes.
        worker: For the names: counted from 1, 0 is the driver.
        env_index: For the names: counted from 0 within the worker.
        segment_steps: Steps a segment; the last one of an episode may be shorter.
        frame_every: Every how many steps, from the first of a segment on, the picture is kept; 1 keeps all.

    Raises:
        RecordingError: The environment is no `ZeldaEnv`, or a number is out of range.
    """

    def __init__(
        self,
        env: gym.Env[Observation, np.int64],
        writer: SegmentWriter,
        *,
        epoch: int,
        worker: int = 0,
        env_index: int = 0,
        segment_steps: int = 300,
        frame_every: int = 30,
    ) -> None:
        super().__init__(env)
        base = env.unwrapped
        if not isinstance(base, ZeldaEnv) or env.observation_space != base.observation_space:
            raise RecordingError(
                f"{env} cannot be recorded; expected a ZeldaEnv with its own observations: put wrappers that change "
                "them around the recorder"
            )
        if not (1 <= segment_steps <= MAX_STEPS and frame_every >= 1 and min(epoch, worker, env_index) >= 0):
            raise RecordingError(
                f"segment_steps {segment_steps}, frame_every {frame_every}, epoch {epoch}, worker {worker}, env_index "
                f"{env_index}; expected 1 to {MAX_STEPS} steps, a positive frame_every and no negative number"
            )
        self._base = base
        self._is_vector = base.config.observation == "vector"
        self._writer = writer
        self._epoch, self._worker, self._env_index = epoch, worker, env_index
        self._segment_steps, self._frame_every = segment_steps, frame_every
        self._episode = 0
        self._running = False
        self._seed: int | None = None
        self._segments: list[str] = []
        self._sums: list[Terms] = []
        self._rooms: set[tuple[int, int]] = set()
        self._index = self._first_step = self._at = 0
        self._begin_segment()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Reset the environment and begin the next episode; one that was running is cut and closed."""
        self.finish()
        observation, info = self.env.reset(seed=seed, options=options)
        self._seed = seed
        self._running = True
        return observation, info

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Step the environment and record it.

        Raises:
            RecordingError: No episode is running: reset first.
        """
        if not self._running:
            raise RecordingError("no episode is running; call reset first")
        at = self._at
        keep = at % self._frame_every == 0
        if keep:
            self._base.request_frame()
        observation, reward, terminated, truncated, info = self.env.step(action)
        value = float(reward)
        self._actions[at] = action
        self._observations[at] = observation if self._is_vector else self._base.vector()
        self._base.wram.take(STATE_OFFSETS, None, out=self._ram[at], mode="clip")
        self._rewards.append(value)
        self._terms.append(dict(info["rewards"]))
        if keep:
            self._frames[at] = self._base.frame()
        self._at = at + 1
        if terminated or truncated or self._at == self._segment_steps:
            self._end_segment(terminated, truncated)
        if terminated or truncated:
            self._end_episode(terminated, truncated)
        return observation, value, terminated, truncated, info

    def finish(self) -> None:
        """Close a running episode where it is, at the end of an epoch; nothing happens if none has a step."""
        if self._running and self._at:
            self._end_segment(terminated=False, truncated=False)
        if self._running and self._index:
            self._end_episode(terminated=False, truncated=False)
        self._running = False

    def close(self) -> None:
        """Close a running episode and the environment; the writer stays open for others."""
        self.finish()
        self.env.close()  # type: ignore[no-untyped-call]

    def _begin_episode(self) -> None:
        self._index = self._first_step = 0
        self._segments, self._sums, self._rooms = [], [], set()

    def _begin_segment(self) -> None:
        steps = self._segment_steps
        self._at = 0
        self._actions = np.zeros(steps, np.uint8)
        self._observations = np.zeros((steps, OBS_SIZE), np.float32)
        self._ram = np.zeros((steps, len(STATE_OFFSETS)), np.uint8)
        self._rewards: list[float] = []
        self._terms: list[Terms] = []
        self._frames: dict[int, Bytes] = {}

    def _end_segment(self, terminated: bool, truncated: bool) -> None:
        steps = self._at
        recording = Recording(
            epoch=self._epoch,
            worker=self._worker,
            env=self._env_index,
            episode=self._episode,
            index=self._index,
            first_step=self._first_step,
            terminated=terminated,
            truncated=truncated,
            seed=self._seed,
            frame_skip=self._base.config.frame_skip,
            title=self._base.rom.title,
            sha1=self._base.rom.sha1,
            actions=self._actions[:steps],
            rewards=self._rewards,
            terms=self._terms,
            observations=self._observations[:steps],
            ram=self._ram[:steps],
            frames=self._frames,
        )
        if self._writer.submit(recording):
            self._segments.append(segment_id(self._index))
        self._sums.append(sum_terms(self._terms))
        self._rooms |= stable_rooms(recording.ram)
        self._index += 1
        self._first_step += steps
        self._begin_segment()

    def _end_episode(self, terminated: bool, truncated: bool) -> None:
        rewards = sum_terms(self._sums)
        self._writer.submit_episode(
            EpisodeRecord.model_validate(
                {
                    "episode_id": episode_id(self._epoch, self._worker, self._env_index, self._episode),
                    "epoch": self._epoch,
                    "worker": self._worker,
                    "env": self._env_index,
                    "episode": self._episode,
                    "seed": self._seed,
                    "segments": self._segments,
                    "steps": self._first_step,
                    "return": math.fsum(rewards.values()),
                    "rewards": rewards,
                    "unique_rooms": len(self._rooms),
                    "terminated": terminated,
                    "truncated": truncated,
                }
            )
        )
        self._episode += 1
        self._running = False
        self._begin_episode()
