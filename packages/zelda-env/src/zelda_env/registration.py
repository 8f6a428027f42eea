"""The ids under which Gymnasium finds the environments, registered when `zelda_env` is imported."""

from __future__ import annotations

import os
from typing import Any

import gymnasium as gym

from zelda_env.env import ZeldaEnv
from zelda_env.errors import RomError

ACORN_ID = "zelda_env/Acorn-v0"
SEASONS_ID = "zelda_env/Seasons-v0"


def make_seasons(
    rom: str | os.PathLike[str] | None = None,
    **options: Any,  # noqa: ANN401  they are ZeldaEnv's, which checks them
) -> ZeldaEnv:
    """Make the environment for your own cartridge: what `gym.make("zelda_env/Seasons-v0", rom=…)` calls.

    Args:
        rom: The cartridge file; without it the environment variable `ZELDA_ROM` names it.
        **options: As for `ZeldaEnv`.

    Raises:
        RomError: No cartridge was named, or it is not Oracle of Seasons.
    """
    path = rom if rom is not None else os.environ.get("ZELDA_ROM")
    if not path:
        raise RomError(
            f"{SEASONS_ID} needs your own cartridge of Zelda: Oracle of Seasons and none was named; pass rom=PATH or "
            f"set ZELDA_ROM, or make {ACORN_ID}, which is free"
        )
    env = ZeldaEnv(rom=path, **options)
    if env.rom.game != "seasons":
        env.close()
        raise RomError(f"{os.fspath(path)!r} is {env.rom.title}; {SEASONS_ID} expects ZELDA DIN: make {ACORN_ID}")
    return env


def register() -> None:
    """Register both ids with Gymnasium; does nothing when they are."""
    for name, entry_point in (
        (ACORN_ID, "zelda_env.env:ZeldaEnv"),
        (SEASONS_ID, "zelda_env.registration:make_seasons"),
    ):
        if name not in gym.registry:
            gym.register(id=name, entry_point=entry_point)
