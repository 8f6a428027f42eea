"""Any room at once, with any belongings: for tests of the game, and for trying out a room.

The game takes a warp from whoever writes CC63-CC67, so a stage needs no way there; what happens afterwards is played.
"""

from __future__ import annotations

from typing import Final

from zelda_env import Rom

from director.console import Console
from director.errors import StuckError
from director.inputs import Buttons

FACING: Final = ("up", "right", "down", "left")
TREASURES: Final = {
    "shield": 0x01, "bombs": 0x03, "sword": 0x05, "boomerang": 0x06, "rod": 0x07, "slingshot": 0x13, "bracelet": 0x16,
    "feather": 0x17, "satchel": 0x19, "flippers": 0x2E,
}  # fmt: skip
_LEVELS: Final = {
    "shield": 0xC6A9, "sword": 0xC6AC, "boomerang": 0xC6B1, "slingshot": 0xC6B3, "feather": 0xC6B4, "satchel": 0xC6AE,
}  # fmt: skip
_PATIENCE: Final = 400


class Stage(Console):
    """A console whose RAM can be written.

    Args:
        rom: The cartridge.
        save: What its battery kept from an earlier play, or None.
    """

    def __init__(self, rom: Rom, save: bytes | None = None) -> None:
        super().__init__(rom, save)
        self.memory = self._pyboy.memory

    def __getitem__(self, address: int) -> int:
        """Return a byte as it is now; D000-DFFF are those of bank 1."""
        if 0xD000 <= address < 0xE000:
            return int(self.memory[1, address])
        return int(self.memory[address])

    def __setitem__(self, address: int, value: int) -> None:
        """Write a byte."""
        if 0xD000 <= address < 0xE000:
            self.memory[1, address] = value
        else:
            self.memory[address] = value

    def frames(self, count: int, buttons: Buttons = ()) -> None:
        """Let frames go by, one at a time."""
        for _ in range(count):
            self.frame(buttons)

    def tap(self, *buttons: str, wait: int = 8) -> None:
        """Press buttons for two frames, then wait."""
        self.frames(2, buttons)
        self.frames(wait)

    def until_free(self) -> int:
        """Wait until Link obeys; return the frames it took.

        Raises:
            StuckError: He does not in the time that anything in the game takes.
        """
        for count in range(_PATIENCE):
            if self.screen.can_act:
                return count
            self.frame()
        raise StuckError(f"Link does not obey after {_PATIENCE} frames")

    def warp(self, group: int, room: int, column: int, row: int, facing: str = "up") -> None:
        """Go to a cell of a room by a warp of the game.

        Raises:
            StuckError: The warp does not lead there.
        """
        self.until_free()
        place = row << 4 | column
        for address, value in enumerate((group, room, FACING.index(facing), place, 3), 0xCC63):
            self[address] = value
        self.frames(2)
        self.until_free()
        if (self[0xCC49], self[0xCC4C]) != (group, room):
            raise StuckError(f"the warp to {group}:{room:02X} leads to {self[0xCC49]}:{self[0xCC4C]:02X}")

    def own(self, item: str, button: str | None = None, level: int = 1) -> None:
        """Own an item, and have it on a button."""
        treasure = TREASURES[item]
        self[0xC692 + treasure // 8] |= 1 << treasure % 8
        if item in _LEVELS:
            self[_LEVELS[item]] = level
        if button:
            self[{"a": 0xC681, "b": 0xC680}[button]] = treasure

    def walk(self, column: int, row: int, slack: int = 0) -> None:
        """Walk straight to the middle of a cell, first across, then up or down.

        Raises:
            StuckError: Something is in the way.
        """
        goal = column * 16 + 8, row * 16 + 8
        for _ in range(_PATIENCE):
            across, down = goal[0] - self[0xD00D], goal[1] - self[0xD00B]
            if abs(across) <= slack and abs(down) <= slack:
                return
            if abs(across) > slack:
                self.frame(("right" if across > 0 else "left",))
            else:
                self.frame(("down" if down > 0 else "up",))
        raise StuckError(f"Link is at {self[0xD00D]}, {self[0xD00B]} and cannot get to {goal}")

    def tile(self, column: int, row: int) -> int:
        """Return the tile id of a cell."""
        return self[0xCF00 + row * 16 + column]

    def collision(self, column: int, row: int) -> int:
        """Return the collision of a cell."""
        return self[0xCE00 + row * 16 + column]

    def find(self, tile: int) -> tuple[int, int]:
        """Return column and row of the first cell with a tile.

        Raises:
            StuckError: There is none.
        """
        for row in range(11):
            for column in range(15):
                if self.tile(column, row) == tile:
                    return column, row
        raise StuckError(f"no tile {tile:02X} in room {self[0xCC49]}:{self[0xCC4C]:02X}")

    def slots(self, base: int, kind: int) -> list[int]:
        """Return the addresses of the objects of this room with an id; `base` is 40, 80 or C0 (hexadecimal)."""
        first = 0xD000 + base
        return [at for at in range(first, first + 0x1000, 0x100) if self[at] & 3 in (1, 3) and self[at + 1] == kind]

    def read_on(self) -> None:
        """Close whatever text is open.

        Raises:
            StuckError: It does not end.
        """
        for _ in range(_PATIENCE):
            if not self[0xCBA0]:
                return
            self.tap("a", wait=4)
        raise StuckError("a text does not end")
