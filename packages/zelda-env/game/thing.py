"""The objects of a room as the game reads them: six bytes each."""

from collections.abc import Callable

from room import SEASONS, Room, RoomKey, Thing
from source import SourceError
from text import SHOP_TEXTS, Item, Text

ENEMIES = ("octorok", "keese", "zol", "rope", "stalfos", "blade", "gel", "gold_octorok")
ENEMY = 2
KINDS = {
    **dict.fromkeys(("octorok", "burr", *ENEMIES), ENEMY),
    "villager": 1,
    "sign": 3,
    "warp": 4,
    "chest": 5,
    "item": 6,
    "button": 7,
    "shutter": 8,
    "shop": 9,
    "orb": 10,
    "boss": 11,
    "socket": 12,
    "soil": 20,
}
SOLID = ("sign", "chest", "shutter", "socket", "soil")
ANYWHERE = ("orb", "shop")
"""May stand on a wall or counter, or not."""
FACINGS = ("up", "right", "down", "left")
OPTIONS: dict[str, tuple[str, ...]] = {
    "villager": ("text", "dir", "look", "pal", "id"),
    "sign": ("text",),
    "warp": ("to", "at", "dir"),
    "chest": ("item", "flag"),
    "item": ("item", "flag", "after"),
    "shop": ("item", "flag", "price"),
    "button": ("bit", "hold"),
    "soil": ("spot",),
    "shutter": ("bit", "enemies", "torches", "jewels"),
    "socket": ("jewel", "text", "fits"),
}
"""What a line may say besides kind and place; who has a text may have conditions, too."""
MOST = 16
"""Objects a room may have: the game keeps those of one room in memory."""

KEYHOLE = 0xEC
"""The locked door of a dungeon: a warp may lie behind it."""
SOFT_SOIL = 0xE1
CHEST_PROPERTY = 0x20
KEY_PROPERTY = 0x10
BOSS_PROPERTY = 0x40

TREASURES = {
    "shield": 0x01,
    "bombs": 0x03,
    "sword": 0x05,
    "rod": 0x07,
    "bracelet": 0x16,
    "feather": 0x17,
    "satchel": 0x19,
    "flippers": 0x2E,
    "gnarled_key": 0x42,
}
JEWELS = ("round", "pyramid", "square", "cross")
OWNS, FLAG, SEASON, ESSENCE, BOSS_KEY, RAW_RING = range(6)
NOT = 0x80

Details = tuple[int, int, int, int]


class ThingEncoder:
    """Encodes the objects of one room after another.

    Args:
        rooms: The whole world: warps are checked where they arrive.
        texts: The texts, in the game's order; those that depend on conditions are added.
        items: The items, in the game's order.
        looks: Names of the figures that people can have.
        palettes: Names of the palettes of figures.
    """

    def __init__(
        self,
        rooms: dict[RoomKey, Room],
        texts: dict[str, Text],
        items: dict[str, Item],
        looks: list[str],
        palettes: list[str],
    ) -> None:
        self.rooms, self.items, self.looks, self.palettes = rooms, items, looks, palettes
        self.texts = list(texts)
        self.item_names = list(items)
        self.choices: list[bytes] = []
        """Texts that depend on conditions: they are numbered after the others."""
        self.details: dict[str, Callable[[Thing, Room], Details]] = {
            "villager": self.villager,
            "sign": lambda thing, _: (0, self.choice(thing), 0, 0),
            "warp": self.warp,
            "chest": self.treasure,
            "item": self.treasure,
            "button": lambda thing, _: (bit_of(thing), int("hold" in thing.options), 0, 0),
            "shutter": shutter,
            "shop": self.shop,
            "orb": lambda _thing, _room: (1, 0, 0, 0),
            "socket": self.socket,
            "boss": lambda _thing, _room: (0, 0, 0, 0),
            "soil": self.soil,
            "burr": lambda _thing, _room: (0, 0, 0, 0),
        }
        for number, name in enumerate(ENEMIES):
            self.details[name] = lambda _thing, _room, number=number: (number, 0, 0, 0)  # type: ignore[misc]
        self.flags: set[int] = set()
        self.spots: set[str] = set()
        """The spots of soft soil of all rooms so far."""

    def encode(self, room: Room) -> tuple[bytes, int]:
        """Encode a room's objects.

        Returns:
            Kind, place and four more bytes for each object; and the room's
            properties: its exits, and whether it has a key, a chest or a boss.

        Raises:
            SourceError: An object is unknown, stands where it cannot, or leads nowhere.
        """
        data, properties = bytearray(), room.exits
        self.flags = set()
        if len(room.things) > MOST:
            raise SourceError(f"rooms/{room.name}.txt: {len(room.things)} objects, a room has at most {MOST}")
        for thing in room.things:
            self.check(thing, room)
            place = thing.row << 4 | thing.column
            try:
                data += bytes((KINDS[thing.kind], place, *self.details[thing.kind](thing, room)))
            except KeyError as missing:
                raise SourceError(f"{thing.where}: {thing.kind} needs {missing.args[0]}=") from missing
            if thing.kind in ("chest", "item"):
                properties |= CHEST_PROPERTY * (thing.kind == "chest")
                properties |= KEY_PROPERTY * (thing.options["item"] == "small_key")
            properties |= BOSS_PROPERTY * (thing.kind == "boss")
        return bytes(data), properties

    def check(self, thing: Thing, room: Room) -> None:
        """Refuse what no kind of object can have."""
        if thing.kind not in KINDS:
            raise SourceError(f"{thing.where}: no object kind {thing.kind!r}")
        if not (0 <= thing.row < room.height and 0 <= thing.column < room.width):
            raise SourceError(f"{thing.where}: outside of the room")
        facing = thing.options.get("dir", "down")
        if facing not in FACINGS:
            raise SourceError(f"{thing.where}: dir is one of {', '.join(FACINGS)}, not {facing!r}")
        known = OPTIONS.get(thing.kind, ())
        for option in thing.options:
            if option not in known and not ("text" in known and self.condition(option, thing.where)):
                raise SourceError(f"{thing.where}: {thing.kind} has no option {option!r}")
        if thing.kind in ANYWHERE:
            return
        for cell in room.cells(thing.column, thing.row):
            if cell.tile == KEYHOLE and thing.kind == "warp":
                continue
            if (cell.collision == 0) == (thing.kind in SOLID):
                raise SourceError(f"{thing.where}: {thing.kind} cannot stand on {cell.name}")

    def text(self, name: str, where: str) -> int:
        """Return the number of a text."""
        if name not in self.texts:
            raise SourceError(f"{where}: no text {name!r} in texts/texts.txt")
        return self.texts.index(name)

    def choice(self, thing: Thing) -> int:
        """Return the number of what is said: a text, or a choice among texts by conditions."""
        options = thing.options
        first = self.text(options["text"], thing.where)
        conditions = [(key, value) for key, value in options.items() if key not in OPTIONS["villager"]]
        if not conditions:
            return first
        record = bytearray((1, first, len(conditions)))
        for key, value in conditions:
            record += bytes((*self.condition(key, thing.where), self.text(value, thing.where)))
        if bytes(record) not in self.choices:
            self.choices.append(bytes(record))
        return len(self.texts) + self.choices.index(bytes(record))

    def condition(self, key: str, where: str) -> tuple[int, int]:
        """Encode a condition: its kind, with 80 added for the opposite, and its value."""
        negated = NOT if key.startswith("not_") else 0
        name = key.removeprefix("not_")
        if name in TREASURES:
            return negated | OWNS, TREASURES[name]
        if name.startswith("with_") and name[5:] in self.items:
            return negated | OWNS, self.items[name[5:]].treasure
        if name in SEASONS:
            return negated | SEASON, SEASONS.index(name)
        if name in ("flag20", "flag40", "flag80"):
            return negated | FLAG, int(name[4:], 16)
        if name in ("essence", "boss_key"):
            return negated | (ESSENCE if name == "essence" else BOSS_KEY), 1
        if name == "raw_ring":
            return negated | RAW_RING, 1
        raise SourceError(f"{where}: no condition {key!r}")

    def villager(self, thing: Thing, _room: Room) -> Details:
        """Return facing and palette, text, figure and id of a person."""
        look = thing.options.get("look", "elder")
        palette = thing.options.get("pal", "villager")
        if look not in self.looks:
            raise SourceError(f"{thing.where}: no figure [{look}_down] in tiles/sprites.txt")
        if palette not in self.palettes:
            raise SourceError(f"{thing.where}: no palette {palette!r} of figures in tiles/palettes.txt")
        looks = facing_of(thing) | self.palettes.index(palette) << 4
        return looks, self.choice(thing), self.looks.index(look), int(thing.options.get("id", "24"), 16)

    def warp(self, thing: Thing, _room: Room) -> Details:
        """Return room, place and facing where a warp arrives."""
        group, number = thing.options["to"].split(":")
        goal = self.rooms.get((int(group), int(number, 16)))
        column, row = map(int, thing.options["at"].split(","))
        if goal is None or not (0 <= row < goal.height and 0 <= column < goal.width):
            raise SourceError(f"{thing.where}: the warp leads nowhere")
        if any(cell.collision for cell in goal.cells(column, row)):
            raise SourceError(f"{thing.where}: the warp leads into a wall")
        return *goal.key, row << 4 | column, facing_of(thing)

    def treasure(self, thing: Thing, _room: Room) -> Details:
        """Return item, flag and condition of what a chest or a room holds."""
        after = thing.options.get("after")
        if after not in (None, "enemies"):
            raise SourceError(f"{thing.where}: after=enemies, not {after!r}")
        return self.item(thing), self.flag(thing, "20"), int(after == "enemies"), 0

    def soil(self, thing: Thing, room: Room) -> Details:
        """Return the number of a spot of soft soil.

        Raises:
            SourceError: It is none of the sixteen or another one's, or lies where nothing grows.
        """
        spot = thing.options["spot"]
        if spot not in map(str, range(16)) or not room.is_outside:
            raise SourceError(f"{thing.where}: soft soil lies outside and is spot 0 to 15, not {spot}")
        if room.cell(thing.column, thing.row).tile != SOFT_SOIL:
            raise SourceError(f"{thing.where}: there is no soft soil (Q) on that cell")
        if spot in self.spots:
            raise SourceError(f"{thing.where}: another room has spot {spot}; each has its own number")
        self.spots.add(spot)
        return int(spot), 0, 0, 0

    def shop(self, thing: Thing, _room: Room) -> Details:
        """Return item, flag and price of what is for sale."""
        price = thing.options["price"]
        if not (price.isdecimal() and 0 < int(price) < 1000):
            raise SourceError(f"{thing.where}: price is 1 to 999, not {price!r}")
        for name in SHOP_TEXTS:
            self.text(name, thing.where)
        return self.item(thing), self.flag(thing, "0"), *divmod(int(price, 16), 256)[::-1]

    def socket(self, thing: Thing, _room: Room) -> Details:
        """Return which of the four jewels fits, and what is said without it and when it goes in."""
        jewel = thing.options["jewel"]
        if jewel not in JEWELS:
            raise SourceError(f"{thing.where}: jewel is one of {', '.join(JEWELS)}, not {jewel!r}")
        without, fits = (self.text(thing.options[key], thing.where) for key in ("text", "fits"))
        return JEWELS.index(jewel), without, fits, 0

    def item(self, thing: Thing) -> int:
        """Return the number of the item that a thing holds."""
        item = thing.options["item"]
        if item not in self.items:
            raise SourceError(f"{thing.where}: no item {item!r} in texts/items.txt")
        return self.item_names.index(item)

    def flag(self, thing: Thing, default: str) -> int:
        """Return the flag of a thing, and note it as in use.

        Raises:
            SourceError: Another thing of the room has it.
        """
        flag = int(thing.options.get("flag", default), 16)
        if flag and flag in self.flags:
            raise SourceError(f"{thing.where}: two things share the room flag {flag:02x}; say flag=40 or flag=80")
        self.flags.add(flag)
        return flag


def shutter(thing: Thing, room: Room) -> Details:
    """Return what opens a shutter, its tile and the kind of what opens it."""
    tile = room.cell(thing.column, thing.row).tile
    if "enemies" in thing.options:
        return 0, tile, 1, 0
    if "torches" in thing.options:
        return int(thing.options["torches"]), tile, 2, 0
    if "jewels" in thing.options:
        return 0, tile, 3, 0
    return bit_of(thing), tile, 0, 0


def bit_of(thing: Thing) -> int:
    """Return the bit that a button, an orb or a shutter stands for."""
    return 1 << int(thing.options.get("bit", "0"))


def facing_of(thing: Thing) -> int:
    """Return the number of a facing, clockwise from up."""
    return FACINGS.index(thing.options.get("dir", "down"))
