"""Where episodes start: booted once from the cartridge, or read from a save state with a note of what made it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from zelda_env.emulator import Emulator
from zelda_env.errors import InitialStateError
from zelda_env.rom import Rom
from zelda_env.saved_state import REMEDY, SCHEMA, check_note, check_state, note
from zelda_env.state import Screen
from zelda_env.store import Store, StoreError

BOOT_FRAMES: Final = 18_000
"""Frames after which booting is given up: five minutes of play."""

_A, _START = 5, 7
_STEP = 8


def boot(emulator: Emulator, limit: int = BOOT_FRAMES) -> int:
    """Run a cartridge from power-on, pressing Start and A in turn, until the player can act.

    Args:
        emulator: Just created, or anywhere before play.
        limit: Frames after which to give up.

    Returns:
        The frames it took.

    Raises:
        InitialStateError: Play was not reached.
    """
    for count in range(limit // (3 * _STEP)):
        emulator.act(0, 2 * _STEP)
        if Screen.read(emulator.ram.wram()).can_act:
            return count * 3 * _STEP + 2 * _STEP
        emulator.act(_A if count % 2 else _START, _STEP)
    raise InitialStateError(
        f"the cartridge {emulator.rom.title} did not reach play within {limit} frames of pressing Start and A; play to "
        "where episodes shall start with `zelda-env play --save-state FILE` and pass that file as the initial state"
    )


@lru_cache(maxsize=4)
def booted_state(rom: Rom) -> bytes:
    """Return the state a cartridge boots into; made once in each process.

    Raises:
        InitialStateError: Booting does not reach play.
    """
    emulator = Emulator(rom)
    try:
        boot(emulator)
        return emulator.save_state()
    finally:
        emulator.close()


def write_state(path: str, emulator: Emulator) -> None:
    """Save where an emulator is, with a note (`path.json`) of the cartridge and the PyBoy version it belongs to.

    Raises:
        StoreError: The files cannot be written.
    """
    folder, name = os.path.split(os.path.abspath(path))
    store = Store(folder)
    store.write(name, emulator.save_state())
    store.write_json(f"{name}.json", note(emulator.rom))


def read_state(path: str | os.PathLike[str], rom: Rom) -> bytes:
    """Read a save state after checking that it belongs to this cartridge and this PyBoy.

    Raises:
        InitialStateError: It is missing, or its note `path.json` is missing or names something else, or its bytes say
            that it belongs to something else.
    """
    folder, name = os.path.split(os.path.abspath(os.fspath(path)))
    store = Store(folder)
    try:
        found = store.read_json(f"{name}.json", SCHEMA)
        state = store.read(name)
    except FileNotFoundError as error:
        raise InitialStateError(
            f"there is no {error.filename or name}; expected a save state and its note (.json) beside it: {REMEDY}"
        ) from error
    except StoreError as error:
        raise InitialStateError(f"{error}: {REMEDY}") from error
    check_note(found, rom, name)
    check_state(state, rom, name)
    return state


StateSource = str | os.PathLike[str] | bytes
"""Where an episode starts: a file, or a state as PyBoy saves it."""


def initial_states(rom: Rom, source: StateSource | Sequence[StateSource] | None) -> tuple[bytes, ...]:
    """Return the states to start from: those of the sources, or the one the cartridge boots into.

    Raises:
        InitialStateError: There is no source in the list, or one of them does not fit; see `read_state`.
    """
    if source is None:
        return (booted_state(rom),)
    sources = [source] if isinstance(source, str | os.PathLike | bytes) else list(source)
    if not sources:
        raise InitialStateError("the list of initial states is empty; expected at least one, or None to boot")
    return tuple(_checked(item, rom) if isinstance(item, bytes) else read_state(item, rom) for item in sources)


def _checked(state: bytes, rom: Rom) -> bytes:
    check_state(state, rom, "an initial state")
    return state
