"""A thin layer over PyBoy: one cartridge, stepped by actions, with fast and bank-explicit reads of its RAM."""

from __future__ import annotations

import array
import gc
import io
import warnings
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from zelda_env.errors import EmulatorError, InitialStateError
from zelda_env.ram_map import WRAM_BYTES, Bytes, used_offsets
from zelda_env.rom import Rom

with warnings.catch_warnings():
    # pysdl2-dll announces on import which SDL2 it found; that concerns nobody who runs without a window.
    warnings.filterwarnings("ignore", message="Using SDL2 binaries", category=UserWarning)
    from pyboy import PyBoy
    from pyboy.pyboy import PyBoyMemoryView
    from pyboy.utils import PyBoyException, WindowEvent

ACTIONS: Final = ("NOP", "up", "down", "left", "right", "A", "B", "Start")
"""The actions by number."""

Access = Literal["auto", "zero-copy", "public"]

FRAME_SHAPE: Final = (144, 160, 3)
"""Rows, columns and colour channels of a frame."""

_DIRECTIONS: Final = 4
_ARRAY_BYTES: Final = 0x8000
"""PyBoy keeps the eight banks of a Game Boy Color's work RAM in one array, bank after bank."""

PRESS: Final = (
    None,
    WindowEvent.PRESS_ARROW_UP,
    WindowEvent.PRESS_ARROW_DOWN,
    WindowEvent.PRESS_ARROW_LEFT,
    WindowEvent.PRESS_ARROW_RIGHT,
    WindowEvent.PRESS_BUTTON_A,
    WindowEvent.PRESS_BUTTON_B,
    WindowEvent.PRESS_BUTTON_START,
)
RELEASE: Final = (
    None,
    WindowEvent.RELEASE_ARROW_UP,
    WindowEvent.RELEASE_ARROW_DOWN,
    WindowEvent.RELEASE_ARROW_LEFT,
    WindowEvent.RELEASE_ARROW_RIGHT,
    WindowEvent.RELEASE_BUTTON_A,
    WindowEvent.RELEASE_BUTTON_B,
    WindowEvent.RELEASE_BUTTON_START,
)


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
        self._runs = _runs(used_offsets())

    def wram(self) -> Bytes:
        """Return banks 0, 1 and 2 as uint8 (12288,), read-only, by linear offset; valid until the next tick.

        With public access only the bytes in `ram_map.used_offsets()` are filled in, the others are 0.
        """
        if not self._live:
            for start, stop in self._runs:
                self._view[start:stop] = self._slice(start, stop)
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

    def _slice(self, start: int, stop: int) -> list[int]:
        """Read a run of linear offsets; PyBoy refuses slices that reach the end of a bank."""
        bank, low = divmod(start, 0x1000)
        base = 0xC000 if bank == 0 else 0xD000
        address, end = base + low, base + low + stop - start
        if end == base + 0x1000:
            return [*self._memory[bank, address : end - 1], self._memory[bank, end - 1]]
        values: list[int] = self._memory[bank, address:end]
        return values


class Emulator:
    """One cartridge in PyBoy, without sound, at full speed.

    The ROM is handed over in memory, so PyBoy never writes a `.ram` file beside it.

    Args:
        rom: The cartridge.
        access: How RAM is read; see `Ram`.
        window: `null`, or `SDL2` to watch and play in real time.
    """

    def __init__(self, rom: Rom, *, access: Access = "auto", window: Literal["null", "SDL2"] = "null") -> None:
        self.rom = rom
        self._pyboy = PyBoy(io.BytesIO(rom.data), window=window, sound_emulated=False, log_level="CRITICAL")
        if window == "null":
            self._pyboy.set_emulation_speed(0)
        self._tick = self._pyboy.tick
        self._send = self._pyboy.send_input
        self._held = 0
        self._broken = ""
        # The first frame an instance renders can be wrong: it is rendered here, where nobody sees it.
        self._tick(1, True, False)
        self.ram = Ram(self._pyboy, access)

    def tick(self, frames: int = 1, render: bool = False) -> bool:
        """Run frames with the buttons as they are; return False once the window was closed.

        Args:
            frames: How many, >= 0.
            render: Draw the last of them, so that `frame` shows it.
        """
        return bool(self._tick(frames, render, False))

    def act(self, action: int, frames: int, render: bool = False) -> None:
        """Run frames with an action.

        A direction is held for all of the frames and let go when another action comes, so that walking and pushing go
        on over equal actions. A button is held for all frames but the last, so that each action is a press of its own.

        Args:
            action: 0 to 7, see `ACTIONS`.
            frames: How many, >= 2.
            render: Draw the last frame.
        """
        held = self._held
        if held and held != action:
            self._send(RELEASE[held])
            self._held = 0
        if not 0 < action <= _DIRECTIONS:
            if action:
                self._send(PRESS[action])
                self._tick(frames - 1, False, False)
                self._send(RELEASE[action])
                frames = 1
        elif held != action:
            self._send(PRESS[action])
            self._held = action
        self._tick(frames, render, False)

    def frame(self) -> NDArray[np.uint8]:
        """Return a copy of the last frame that was rendered, uint8 (144, 160, 3) RGB."""
        return np.array(self._pyboy.screen.ndarray[:, :, :3], order="C")

    def save_state(self) -> bytes:
        """Return the whole state of the emulator, with no button held."""
        self._let_go()
        file = io.BytesIO()
        self._pyboy.save_state(file)
        return file.getvalue()

    def load_state(self, state: bytes) -> None:
        """Go back to a saved state.

        Raises:
            InitialStateError: PyBoy refuses it. The emulator is then half loaded: close it and make another.
            EmulatorError: An earlier load failed.
        """
        if self._broken:
            raise EmulatorError(f"the emulator is broken by a failed load ({self._broken}); make a new one")
        # PyBoy keeps pending input over a load, so nothing may be pending.
        self._let_go()
        try:
            self._pyboy.load_state(io.BytesIO(state))
        except (PyBoyException, IndexError, TypeError, ValueError, OverflowError) as error:
            self._broken = f"{type(error).__name__}: {error}"
            raise InitialStateError(
                f"the save state ({len(state)} bytes) does not load ({self._broken}); expected one made with "
                f"PyBoy 2.8.1 and the cartridge {self.rom.title}: make it again with `zelda-env play --save-state`"
            ) from error

    def close(self) -> None:
        """Stop the emulator; nothing is written. May be called again."""
        self._pyboy.stop(save=False)

    def _let_go(self) -> None:
        """Release what is held and let a frame pass, so that no input is pending."""
        if self._held:
            self._send(RELEASE[self._held])
            self._held = 0
        self._tick(1, False, False)


def _runs(offsets: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Join sorted offsets to runs [start, stop) that stay within a bank; small gaps are read along."""
    runs: list[tuple[int, int]] = []
    for offset in offsets.tolist():
        if runs and offset - runs[-1][1] < 4 and offset >> 12 == runs[-1][0] >> 12:
            runs[-1] = (runs[-1][0], offset + 1)
        else:
            runs.append((offset, offset + 1))
    return runs


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
