"""Cartridges: what a ROM file is, checked before an emulator sees it."""

from __future__ import annotations

import hashlib
import os
import string
from dataclasses import dataclass, field
from importlib import resources
from typing import Literal

from zelda_env.errors import RomError

Game = Literal["acorn", "seasons"]

GAMES: dict[str, Game] = {"ACORN": "acorn", "ZELDA DIN": "seasons"}
"""The games this package reads, by the title in the cartridge header."""

SEASONS_US_SHA1 = "ba1268290fb2b1b70505d2d7b5825fc8a4816a4b"
"""SHA-1 of the US release of Oracle of Seasons, the one the RAM map is written for."""

MAX_ROM_BYTES = 8 << 20
"""The largest Game Boy cartridge."""

_HEADER_END = 0x150
_TITLE = slice(0x134, 0x13F)
_CGB_FLAG = 0x143
_ROM_SIZE = 0x148
_CHECKED = slice(0x134, 0x14D)
_CHECKSUM = 0x14D
_PRINTABLE = frozenset(string.printable.encode())


@dataclass(frozen=True)
class Rom:
    """A cartridge image that passed every check.

    Attributes:
        title: From the header, such as `ACORN`.
        game: Which of the two games it is.
        sha1: Hex digest of the whole image.
        data: The image.
    """

    title: str
    game: Game
    sha1: str
    data: bytes = field(repr=False)

    @property
    def verified(self) -> bool:
        """Whether the RAM map is known to hold: Acorn, or the US release of Oracle of Seasons."""
        return self.game == "acorn" or self.sha1 == SEASONS_US_SHA1

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Rom:
        """Read and check a cartridge file.

        Raises:
            RomError: There is no such file, it cannot be read, or it is not one of the two games; see `parse`.
        """
        name = os.fspath(path)
        try:
            with open(name, "rb") as file:
                data = file.read(MAX_ROM_BYTES + 1)
        except OSError as error:
            raise RomError(
                f"cannot read the ROM {name!r} ({error.strerror}); give the path of a cartridge file (.gbc)"
            ) from error
        return cls.parse(data, name)

    @classmethod
    def acorn(cls) -> Rom:
        """Return the free game that comes with this package."""
        file = resources.files("zelda_env") / "roms" / "acorn.gbc"
        try:
            data = file.read_bytes()
        except FileNotFoundError as error:
            raise RomError("the Acorn ROM is missing from this installation; install zelda-env again") from error
        return cls.parse(data, "acorn.gbc")

    @classmethod
    def parse(cls, data: bytes, source: str) -> Rom:
        """Check a cartridge image.

        Args:
            data: The whole file.
            source: Where it came from, for the messages.

        Raises:
            RomError: Not a Game Boy ROM, damaged, truncated, not for the Game Boy Color, or another game.
        """
        _check_header(data, source)
        _check_size(data, source)
        title = data[_TITLE].split(b"\0")[0].decode("ascii", "replace").strip()
        if title not in GAMES:
            raise RomError(
                f"{source!r} is the game {title!r}; expected ACORN or ZELDA DIN (Zelda: Oracle of Seasons): "
                "use that cartridge, or leave the ROM out to play Acorn"
            )
        if not data[_CGB_FLAG] & 0x80:
            raise RomError(
                f"{source!r} is titled {title!r} but marked as a plain Game Boy cartridge (byte 143 is "
                f"{data[_CGB_FLAG]:02X}); expected a Game Boy Color one (80 or C0): dump the cartridge again"
            )
        # SHA-1 because that is what every list of cartridge dumps uses; nothing is secured by it.
        return cls(title, GAMES[title], hashlib.sha1(data, usedforsecurity=False).hexdigest(), data)


def header_checksum(data: bytes) -> int:
    """Return the header checksum over bytes 0134-014C, as the console's boot ROM computes it.

    Args:
        data: At least 014D bytes of a cartridge image.
    """
    total = 0
    for byte in data[_CHECKED]:
        total = (total - byte - 1) & 0xFF
    return total


def _check_header(data: bytes, source: str) -> None:
    """Refuse what has no valid cartridge header."""
    expected = "expected a Game Boy Color cartridge image (.gbc)"
    if len(data) < _HEADER_END:
        raise RomError(f"{source!r} is not a Game Boy ROM: {len(data)} bytes, shorter than a header; {expected}")
    if data[:2] in {b"PK", b"7z", b"\x1f\x8b"}:
        raise RomError(f"{source!r} is not a Game Boy ROM but a compressed archive; {expected}: unpack it first")
    if _PRINTABLE.issuperset(data[:_HEADER_END]):
        raise RomError(f"{source!r} is not a Game Boy ROM but a text file; {expected}")
    found, computed = data[_CHECKSUM], header_checksum(data)
    if found != computed:
        raise RomError(
            f"{source!r} has the header checksum {found:02X} where its header adds up to {computed:02X}: it is not a "
            f"Game Boy ROM or is damaged; {expected}: dump the cartridge again"
        )


def _check_size(data: bytes, source: str) -> None:
    """Refuse an image whose length is not what its header says."""
    code = data[_ROM_SIZE]
    if code > 8:
        raise RomError(f"{source!r} has the ROM size code {code:02X}; expected 00 to 08: dump the cartridge again")
    size = 0x8000 << code
    if len(data) != size:
        what = "truncated" if len(data) < size else "too long"
        seen = f"{len(data)} bytes" if len(data) <= MAX_ROM_BYTES else f"more than {MAX_ROM_BYTES} bytes"
        raise RomError(f"{source!r} is {what}: {seen}, expected {size} by its header; dump the cartridge again")
