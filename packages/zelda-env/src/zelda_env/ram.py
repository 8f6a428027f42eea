"""Work RAM by bank: in place where PyBoy's internals allow it, else through its public API."""

from __future__ import annotations

import array
import gc
from typing import Final, Literal

import numpy as np

from zelda_env._pyboy import PyBoy, PyBoyMemoryView
from zelda_env.errors import EmulatorError
from zelda_env.glance import everything, glance
from zelda_env.ram_map import WRAM_BYTES, Bytes

Access = Literal["auto", "zero-copy", "public"]

_ARRAY_BYTES: Final = 0x8000
"""PyBoy keeps the eight banks of a Game Boy Color's work RAM in one array, bank after bank."""


class Ram:
    """Work RAM by bank, read without copying where PyBoy's internals allow it.

    PyBoy has no public way to look at RAM without copying it byte by byte. Its work RAM lies in an `array.array`, which
    the garbage collector knows; the array is found there and accepted only if bytes written through the public API
    appear in it, in three banks. Otherwise the public API is used, for the bytes this package needs and no others.

    Args:
        pyboy: A running emulator in Game Boy Color mode.
        access: `zero-copy` and `public` insist on one way; `auto` takes the first if its check succeeds.

    Raises:
        EmulatorError: `zero-copy` was asked for and the check failed.
    """

    def __init__(self, pyboy: PyBoy, access: Access = "auto") -> None:
        self._memory = pyboy.memory
        view = None if access == "public" else _find_wram(self._memory)
        if view is None and access == "zero-copy":
            raise EmulatorError("PyBoy's work RAM was not found; expected PyBoy 2.8.1: install it, or use 'public'")
        self.access: Literal["zero-copy", "public"] = "public" if view is None else "zero-copy"
        """Which way was taken."""
        self._live = view is not None
        self._view: Bytes = np.zeros(WRAM_BYTES, np.uint8) if view is None else view

    def wram(self) -> Bytes:
        """Return banks 0, 1 and 2 as uint8 (12288,), read-only, by linear offset; valid until the next tick.

        With public access only the bytes in `ram_map.used_offsets()` are filled in, the others are 0.
        """
        if not self._live:
            everything().read(self._memory, self._view)
        return self._view

    def glance(self) -> Bytes:
        """Return what `wram` does, with public access as far as the next observation and reward depend on it.

        That leaves out the room flags of other groups, the cells out of Link's sight, outside of dungeons what belongs
        to them, and objects while there are none: what the view holds there is old or 0.
        """
        if not self._live:
            glance(self._memory, self._view)
        return self._view

    def read(self, address: int, bank: int = 0) -> int:
        """Return a byte of work RAM (C000-DFFF, its bank for D000 and up) or high RAM (FF80-FFFE)."""
        if address >= 0xFF80:
            return int(self._memory[address])
        return int(self._memory[bank, address])

    def dump(self) -> bytes:
        """Return all of WRAM banks 0 to 7 and high RAM, 32768 + 127 bytes; what a run's determinism is judged by."""
        data = bytearray()
        for bank in range(8):
            start = 0xC000 if bank == 0 else 0xD000
            data += bytes(self._memory[bank, start : start + 0xFFF])
            data.append(self._memory[bank, start + 0xFFF])
        return bytes(data) + bytes(self._memory[0xFF80:0xFFFF])


def _find_wram(memory: PyBoyMemoryView) -> Bytes | None:
    """Return a read-only view of PyBoy's work RAM, or None if no array passes the check."""
    probes = ((0, 0xC000), (1, 0xD7FF), (2, 0xDFFF))
    for item in gc.get_objects():
        if type(item) is array.array and item.typecode == "B" and len(item) == _ARRAY_BYTES:
            view = np.frombuffer(item, np.uint8)
            if all(_mirrors(memory, bank, address, view) for bank, address in probes):
                view = view[:WRAM_BYTES]
                view.flags.writeable = False
                return view
    return None


def _mirrors(memory: PyBoyMemoryView, bank: int, address: int, view: Bytes) -> bool:
    """Tell whether what is written to an address appears in the view; the byte is put back."""
    offset = bank * 0x1000 + (address & 0xFFF)
    old = memory[bank, address]
    try:
        for value in (old ^ 0x5A, old ^ 0xA5):
            memory[bank, address] = value
            if view[offset] != value:
                return False
    finally:
        memory[bank, address] = old
    return bool(view[offset] == old)
