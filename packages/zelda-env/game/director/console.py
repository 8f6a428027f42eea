"""The emulator, one frame at a time, with the RAM in view and every input kept."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pyboy import PyBoy
from zelda_env import Rom, fast
from zelda_env.ram import Ram
from zelda_env.state import Screen

from director.inputs import BUTTONS, Buttons, Inputs

BOOT_FRAMES: Final = 120
"""Frames without input after power-on; a recording begins after them."""


@dataclass(frozen=True)
class Checkpoint:
    """A moment to go back to: the emulator's state and the inputs that led to it."""

    state: bytes
    held: Buttons
    inputs: Inputs


class Console:
    """A Game Boy Color with one cartridge in it, switched on.

    Args:
        rom: The cartridge.
        save: What its battery kept from an earlier play, or None.
    """

    def __init__(self, rom: Rom, save: bytes | None = None) -> None:
        battery = None if save is None else io.BytesIO(save)
        self._pyboy = PyBoy(
            io.BytesIO(rom.data), ram_file=battery, window="null", sound_emulated=False, log_level="CRITICAL"
        )
        self._pyboy.set_emulation_speed(0)
        self._pyboy.tick(BOOT_FRAMES, True, False)
        self._ram = Ram(self._pyboy)
        self._view = self._ram.wram()
        self._held: Buttons = ()
        self.inputs = Inputs()
        """What was pressed since power-on, after the first `BOOT_FRAMES`."""

    def frame(self, buttons: Buttons = (), frames: int = 1, render: bool = False) -> None:
        """Hold some buttons for some frames; those of the frame before are let go first."""
        buttons = tuple(button for button in BUTTONS if button in buttons)
        for button in self._held:
            if button not in buttons:
                self._pyboy.button_release(button)
        for button in buttons:
            if button not in self._held:
                self._pyboy.button_press(button)
        self._held = buttons
        self._pyboy.tick(frames, render, False)
        self._view = self._ram.wram()
        self.inputs.add(buttons, frames)

    def play(self, inputs: Inputs) -> None:
        """Press what was recorded."""
        for buttons, frames in inputs.runs:
            self.frame(buttons, frames)

    def byte(self, address: int) -> int:
        """Return a byte; D000-DFFF are those of bank 1."""
        if address >= 0xFF80:
            return int(self._ram.read(address))
        return int(self._view[(address & 0xFFF) + (0x1000 if address >= 0xD000 else 0)])

    def word(self, address: int) -> int:
        """Return two bytes, the low one first."""
        return self.byte(address) | self.byte(address + 1) << 8

    @property
    def wram(self) -> NDArray[np.uint8]:
        """Banks 0, 1 and 2 of work RAM, uint8 (12288,), as they are now."""
        return self._view

    @property
    def screen(self) -> Screen:
        """What is going on apart from the world."""
        return Screen.read(self._view)

    def dump(self) -> bytes:
        """Return all of work RAM and high RAM; two plays are the same if these are."""
        return self._ram.dump()

    def picture(self) -> Image.Image:
        """Return what the screen shows, 160x144; a copy of the emulator draws it, so the play does not change."""
        here = self.checkpoint()
        self._pyboy.tick(1, True, False)
        image = Image.fromarray(np.array(self._pyboy.screen.ndarray[:, :, :3]))
        self.restore(here)
        return image

    def checkpoint(self) -> Checkpoint:
        """Return this moment, to go back to it."""
        if fast.MODULE is not None:
            return Checkpoint(fast.MODULE.save_state(self._pyboy), self._held, self.inputs.copy())
        file = io.BytesIO()
        self._pyboy.save_state(file)
        return Checkpoint(file.getvalue(), self._held, self.inputs.copy())

    def restore(self, moment: Checkpoint) -> None:
        """Go back to a moment of this console."""
        if fast.MODULE is None:
            self._pyboy.load_state(io.BytesIO(moment.state))
        else:
            fast.MODULE.load_state(self._pyboy, moment.state)
        self._held = moment.held
        self.inputs = moment.inputs.copy()
        self._view = self._ram.wram()

    def switch_off(self) -> bytes:
        """Switch off for good; return what the cartridge keeps without power."""
        file = io.BytesIO()
        self._pyboy.stop(save=True, ram_file=file)
        return file.getvalue()

    def close(self) -> None:
        """Switch off; nothing is written."""
        self._pyboy.stop(save=False)
