"""The objects of a room as the game reads them: six bytes each."""

from room import Room, RoomKey, Thing
from source import SourceError

KINDS = {"villager": 1, "burr": 2, "sign": 3, "warp": 4, "chest": 5, "item": 6, "button": 7, "shutter": 8}
SOLID = ("sign", "chest", "shutter")
FACINGS = ("up", "right", "down", "left")

CHEST_PROPERTY = 0x20
KEY_PROPERTY = 0x10


class ThingEncoder:
    """Encodes the objects of one room after another.

    Args:
        rooms: The whole world: warps are checked where they arrive.
        texts: Names of the texts, in the game's order.
        items: Names of the items, in the game's order.
    """

    def __init__(self, rooms: dict[RoomKey, Room], texts: list[str], items: list[str]) -> None:
        self.rooms, self.texts, self.items = rooms, texts, items

    def encode(self, room: Room) -> tuple[bytes, int]:
        """Encode a room's objects.

        Returns:
            Kind, place and four more bytes for each object; and the room's
            properties: its exits, and whether it has a key or a chest.

        Raises:
            SourceError: An object is unknown, stands where it cannot, or leads nowhere.
        """
        data, properties = bytearray(), room.exits
        flags: set[int] = set()
        for thing in room.things:
            self.check(thing, room)
            data += bytes((KINDS[thing.kind], thing.row << 4 | thing.column, *self.details(thing, room, flags)))
            if thing.kind in ("chest", "item"):
                properties |= CHEST_PROPERTY * (thing.kind == "chest")
                properties |= KEY_PROPERTY * (thing.options["item"] == "small_key")
        return bytes(data), properties

    def check(self, thing: Thing, room: Room) -> None:
        """Refuse what no kind of object can have."""
        if thing.kind not in KINDS:
            raise SourceError(f"{thing.where}: no object kind {thing.kind!r}")
        if not (0 <= thing.row < room.height and 0 <= thing.column < room.width):
            raise SourceError(f"{thing.where}: outside of the room")
        text = thing.options.get("text")
        if text is not None and text not in self.texts:
            raise SourceError(f"{thing.where}: no text {text!r} in texts/texts.txt")
        facing = thing.options.get("dir", "down")
        if facing not in FACINGS:
            raise SourceError(f"{thing.where}: dir is one of {', '.join(FACINGS)}, not {facing!r}")
        cell = room.cells[thing.row][thing.column]
        if (cell.collision == 0) == (thing.kind in SOLID):
            raise SourceError(f"{thing.where}: {thing.kind} cannot stand on {cell.name}")

    def details(self, thing: Thing, room: Room, flags: set[int]) -> tuple[int, int, int, int]:
        """Return the four bytes that mean something else for each kind."""
        options = thing.options
        bit = 1 << int(options.get("bit", "0"))
        if thing.kind == "warp":
            return self.warp(thing)
        if thing.kind in ("chest", "item"):
            return self.treasure(thing, flags)
        if thing.kind == "button":
            return bit, int("hold" in options), 0, 0
        if thing.kind == "shutter":
            tile = room.cells[thing.row][thing.column].tile
            return 0 if "enemies" in options else bit, tile, 0, 0
        text = options.get("text")
        return facing_of(thing), self.texts.index(text) if text else 0, 0, 0

    def warp(self, thing: Thing) -> tuple[int, int, int, int]:
        """Return room, place and facing where a warp arrives."""
        group, number = thing.options["to"].split(":")
        goal = self.rooms.get((int(group), int(number, 16)))
        column, row = map(int, thing.options["at"].split(","))
        if goal is None or goal.cells[row][column].collision:
            raise SourceError(f"{thing.where}: the warp leads nowhere or into a wall")
        return *goal.key, row << 4 | column, facing_of(thing)

    def treasure(self, thing: Thing, flags: set[int]) -> tuple[int, int, int, int]:
        """Return item and flag of what a chest or a room holds, and add the flag to those in use."""
        item = thing.options["item"]
        flag = int(thing.options.get("flag", "20"), 16)
        if item not in self.items:
            raise SourceError(f"{thing.where}: no item {item!r} in texts/items.txt")
        if flag and flag in flags:
            raise SourceError(f"{thing.where}: two things share the room flag {flag:02x}; say flag=40 or flag=80")
        flags.add(flag)
        return self.items.index(item), flag, 0, 0


def facing_of(thing: Thing) -> int:
    """Return the number of a facing, clockwise from up."""
    return FACINGS.index(thing.options.get("dir", "down"))
