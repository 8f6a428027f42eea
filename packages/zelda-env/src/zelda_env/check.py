"""A cartridge looked over: does it boot, does its RAM say what the map promises, does the environment keep its laws."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import gymnasium as gym
import numpy as np
from gymnasium.utils.env_checker import check_env

from zelda_env.details import Room, Story
from zelda_env.emulator import ACTIONS
from zelda_env.env import ZeldaEnv
from zelda_env.registration import ACORN_ID, SEASONS_ID
from zelda_env.rom import Rom
from zelda_env.state import GameState

WALK_STEPS = 100


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What.
        passed: Whether it is as it should be; None when it says nothing either way.
        detail: What was seen.
    """

    name: str
    passed: bool | None
    detail: str


def look_over(rom: Rom, state: str | None = None) -> Iterator[Finding]:
    """Check a cartridge on the emulator, a few seconds in all.

    Args:
        rom: The cartridge.
        state: A file to start episodes from, or None to boot.

    Raises:
        InitialStateError: There is nowhere to start.
    """
    env = ZeldaEnv(rom=rom, state=state)
    try:
        yield Finding("RAM access", True, env.ram.access)
        env.reset(seed=0)
        yield from _start(env.game_state())
        yield _walk(env)
        yield _repeat(env)
    finally:
        env.close()
    yield _gymnasium(rom, state)


def _start(state: GameState) -> Iterator[Finding]:
    place = f"group {state.group} room {state.room:02X} season {state.season} at ({state.x}, {state.y})"
    yield Finding("start", state.can_act, f"{place}, can act: {state.can_act}")
    story, room = state.story or Story(), state.place or Room()
    yield Finding("save file", story.loaded, f"a file of the game is loaded: {story.loaded}")
    fits = (room.width, room.height) == ((30, 22) if room.large else (20, 16))
    yield Finding("room size", fits, f"{room.width} x {room.height} cells of 8 pixels, large: {room.large}")
    healthy = 0 < state.health <= state.max_health <= 0x40
    yield Finding("health", healthy, f"{state.health} of {state.max_health} quarter hearts")


def _walk(env: ZeldaEnv) -> Finding:
    """Walk into each direction and see whether a room change shows as a transition that comes to rest."""
    for direction in range(1, 5):
        env.reset(seed=0)
        before = env.game_state()
        moving = False
        for _ in range(WALK_STEPS):
            env.step(direction)
            state = env.game_state()
            moving |= state.transition
            if state.stable and (state.group, state.room) != (before.group, before.room):
                detail = f"{ACTIONS[direction]}: {before.group}:{before.room:02x} to {state.group}:{state.room:02x}"
                return Finding("room change", moving, detail)
    return Finding("room change", None, f"none by walking {WALK_STEPS} steps straight into any direction")


def _repeat(env: ZeldaEnv, steps: int = 200) -> Finding:
    actions = np.random.default_rng(0).integers(0, len(ACTIONS), steps)
    hashes = set()
    for _ in range(2):
        env.reset(seed=0)
        for action in actions:
            env.step(action)
        hashes.add(hashlib.sha256(env.ram.dump()).hexdigest()[:16])
    return Finding("determinism", len(hashes) == 1, f"RAM after {steps} random steps, twice: {', '.join(hashes)}")


def _gymnasium(rom: Rom, state: str | None) -> Finding:
    name = ACORN_ID if rom.game == "acorn" else SEASONS_ID
    env = gym.make(name, rom=rom, state=state)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            check_env(env.unwrapped)
    except (AssertionError, TypeError, ValueError) as error:
        return Finding("gymnasium check_env", False, str(error))
    finally:
        env.close()  # type: ignore[no-untyped-call]
    return Finding("gymnasium check_env", not caught, "; ".join(str(item.message) for item in caught) or "no warning")
