"""Legends, rooms and dungeons, and whether they fit together as one world."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from source import SourceError, entries_of, lines_of, options_of

LEGENDS = (("world", "legend"), ("inside", "legend-inside"))
"""Drawings and legend of what is outside, and of all other groups."""
SEASONS = ("spring", "summer", "autumn", "winter")
OUTSIDE_GROUP = 0
DEFAULT_PACK = 0x10
ANY_SEASON = 0xFF
DOORS = range(0x70, 0x7C)
WATER = 0x07
"""The type of cells that Link drowns in, or swims."""
"""Tiles of key doors, boss doors and shutters: solid, and yet ways to a neighbour."""
UP, RIGHT, DOWN, LEFT = range(4)

RoomKey = tuple[int, int]
"""Group and number of a room."""


@dataclass(frozen=True)
class Cell:
    """What a character of a map stands for.

    Attributes:
        tile: The id that the game and its observers know the cell by.
        collision: 0 where anybody can walk.
        kind: What happens to who stands on it.
        art: Name of the drawing, and after a dot which 16x16 part of it.
        cut: The tile it becomes when it is cut, or 0; `bomb` and `push` likewise, `toggle`
            when an orb is turned, and `lift` what is left when it is lifted.
    """

    name: str
    tile: int
    collision: int
    kind: int
    art: str
    cut: int
    bomb: int
    push: int
    toggle: int
    lift: int

    @property
    def is_water(self) -> bool:
        """Whether one drowns in it, or swims."""
        return self.kind == WATER

    @property
    def becomes(self) -> set[int]:
        """The tiles that its options name."""
        return {self.cut, self.bomb, self.push, self.toggle, self.lift} - {0}


BECOMES = {
    0xF1: 0xF0, 0x0C: 0x0D, 0x08: 0x09, 0xE1: 0x39, 0x39: 0x3A, 0xE3: 0xE4, **dict.fromkeys(range(0x18, 0x1D), 0x1D),
}  # fmt: skip
"""What tiles turn into that need no option: chests, buttons, torches, soft soil and its sprout, sockets, blocks."""


@dataclass
class Legend:
    """The cells of a legend: what each character is, and in which seasons it is something else."""

    name: str
    plain: dict[str, Cell] = field(default_factory=dict)
    seasonal: dict[tuple[str, int], Cell] = field(default_factory=dict)

    def at(self, char: str, season: int) -> Cell:
        """Look up a character in a season."""
        return self.seasonal.get((char, season), self.plain[char])

    def cells(self, char: str) -> list[Cell]:
        """Everything a character is in the course of a year."""
        return [self.at(char, season) for season in range(len(SEASONS))]

    def by_tile(self, season: int) -> dict[int, Cell]:
        """The cells of a season by their tile ids.

        Raises:
            SourceError: Two characters are the same tile and yet differ.
        """
        found: dict[int, Cell] = {}
        for char in self.plain:
            cell = self.at(char, season)
            other = found.setdefault(cell.tile, cell)
            if replace(other, name=cell.name) != cell:
                raise SourceError(
                    f"rooms/{self.name}.txt: tile {cell.tile:02x} is both {other.name!r} and {cell.name!r} "
                    f"in {SEASONS[season]}"
                )
        return found


@dataclass(frozen=True)
class Thing:
    """A line of a room's objects; `where` is its file and line, for messages."""

    kind: str
    column: int
    row: int
    options: dict[str, str]
    where: str


@dataclass
class Room:
    """A room as it is drawn, and what the world around it adds.

    Attributes:
        chars: Rows of characters of the legend.
        stamps: What is laid over the map: the kind of each is the name of a stamp.
        pack: The region that an outside room belongs to.
        season: The season that it always has, or FF.
        exits: A bit for each side that has an opening: 1 up, 2 right, 4 down, 8 left.
        place: Dungeon index (FF for none) and cell of its floor map.
    """

    name: str
    key: RoomKey
    legend: Legend
    chars: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    stamps: list[Thing] = field(default_factory=list)
    exits: int = 0
    place: tuple[int, int] = (0xFF, 0)
    pack: int = DEFAULT_PACK
    season: int = ANY_SEASON

    @property
    def is_outside(self) -> bool:
        """Whether it has seasons."""
        return self.key[0] == OUTSIDE_GROUP

    def cell(self, column: int, row: int) -> Cell:
        """Look up a cell as it is without a season."""
        return self.legend.plain[self.chars[row][column]]

    def cells(self, column: int, row: int) -> list[Cell]:
        """Everything a cell is in the course of a year."""
        return self.legend.cells(self.chars[row][column])

    @property
    def width(self) -> int:
        """In cells; rooms of group 4 and up are large."""
        return 15 if self.key[0] >= 4 else 10

    @property
    def height(self) -> int:
        """In cells."""
        return 11 if self.key[0] >= 4 else 8

    def is_open(self, column: int, row: int, season: int) -> bool:
        """Whether a way leads over a cell: free ground, or inside a door of any kind."""
        cell = self.legend.at(self.chars[row][column], season)
        return cell.collision == 0 or (cell.tile in DOORS and not self.is_outside)

    def is_water(self, column: int, row: int, season: int) -> bool:
        """Whether somebody with flippers swims over a cell."""
        return self.legend.at(self.chars[row][column], season).is_water

    def seasons(self, default: int) -> list[int]:
        """The seasons in which somebody can come in from another region: its own, or that of the region."""
        return [default if self.season == ANY_SEASON else self.season]

    def edge(self, way: int) -> list[tuple[int, int]]:
        """List column and row of the cells along a side, from the left or from the top."""
        if way in (UP, DOWN):
            row = 0 if way == UP else self.height - 1
            return [(column, row) for column in range(self.width)]
        column = 0 if way == LEFT else self.width - 1
        return [(column, row) for row in range(self.height)]


@dataclass
class Dungeon:
    """A dungeon's floor maps: 64 cells a floor, a room number or None each."""

    index: int
    group: int
    cells: list[int | None] = field(default_factory=list)


def read_legend(path: Path) -> Legend:
    """Read `char name tile collision type art`, then options such as `cut=TILE`, a line.

    `char.winter` in place of the character says what it is in that season.

    Raises:
        SourceError: A line has another form, or a character is there twice.
    """
    legend = Legend(path.stem)
    for number, line in entries_of(path):
        where = f"{path.name}:{number}"
        parts = line.split()
        if len(parts) < 6:
            raise SourceError(f"{where}: want char name tile collision type art")
        char, dot, season = parts[0][0], parts[0][1:2], parts[0][2:]
        cell = read_cell(parts[1:], where)
        if not dot:
            if legend.plain.setdefault(char, cell) is not cell:
                raise SourceError(f"{where}: {char!r} is there twice")
        elif dot != "." or season not in SEASONS:
            raise SourceError(f"{where}: want one character, or it, a dot and a season: {parts[0]!r}")
        elif legend.seasonal.setdefault((char, SEASONS.index(season)), cell) is not cell:
            raise SourceError(f"{where}: {parts[0]!r} is there twice")
    for char, season_number in legend.seasonal:
        if char not in legend.plain:
            raise SourceError(f"{path.name}: {char}.{SEASONS[season_number]} has no plain line {char!r}")
    return legend


def read_cell(parts: list[str], where: str) -> Cell:
    """Read what follows the character in a line of a legend."""
    name, tile, collision, kind, art = parts[:5]
    options = options_of(parts[5:], where)
    becomes = [int(options.pop(key, "0"), 16) for key in ("cut", "bomb", "push", "toggle", "lift")]
    if options:
        raise SourceError(f"{where}: no such option: {', '.join(options)}")
    return Cell(name, int(tile, 16), int(collision, 16), int(kind, 16), art, *becomes)


def read_packs(path: Path) -> dict[int, int]:
    """Read `pack NUMBER SEASON NAME` a line: the regions and the season that each has by itself."""
    packs: dict[int, int] = {}
    for number, line in entries_of(path):
        parts = line.split(maxsplit=3)
        if len(parts) != 4 or parts[0] != "pack" or parts[2] not in SEASONS:
            raise SourceError(f"{path.name}:{number}: want pack NUMBER SEASON NAME")
        packs[int(parts[1], 16)] = SEASONS.index(parts[2])
    return packs


def room_key(path: Path) -> RoomKey | None:
    """Tell the room from its file: b5.txt is room B5 of group 0, 3-10.txt is room 10 of group 3."""
    found = re.fullmatch(r"(?:([0-7])-)?([0-9a-f]{2})", path.stem)
    return (int(found[1] or "0"), int(found[2], 16)) if found else None


def read_rooms(folder: Path, legends: list[Legend], packs: dict[int, int]) -> dict[RoomKey, Room]:
    """Read every room of a folder; other files there are legends and floor maps."""
    rooms = {}
    for path in sorted(folder.glob("*.txt")):
        key = room_key(path)
        if key:
            rooms[key] = room = read_room(path, key, legends)
            if room.pack not in packs:
                raise SourceError(f"rooms/{path.name}: pack {room.pack:02x} is not in rooms/packs.txt")
    return rooms


def read_room(path: Path, key: RoomKey, legends: list[Legend]) -> Room:
    """Read the `map` and the `objects` of one room.

    Raises:
        SourceError: The map has another size, or a line belongs to neither.
    """
    room = Room(path.stem, key, legends[key[0] != OUTSIDE_GROUP])
    section = ""
    for number, line in lines_of(path):
        where = f"rooms/{path.name}:{number}"
        if not line or (line.startswith("# ") and section != "map"):
            continue
        if line in ("map", "objects"):
            section = line
        elif section == "map":
            room.chars.append(read_row(line, room, where))
            if len(room.chars) == room.height:
                section = ""
        elif section == "objects":
            room.things.append(read_thing(line, where))
        elif line.startswith("put "):
            room.stamps.append(read_thing(line.removeprefix("put "), where))
        else:
            read_header(line, room, where)
    if len(room.chars) != room.height:
        raise SourceError(f"rooms/{path.name}: a room has {room.height} rows")
    return room


def read_header(line: str, room: Room, where: str) -> None:
    """Read `pack NUMBER` or `season NAME`, which stand before the map of an outside room."""
    key, _, value = line.partition(" ")
    if not room.is_outside or key not in ("pack", "season"):
        raise SourceError(f"{where}: {line!r} stands outside of map and objects")
    if key == "pack":
        room.pack = int(value, 16)
    elif value in SEASONS or value in ("0", "1", "2", "3"):
        room.season = SEASONS.index(value) if value in SEASONS else int(value)
    else:
        raise SourceError(f"{where}: season is one of {', '.join(SEASONS)}, not {value!r}")


def read_row(line: str, room: Room, where: str) -> str:
    """Check the characters of one row of a map."""
    if len(line) != room.width:
        raise SourceError(f"{where}: a row has {room.width} cells, this has {len(line)}")
    for char in line:
        if char not in room.legend.plain:
            raise SourceError(f"{where}: {char!r} is not in rooms/{room.legend.name}.txt")
    return line


def read_thing(line: str, where: str) -> Thing:
    """Read `kind column row`, then options, of which some are bare words."""
    kind, column, row, *rest = line.split()
    return Thing(kind, int(column), int(row), dict(word.partition("=")[::2] for word in rest), where)


def read_dungeons(path: Path) -> list[Dungeon]:
    """Read `dungeon INDEX group=G`, then for each floor eight rows of eight room numbers or --.

    Raises:
        SourceError: A row has another length, or a dungeon no or too many floors.
    """
    dungeons: list[Dungeon] = []
    for number, line in entries_of(path):
        if line.startswith("dungeon "):
            _, index, group = line.split()
            dungeons.append(Dungeon(int(index, 16), int(group.partition("=")[2])))
            continue
        row = line.split()
        if not dungeons or len(row) != 8:
            raise SourceError(f"{path.name}:{number}: want eight room numbers")
        dungeons[-1].cells += [None if cell == "--" else int(cell, 16) for cell in row]
    for dungeon in dungeons:
        if not dungeon.cells or len(dungeon.cells) % 64 or len(dungeon.cells) > 256:
            raise SourceError(f"{path.name}: dungeon {dungeon.index:x} needs one to four floors of eight rows")
    return dungeons


def join_rooms(rooms: dict[RoomKey, Room], dungeons: list[Dungeon], packs: dict[int, int]) -> None:
    """Give every room its exits and its place.

    Raises:
        SourceError: Openings of neighbours do not meet, or a way leads out of the world.
    """
    for dungeon in dungeons:
        place_rooms(rooms, dungeon)
    for room in rooms.values():
        for way in (UP, RIGHT, DOWN, LEFT):
            join_side(room, way, neighbour(rooms, dungeons, room, way), packs)


def place_rooms(rooms: dict[RoomKey, Room], dungeon: Dungeon) -> None:
    """Tell the rooms of a dungeon where they lie in it."""
    for at, number in enumerate(dungeon.cells):
        if number is not None:
            if (dungeon.group, number) not in rooms:
                raise SourceError(f"rooms/dungeons.txt: there is no room {dungeon.group}-{number:02x}.txt")
            rooms[dungeon.group, number].place = (dungeon.index, at)


def neighbour(rooms: dict[RoomKey, Room], dungeons: list[Dungeon], room: Room, way: int) -> Room | None:
    """Find the room beside another: by number outside, on the floor map in a dungeon."""
    group, number = room.key
    if group == 0:
        return rooms.get((group, (number + (-16, 1, 16, -1)[way]) & 0xFF))
    for dungeon in dungeons:
        if (dungeon.group, dungeon.index) == (group, room.place[0]):
            at = room.place[1]
            row = at % 64 // 8 + (-1, 0, 1, 0)[way]
            column = at % 8 + (0, 1, 0, -1)[way]
            if 0 <= row < 8 and 0 <= column < 8:
                other = dungeon.cells[at // 64 * 64 + row * 8 + column]
                return None if other is None else rooms[group, other]
    return None


def join_side(room: Room, way: int, other: Room | None, packs: dict[int, int]) -> None:
    """Note the exit on one side of a room and compare it with the room beside it, season by season.

    Who comes in from another region comes in its own season, whatever it was outside.
    """
    warps = {(thing.column, thing.row) for thing in room.things if thing.kind == "warp"}
    everywhere = list(range(len(SEASONS))) if room.is_outside else [0]
    # neighbours are of one group and so of one size: the opposite side of this room has their cells
    for mine, theirs in zip(room.edge(way), room.edge((way + 2) % 4), strict=True):
        join_water(room, mine, other, theirs, packs)
        leads_on = any(room.is_open(*mine, season) for season in everywhere) and mine not in warps
        if leads_on:
            room.exits |= 1 << way
        if other is None:
            if leads_on:
                raise SourceError(f"rooms/{room.name}.txt: cell {mine} leads out of the world")
        elif other.pack == room.pack:
            for season in everywhere:
                if room.is_open(*mine, season) != other.is_open(*theirs, season):
                    raise SourceError(
                        f"rooms/{room.name}.txt: cell {mine} does not meet cell {theirs} of {other.name}.txt "
                        f"in {SEASONS[season]}"
                    )
        elif leads_on and not all(other.is_open(*theirs, season) for season in other.seasons(packs[other.pack])):
            raise SourceError(f"rooms/{room.name}.txt: cell {mine} does not meet cell {theirs} of {other.name}.txt")


def join_water(
    room: Room, mine: tuple[int, int], other: Room | None, theirs: tuple[int, int], packs: dict[int, int]
) -> None:
    """Compare a cell of water at a side with the cell beyond: who swims out must arrive in water or on open ground.

    Where no room is beyond, a swimmer is stopped like a walker.
    """
    if other is None:
        return
    for season in range(len(SEASONS)):
        if not room.is_water(*mine, season):
            continue
        arrivals = [season] if other.pack == room.pack else other.seasons(packs[other.pack])
        if not all(other.is_open(*theirs, there) or other.is_water(*theirs, there) for there in arrivals):
            raise SourceError(
                f"rooms/{room.name}.txt: one swims from cell {mine} against cell {theirs} of {other.name}.txt "
                f"in {SEASONS[season]}"
            )
