"""Make the README's pictures: play the embedded game by recorded inputs and save what the screen shows.

python docs/screenshots.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from zelda_env import ACTIONS, Emulator, Rom

BOOT_FRAMES = 120
SCALE = 2
# What is held, and for how many frames; NOP is nothing. From power-on.
RECIPES = {
    "crossroads": [("NOP", 8), ("left", 30)],
    "dialog": [("left", 204), ("up", 12), ("A", 4), ("NOP", 96)],
    "fight": [("right", 132), ("up", 42), ("A", 4)],
    "house": [("left", 116), ("NOP", 44), ("left", 64), ("NOP", 4), ("left", 48), ("NOP", 4), ("up", 34), ("NOP", 41)],
    "dungeon": [
        ("NOP", 2),
        ("right", 36),
        ("NOP", 46),
        ("right", 16),
        ("NOP", 2),
        ("right", 64),
        ("NOP", 4),
        ("down", 32),
        ("NOP", 4),
        ("down", 19),
        ("NOP", 36),
        ("right", 16),
        ("NOP", 2),
        ("down", 83),
        ("NOP", 4),
        ("left", 48),
        ("NOP", 4),
        ("up", 34),
        ("NOP", 48),
    ],
    "menu": [("Start", 4), ("NOP", 26)],
}


def play(emulator: Emulator, recipe: list[tuple[str, int]]) -> np.ndarray:
    """Play a recipe and return the last frame, uint8 (144, 160, 3)."""
    emulator.tick(BOOT_FRAMES)
    for held, frames in recipe:
        emulator.act(ACTIONS.index(held), frames)
    emulator.act(ACTIONS.index("NOP"), 2, render=True)
    return emulator.frame()


if __name__ == "__main__":
    for name, recipe in RECIPES.items():
        emulator = Emulator(Rom.acorn())
        picture = Image.fromarray(play(emulator, recipe))
        emulator.close()
        size = (picture.width * SCALE, picture.height * SCALE)
        picture.resize(size, Image.Resampling.NEAREST).save(
            Path(__file__).parent / "images" / f"{name}.png", optimize=True
        )
        print(f"docs/images/{name}.png")
