"""Drawings, and the sets of 8x8 tiles they are cut into."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
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
    for name, own, drawn, where in blocks_of(path):
        options, rows = own, drawn
        if "like" in own and not drawn:
            if own["like"] not in arts:
                raise SourceError(f"{where}: [{name}] is like {own['like']!r}, which is not above it")
            model = arts[own["like"]]
            options, rows = model.options | own, model.rows
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


def mirrored(tile: bytes) -> bytes:
    """Turn an encoded tile around, left for right."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in tile)


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
    """The tiles of one set of ground drawings, on two pages: the two banks of video memory.

    Attributes:
        pages: The tiles of each page; on the first those that move come first, so that one copy moves them all.
        placed: The page of each drawing, and its tile numbers there, row by row.
        mirrored: The 16x16 parts that are shown left for right: name of the drawing, column and row.
        moving: For each step of the movement, the pictures of the first tiles.
    """

    pages: tuple[TileSet, TileSet]
    placed: dict[str, tuple[int, list[int]]]
    mirrored: set[tuple[str, int, int]]
    moving: list[bytearray]

    def place(self, name: str, art: Art) -> None:
        """Put a drawing on the first page that has room for it.

        Raises:
            SourceError: Neither has.
        """
        for number, page in enumerate(self.pages):
            tiles, numbers, turned = added(page.tiles, art)
            if len(tiles) <= page.limit:
                page.tiles = tiles
                self.placed[name] = number, numbers
                self.mirrored |= {(name, column, row) for column, row in turned}
                return
        raise SourceError(
            f"{art.where}: no room for [{name}]: the set {self.pages[0].what} has more than "
            f"{sum(page.limit for page in self.pages)} tiles"
        )


def added(known: list[bytes], art: Art) -> tuple[list[bytes], list[int], set[tuple[int, int]]]:
    """Add a drawing to the tiles of a page; a 16x16 part that is another one's mirror image shares its tiles.

    Returns:
        All tiles of the page, the numbers of the drawing's, and column and row of the parts that are mirrored.
    """
    tiles, across = list(known), art.width // 8
    if "auto" in art.options:
        # the game counts from the first tile of an `auto` drawing: all sixteen, in order
        mine = list(art.tiles())
        return tiles + mine, list(range(len(tiles), len(tiles) + len(mine))), set()
    numbers, turned = [0] * (across * (art.height // 8)), set()
    for row, column in product(range(0, art.height // 8, 2), range(0, across, 2)):
        corners = [(row + down, column + right) for down in (0, 1) for right in (0, 1)]
        plain = [art.tile(x, y) for y, x in corners]
        flipped = [mirrored(tile) for tile in plain]
        if sum(tile not in tiles for tile in flipped) < sum(tile not in tiles for tile in plain):
            turned.add((column // 2, row // 2))
            plain = flipped
        for (y, x), tile in zip(corners, plain, strict=True):
            if tile not in tiles:
                tiles.append(tile)
            numbers[y * across + x] = tiles.index(tile)
    return tiles, numbers, turned


def lay_out(art_of: dict[str, Art], what: str, second: int) -> Layout:
    """Cut the drawings of a set into tiles.

    Args:
        art_of: The drawings.
        what: Name of the set, for messages.
        second: How many tiles fit on the second page.
    """
    series: dict[str, list[Art]] = {}
    for name, art in art_of.items():
        base, at, _ = name.partition("@")
        if at:
            series.setdefault(base, [art_of[base]]).append(art)
    steps = max((len(pictures) for pictures in series.values()), default=1)
    layout = Layout((TileSet(256, what), TileSet(second, what)), {}, set(), [bytearray() for _ in range(steps)])
    for base, pictures in series.items():
        layout.placed[base] = 0, [layout.pages[0].add(tile, share=False) for tile in art_of[base].tiles()]
        for step, data in enumerate(layout.moving):
            data.extend(b"".join(pictures[step % len(pictures)].tiles()))
    for name, art in art_of.items():
        if "@" not in name and name not in layout.placed:
            layout.place(name, art)
    return layout
