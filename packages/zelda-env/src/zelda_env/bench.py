"""How much of the emulator's speed the environment leaves: `env.step` against a bare PyBoy loop."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zelda_env._pyboy import PyBoy
from zelda_env.emulator import ACTIONS, PRESS, RELEASE
from zelda_env.env import ZeldaEnv

DIRECTIONS = range(1, 5)


@dataclass(frozen=True)
class BenchResult:
    """Pairs of measurements, each over the same number of steps from the same state with the same inputs.

    Attributes:
        steps: Steps in each measurement.
        frame_skip: Frames a step.
        raw_us: CPU time of a step's frames in the bare loop, microseconds, one for each pair.
        env_us: CPU time of `env.step`, microseconds, one for each pair.
    """

    steps: int
    frame_skip: int
    raw_us: tuple[float, ...]
    env_us: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """Speed of the environment as a share of the bare loop's, one for each pair; 1 would be no overhead."""
        return [raw / env for raw, env in zip(self.raw_us, self.env_us, strict=True)]

    def summary(self) -> str:
        """Return the medians and the spread in one line."""
        ratios = sorted(self.ratios)
        return (
            f"env.step at frame skip {self.frame_skip}: {statistics.median(ratios):.3f} of the raw emulator's speed "
            f"(median of {len(ratios)} pairs, {ratios[0]:.3f} to {ratios[-1]:.3f}); "
            f"{statistics.median(self.env_us):.1f} µs a step, {statistics.median(self.raw_us):.1f} µs raw"
        )


def measure(
    env: ZeldaEnv, *, steps: int, pairs: int, seed: int, clock: Callable[[], float] = time.process_time
) -> BenchResult:
    """Measure in interleaved pairs, so that whatever else the machine does falls on both sides alike.

    Args:
        env: Reset before each measurement with the same seed.
        steps: In each measurement.
        pairs: How many times both are measured.
        seed: Of the resets and of the random actions.
        clock: CPU seconds.
    """
    actions = np.random.default_rng(seed).integers(0, len(ACTIONS), steps)
    emulator = PyBoy(io.BytesIO(env.rom.data), window="null", sound_emulated=False, log_level="CRITICAL")
    emulator.set_emulation_speed(0)
    raw, stepped = [], []
    try:
        for _ in range(pairs):
            env.reset(seed=seed)
            state = io.BytesIO(env.save_state())
            stepped.append(_time_env(env, actions, clock) / steps * 1e6)
            emulator.tick(1, False, False)
            emulator.load_state(state)
            raw.append(_time_raw(emulator, actions, env.config.frame_skip, clock) / steps * 1e6)
    finally:
        emulator.stop(save=False)
    return BenchResult(steps, env.config.frame_skip, tuple(raw), tuple(stepped))


def _time_env(env: ZeldaEnv, actions: NDArray[np.int64], clock: Callable[[], float]) -> float:
    start = clock()
    for action in actions:
        env.step(action)
    return clock() - start


def _time_raw(emulator: PyBoy, actions: NDArray[np.int64], frames: int, clock: Callable[[], float]) -> float:
    """Run the inputs that `Emulator.act` would send, and nothing else."""
    plan: list[tuple[list[Any], int, Any]] = []
    held = 0
    for action in actions.tolist():
        if held and (held != action or held not in DIRECTIONS):
            events = [RELEASE[held]]
            held = 0
        else:
            events = []
        if held != action:
            events.append(PRESS[action])
        is_button = action and action not in DIRECTIONS and frames > 1
        held = 0 if is_button else action
        plan.append((events, frames - 1, RELEASE[action]) if is_button else (events, frames, None))
    send, tick = emulator.send_input, emulator.tick
    start = clock()
    for events, count, release in plan:
        for event in events:
            send(event)
        tick(count, False, False)
        if release is not None:
            send(release)
            tick(1, False, False)
    return clock() - start
