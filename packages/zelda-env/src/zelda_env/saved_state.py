"""Save states that say where they belong: PyBoy's bytes and behind them a note of the cartridge and the PyBoy version.

PyBoy writes no word of the cartridge into a state and loads that of another without a complaint. It ignores what
follows its own bytes, so a note can lie there, and the state stays one that PyBoy loads as it is.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any, Final

from zelda_env._pyboy import STATE_VERSION
from zelda_env.errors import InitialStateError
from zelda_env.rom import Rom

SCHEMA: Final = "initial-state/1"
MAX_STATE_BYTES: Final = 4 << 20
REMEDY: Final = "make it again with `zelda-env play --save-state FILE`"

PYBOY: Final = version("pyboy")
"""The version that is installed."""
_MARK: Final = b"zelda-env/state"
_LENGTH_BYTES: Final = 2
_CGB: Final = 5
"""Which byte of a state says whether it was saved in Game Boy Color mode; the first one is the format's version."""


def note(rom: Rom) -> dict[str, str]:
    """Return what a state of this cartridge, saved now, says about itself."""
    return {"schema": SCHEMA, "title": rom.title, "sha1": rom.sha1, "pyboy": PYBOY}


def check_note(found: dict[str, Any], rom: Rom, name: str) -> None:
    """Refuse a state whose note names another cartridge or another PyBoy.

    Raises:
        InitialStateError: It does.
    """
    for key, expected in note(rom).items():
        if found.get(key) != expected:
            why = " (another cartridge, or another build of this one)" if key == "sha1" else ""
            raise InitialStateError(
                f"{name} was made with {key} {found.get(key)!r}, expected {expected!r}{why}: {REMEDY}"
            )


def seal(state: bytes, rom: Rom) -> bytes:
    """Put the note behind a state as PyBoy saves it."""
    text = json.dumps(note(rom), sort_keys=True).encode()
    return state + text + len(text).to_bytes(_LENGTH_BYTES, "little") + _MARK


def unseal(data: bytes) -> tuple[bytes, dict[str, Any] | None]:
    """Return a state as PyBoy saves it, and its note; None if it has none.

    Raises:
        InitialStateError: The note cannot be read.
    """
    if not data.endswith(_MARK):
        return data, None
    end = len(data) - len(_MARK) - _LENGTH_BYTES
    begin = end - int.from_bytes(data[end : end + _LENGTH_BYTES], "little")
    try:
        found = json.loads(data[max(begin, 0) : max(end, 0)])
    except ValueError as error:
        raise InitialStateError(f"the note behind the save state is damaged ({error}): {REMEDY}") from error
    if begin < 0 or not isinstance(found, dict):
        raise InitialStateError(f"the note behind the save state is damaged ({len(data)} bytes): {REMEDY}")
    return data[:begin], found


def check_state(data: bytes, rom: Rom, name: str = "the save state") -> bytes:
    """Check a state before an emulator sees it, as far as its bytes tell.

    Args:
        data: What `Emulator.save_state` returned, or what PyBoy did; the latter does not say of which cartridge it is.
        rom: The cartridge it shall belong to.
        name: For the messages.

    Returns:
        The state as PyBoy saves it, without a note.

    Raises:
        InitialStateError: It belongs to another cartridge, another PyBoy or another colour mode, or is no state.
    """
    if not 0 < len(data) <= MAX_STATE_BYTES:
        raise InitialStateError(f"{name} has {len(data)} bytes, expected 1 to {MAX_STATE_BYTES}: {REMEDY}")
    state, found = unseal(data)
    if found is not None:
        check_note(found, rom, name)
    if len(state) <= _CGB:
        raise InitialStateError(f"{name} does not load: it ends after {len(state)} bytes of PyBoy's format: {REMEDY}")
    if state[0] != STATE_VERSION:
        raise InitialStateError(
            f"{name} has version {state[0]} of PyBoy's format, expected version {STATE_VERSION}, which PyBoy {PYBOY} "
            f"writes: {REMEDY}"
        )
    if state[_CGB] != 1:
        raise InitialStateError(
            f"{name} was saved in the mode of the plain Game Boy (its colour flag is {state[_CGB]}), expected Game Boy "
            f"Color mode (1), in which {rom.title} is played here: {REMEDY}"
        )
    return state
