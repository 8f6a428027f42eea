"""What is larger than a cell: houses, great trees, wrecks. A room's `put NAME COL ROW` lays one over its map."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from art import Art
from room import SEASONS, Cell, Legend, Room
from source import SourceError, entries_of, options_of

FIRST_CHAR = 0xE000
"""Characters that no source file has stand for the cells of stamps."""
SOLID, DOOR, CLEAR = "#D."


@dataclass
class Stamp:
    """One stamp.

    Attributes:
        options: `tile=`, `drawing=`, `drawing.SEASON=`, `door=`.
        where: File and line, for messages.
        shape: Rows of `#` for what is solid, `D` for a door, `.` where the map shows.
        chars: For each cell the character that the legend knows it by; None where the map shows.
    """

    options: dict[str, str]
    where: str
    shape: list[str] = field(default_factory=list)
    chars: list[list[str | None]] = field(default_factory=list)

    def drawings(self, season: int) -> list[str]:
        """Name the drawings of a season, from the top down."""
        return self.options.get(f"drawing.{SEASONS[season]}", self.options["drawing"]).split(",")

    def lay(self, rows: list[str], column: int, row: int, where: str) -> None:
        """Lay the stamp over rows of a map.

        Raises:
            SourceError: It does not fit into the room.
        """
        if row + len(self.chars) > len(rows) or column + len(self.chars[0]) > len(rows[0]):
            raise SourceError(f"{where}: the stamp does not fit into the room there")
        for y, chars in enumerate(self.chars, row):
            line = list(rows[y])
            for x, char in enumerate(chars, column):
                line[x] = char or line[x]
            rows[y] = "".join(line)


def read_stamps(path: Path, legend: Legend, art_of: dict[str, Art]) -> dict[str, Stamp]:
    """Read `stamp NAME tile=FIRST drawing=TOP[,BELOW] ...` and its rows, and add the cells to a legend.

    Raises:
        SourceError: A stamp is there twice, has no rows, or its drawings are of another size.
    """
    stamps: dict[str, Stamp] = {}
    stamp: Stamp | None = None
    for number, line in entries_of(path):
        where = f"rooms/{path.name}:{number}"
        if line.startswith("stamp "):
            name, *words = line.split()[1:]
            if name in stamps:
                raise SourceError(f"{where}: stamp {name} is there twice")
            stamp = stamps[name] = Stamp(options_of(words, where), where)
        elif stamp is None or set(line) - set(SOLID + DOOR + CLEAR) or len(line) != len((stamp.shape or [line])[0]):
            raise SourceError(f"{where}: want a row of {SOLID} {DOOR} {CLEAR} as wide as the one before, below a stamp")
        else:
            stamp.shape.append(line)
    for name, stamp in stamps.items():
        add_cells(name, stamp, legend, art_of)
    return stamps


def add_cells(name: str, stamp: Stamp, legend: Legend, art_of: dict[str, Art]) -> None:
    """Give each cell of a stamp a character of the legend."""
    tile = int(stamp.options["tile"], 16)
    doors = [int(door, 16) for door in stamp.options.get("door", "").split(",") if door]
    if len(doors) != "".join(stamp.shape).count(DOOR):
        raise SourceError(f"{stamp.where}: door= wants a tile for each {DOOR}")
    looks = [looks_of(stamp, season, art_of) for season in range(len(SEASONS))]
    for y, row in enumerate(stamp.shape):
        chars: list[str | None] = []
        for x, kind in enumerate(row):
            if kind == CLEAR:
                chars.append(None)
                continue
            char = chr(FIRST_CHAR + len([char for char in legend.plain if ord(char) >= FIRST_CHAR]))
            collision = 0x0F if kind == SOLID else 0
            own = tile if kind == SOLID else doors.pop(0)
            for season, look in enumerate(looks):
                cell = Cell(name, own, collision, 0, look[y][x], 0, 0, 0, 0, 0)
                legend.plain.setdefault(char, cell)
                legend.seasonal[char, season] = cell
            tile += kind == SOLID
            chars.append(char)
        stamp.chars.append(chars)


def looks_of(stamp: Stamp, season: int, art_of: dict[str, Art]) -> list[list[str]]:
    """Name the drawing and the part of each cell of a stamp, row by row."""
    looks: list[list[str]] = []
    for name in stamp.drawings(season):
        if name not in art_of:
            raise SourceError(f"{stamp.where}: no drawing {name!r} in tiles/world.txt")
        across, down = art_of[name].width // 16, art_of[name].height // 16
        looks += [[f"{name}.{y * across + x}" for x in range(across)] for y in range(down)]
    if not stamp.shape or [len(row) for row in looks] != [len(row) for row in stamp.shape]:
        raise SourceError(f"{stamp.where}: the stamp and its drawings are not of one size")
    return looks


def lay_stamps(rooms: Iterable[Room], stamps: dict[str, Stamp]) -> None:
    """Lay the stamps of all rooms over their maps.

    Raises:
        SourceError: There is no such stamp, or it does not fit.
    """
    for room in rooms:
        for put in room.stamps:
            if put.kind not in stamps or not room.is_outside:
                raise SourceError(f"{put.where}: no stamp {put.kind!r} in rooms/stamps.txt for rooms outside")
            stamps[put.kind].lay(room.chars, put.column, put.row, put.where)
