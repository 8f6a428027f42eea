"""Draw the maps in docs/acorn.md from the game's own sources: rooms, tiles and palettes, no emulator.

python docs/acorn_map.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packages/zelda-env/game"))  # the game's build is no package

from art import Art  # noqa: E402
from palette import Colour, Group, read_palettes  # noqa: E402
from room import SEASONS, Cell, Room  # noqa: E402
from world import TILES, World, read_world  # noqa: E402

IMAGES = ROOT / "docs/images"
CELL = 16
NIGHT = (24, 32, 56)
FIRST_LARGE_GROUP = 4
COLOURS = 256
"""Colours of a picture: what a small file can name."""


class Painter:
    """Draws rooms as the game does: cell by cell, borders of a shape chosen by the neighbours."""

    def __init__(self, world: World, palettes: dict[str, Group]) -> None:
        self.world, self.palettes = world, palettes
        self.parts: dict[tuple[str, int, int, int, str], Image.Image] = {}

    def room(self, room: Room, season: int) -> Image.Image:
        """Draw a room, 16 pixels a cell."""
        season = season if room.season == 0xFF else room.season
        inside = "bg-inside" if room.key[0] < FIRST_LARGE_GROUP else "bg-dungeon"
        group = f"bg-{SEASONS[season]}" if room.is_outside else inside
        cells = [[room.legend.at(char, season) for char in row] for row in room.chars]
        picture = Image.new("RGB", (room.width * CELL, room.height * CELL))
        for y, row in enumerate(cells):
            for x, cell in enumerate(row):
                art = self.world.arts[not room.is_outside][cell.art.partition(".")[0]]
                for corner, (column, line) in enumerate(corners(cells, x, y, art)):
                    at = (x * CELL + corner % 2 * 8, y * CELL + corner // 2 * 8)
                    picture.paste(self.tile(art, column, line, group), at)
        return picture

    def tile(self, art: Art, column: int, row: int, group: str) -> Image.Image:
        """Draw an 8x8 tile of a drawing."""
        key = (art.where, id(art), column, row, group)
        if key not in self.parts:
            colours = self.colours(art, group)
            self.parts[key] = tile = Image.new("RGB", (8, 8))
            for y in range(8):
                for x in range(8):
                    tile.putpixel((x, y), colours[int(art.rows[row * 8 + y][column * 8 + x])])
        return self.parts[key]

    def colours(self, art: Art, group: str) -> list[Colour]:
        """The four colours of a drawing."""
        palettes = dict(self.palettes[group])
        return palettes[art.options["pal"]]


def corners(cells: list[list[Cell]], x: int, y: int, art: Art) -> list[tuple[int, int]]:
    """Column and row, in tiles of the drawing, of the four corners of a cell."""
    cell = cells[y][x]
    if "auto" not in art.options:
        row, column = divmod(int(cell.art.partition(".")[2] or 0), art.width // CELL)
        return [(column * 2 + right, row * 2 + down) for down in (0, 1) for right in (0, 1)]

    def same(column: int, row: int) -> bool:
        inside = 0 <= column < len(cells[0]) and 0 <= row < len(cells)
        return not inside or cells[row][column].tile == cell.tile

    left, right = 2 * same(x - 1, y), 1 if same(x + 1, y) else 3
    up, down = 2 * same(x, y - 1), 1 if same(x, y + 1) else 3
    return [(left, up), (right, up), (left, down), (right, down)]


def overworld(painter: Painter, season: int | None) -> Image.Image:
    """Draw group 0: each region in its own season, or all in one."""
    rooms = [room for room in painter.world.rooms.values() if room.is_outside]
    left, top = min(room.key[1] & 15 for room in rooms), min(room.key[1] >> 4 for room in rooms)
    across = max(room.key[1] & 15 for room in rooms) - left + 1
    down = max(room.key[1] >> 4 for room in rooms) - top + 1
    picture = Image.new("RGB", (across * 160, down * 128), NIGHT)
    for room in rooms:
        at = (((room.key[1] & 15) - left) * 160, ((room.key[1] >> 4) - top) * 128)
        picture.paste(painter.room(room, painter.world.packs[room.pack] if season is None else season), at)
    return picture


def dungeons(painter: Painter) -> Image.Image:
    """Draw the floor maps of all dungeons side by side."""
    floors = []
    for dungeon in painter.world.dungeons:
        places = [(at % 8, at // 8, number) for at, number in enumerate(dungeon.cells) if number is not None]
        left, top = min(x for x, _, _ in places), min(y for _, y, _ in places)
        size = (max(x for x, _, _ in places) - left + 1, max(y for _, y, _ in places) - top + 1)
        floor = Image.new("RGB", (size[0] * 240, size[1] * 176), NIGHT)
        for x, y, number in places:
            floor.paste(
                painter.room(painter.world.rooms[dungeon.group, number], 0), ((x - left) * 240, (y - top) * 176)
            )
        floors.append(floor)
    return side_by_side(floors, columns=len(floors), gap=48)


def houses(painter: Painter) -> Image.Image:
    """Draw the rooms of group 3."""
    rooms = [room for key, room in sorted(painter.world.rooms.items()) if key[0] == 3]
    return side_by_side([painter.room(room, 0) for room in rooms], columns=4, gap=4)


def side_by_side(pictures: list[Image.Image], columns: int, gap: int) -> Image.Image:
    """Lay pictures out in rows."""
    width, height = max(p.width for p in pictures) + gap, max(p.height for p in pictures) + gap
    sheet = Image.new("RGB", (width * columns - gap, height * -(-len(pictures) // columns) - gap), NIGHT)
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number % columns * width, number // columns * height))
    return sheet


def save(picture: Image.Image, name: str, scale: float) -> None:
    """Write a picture for the docs."""
    size = (round(picture.width * scale), round(picture.height * scale))
    small = picture.resize(size, Image.Resampling.LANCZOS)
    path = IMAGES / f"{name}.png"
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {small.width}x{small.height}, {path.stat().st_size} bytes")


def main() -> None:
    """Draw all maps."""
    painter = Painter(read_world(), read_palettes(TILES / "palettes.txt"))
    save(overworld(painter, None), "acorn-world", 0.5)
    seasons = [overworld(painter, season) for season in range(len(SEASONS))]
    save(side_by_side(seasons, columns=2, gap=32), "acorn-seasons", 0.25)
    save(dungeons(painter), "acorn-dungeons", 1 / 3)
    save(houses(painter), "acorn-houses", 0.75)


if __name__ == "__main__":
    main()
