"""Palettes: reading them, and the fading copies that the game swaps in when a screen darkens."""

from pathlib import Path

from room import SEASONS
from source import SourceError, lines_of

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""
Group = list[tuple[str, list[Colour]]]
"""Up to eight named palettes of four colours: the eight that fit the hardware at once."""

NIGHT = (14, 16, 36)
LEVELS = 5


def read_palettes(path: Path) -> dict[str, Group]:
    """Read a name and four RRGGBB colours a line.

    A line `bg`, `bg-inside`, `bg-dungeon`, `obj`, or `bg-` and a season starts a group; `bg` serves
    the seasons that have none.

    Raises:
        SourceError: A line has another form, or a group has more than eight palettes.
    """
    names = ("bg", *(f"bg-{season}" for season in SEASONS), "bg-inside", "bg-dungeon", "obj")
    groups: dict[str, Group] = {name: [] for name in names}
    current: Group | None = None
    for number, text in lines_of(path):
        line = text.split("#")[0].strip()
        if not line:
            continue
        if line in groups:
            current = groups[line]
            continue
        name, *colours = line.split()
        if current is None or len(colours) != 4:
            raise SourceError(f"{path.name}:{number}: want a name and four colours")
        current.append((name, [read_colour(colour) for colour in colours]))
    for name, group in groups.items():
        if len(group) > 8:
            raise SourceError(f"{path.name}: more than 8 {name} palettes")
    return groups


def read_colour(digits: str) -> Colour:
    """Read RRGGBB."""
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def word(colour: Colour) -> int:
    """Round a colour to the 15 bits of the hardware: red lowest, blue highest."""
    red, green, blue = (min(31, (part * 31 + 127) // 255) for part in colour)
    return red | green << 5 | blue << 10


def faded(colour: Colour, level: int) -> Colour:
    """Mix a colour with the dark blue of night: level 0 is the colour itself, level 4 the night."""
    red, green, blue = ((part * (4 - level) + goal * level) // 4 for part, goal in zip(colour, NIGHT, strict=True))
    return red, green, blue


def group_bytes(group: Group) -> bytes:
    """Lay out a group at every level of fading, eight palettes of four words each; missing ones are black."""
    data = bytearray()
    for level in range(LEVELS):
        for i in range(8):
            colours = group[i][1] if i < len(group) else [(0, 0, 0)] * 4
            for colour in colours:
                data += word(faded(colour, level)).to_bytes(2, "little")
    return bytes(data)
