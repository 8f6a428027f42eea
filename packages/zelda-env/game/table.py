"""The tables of the game: build/gen.c and build/gen.h, and the banks of data, one function for each source."""

from collections.abc import Iterable
from pathlib import Path

from art import Art, TileSet
from bank import GRAPHICS_BANK, DataBanks
from ground import PAGES
from palette import Group, group_bytes
from room import SEASONS, Dungeon, Room, RoomKey
from source import SourceError
from text import GAME_TEXTS, Item, Text
from thing import ENEMY, KINDS, ThingEncoder

PALETTES_AT = 0x6000
HERO, HERO_AT = "hero", 0x7000
"""The bank= of the hero's drawings, and where they lie in the bank of graphics."""
HERO_TILES, MOST_HERO_DRAWINGS = 4, 64
CHART_COLUMNS, CHART_ROWS = 12, 8
NONE = 0xFF
HEAL, GIVE, APPRAISE, TAKES_ORE, PLANT = 1, 2, 4, 8, 0x40
DEEDS = {"heal": HEAL, "appraise": APPRAISE, "plant": PLANT}
"""What `do=` makes of a text that is closed."""


class Output:
    """The C file and its header, as they grow."""

    def __init__(self) -> None:
        self.code = ['#include "ram.h"\n#include "gen.h"\n']
        self.header = ["/* written by build.py */\n"]

    def bytes(self, name: str, data: Iterable[int]) -> None:
        """Write an array of bytes that the header does not mention."""
        numbers = [str(byte) for byte in data] or ["0"]
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
        """Write both files, each only if it changed: what did not need not be compiled again."""
        folder.mkdir(exist_ok=True)
        for name, lines in (("gen.c", self.code), ("gen.h", self.header)):
            path, text = folder / name, "".join(lines)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)


def write_packs(out: Output, packs: dict[int, int], set_bank: int) -> None:
    """Write the regions and their seasons, where the sets of ground tiles begin, and their pages."""
    out.define("PACK_COUNT", len(packs))
    out.array("pack_id", packs)
    out.array("pack_season", packs.values())
    out.define("SET_FIRST", set_bank)
    out.define("SET_INSIDE", set_bank + len(packs) * len(SEASONS))
    for number, page in enumerate(PAGES):
        out.define(f"PAGE_{page.upper()}", number)


def write_texts(
    out: Output, data: DataBanks, texts: dict[str, Text], choices: list[bytes], items: dict[str, Item]
) -> None:
    """Write the texts and what follows each of them, then the choices, and an index of both.

    Raises:
        SourceError: A text does what the game does not know.
    """
    names = list(texts)
    index_at = data.reserve(3 * (len(texts) + len(choices)), "the index of texts")
    if len(texts) + len(choices) > NONE:
        raise SourceError(f"{len(texts)} texts and {len(choices)} choices among them are more than {NONE}")
    places = bytearray()
    records = [text_record(name, text, names, list(items)) for name, text in texts.items()]
    for record in (*records, *choices):
        bank, address = data.add(record, "the texts")
        places += bytes((bank, *address.to_bytes(2, "little")))
    data.fill(index_at, bytes(places))
    out.define("TEXTS_BANK", index_at[0])
    out.define("TEXTS_AT", f"0x{index_at[1]:04x}u")
    for name in GAME_TEXTS:
        out.define(f"TEXT_{name.upper()}", names.index(name) if name in names else NONE)


def text_record(name: str, text: Text, names: list[str], items: list[str]) -> bytes:
    """Lay out a text: 0, id, texts after yes and no, deed, item, flag, next text, price, text for the poor, itself."""
    options = text.options
    deed, item = 0, 0
    if "give" in options:
        if options["give"] not in items:
            raise SourceError(f"texts/texts.txt: [{name}] gives {options['give']!r}, which is not in items.txt")
        deed, item = GIVE, items.index(options["give"])
    if options.get("do"):
        if options["do"] not in DEEDS:
            raise SourceError(f"texts/texts.txt: [{name}] do={options['do']} is not known")
        deed |= DEEDS[options["do"]]
    deed |= TAKES_ORE * ("ore" in options)
    then = [names.index(follow) for follow in text.follows] or [NONE, NONE]
    following = names.index(options["next"]) if "next" in options else NONE
    poor = names.index(options["poor"]) if "poor" in options else NONE
    about = (0, text.number & 0xFF, text.number >> 8, *then, deed, item, int(options.get("flag", "0"), 16), following)
    return bytes((*about, int(str(text.price), 16), poor)) + text.encode()


def write_rooms(out: Output, data: DataBanks, rooms: dict[RoomKey, Room], encoder: ThingEncoder) -> None:
    """Write a record for each room, and an index: group, number, bank and address.

    A record is region, season, dungeon, its cell, floor, properties, the objects and a zero, the map.
    """
    index_at = data.reserve(5 * len(rooms) + 1, "the index of rooms")
    index = bytearray()
    for (group, number), room in sorted(rooms.items()):
        things, properties = encoder.encode(room)
        dungeon, place = room.place
        cells = bytes(room.cell(column, row).tile for row in range(room.height) for column in range(room.width))
        head = (room.pack, room.season, dungeon, place % 64, place // 64, properties)
        bank, address = data.add(bytes(head) + things + b"\0" + cells, "the rooms")
        index += bytes((group, number, bank, *address.to_bytes(2, "little")))
    data.fill(index_at, bytes(index) + b"\xff")
    write_chart(out, [number for group, number in rooms if group == 0])
    out.define("ROOMS_BANK", index_at[0])
    out.define("ROOMS_AT", f"0x{index_at[1]:04x}u")
    out.define("THING_ENEMY", ENEMY)
    for kind, code in KINDS.items():
        if code != ENEMY:
            out.define(f"THING_{kind.upper()}", code)


def write_chart(out: Output, numbers: list[int]) -> None:
    """Write which rooms there are outside, a word for each row of the map, and the part of it that has any.

    Raises:
        SourceError: The world is larger than the map of the menu.
    """
    columns, rows = [number & 15 for number in numbers], [number >> 4 for number in numbers]
    left, top = min(columns), min(rows)
    if max(columns) - left >= CHART_COLUMNS or max(rows) - top >= CHART_ROWS:
        raise SourceError(f"the rooms outside span more than the {CHART_COLUMNS} by {CHART_ROWS} of the menu's map")
    out.define("CHART_LEFT", left)
    out.define("CHART_TOP", top)
    words = [sum(1 << number % 16 for number in numbers if number >> 4 == row) for row in range(16)]
    out.table("u16 ", "chart_rows", words)
    out.declare("u16", "chart_rows[]")


def write_dungeons(out: Output, dungeons: list[Dungeon]) -> None:
    """Write the floor maps; 0 is a cell without a room."""
    out.define("DUNGEON_COUNT", len(dungeons))
    for i, dungeon in enumerate(dungeons):
        out.bytes(f"dungeon_{i}", (number or 0 for number in dungeon.cells))
    out.table("u8 *const ", "dungeon_maps", (f"dungeon_{i}" for i in range(len(dungeons))))
    out.array("dungeon_index", (dungeon.index for dungeon in dungeons))
    out.array("dungeon_floors", (len(dungeon.cells) // 64 for dungeon in dungeons))
    out.declare("u8", "*const dungeon_maps[]")


def write_items(out: Output, items: dict[str, Item], sprites: dict[str, Art]) -> None:
    """Write the items; their drawings are named, because the header numbers the sprites."""
    kinds = list(items.values())
    for name in items:
        out.define(f"I_{name.upper()}", list(items).index(name))
    out.define("ITEM_COUNT", len(items))
    out.array("item_id", (item.treasure for item in kinds))
    out.array("item_param", (item.parameter for item in kinds))
    out.array("item_pal", (item.palette for item in kinds))
    out.array("item_text", (item.text for item in kinds))
    out.table("u8 ", "item_tile", (f"S_{item.art.upper()}" for item in kinds))
    out.bytes("item_wide", (int(sprites[item.art].width == 16) for item in kinds))
    out.bytes("item_bank", (8 * int(sprites[item.art].options.get("bank", "0")) for item in kinds))
    out.declare("u8", "item_tile[], item_wide[], item_bank[]")


def write_looks(out: Output, looks: list[str], sprites: dict[str, Art]) -> None:
    """Write the three views of each figure of people; one without a back or a side shows its front."""
    for view in ("down", "up", "right"):
        names = [f"{look}_{view}" if f"{look}_{view}" in sprites else f"{look}_down" for look in looks]
        out.table("u8 ", f"look_{view}", (f"S_{name.upper()}" for name in names))
    out.bytes("look_bank", (8 * int(sprites[f"{look}_down"].options.get("bank", "0")) for look in looks))
    out.declare("u8", "look_down[], look_up[], look_right[], look_bank[]")


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
    out.define("SCREEN_END", f"{len(tiles.tiles)}u")
    return tiles


def write_sprites(out: Output, sprites: dict[str, Art]) -> tuple[TileSet, TileSet, TileSet]:
    """Lay out the two banks of sprites in units of 8x16, two of them for a 16x16 drawing; third the hero's.

    The hero is shown by the first tiles of the first bank, into which the game copies the drawing of the moment.
    """
    banks = {
        "0": TileSet(128, "sprite"),
        "1": TileSet(128, "second-bank sprite"),
        HERO: TileSet(MOST_HERO_DRAWINGS * HERO_TILES, "hero"),
    }
    for _ in range(HERO_TILES):
        banks["0"].add(bytes(16), share=False)
    out.define("S_HERO", 0)
    out.define("HERO_AT", f"0x{HERO_AT:04x}u")
    for name, art in sprites.items():
        bank = banks[art.options.get("bank", "0")]
        number = len(bank.tiles)
        out.define(f"S_{name.upper()}", number // HERO_TILES if bank is banks[HERO] else number)
        for tile in art.columns():
            bank.add(tile, share=False)
    return banks["0"], banks["1"], banks[HERO]


def write_palettes(out: Output, palettes: dict[str, Group]) -> bytes:
    """Number the palettes, and return their colours: the four seasons, houses, dungeons, the figures."""
    for prefix, group in (("PAL", palettes["obj"]), ("BGP", palettes["bg-inside"])):
        for i, (name, _) in enumerate(group):
            out.define(f"{prefix}_{name.upper()}", i)
    data = bytearray()
    groups = [*(palettes.get(f"bg-{season}") or palettes["bg"] for season in SEASONS)]
    groups += [palettes["bg-inside"], palettes["bg-dungeon"]]
    out.define("GRAPHICS_BANK", GRAPHICS_BANK)
    out.define("PALETTES", f"0x{PALETTES_AT:04x}u")
    for group in (*groups, palettes["obj"]):
        group_data = group_bytes(group)
        out.define("PALETTES_SIZE", f"{len(group_data)}u") if not data else None
        data += group_data
    return bytes(data)


def looks_of(sprites: dict[str, Art]) -> list[str]:
    """Name the figures of people: every drawing that ends in _down, but the hero's."""
    return [name.removesuffix("_down") for name in sprites if name.endswith("_down") and not name.startswith("hero")]
