"""The ids under which Gymnasium finds the environments, registered when `zelda_env` is imported."""

from __future__ import annotations

import os
from typing import Any

import gymnasium as gym

from zelda_env.env import ZeldaEnv
from zelda_env.errors import RomError
from zelda_env.rom import Rom
from zelda_env.vector import ZeldaVectorEnv

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
    return ZeldaEnv(rom=seasons(rom), **options)


def make_seasons_vec(
    num_envs: int = 1,
    rom: str | os.PathLike[str] | None = None,
    **options: Any,  # noqa: ANN401  they are ZeldaVectorEnv's, which checks them
) -> ZeldaVectorEnv:
    """Make a vector of them: what `gym.make_vec` calls for `zelda_env/Seasons-v0` and `vector_entry_point`.

    Args:
        num_envs: How many.
        rom: As for `make_seasons`.
        **options: As for `ZeldaVectorEnv`.

    Raises:
        RomError: As for `make_seasons`.
    """
    return ZeldaVectorEnv(num_envs, rom=seasons(rom), **options)


def seasons(rom: str | os.PathLike[str] | None) -> Rom:
    """Return your own cartridge: the file that is given, or the one that `ZELDA_ROM` names.

    Raises:
        RomError: No cartridge was named, or it is not Oracle of Seasons.
    """
    path = rom if rom is not None else os.environ.get("ZELDA_ROM")
    if not path:
        raise RomError(
            f"{SEASONS_ID} needs your own cartridge of Zelda: Oracle of Seasons and none was named; pass rom=PATH or "
            f"set ZELDA_ROM, or make {ACORN_ID}, which is free"
        )
    cartridge = Rom.load(path)
    if cartridge.game != "seasons":
        raise RomError(f"{os.fspath(path)!r} is {cartridge.title}; {SEASONS_ID} expects ZELDA DIN: make {ACORN_ID}")
    return cartridge


def register() -> None:
    """Register both ids with Gymnasium; does nothing when they are."""
    for name, entry_point, vector_entry_point in (
        (ACORN_ID, "zelda_env.env:ZeldaEnv", "zelda_env.vector:make_vec"),
        (SEASONS_ID, "zelda_env.registration:make_seasons", "zelda_env.registration:make_seasons_vec"),
    ):
        if name not in gym.registry:
            gym.register(id=name, entry_point=entry_point, vector_entry_point=vector_entry_point)
