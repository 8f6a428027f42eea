"""`env.step` with observation, rewards and coverage, against the emulator alone with the same inputs and holds."""

from __future__ import annotations

import io
import os
import statistics
import time
from pathlib import Path

import numpy as np
import pytest
from pyboy import PyBoy
from pyboy.utils import WindowEvent
from zelda_env import Rom, ZeldaEnv, fast

STEPS = 1000
BURNING = os.environ.get("ZELDA_BENCH_ROM", "packages/zelda-env/game/build/acorn-burn.gbc")
"""A cartridge that computes in every frame instead of waiting for the next one, as commercial games do."""
PRESS = [
    None,
    WindowEvent.PRESS_ARROW_UP,
    WindowEvent.PRESS_ARROW_DOWN,
    WindowEvent.PRESS_ARROW_LEFT,
    WindowEvent.PRESS_ARROW_RIGHT,
    WindowEvent.PRESS_BUTTON_A,
    WindowEvent.PRESS_BUTTON_B,
]
RELEASE = [
    None,
    WindowEvent.RELEASE_ARROW_UP,
    WindowEvent.RELEASE_ARROW_DOWN,
    WindowEvent.RELEASE_ARROW_LEFT,
    WindowEvent.RELEASE_ARROW_RIGHT,
    WindowEvent.RELEASE_BUTTON_A,
    WindowEvent.RELEASE_BUTTON_B,
]


class RawLoop:
    """PyBoy and nothing else, given the same inputs for the same frames."""

    def __init__(self, rom: Rom, state: bytes, frame_skip: int) -> None:
        self.pyboy = PyBoy(io.BytesIO(rom.data), window="null", sound_emulated=False, log_level="CRITICAL")
        self.pyboy.set_emulation_speed(0)
        self.state, self.frame_skip = state, frame_skip

    def load(self) -> None:
        self.pyboy.load_state(io.BytesIO(self.state))

    def run(self, actions: list[int]) -> None:
        tick, send, skip, held = self.pyboy.tick, self.pyboy.send_input, self.frame_skip, 0
        for action in actions:
            if held and (held != action or held > 4):
                send(RELEASE[held])
                held = 0
            if action > 4 and skip > 1:
                send(PRESS[action])
                tick(skip - 1, False, False)
                send(RELEASE[action])
                tick(1, False, False)
                continue
            if action and held != action:
                send(PRESS[action])
                held = action
            tick(skip, False, False)


def cartridge(game: str) -> Rom:
    if game == "acorn":
        return Rom.acorn()
    if not Path(BURNING).exists():
        pytest.skip(f"no {BURNING}: make it with `make game BURN=1`, or name one in ZELDA_BENCH_ROM")
    return Rom.load(BURNING)


@pytest.mark.benchmark(group="env.step", timer=time.process_time)
@pytest.mark.parametrize("access", ["zero-copy", "public"])
@pytest.mark.parametrize("frame_skip", [1, 4, 8, 24])
@pytest.mark.parametrize("game", ["acorn", "burning"])
def test_step(ratio, game, frame_skip, access):
    env = ZeldaEnv(
        rom=cartridge(game), frame_skip=frame_skip, ram_access=access, episode_length=10**9, terminate_on_death=False
    )
    env.reset(seed=0)
    raw = RawLoop(env.rom, env.save_state(), frame_skip)
    raw.load()
    actions = np.random.default_rng(0).integers(0, 7, STEPS).tolist()  # no Start: a menu is cheap and would flatter

    def ours() -> None:
        for action in actions:
            env.step(action)

    ratio(ours, lambda: raw.run(actions), "step", STEPS)
    env.close()
    raw.pyboy.stop(save=False)


@pytest.mark.benchmark(group="env.reset", timer=time.process_time)
def test_reset(ratio, capsys):
    """A reset, with its 1 to 30 idle frames, against PyBoy's own `load_state` alone."""
    env = ZeldaEnv()
    env.reset(seed=0)
    raw = RawLoop(env.rom, env.save_state(), 4)
    taken: list[float] = []

    def ours() -> None:
        started = time.process_time()
        env.reset()
        taken.append(time.process_time() - started)

    ratio(ours, raw.load, "load", 1)
    with capsys.disabled():
        print(f"  reset: {1e3 * statistics.median(taken):.2f} ms, states by {env.state_access} {fast.MISSING}")
    env.close()
    raw.pyboy.stop(save=False)
