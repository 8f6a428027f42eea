"""Recipes: recorded buttons that lead somewhere in Acorn, and the RAM after each of their frames."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from zelda_env import Rom
from zelda_env.emulator import PyBoy, Ram

HERE = Path(__file__).parent
FILES = (HERE.parent / "game" / "recipes.txt", HERE / "recipes.txt")
BOOT_FRAMES = 120
BITS = {"a": 1, "b": 2, "select": 4, "start": 8, "right": 0x10, "left": 0x20, "up": 0x40, "down": 0x80}
HIGH_RAM = 0xFF80


class Poke(NamedTuple):
    """A byte to write before the next frame."""

    address: int
    value: int


class Press(NamedTuple):
    """Buttons to hold for some frames."""

    buttons: tuple[str, ...]
    frames: int


def parse(text):
    """Return {name: [Press or Poke, ...]}; a line in brackets begins one, `#` a comment."""
    found = {}
    for line in text.splitlines():
        if line.startswith("["):
            steps = found.setdefault(line[1 : line.index("]")], [])
        elif line and not line.startswith("#"):
            steps += map(word, line.split())
    return found


def word(text):
    if "=" in text:
        return Poke(*(int(part, 16) for part in text.split("=")))
    buttons, frames = text.split(":")
    return Press(() if buttons == "wait" else tuple(buttons.split("+")), int(frames))


def recipes():
    """Return all recipes; one of the game's own list and one of ours may share a name, and then ours has a mark."""
    theirs, ours = (parse(path.read_text()) for path in FILES)
    return theirs | {name if name not in theirs else f"{name}*": steps for name, steps in ours.items()}


def power_on():
    pyboy = PyBoy(io.BytesIO(Rom.acorn().data), window="null", sound_emulated=False, log_level="CRITICAL")
    pyboy.set_emulation_speed(0)
    pyboy.tick(BOOT_FRAMES, True, False)
    return pyboy


def bank(address):
    return 1 if 0xD000 <= address < 0xE000 else 0


def frames(pyboy, steps):
    """Play a recipe and yield the bits of the buttons held in each frame, after it."""
    for step in steps:
        if isinstance(step, Poke):
            pyboy.memory[bank(step.address), step.address] = step.value
            continue
        for button in step.buttons:
            pyboy.button_press(button)
        for _ in range(step.frames):
            pyboy.tick(1, False, False)
            yield sum(BITS[button] for button in step.buttons)
        for button in step.buttons:
            pyboy.button_release(button)


def trace(steps, offsets):
    """Return what a recipe does to some bytes.

    Args:
        steps: The recipe.
        offsets: Linear offsets in work RAM, or addresses of high RAM.

    Returns:
        The bits of the buttons held, int64 (T,), and the bytes, uint8 (T, K): before the first frame and after each.
    """
    pyboy = power_on()
    wram = Ram(pyboy, "zero-copy").wram()
    low = [offset for offset in offsets if offset < HIGH_RAM]
    high = [offset for offset in offsets if offset >= HIGH_RAM]

    def look():
        return wram.take(low).tobytes() + bytes(pyboy.memory[address] for address in high)

    held, rows = [0], [look()]
    for buttons in frames(pyboy, steps):
        held.append(buttons)
        rows.append(look())
    pyboy.stop(save=False)
    return np.array(held), np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), len(offsets))
