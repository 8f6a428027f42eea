"""The tables of the game: build/gen.c and build/gen.h, one function for each kind of source."""

from collections.abc import Iterable
from pathlib import Path

from art import Art, Layout, TileSet
from palette import Group, group_bytes
from room import TILE_SETS, Cell, Dungeon, Legend, Room, RoomKey
from source import SourceError
from text import Item, Text
from thing import ThingEncoder

PALETTES_AT = 0x6000
MAPS_AT = 0x6400
DEEDS = ("-", "heal")


class Output:
    """The C file and its header, as they grow."""

    def __init__(self) -> None:
        self.code = ['#include "ram.h"\n#include "gen.h"\n']
        self.header = ["/* written by build.py */\n"]

    def bytes(self, name: str, data: Iterable[int]) -> None:
        """Write an array of bytes that the header does not mention."""
        numbers = [str(byte) for byte in data]
        self.code.append(f"const u8 {name}[{len(numbers)}] = {{{','.join(numbers)}}};\n")

    def array(self, name: str, data: Iterable[int]) -> None:
        """Write an array of bytes and declare it."""
        self.bytes(name, data)
        self.declare("u8", f"{name}[]")

    def table(self, element: str, name: str, entries: Iterable[object]) -> None:
        """Write an array of another type: `element` with its stars and spaces, up to the name."""
        self.code.append(f"const {element}{name}[] = {{{','.join(map(str, entries))}}};\n")

    def declare(self, element: str, names: str) -> None:
        """Declare what is in the C file."""
        self.header.append(f"extern const {element} {names};\n")

    def define(self, name: str, value: object) -> None:
        """Define a constant of the header."""
        self.header.append(f"#define {name} {value}\n")

    def write(self, folder: Path) -> None:
        """Write both files."""
        folder.mkdir(exist_ok=True)
        (folder / "gen.c").write_text("".join(self.code))
        (folder / "gen.h").write_text("".join(self.header))


class Ground:
    """The records that tile ids point to: look, collision, type, and what a cell becomes."""

    def __init__(self) -> None:
        self.record_of = bytearray(512)
        self.known: set[int] = set()
        self.shapes: dict[str, int] = {}
        fields = ("coll", "type", "cut", "bomb", "push", "tile", "attr", "auto")
        self.fields = {name: bytearray() for name in fields}

    def add(self, number: int, legend: Legend, art_of: dict[str, Art], layout: Layout, palettes: list[str]) -> None:
        """Add the cells of one tile set.

        Args:
            number: Index into TILE_SETS.
            legend: The cells.
            art_of: The drawings they name.
            layout: Where the tiles of these drawings lie.
            palettes: Names of the set's palettes.

        Raises:
            SourceError: A cell names no drawing, a drawing no palette, or a tile id is there twice.
        """
        art_file, legend_file = TILE_SETS[number]
        for cell in legend.values():
            name = cell.art.partition(".")[0]
            if name not in art_of:
                raise SourceError(f"rooms/{legend_file}.txt: no drawing {name!r} in tiles/{art_file}.txt")
            tile = number << 8 | cell.tile
            if tile in self.known:
                raise SourceError(f"rooms/{legend_file}.txt: tile {cell.tile:02x} is there twice")
            self.known.add(tile)
            self.record_of[tile] = len(self.fields["auto"])
            self.add_record(cell, art_of[name], layout.placed[name], palettes)

    def add_record(self, cell: Cell, art: Art, placed: list[int], palettes: list[str]) -> None:
        """Add the record of one cell; `placed` are the tiles of its drawing."""
        shape = art.options.get("auto")
        look = [placed[0], 0, 0, 0] if shape else part_tiles(cell, art, placed)
        palette = art.options.get("pal", palettes[0])
        if palette not in palettes:
            raise SourceError(f"{art.where}: no palette {palette!r}")
        self.fields["coll"].append(cell.collision)
        self.fields["type"].append(cell.kind)
        self.fields["cut"].append(cell.cut)
        self.fields["bomb"].append(cell.bomb)
        self.fields["push"].append(cell.push)
        self.fields["tile"] += bytes(look)
        self.fields["attr"].append(palettes.index(palette))
        self.fields["auto"].append(self.shapes.setdefault(shape, len(self.shapes) + 1) if shape else 0)

    def write(self, out: Output) -> None:
        """Write the records, field by field: the game's compiler indexes bytes best."""
        out.array("tile_mt", self.record_of)
        for name, data in self.fields.items():
            out.array(f"mt_{name}", data)


def part_tiles(cell: Cell, art: Art, placed: list[int]) -> list[int]:
    """Find the four tiles of the 16x16 part of a drawing that a cell shows."""
    index, parts_across = int(cell.art.partition(".")[2] or 0), art.width // 16
    column, row = index % parts_across * 2, index // parts_across * 2
    across = art.width // 8
    return [placed[(row + down) * across + column + right] for down in (0, 1) for right in (0, 1)]


def write_texts(out: Output, texts: dict[str, Text]) -> None:
    """Write the texts, and what follows each of them.

    Raises:
        SourceError: A text does what the game does not know.
    """
    names = list(texts)
    then, deeds, flags = bytearray(), bytearray(), bytearray()
    for i, (name, text) in enumerate(texts.items()):
        out.bytes(f"text_{i}", text.encode())
        then += bytes([names.index(follow) for follow in text.follows] or [0xFF, 0xFF])
        deed = text.options.get("do", "-")
        if deed not in DEEDS:
            raise SourceError(f"texts/texts.txt: [{name}] do={deed} is not known")
        deeds.append(DEEDS.index(deed))
        flags.append(int(text.options.get("flag", "0"), 16))
    out.table("u8 *const ", "text_of", (f"text_{i}" for i in range(len(names))))
    out.table("u16 ", "text_id", (text.number for text in texts.values()))
    out.declare("u8", "*const text_of[]")
    out.declare("u16", "text_id[]")
    out.array("text_then", then)
    out.array("text_do", deeds)
    out.array("text_flag", flags)


def write_rooms(out: Output, rooms: dict[RoomKey, Room], encoder: ThingEncoder) -> bytes:
    """Write what is known of each room, and return the maps, which lie in a bank of their own."""
    names = ("room_ids", "room_groups", "room_dungeon", "room_place", "room_floor", "room_props")
    columns = {name: bytearray() for name in names}
    maps, map_at = bytearray(), []
    for i, ((group, number), room) in enumerate(sorted(rooms.items())):
        map_at.append(MAPS_AT + len(maps))
        maps += bytes(cell.tile for row in room.cells for cell in row)
        data, properties = encoder.encode(room)
        out.bytes(f"objects_{i}", data + b"\0")
        dungeon, place = room.place
        values = (number, group, dungeon, place % 64, place // 64, properties)
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    for name, column in columns.items():
        out.array(name, column)
    out.table("u8 *const ", "room_objects", (f"objects_{i}" for i in range(len(rooms))))
    out.table("u16 ", "room_map_at", map_at)
    out.declare("u8", "*const room_objects[]")
    out.declare("u16", "room_map_at[]")
    out.define("ROOM_COUNT", len(rooms))
    return bytes(maps)


def write_dungeons(out: Output, dungeons: list[Dungeon]) -> None:
    """Write the floor maps; 0 is a cell without a room."""
    out.define("DUNGEON_COUNT", len(dungeons))
    for i, dungeon in enumerate(dungeons):
        out.bytes(f"dungeon_{i}", (number or 0 for number in dungeon.cells))
    out.table("u8 *const ", "dungeon_maps", (f"dungeon_{i}" for i in range(len(dungeons))))
    out.bytes("dungeon_index", (dungeon.index for dungeon in dungeons))
    out.bytes("dungeon_floors", (len(dungeon.cells) // 64 for dungeon in dungeons))
    out.declare("u8", "*const dungeon_maps[]")
    out.declare("u8", "dungeon_index[], dungeon_floors[]")


def write_items(out: Output, items: dict[str, Item], sprites: dict[str, Art]) -> None:
    """Write the items; their drawings are named, because the header numbers the sprites."""
    kinds = list(items.values())
    out.array("item_id", (item.treasure for item in kinds))
    out.array("item_param", (item.parameter for item in kinds))
    out.array("item_pal", (item.palette for item in kinds))
    out.array("item_text", (item.text for item in kinds))
    out.table("u8 ", "item_tile", (f"S_{item.art.upper()}" for item in kinds))
    out.bytes("item_wide", (int(sprites[item.art].width == 16) for item in kinds))
    out.declare("u8", "item_tile[], item_wide[]")


def write_screen(out: Output, font: dict[str, Art], screen: dict[str, Art]) -> TileSet:
    """Lay out the second video bank: the font, then the bar, the boxes and the menu."""
    tiles = TileSet(256, "screen")
    for code in range(0x20, 0x80):
        letter = font.get(f"{code:02x}")
        tiles.add(letter.tile(0, 0) if letter else b"\xff\0" * 8, share=False)
    for name, art in screen.items():
        out.define(f"UI_{name.upper()}", f"{len(tiles.tiles)}u")
        for tile in art.tiles():
            tiles.add(tile, share=False)
    return tiles


def write_sprites(out: Output, sprites: dict[str, Art]) -> tuple[TileSet, TileSet]:
    """Lay out the two banks of sprites in units of 8x16, two of them for a 16x16 drawing."""
    banks = TileSet(128, "sprite"), TileSet(128, "second-bank sprite")
    for name, art in sprites.items():
        bank = banks[int(art.options.get("bank", "0"))]
        out.define(f"S_{name.upper()}", len(bank.tiles))
        for tile in art.columns():
            bank.add(tile, share=False)
    return banks


def write_palettes(out: Output, palettes: dict[str, Group]) -> bytes:
    """Number the palettes, and return their colours, which lie in a bank of their own."""
    for prefix, group in (("PAL", "obj"), ("BGP", "bg")):
        for i, (name, _) in enumerate(palettes[group]):
            out.define(f"{prefix}_{name.upper()}", i)
    data = bytearray()
    for name in ("bg", "bg-inside", "obj"):
        out.define(f"PALETTES_{name.upper().replace('-', '_')}", f"0x{PALETTES_AT + len(data):04x}u")
        data += group_bytes(palettes[name])
    return bytes(data)
