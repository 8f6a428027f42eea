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
from zelda_env import Ram, Rom, ZeldaEnv, fast

GAME = Path(__file__).resolve().parents[2] / "packages" / "zelda-env" / "game"
BURNING = Path(os.environ.get("ZELDA_BENCH_ROM", GAME / "build" / "acorn-burn.gbc"))
"""A cartridge that computes in every frame instead of waiting for the next one, as commercial games do."""
STEPS = {1: 2000, 4: 750, 8: 500, 24: 250}
"""In each measurement, by frame skip."""
TARGETS = {
    ("compiled", 1): 0.88, ("compiled", 4): 0.95, ("compiled", 8): 0.97, ("compiled", 24): 0.97,
    ("public", 4): 0.85, ("public", 24): 0.95,
}  # fmt: skip
"""By path and frame skip, on either cartridge."""
RESET_S = 2e-3
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
        self.state, self.frame_skip, self.held = state, frame_skip, 0

    def load(self) -> None:
        self.pyboy.load_state(io.BytesIO(self.state))

    def run(self, actions: list[int]) -> None:
        tick, send, skip, held = self.pyboy.tick, self.pyboy.send_input, self.frame_skip, self.held
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
        self.held = held


def cartridge(game: str) -> Rom:
    if game == "acorn":
        return Rom.acorn()
    if not BURNING.exists():
        pytest.skip(f"no {BURNING.name}: `make game BURN=1` makes it (needs sdcc), or name one in ZELDA_BENCH_ROM")
    return Rom.load(BURNING)


@pytest.fixture(params=["compiled", "python", "public", "public python"])
def path(request, monkeypatch):
    """How an observation comes about: RAM in place or through PyBoy's public API, the rest compiled or Python."""
    if "python" in request.param:
        monkeypatch.setattr(fast, "MODULE", None)
    elif fast.MODULE is None:
        pytest.skip(f"the compiled module: {fast.MISSING}")
    return request.param


@pytest.mark.benchmark(group="env.step", timer=time.process_time)
@pytest.mark.parametrize("frame_skip", STEPS)
@pytest.mark.parametrize("game", ["acorn", "burning"])
def test_step(ratio, game, path, frame_skip):
    env = ZeldaEnv(
        rom=cartridge(game),
        frame_skip=frame_skip,
        ram_access="public" if "public" in path else "zero-copy",
        episode_length=10**9,
        terminate_on_death=False,
    )
    env.reset(seed=0)
    raw = RawLoop(env.rom, env.save_state(), frame_skip)
    raw.load()
    steps = STEPS[frame_skip]
    actions = np.random.default_rng(0).integers(0, 7, steps).tolist()  # no Start: a menu is cheap and would flatter

    def ours() -> None:
        for action in actions:
            env.step(action)

    try:
        name = f"env.step, {game}, {path}, frame skip {frame_skip}"
        target = TARGETS.get((path, frame_skip))
        ratio(ours, lambda: raw.run(actions), "frame", steps * frame_skip, name=name, target=target)
        assert Ram(raw.pyboy).dump() == env.ram.dump()  # both played the same game, or the ratio means nothing
    finally:
        env.close()
        raw.pyboy.stop(save=False)


@pytest.mark.benchmark(group="env.reset", timer=time.process_time)
def test_reset(ratio, note):
    """A reset, with its 1 to 30 idle frames, against PyBoy's own `load_state` alone."""
    env = ZeldaEnv()
    env.reset(seed=0)
    raw = RawLoop(env.rom, env.save_state(), 4)
    taken: list[float] = []

    def ours() -> None:
        started = time.process_time()
        env.reset()
        taken.append(time.process_time() - started)

    ratio(ours, raw.load, "load", 1, name=f"env.reset, states by {env.state_access} {fast.MISSING}".strip())
    median = statistics.median(taken)
    note("env.reset, CPU time", f"{1e3 * median:.2f} ms", "", "< 2 ms" if env.state_access == "compiled" else "")
    assert env.state_access == "pyboy" or median < RESET_S
    env.close()
    raw.pyboy.stop(save=False)
