"""Drawings, and the sets of 8x8 tiles they are cut into."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from source import SourceError, lines_of, options_of


class Art:
    """One drawing: rows of the digits 0-3, the colours of its palette.

    Attributes:
        options: What follows the name, such as `pal=` and `auto=`.
        where: File and line, for messages.
        width: In pixels, a multiple of 8.
        height: In pixels, a multiple of 8.
    """

    def __init__(self, name: str, options: dict[str, str], rows: list[str], where: str) -> None:
        self.options, self.rows, self.where = options, rows, where
        self.width, self.height = len(rows[0]), len(rows)
        for row in rows:
            if len(row) != self.width or set(row) - set("0123"):
                raise SourceError(f"{where}: [{name}] rows must be {self.width} digits 0-3: {row}")
        if self.width % 8 or self.height % 8:
            raise SourceError(f"{where}: [{name}] is {self.width}x{self.height}, not a multiple of 8")

    def tile(self, column: int, row: int) -> bytes:
        """Encode one 8x8 tile: for each line the low bits of its pixels, then the high bits."""
        data = bytearray()
        for line in self.rows[row * 8 : row * 8 + 8]:
            low = high = 0
            for digit in line[column * 8 : column * 8 + 8]:
                low = low << 1 | (int(digit) & 1)
                high = high << 1 | int(digit) >> 1
            data += bytes((low, high))
        return bytes(data)

    def tiles(self) -> Iterator[bytes]:
        """Encode all tiles, row by row: the order of the background."""
        for row in range(self.height // 8):
            for column in range(self.width // 8):
                yield self.tile(column, row)

    def columns(self) -> Iterator[bytes]:
        """Encode all tiles, column by column: two of them make a sprite of 8x16."""
        for column in range(self.width // 8):
            for row in range(self.height // 8):
                yield self.tile(column, row)


def read_art(path: Path) -> dict[str, Art]:
    """Read blocks of `[name] key=value ...`, each followed by rows of digits.

    A block with `like=NAME` has no rows of its own: it is the drawing of that name, which stands
    above it, with other options.

    Raises:
        SourceError: A block has no rows, a name is there twice, or rows are no drawing.
    """
    arts: dict[str, Art] = {}
    for name, options, rows, where in blocks_of(path):
        if "like" in options and not rows:
            if options["like"] not in arts:
                raise SourceError(f"{where}: [{name}] is like {options['like']!r}, which is not above it")
            rows, options = arts[options["like"]].rows, arts[options["like"]].options | options
        if not rows:
            raise SourceError(f"{where}: [{name}] has no rows")
        if name in arts:
            raise SourceError(f"{where}: [{name}] is there twice")
        arts[name] = Art(name, options, rows, where)
    return arts


def blocks_of(path: Path) -> list[tuple[str, dict[str, str], list[str], str]]:
    """Split a file into name, options, rows and place of each block."""
    blocks: list[tuple[str, dict[str, str], list[str], str]] = []
    for number, line in lines_of(path):
        where = f"{path.name}:{number}"
        if line.startswith("["):
            name, _, rest = line[1:].partition("]")
            blocks.append((name, options_of(rest.split(), where), [], where))
        elif line and not line.startswith("#"):
            if not blocks:
                raise SourceError(f"{where}: rows before the first [name]")
            blocks[-1][2].append(line)
    return blocks


class TileSet:
    """Tiles in the order of video memory, up to a limit."""

    def __init__(self, limit: int, what: str) -> None:
        self.tiles: list[bytes] = []
        self.limit, self.what = limit, what

    def add(self, tile: bytes, share: bool = True) -> int:
        """Add a tile and return its number; with `share`, an equal one that is there already serves.

        Raises:
            SourceError: The set is full.
        """
        if share and tile in self.tiles:
            return self.tiles.index(tile)
        if len(self.tiles) >= self.limit:
            raise SourceError(f"more than {self.limit} {self.what} tiles")
        self.tiles.append(tile)
        return len(self.tiles) - 1

    def blob(self) -> bytes:
        """Join the tiles and fill up to the limit, so that what follows has a fixed address."""
        return b"".join(self.tiles).ljust(self.limit * 16, b"\0")


@dataclass
class Layout:
    """The tiles of one set of ground drawings.

    Attributes:
        tiles: All tiles; those that move come first, so that one copy moves them all.
        placed: The tile numbers of each drawing, row by row.
        moving: For each step of the movement, the pictures of the first tiles.
    """

    tiles: TileSet
    placed: dict[str, list[int]]
    moving: list[bytearray]


def lay_out(art_of: dict[str, Art], what: str) -> Layout:
    """Cut the drawings of a set into tiles; `what` names the set in messages."""
    series: dict[str, list[Art]] = {}
    for name, art in art_of.items():
        base, at, _ = name.partition("@")
        if at:
            series.setdefault(base, [art_of[base]]).append(art)
    steps = max((len(pictures) for pictures in series.values()), default=1)
    layout = Layout(TileSet(256, what), {}, [bytearray() for _ in range(steps)])
    for base, pictures in series.items():
        layout.placed[base] = [layout.tiles.add(tile, share=False) for tile in art_of[base].tiles()]
        for step, data in enumerate(layout.moving):
            data.extend(b"".join(pictures[step % len(pictures)].tiles()))
    for name, art in art_of.items():
        if "@" not in name and name not in layout.placed:
            # the game counts from the first tile of an `auto` drawing: all sixteen, in order
            share = "auto" not in art.options
            layout.placed[name] = [layout.tiles.add(tile, share) for tile in art.tiles()]
    return layout
