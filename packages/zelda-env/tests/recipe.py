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


class Recipe(NamedTuple):
    """What to do, and the recipe it goes on from; None is power-on."""

    after: str | None
    steps: list


def parse(text):
    """Return the recipes by name.

    A line in brackets begins one, `#` a comment; `after NAME` goes on where that recipe ends. One that goes on after
    the power was off, from what the cartridge saved, is left out.
    """
    found, left_out, name = {}, set(), ""
    for line in text.splitlines():
        if line.startswith("["):
            name = line[1 : line.index("]")]
            found[name] = Recipe(None, [])
        elif line.startswith("after "):
            after, *power = line.removeprefix("after ").split()
            found[name] = Recipe(after, [])
            if power or after in left_out:
                left_out.add(name)
        elif line and not line.startswith("#"):
            found[name].steps.extend(map(word, line.split()))
    return {name: recipe for name, recipe in found.items() if name not in left_out}


def word(text):
    if "=" in text:
        return Poke(*(int(part, 16) for part in text.split("=")))
    buttons, frames = text.split(":")
    return Press(() if buttons == "wait" else tuple(buttons.split("+")), int(frames))


def _recipes():
    """Return all recipes; one of ours that shares its name with one of the game's own list gets a mark."""
    theirs, ours = (parse(path.read_text()) for path in FILES)
    return theirs | {name if name not in theirs else f"{name}*": recipe for name, recipe in ours.items()}


RECIPES = _recipes()
_ENDS = {}
"""Where recipes that were played end: the state as PyBoy saves it, and the frames since power-on."""


def power_on():
    pyboy = PyBoy(io.BytesIO(Rom.acorn().data), window="null", sound_emulated=False, log_level="CRITICAL")
    pyboy.set_emulation_speed(0)
    pyboy.tick(BOOT_FRAMES, True, False)
    return pyboy


def bank(address):
    return 1 if 0xD000 <= address < 0xE000 else 0


def begin(name):
    """Return an emulator at the beginning of a recipe, and the frames since power-on."""
    pyboy, after = power_on(), RECIPES[name].after
    if after is None:
        return pyboy, 0
    if after not in _ENDS:
        trace(after, [0])
    state, gone = _ENDS[after]
    pyboy.load_state(io.BytesIO(state))
    # What was released after the last frame is no part of the state.
    for button in BITS:
        pyboy.button_release(button)
    return pyboy, gone


def frames(pyboy, steps):
    """Play steps and yield the bits of the buttons held in each frame, after it."""
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


def trace(name, offsets):
    """Return what a recipe does to some bytes.

    Args:
        name: Of the recipe.
        offsets: Linear offsets in work RAM, or addresses of high RAM.

    Returns:
        The frames since power-on, int64 (T,), the bits of the buttons held, int64 (T,), and the bytes, uint8 (T, K):
        before the recipe's first frame and after each.
    """
    pyboy, gone = begin(name)
    wram = Ram(pyboy, "zero-copy").wram()
    low = [offset for offset in offsets if offset < HIGH_RAM]
    high = [offset for offset in offsets if offset >= HIGH_RAM]

    def look():
        return wram.take(low).tobytes() + bytes(pyboy.memory[address] for address in high)

    held, rows = [0], [look()]
    for buttons in frames(pyboy, RECIPES[name].steps):
        held.append(buttons)
        rows.append(look())
    _ENDS[name] = save(pyboy), gone + len(held) - 1
    pyboy.stop(save=False)
    numbers = np.arange(gone, gone + len(held))
    return numbers, np.array(held), np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), len(offsets))


def save(pyboy):
    """Return an emulator's state, as PyBoy saves it."""
    file = io.BytesIO()
    pyboy.save_state(file)
    return file.getvalue()
