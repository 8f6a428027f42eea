"""The ladder: what lies between the first step and the first essence, each rung a condition on RAM.

A milestone counts when its condition holds in a stable frame (see `Screen.stable`), and stays reached for the rest of
the episode. Rungs are listed in the order in which Acorn's quest comes by them; none needs another to count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from zelda_env import ram_map as ram
from zelda_env.ram_map import Bytes, Field
from zelda_env.rom import Game
from zelda_env.state import SCREEN_OFFSETS, Screen

_BOTH: Final = frozenset[Game](("acorn", "seasons"))
_ACORN: Final = frozenset[Game](("acorn",))


class Check(Protocol):
    """A comparison of RAM, linear uint8 (12288,), with something."""

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        ...

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offsets of the bytes that decide it."""
        ...

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so; `before` is RAM at the last stable frame, None at the first."""
        ...


@dataclass(frozen=True)
class Bit:
    """One of some bits of a byte is set."""

    variable: Field
    mask: int
    index: int = 0

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        return f"{_name(self.variable, self.index)} & {self.mask:02X}h"

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offset of the byte."""
        return (self.variable.offset + self.index,)

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so."""
        return bool(wram[self.variable.offset + self.index] & self.mask)


@dataclass(frozen=True)
class OneOf:
    """A byte has one of some values, or none of them."""

    variable: Field
    values: tuple[int, ...]
    negated: bool = False
    index: int = 0

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        values = " or ".join(f"{value:02X}h" for value in self.values)
        return f"{_name(self.variable, self.index)} is {'neither ' if self.negated else ''}" + (
            values.replace(" or ", " nor ") if self.negated else values
        )

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offset of the byte."""
        return (self.variable.offset + self.index,)

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so."""
        return (int(wram[self.variable.offset + self.index]) in self.values) != self.negated


@dataclass(frozen=True)
class AtLeast:
    """A byte is no less than a number."""

    variable: Field
    least: int
    index: int = 0

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        return f"{_name(self.variable, self.index)} >= {self.least}"

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offset of the byte."""
        return (self.variable.offset + self.index,)

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so."""
        return bool(wram[self.variable.offset + self.index] >= self.least)


@dataclass(frozen=True)
class Visited:
    """One of some overworld rooms has been visited."""

    rooms: tuple[int, ...]
    label: str

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        return f"`{ram.ROOM_FLAGS.symbol}` & {ram.VISITED:02X}h of {self.label}"

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offsets of the rooms' flags."""
        return tuple(ram.ROOM_FLAGS.offset + room for room in self.rooms)

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so."""
        return bool((wram[list(self.offsets)] & ram.VISITED).any())


@dataclass(frozen=True)
class Turned:
    """A byte has changed since the last stable frame, which was in the same room."""

    variable: Field

    @property
    def text(self) -> str:
        """What it says, with addresses."""
        return f"{_name(self.variable)} has changed in one and the same room"

    @property
    def offsets(self) -> tuple[int, ...]:
        """Linear offsets of the byte and of the room."""
        return (self.variable.offset, ram.GROUP.offset, ram.ROOM.offset)

    def holds(self, wram: Bytes, before: Bytes | None) -> bool:
        """Tell whether it is so."""
        if before is None:
            return False
        changed, *room = (wram[offset] != before[offset] for offset in self.offsets)
        return bool(changed) and not any(room)


@dataclass(frozen=True)
class Milestone:
    """A rung of the ladder.

    Attributes:
        name: Its key in `info["milestones"]`.
        description: What has happened.
        checks: It is reached when all of these hold in a stable frame.
        games: Where the condition is known.
    """

    name: str
    description: str
    checks: tuple[Check, ...]
    games: frozenset[Game] = field(default=_BOTH)

    @property
    def condition(self) -> str:
        """The condition in words, with addresses."""
        return " and ".join(check.text for check in self.checks)

    def reached(self, wram: Bytes, before: Bytes | None = None) -> bool:
        """Tell whether the condition holds; the caller has seen that the frame is stable.

        Args:
            wram: Linear work RAM, uint8 (12288,).
            before: The same at the last stable frame, or None.
        """
        return all(check.holds(wram, before) for check in self.checks)


def _name(variable: Field, index: int = 0) -> str:
    symbol = variable.symbol
    if variable is ram.ROOM_FLAGS:
        symbol = f"wGroup{(0, 1, 4, 5)[index >> 8]}RoomFlags"
    return f"`{symbol}` {variable.address + index:04X}"


_VILLAGE: Final = (*range(0xC5, 0xC9), *range(0xD6, 0xDA), *range(0xE6, 0xEA), *range(0xF5, 0xFA))
_SEEN_IN_THE_INTRO: Final = (0x98, 0xA7, 0xB6)
_GROUP_4: Final = 0x200
"""Index of the flags of group 4 among the room flags."""

LADDER: Final[tuple[Milestone, ...]] = (
    Milestone(
        "first_new_room",
        "another room than that of the start was entered",
        (Visited(tuple(room for room in range(256) if room not in _SEEN_IN_THE_INTRO), "a room but 98, A7, B6"),),
    ),
    Milestone(
        "village_left",
        "out of the village into another region than that of the start",
        (
            OneOf(ram.GROUP, (0,)),
            OneOf(ram.REGION, (0x00, 0x10), negated=True),
            Visited(_VILLAGE, "C5-C8, D6-D9, E6-E9 or F5-F9"),
        ),
    ),
    Milestone("sword", "a sword is owned", (Bit(ram.TREASURES, 0x20), AtLeast(ram.SWORD, 1))),
    Milestone(
        "first_season_changed",
        "the rod of seasons has changed the season",
        (Bit(ram.TREASURES, 0x80), OneOf(ram.GROUP, (0,)), Turned(ram.SEASON)),
    ),
    Milestone("cave_solved", "the gnarled key is owned", (Bit(ram.TREASURES, 0x04, 8),)),
    Milestone(
        "dungeon_entered",
        "the first room of the first dungeon, 4:1C, was entered",
        (Bit(ram.ROOM_FLAGS, ram.VISITED, _GROUP_4 + 0x1C),),
    ),
    Milestone("first_key", "a small key of the first dungeon was picked up", (AtLeast(ram.KEYS, 1, index=1),)),
    Milestone(
        "boss_door",
        "the door of the guardian, up from 4:14, was opened",
        (Bit(ram.ROOM_FLAGS, 0x01, _GROUP_4 + 0x14),),
        _ACORN,
    ),
    Milestone("boss", "the guardian in 4:11 was beaten", (Bit(ram.ROOM_FLAGS, 0x80, _GROUP_4 + 0x11),), _ACORN),
    Milestone("essence", "the first essence was taken", (Bit(ram.ESSENCES, 0x01),)),
)
"""Every milestone, in the order of Acorn's quest."""


def ladder(game: Game) -> tuple[Milestone, ...]:
    """Return the milestones whose condition is known in a game."""
    return tuple(milestone for milestone in LADDER if game in milestone.games)


def _offsets(milestones: Iterable[Milestone]) -> NDArray[np.intp]:
    checks = (check for milestone in milestones for check in milestone.checks)
    return np.unique([*SCREEN_OFFSETS, *(offset for check in checks for offset in check.offsets)]).astype(np.intp)


OFFSETS: Final = _offsets(LADDER)
"""Linear offsets of every byte that a milestone or a stable frame depends on."""


class MilestoneTracker:
    """Follows an episode and says which milestones it has reached, and when.

    It costs a few microseconds a step: conditions are only looked at when one of their bytes has changed.

    Args:
        game: Which ladder counts.
    """

    def __init__(self, game: Game) -> None:
        self._ladder = self._open = ladder(game)
        self._reached: dict[str, int] = {}
        self._now: Bytes = np.zeros(len(OFFSETS), np.uint8)
        self._last = b""
        self._before: Bytes = np.zeros(ram.WRAM_BYTES, np.uint8)
        self._seen = False

    @property
    def reached(self) -> dict[str, int]:
        """The step in which each milestone of the episode was reached, 0 for those that held at its beginning."""
        return self._reached

    def reset(self, wram: Bytes) -> dict[str, int]:
        """Begin an episode; what holds now counts as reached in step 0.

        Args:
            wram: Linear work RAM, uint8 (12288,), of which the bytes at `OFFSETS` are looked at.
        """
        self._open, self._reached, self._last, self._seen = self._ladder, {}, b"", False
        return self.step(wram, 0)

    def step(self, wram: Bytes, number: int) -> dict[str, int]:
        """Look at the RAM after a step.

        Args:
            wram: Linear work RAM, uint8 (12288,).
            number: The step, counted from 1.

        Returns:
            `reached`; another object only when something was added to it.
        """
        wram.take(OFFSETS, None, self._now, "clip")
        now = self._now.tobytes()
        if now != self._last:
            self._last = now
            if Screen.read(wram).stable:
                self._look(wram, number)
        return self._reached

    def _look(self, wram: Bytes, number: int) -> None:
        before = self._before if self._seen else None
        new = {item.name: number for item in self._open if item.reached(wram, before)}
        if new:
            self._reached = {**self._reached, **new}
            self._open = tuple(item for item in self._open if item.name not in new)
        self._before[OFFSETS] = wram[OFFSETS]
        self._seen = True
