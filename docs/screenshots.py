"""Make the README's pictures: play the embedded game from some of its rooms and save what the screen shows.

python docs/screenshots.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from zelda_env import Rom

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "packages" / "zelda-env" / "game"))  # the director is a tool of the game's sources

from director.stage import Stage  # noqa: E402

SCALE = 2
SUMMER, WINTER = 1, 3


def crossroads(stage: Stage) -> None:
    """Where the story begins, in the snow."""
    stage.walk(5, 4)


def dialog(stage: Stage) -> None:
    """The elder asks for help."""
    stage.warp(3, 0x10, 6, 4)
    stage.frames(8, ("up",))
    stage.tap("a", wait=90)


def fight(stage: Stage) -> None:
    """Two foes of the eastern hills, and a swing of the sword."""
    stage.own("sword", "a")
    stage.own("shield", "b")
    stage.warp(0, 0xDB, 4, 4, "right")
    stage.frames(40)
    stage.frames(7, ("a",))


def house(stage: Stage) -> None:
    """The shop of the village."""
    stage[0xC6A5] = 0x75
    stage.warp(3, 0x11, 5, 4)
    stage.frames(40)


def dungeon(stage: Stage) -> None:
    """The orb of the dungeon and the blocks it turns."""
    stage.own("sword", "a")
    stage.own("feather", "b")
    stage.warp(4, 0x16, 8, 5, "right")
    stage.frames(30)


def menu(stage: Stage) -> None:
    """The satchel, and the map of what has been seen."""
    stage.own("sword", "a")
    stage.own("rod", "b")
    stage[0xC682], stage[0xC683] = 0x03, 0x17
    stage[0xC692] |= 0x08
    stage[0xC6AA], stage[0xC6A5] = 0x08, 0x42
    for room in (0xB5, 0xB7, 0xA6, 0xC6, 0xD6, 0xD5, 0xE5, 0xC7, 0xD7):
        stage.warp(0, room, 4, 4)
    stage.tap("start", wait=40)


PICTURES: tuple[Callable[[Stage], None], ...] = (crossroads, dialog, fight, house, dungeon, menu)

if __name__ == "__main__":
    for scene in PICTURES:
        stage = Stage(Rom.acorn())
        scene(stage)
        picture = stage.picture()
        stage.close()
        size = (picture.width * SCALE, picture.height * SCALE)
        path = Path("docs") / "images" / f"{scene.__name__}.png"
        picture.resize(size, Image.Resampling.NEAREST).save(ROOT / path, optimize=True)
        print(path)
