"""Take the pictures of docs/acorn.md from the real game: each place is gone to by the game's own warp.

python docs/acorn_sheet.py [CARTRIDGE]

The game takes a warp that is written to its RAM (group, room, facing and cell at CC63-CC66, then CC67)
for one of its own. Season and region are set before, so that a room can be shown in any season.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw
from pyboy import PyBoy
from zelda_env import Rom

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 5
GAP, LABEL = 6, 12
BACK, INK = (24, 32, 56), (248, 240, 224)
SPRING, SUMMER, AUTUMN, WINTER = range(4)
UP, RIGHT, DOWN, LEFT = range(4)
GAME_OVER = 0xCBB4
MOST_FRAMES = 600
BOOT, FADE = 130, 100
"""Frames from power-on to play, and those that a warp takes."""


class Place(NamedTuple):
    """A place to show.

    Attributes:
        name: What stands below the picture.
        group: Of the room.
        room: Its number.
        column: The cell where Pip stands.
        row: Likewise.
        facing: 0 up to 3 left.
        season: Of a room outside; None keeps what there is.
        pack: The region of a room outside.
        then: What to do there before the picture is taken.
    """

    name: str
    group: int
    room: int
    column: int
    row: int
    facing: int = DOWN
    season: int | None = None
    pack: int = 0
    then: Callable[[PyBoy], None] = lambda _: None


def press(button: str, wait: int, hold: int = 4) -> Callable[[PyBoy], None]:
    """Press a button and wait for what it does."""

    def act(pyboy: PyBoy) -> None:
        pyboy.button_press(button)
        pyboy.tick(hold, False)
        pyboy.button_release(button)
        pyboy.tick(wait, False)

    return act


def lift(pyboy: PyBoy) -> None:
    """Pull up what stands to the right, with the bracelet."""
    pyboy.memory[0xC680] = 0x16
    press("right", 2, hold=8)(pyboy)
    press("b", 50)(pyboy)


def turn_page(pyboy: PyBoy) -> None:
    """Open the satchel and turn to its second page."""
    press("start", 60)(pyboy)
    press("select", 60)(pyboy)


def read(pyboy: PyBoy) -> None:
    """Step up to what stands above and read it."""
    press("up", 2, hold=8)(pyboy)
    press("a", 70)(pyboy)


def die(pyboy: PyBoy) -> None:
    """Lose the last heart, and wait for the menu that says so."""
    pyboy.memory[0xC6A2] = 0
    for _ in range(MOST_FRAMES):
        pyboy.tick(1, False)
        if pyboy.memory[GAME_OVER]:
            break
    pyboy.tick(90, False)


PLACES = (
    Place("North Horon, winter", 0, 0xB6, 7, 4, season=WINTER, pack=0x10),
    Place("The skating pond", 0, 0xB7, 7, 4, LEFT, WINTER, 0x10),
    Place("North Horon, spring", 0, 0x96, 4, 6, UP, SPRING, 0x10),
    Place("North Horon, summer", 0, 0xA6, 5, 4, UP, SUMMER, 0x10),
    Place("North Horon, autumn", 0, 0xB5, 5, 5, DOWN, AUTUMN, 0x10),
    Place("Hazelwick, spring", 0, 0xD7, 4, 4, season=SPRING),
    Place("Hazelwick, summer", 0, 0xD6, 5, 5, DOWN, SUMMER),
    Place("Hazelwick, autumn", 0, 0xE7, 4, 5, DOWN, AUTUMN),
    Place("Hazelwick, winter", 0, 0xE8, 5, 4, RIGHT, WINTER),
    Place("The mill", 0, 0xC5, 6, 4, LEFT, SPRING),
    Place("The coast, autumn", 0, 0xD3, 6, 4, LEFT, AUTUMN, 0x1B),
    Place("The coast, winter", 0, 0xE4, 8, 4, LEFT, WINTER, 0x1B),
    Place("The coast, spring", 0, 0xF3, 5, 4, LEFT, SPRING, 0x1B),
    Place("The coast, summer", 0, 0xC4, 6, 3, UP, SUMMER, 0x1B),
    Place("A word with the child", 0, 0xD7, 3, 5, DOWN, SPRING, 0, press("a", 60)),
    Place("The suburbs, autumn", 0, 0xBD, 4, 5, UP, AUTUMN, 0x11),
    Place("The suburbs, winter", 0, 0xBC, 5, 3, LEFT, WINTER, 0x11),
    Place("The suburbs, spring", 0, 0xEB, 4, 4, RIGHT, SPRING, 0x11),
    Place("The suburbs, summer", 0, 0xCC, 5, 4, DOWN, SUMMER, 0x11),
    Place("The vine cave's wall", 0, 0xED, 4, 5, UP, SUMMER, 0x11),
    Place("The shop", 3, 0x11, 4, 4, UP),
    Place("The hermit's house", 3, 0x16, 5, 4, UP),
    Place("The first cave", 4, 0x04, 9, 7, UP),
    Place("The root dungeon", 4, 0x1C, 7, 8, UP),
    Place("A tablet", 4, 0x1D, 8, 3, UP, then=read),
    Place("The orb", 4, 0x16, 9, 5, RIGHT),
    Place("The long gaps", 4, 0x12, 3, 5, RIGHT),
    Place("The guardian", 4, 0x11, 7, 7, UP, then=press("up", 60)),
    Place("The seed of spring", 4, 0x10, 5, 5, RIGHT),
    Place("A swim in the lake", 0, 0x98, 5, 2, DOWN, SUMMER, 0x10, press("down", 4, hold=60)),
    Place("A pot overhead", 3, 0x48, 7, 5, RIGHT, then=lift),
    Place("Soft soil", 0, 0xB4, 5, 4, DOWN, WINTER, 0x10),
    Place("The four stones", 3, 0x52, 5, 5, UP),
    Place("The jeweller", 3, 0x53, 4, 3, UP),
    Place("The satchel", 4, 0x10, 5, 5, RIGHT, then=press("start", 60)),
    Place("Its second page", 4, 0x10, 5, 5, RIGHT, then=turn_page),
    Place("Saving", 0, 0xE7, 4, 5, DOWN, SUMMER, 0, press("select", 60)),
    Place("Game over", 0, 0xFA, 5, 5, DOWN, AUTUMN, 0x11, die),
)


OWNED = {
    **{
        0xC692: 0xEE,
        0xC694: 0xC8,
        0xC695: 0x02,
        0xC696: 0x03,
        0xC697: 0x40,
        0xC698: 0x80,
        0xC69B: 0x50,
    },  # treasures, a bit each
    **{0xC6AC: 1, 0xC6AE: 1, 0xC6B0: 0x0F, 0xC6B1: 1, 0xC6B3: 1, 0xC6B4: 1},  # levels, seasons
    **{0xC6AA: 0x08, 0xC6B5: 0x20, 0xC6B6: 0x12, 0xC6A5: 0x42, 0xC6A7: 0x37},  # bombs, seeds, rupees, ore
    **{0xC6C6: 2, 0xC6C0: 0x08, 0xC6C1: 0x07, 0xC6C5: 0x08},  # rings
    **{0xC680: 0x07, 0xC681: 0x05, 0xC682: 0x06, 0xC683: 0x13, 0xC684: 0x16, 0xC685: 0x17, 0xC686: 0x19, 0xC687: 0x03},
    **{0xC6A3: 0x18, 0xC6A2: 0x16},  # hearts
}
"""What Pip has in the pictures, by address."""


def start(cartridge: bytes) -> bytes:
    """Boot the game, hand Pip his things, and return that state."""
    pyboy = boot(cartridge)
    pyboy.tick(BOOT, False)
    for address, value in OWNED.items():
        pyboy.memory[address] = value
    pyboy.memory[0xCBE6], pyboy.memory[0xCBEA] = OWNED[0xC6A5], 0xFF
    state = io.BytesIO()
    pyboy.save_state(state)
    pyboy.stop(save=False)
    return state.getvalue()


def boot(cartridge: bytes) -> PyBoy:
    """Make an emulator that runs as fast as it can."""
    pyboy = PyBoy(io.BytesIO(cartridge), window="null", sound_emulated=False, log_level="CRITICAL")
    pyboy.set_emulation_speed(0)
    pyboy.tick(1, True)
    return pyboy


def visit(pyboy: PyBoy, place: Place) -> Image.Image:
    """Go to a place and take its picture."""
    if place.season is not None:
        pyboy.memory[0xCC4D], pyboy.memory[0xCC4E] = place.pack, place.season
    for address, value in enumerate((place.group, place.room, place.facing, place.row << 4 | place.column), 0xCC63):
        pyboy.memory[address] = value
    pyboy.memory[0xCC67] = 3
    pyboy.tick(FADE, False)
    place.then(pyboy)
    for _ in range(2):  # the first picture after frames that were not drawn shows a text box one line off
        pyboy.tick(1, True)
    seen = (pyboy.memory[0xCC49], pyboy.memory[0xCC4C])
    if seen != (place.group, place.room):
        raise RuntimeError(f"{place.name}: the game is in room {seen}, not {(place.group, place.room)}")
    picture: Image.Image = pyboy.screen.image
    return picture.convert("RGB")


def sheet(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """Lay the pictures out with their names below."""
    width, height = pictures[0][1].width + GAP, pictures[0][1].height + GAP + LABEL
    rows = -(-len(pictures) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), BACK)
    pen = ImageDraw.Draw(whole)
    for number, (name, picture) in enumerate(pictures):
        x, y = number % COLUMNS * width + GAP, number // COLUMNS * height + GAP
        whole.paste(picture, (x, y))
        pen.text((x, y + picture.height + 1), name, INK)
    return whole


def main() -> None:
    """Take all pictures."""
    cartridge = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else Rom.acorn().data
    state = start(cartridge)
    pictures = []
    for place in PLACES:
        pyboy = boot(cartridge)
        pyboy.load_state(io.BytesIO(state))
        pictures.append((place.name, visit(pyboy, place)))
        pyboy.stop(save=False)
    path = ROOT / "docs/images/acorn-sheet.png"
    whole = sheet(pictures)
    whole.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {len(pictures)} pictures, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
