"""The sets of ground tiles: one for each region and season, and those of what is inside.

A set is a bank of its own, laid out so that the game finds everything by the tile id alone:
pages of 256 bytes from 4000, one for each fact about a tile; the tiles from 5000, those of the
second page from 6000; the pictures of what moves from 6600.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from art import Art, Layout, lay_out
from bank import SET_BANK
from palette import Group
from room import BECOMES, LEGENDS, SEASONS, Cell, Legend, Room, RoomKey
from source import SourceError

PAGES = (
    *("now", "coll", "type", "cut", "bomb", "push", "toggle", "lift", "attr", "auto"),
    *("tile0", "tile1", "tile2", "tile3"),
)
"""What the pages from 4000 on say; `now` is the tile that a room's tile is in this season."""
PAGE = 0x100
ABOUT_PAGE = 15
TILES_AT, SECOND_AT, MOVING_AT, END = 0x1000, 0x2000, 0x2600, 0x4000
SECOND_PAGE = 0x08
"""The attribute of a tile on the second page: it lies in the other bank of video memory."""
MIRROR = 0x20
"""The bit of an attribute that shows a tile left for right."""
INSIDE = ("house", "cave")
"""The sets inside: small rooms, and dungeons."""
INSIDE_PALETTES = ("bg-inside", "bg-dungeon")


@dataclass(frozen=True)
class GroundSet:
    """One set: `content` is its bank, `used` how many tiles it has on each page."""

    name: str
    content: bytes
    used: tuple[int, int]


def ground_sets(
    rooms: dict[RoomKey, Room],
    packs: dict[int, int],
    legends: list[Legend],
    arts: list[dict[str, Art]],
    palettes: dict[str, Group],
    second_from: int,
) -> list[GroundSet]:
    """Make the sets in the order of their banks: region by region and season by season, then inside.

    `second_from` is the first tile number of the second page that the screen has left.
    """
    sets = []
    for pack, season in product(packs, range(len(SEASONS))):
        mine = [room for room in rooms.values() if room.is_outside and room.pack == pack]
        name = f"{pack:02x} {SEASONS[season]}"
        group = palettes.get(f"bg-{SEASONS[season]}") or palettes["bg"]
        sets.append(ground_set(name, mine, legends[0], season, arts[0], group, second_from))
    for large in (False, True):
        mine = [room for room in rooms.values() if not room.is_outside and (room.key[0] >= 4) == large]
        sets.append(
            ground_set(INSIDE[large], mine, legends[1], 0, arts[1], palettes[INSIDE_PALETTES[large]], second_from)
        )
    return sets


def set_bank(index: int) -> int:
    """Return the bank of a set."""
    return SET_BANK + index


def ground_set(
    name: str,
    rooms: Iterable[Room],
    legend: Legend,
    season: int,
    art_of: dict[str, Art],
    group: Group,
    second_from: int,
) -> GroundSet:
    """Make one set of the cells that some rooms show in a season.

    Raises:
        SourceError: A cell names no drawing, a drawing no palette, or the drawings need more tiles than there are.
    """
    by_tile = legend.by_tile(season)
    chars = {char for room in rooms for row in room.chars for char in row}
    cells = closure({legend.at(char, season).tile for char in chars}, by_tile, legend)
    names = {cell.art.partition(".")[0] for cell in cells}
    art_file = LEGENDS[legend.name != LEGENDS[0][1]][0]
    for cell in cells:
        if cell.art.partition(".")[0] not in art_of:
            raise SourceError(f"rooms/{legend.name}.txt: no drawing {cell.art!r} in tiles/{art_file}.txt")
    layout = lay_out(
        {key: art for key, art in art_of.items() if key.partition("@")[0] in names}, name, PAGE - second_from
    )
    pages = {page: bytearray(PAGE) for page in PAGES}
    pages["now"] = bytearray(range(PAGE))
    for tile, now in tiles_now(chars, legend, season).items():
        pages["now"][tile] = now
    shapes: dict[str, int] = {}
    for cell in cells:
        add_record(pages, cell, art_of[cell.art.partition(".")[0]], layout, group, shapes, second_from)
    first, second = layout.pages
    return GroundSet(name, set_content(pages, layout, name), (len(first.tiles), len(second.tiles)))


def tiles_now(chars: set[str], legend: Legend, season: int) -> dict[int, int]:
    """Return what the tiles that rooms are stored in are in a season.

    Raises:
        SourceError: Two characters are stored as one tile and yet differ in the season.
    """
    now: dict[int, int] = {}
    for char in sorted(chars):
        stored, cell = legend.plain[char].tile, legend.at(char, season)
        if now.setdefault(stored, cell.tile) != cell.tile:
            raise SourceError(
                f"rooms/{legend.name}.txt: {cell.name} and another character are both stored as tile {stored:02x} "
                f"and differ in {SEASONS[season]}: give the plain line of one another tile"
            )
    return now


def closure(tiles: set[int], by_tile: dict[int, Cell], legend: Legend) -> list[Cell]:
    """Return the cells of some tiles and of all that they can become, by tile id."""
    wanted, found = set(tiles), dict[int, Cell]()
    while wanted:
        tile = wanted.pop()
        if tile in found:
            continue
        cell = found[tile] = by_tile[tile]
        for other in cell.becomes:
            if other not in by_tile:
                raise SourceError(f"rooms/{legend.name}.txt: {cell.name} becomes tile {other:02x}, which is not there")
            wanted.add(other)
        if BECOMES.get(tile) in by_tile:
            wanted.add(BECOMES[tile])
    return [found[tile] for tile in sorted(found)]


def add_record(
    pages: dict[str, bytearray],
    cell: Cell,
    art: Art,
    layout: Layout,
    group: Group,
    shapes: dict[str, int],
    second_from: int,
) -> None:
    """Write what is to be known of one cell."""
    names = [name for name, _ in group]
    shape, palette = art.options.get("auto"), art.options.get("pal", names[0])
    if palette not in names:
        raise SourceError(f"{art.where}: no palette {palette!r} in the group of its season")
    page_number, placed = layout.placed[cell.art.partition(".")[0]]
    look = [placed[0]] * 4 if shape else part_tiles(cell, art, placed)
    if page_number:
        look = [tile + second_from for tile in look]
    attribute = names.index(palette) | SECOND_PAGE * page_number | MIRROR * is_mirrored(cell, art, layout)
    values = (cell.collision, cell.kind, cell.cut, cell.bomb, cell.push, cell.toggle, cell.lift, attribute)
    auto = shapes.setdefault(shape, len(shapes) + 1) if shape else 0
    for page, value in zip(PAGES[1:], (*values, auto, *look), strict=True):
        pages[page][cell.tile] = value


def is_mirrored(cell: Cell, art: Art, layout: Layout) -> bool:
    """Whether the part of a drawing that a cell shows lies there left for right."""
    name, _, part = cell.art.partition(".")
    row, column = divmod(int(part or 0), art.width // 16)
    return (name, column, row) in layout.mirrored


def part_tiles(cell: Cell, art: Art, placed: list[int]) -> list[int]:
    """Find the four tiles of the 16x16 part of a drawing that a cell shows."""
    index, parts_across = int(cell.art.partition(".")[2] or 0), art.width // 16
    column, row = index % parts_across * 2, index // parts_across * 2
    across = art.width // 8
    if (row + 2) * 8 > art.height:
        raise SourceError(f"{art.where}: the drawing has no part {index}")
    return [placed[(row + down) * across + column + right] for down in (0, 1) for right in (0, 1)]


def set_content(pages: dict[str, bytearray], layout: Layout, name: str) -> bytes:
    """Lay out the bank of a set."""
    steps, size = len(layout.moving), len(layout.moving[0])
    if MOVING_AT + steps * size > END:
        raise SourceError(f"the pictures of what moves in the set {name} do not fit: {steps} of {size} bytes")
    about = bytes((steps if size else 0, size // 16)) + size.to_bytes(2, "little")
    content = b"".join(bytes(page) for page in pages.values()).ljust(ABOUT_PAGE * PAGE, b"\0") + about
    content = content.ljust(TILES_AT, b"\0") + b"".join(layout.pages[0].tiles)
    content = content.ljust(SECOND_AT, b"\0") + b"".join(layout.pages[1].tiles)
    return content.ljust(MOVING_AT, b"\0") + b"".join(map(bytes, layout.moving))
