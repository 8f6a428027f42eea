"""Where Link can walk in the room of this moment, and the way from here to there.

Collisions and bodies are those of the game (`src/link.c`): Link has two test points before him on each side, each
cell of CE00 says which part of it is solid, and people and pushed blocks stop him by their own bodies. Ways are
searched on a grid of half cells (8 pixels), on which he can pass through every gap that is wide enough for him.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from zelda_env.state import FOE_IDS

from director.symbol import Memory

Place = tuple[int, int]
"""A pixel of the room, (x, y)."""

STEP: Final = {"up": (0, -1), "right": (1, 0), "down": (0, 1), "left": (-1, 0)}
"""Pixels that one frame of a direction goes."""

GRID: Final = 8
_STRIPS: Final = (
    0x00, 0xC3, 0x03, 0xC0, 0x00, 0xC3, 0xC3, 0x00, 0x00, 0xC3, 0x03, 0xC0, 0xC0, 0xC1, 0xFF, 0x00,
)  # fmt: skip
_HOLES: Final = {0: frozenset({0xF3, 0xF4, 0xFD, 0xFE, 0xFF, *range(0x7B, 0x80)})}
_HOLES_INSIDE: Final = frozenset(
    {*range(0xF3, 0xF8), 0x48, 0x49, 0x4A, 0x4B, 0xD0, 0x3F, 0xFD, *range(0x61, 0x66), 0x60}
)
_WARPS: Final = {0: frozenset({*range(0xE6, 0xEC), 0xED, 0xEE, 0xEF})}
_WARPS_INSIDE: Final = frozenset({0x34, 0x36, *range(0x44, 0x48), 0x4F})
_PROBES: Final = {
    "up": ((-3, -3), (2, -3)),
    "down": ((-3, 7), (2, 7)),
    "left": ((-5, 0), (-5, 5)),
    "right": ((4, 0), (4, 5)),
}
_FEET: Final = 5
WATER: Final = frozenset({0xFD})
"""What Link drowns in, or swims."""
_FLIPPERS: Final = (0xC697, 0x40)
"""Byte and bit that say whether he has flippers."""
_NEAR_FOE, _AT_FOE = 26, 16


@dataclass(frozen=True)
class Body:
    """Somebody or something in the room: its slot's address, what it is and where its middle lies."""

    slot: int
    id: int
    x: int
    y: int


def bodies(memory: Memory, base: int, first: int = 0) -> list[Body]:
    """List what belongs to this room of a kind: `base` is 40 (interactions), 80 (enemies) or C0 (parts)."""
    slots = (0xD000 + 0x100 * number + base for number in range(first, 16))
    return [
        Body(slot, memory.byte(slot + 1), memory.byte(slot + 0xD), memory.byte(slot + 0xB))
        for slot in slots
        if memory.byte(slot) & 3 in (1, 3)
    ]


def foes(memory: Memory) -> list[Body]:
    """List the enemies that fight."""
    return [body for body in bodies(memory, 0x80) if FOE_IDS[body.id]]


class Terrain:
    """A room as it is now.

    Args:
        memory: The RAM of this moment; nothing of it is kept but copies.
        open_cells: Cells (column, row) that may be stepped on although they hurt or lead away.
    """

    def __init__(self, memory: Memory, open_cells: Iterable[Place] = ()) -> None:
        self.columns = memory.byte(0xCD0A) // 2
        self.rows = memory.byte(0xCD0B) // 2
        self.width, self.height = self.columns * 16, self.rows * 16
        rules = memory.byte(0xCC4F)
        tiles, collisions = (bytes(memory.byte(start + at) for at in range(0xC0)) for start in (0xCF00, 0xCE00))
        self._free = _free_pixels(collisions, self.columns, self.rows)
        self.hazards = _HOLES.get(rules, _HOLES_INSIDE)
        self.swims = bool(memory.byte(_FLIPPERS[0]) & _FLIPPERS[1])
        if self.swims:
            self.hazards -= WATER
        self.warps = _WARPS.get(rules, _WARPS_INSIDE)
        feet = (memory.byte(0xD00D) // 16, (memory.byte(0xD00B) + _FEET) // 16)
        unwanted = self.hazards | self.warps
        self._bad = _bad_pixels(tiles, unwanted, self.columns, self.rows, frozenset((*open_cells, feet))).copy()
        self._water = self._no_water(tiles, feet)
        self._forbid_people(memory)
        self._foes = foes(memory)

    def free(self, place: Place, direction: str) -> bool:
        """Tell whether walls let Link make one step from a place."""
        return bool(self._free[direction][place[1], place[0]])

    def safe(self, place: Place) -> bool:
        """Tell whether Link may stand there: nobody is there, and he neither falls, drowns nor is led away."""
        x, y = place
        return 0 <= x < self.width and 0 <= y < self.height and not self._bad[y, x]

    def leads_out(self, place: Place, direction: str, at: int | None = None) -> bool:
        """Tell whether Link walks over an edge from a place of the grid, at a column or row or anywhere."""
        x, y = place
        if at is not None and (x if direction in ("up", "down") else y) // 16 != at:
            return False
        dx, dy = STEP[direction]
        return not self.to_edge(place, direction) and all(
            self.free((x + dx * step, y + dy * step), direction) for step in range(3)
        )

    def to_edge(self, place: Place, direction: str) -> int:
        """Return the pixels from a place to the last places of the grid on a side."""
        x, y = place
        return {"up": y - GRID, "down": self.height - GRID - y, "left": x - GRID, "right": self.width - GRID - x}[
            direction
        ]

    def flood(self, start: Place) -> NDArray[np.bool_]:
        """Return every pixel that walls, and water without flippers, let Link come to, bool (height, width)."""
        found = np.zeros((self.height, self.width), np.bool_)
        found[start[1], start[0]] = True
        size = 0
        while size < (size := int(found.sum())):
            for direction, (dx, dy) in STEP.items():
                found |= _shift(found & self._free[direction], dx, dy) & ~self._water
        return found

    def way(
        self, start: Place, goal: Callable[[Terrain, Place], bool], near: Callable[[Place], int]
    ) -> list[Place] | None:
        """Search the cheapest way on the half-cell grid.

        Args:
            start: Where Link is; any pixel.
            goal: Whether a place of the grid is one to end at.
            near: A lower bound of the frames from there to the goal.

        Returns:
            The corners to walk to in turn, each straight from the one before; None if there is no way.
        """
        queue = [(cost + near(place), cost, place, path) for cost, place, path in self._onto_grid(start)]
        heapq.heapify(queue)
        seen = set()
        while queue:
            _, cost, place, path = heapq.heappop(queue)
            if place in seen:
                continue
            seen.add(place)
            if goal(self, place):
                return list(_unroll(path))
            for direction, (dx, dy) in STEP.items():
                there = (place[0] + dx * GRID, place[1] + dy * GRID)
                if there not in seen and self._walk(place, there, direction):
                    price = cost + GRID + self._danger(there)
                    heapq.heappush(queue, (price + near(there), price, there, (there, path)))
        return None

    def _onto_grid(self, start: Place) -> Iterable[tuple[int, Place, Path]]:
        """Yield the places of the grid next to a pixel that two straight walks lead to."""
        x, y = start
        columns, rows = {x // GRID * GRID, -(-x // GRID) * GRID}, {y // GRID * GRID, -(-y // GRID) * GRID}
        for column in sorted(columns):
            for row in sorted(rows):
                for corner in dict.fromkeys(((column, y), (x, row))):
                    end = (column, row)
                    if self._straight(start, corner) and self._straight(corner, end):
                        cost = abs(x - column) + abs(y - row)
                        yield cost, end, (end, (corner, None))

    def _straight(self, start: Place, end: Place) -> bool:
        """Tell whether a straight walk of at most a few pixels is possible."""
        if start == end:
            return True
        return self._walk(start, end, heading(start, end), leaving=True)

    def _walk(self, start: Place, end: Place, direction: str, leaving: bool = False) -> bool:
        """Tell whether each pixel from start to end can be walked; somebody who stands in a bad place may leave it."""
        left, right = sorted((start[0], end[0]))
        top, bottom = sorted((start[1], end[1]))
        if left < 0 or top < 0 or right >= self.width or bottom >= self.height:
            return False
        passed = np.s_[top : bottom + 1, left : right + 1]
        free = self._free[direction][passed].ravel()
        free = free[:-1] if direction in ("right", "down") else free[1:]
        return bool(free.all()) and (leaving or not self._bad[passed].any())

    def _danger(self, place: Place) -> int:
        """Return how many frames of detour it is worth not to come there."""
        price = 0
        for foe in self._foes:
            distance = max(abs(foe.x - place[0]), abs(foe.y - place[1]))
            if distance < _NEAR_FOE:
                price += 100 if distance < _AT_FOE else 24
        return price

    def _no_water(self, tiles: bytes, feet: Place) -> NDArray[np.bool_]:
        """Mark where Link would drown, bool (height, width): nowhere with flippers."""
        water = frozenset[int]() if self.swims else WATER
        return _bad_pixels(tiles, water, self.columns, self.rows, frozenset((feet,)))

    def _forbid_people(self, memory: Memory) -> None:
        """Mark the places in which people and a pushed block would be walked into."""
        stopping = [memory.byte(0xCCCA + at) for at in range(0, 32, 2)]
        stopping = [page for page in stopping if page] + [0xD1]
        for page in stopping:
            slot = page * 0x100 + 0x40
            if memory.byte(slot) & 3 in (1, 3):
                x, y = memory.byte(slot + 0xD), memory.byte(slot + 0xB)
                self._bad[max(0, y - 12) : y + 13, max(0, x - 11) : x + 12] = True


Path = tuple[Place, "Path | None"]


def _shift(pixels: NDArray[np.bool_], dx: int, dy: int) -> NDArray[np.bool_]:
    """Move a picture by a pixel; what leaves it is lost."""
    moved = np.roll(pixels, (dy, dx), (0, 1))
    if dx:
        moved[:, 0 if dx > 0 else -1] = False
    if dy:
        moved[0 if dy > 0 else -1, :] = False
    return moved


def _any_of(pixels: NDArray[np.bool_], probes: Iterable[Place]) -> NDArray[np.bool_]:
    """Tell for each pixel whether one of those at some distances is set; outside of the room none is."""
    height, width = pixels.shape
    margin = 8
    padded = np.pad(pixels, margin)
    shifted = [padded[margin + dy : margin + dy + height, margin + dx : margin + dx + width] for dx, dy in probes]
    found: NDArray[np.bool_] = np.logical_or.reduce(shifted)
    return found


@lru_cache(maxsize=64)
def _free_pixels(collisions: bytes, columns: int, rows: int) -> dict[str, NDArray[np.bool_]]:
    """Tell for each direction and pixel whether walls let Link make a step from there, bool (height, width)."""
    solid = np.zeros((rows * 16, columns * 16), np.bool_)
    for row in range(rows):
        for column in range(columns):
            solid[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16] = _solid_cell(collisions[row * 16 + column])
    return {direction: ~_any_of(solid, probes) for direction, probes in _PROBES.items()}


def _solid_cell(value: int) -> NDArray[np.bool_]:
    """Draw what a value of CE00 stands for, bool (16, 16)."""
    if value in (0, 0xFF):
        return np.zeros((16, 16), np.bool_)
    if value < 0x10:
        quarters = np.array([[value & 8, value & 4], [value & 2, value & 1]], np.bool_)
        return quarters.repeat(8, 0).repeat(8, 1)
    if value < 0x20:
        strips = np.array([_STRIPS[value & 15] >> (at >> 1) & 1 for at in range(16)], np.bool_)
        return np.broadcast_to(strips[:, None] if value & 8 else strips[None, :], (16, 16))
    return np.ones((16, 16), np.bool_)


@lru_cache(maxsize=64)
def _bad_pixels(
    tiles: bytes, unwanted: frozenset[int], columns: int, rows: int, allowed: frozenset[Place]
) -> NDArray[np.bool_]:
    """Mark where Link's middle may not be because of the cell under his feet, bool (height, width)."""
    bad = np.zeros((rows * 16, columns * 16), np.bool_)
    for row in range(rows):
        for column in range(columns):
            if tiles[row * 16 + column] in unwanted and (column, row) not in allowed:
                top = row * 16 - _FEET
                bad[max(0, top) : top + 16, column * 16 : column * 16 + 16] = True
    return bad


def _unroll(path: Path | None) -> Iterable[Place]:
    places: list[Place] = []
    while path is not None:
        place, path = path
        if not places or places[-1] != place:
            places.append(place)
    return reversed(places)


def heading(start: Place, end: Place) -> str:
    """Return the direction from one place to another, the longer way first."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dx) >= abs(dy):
        return "right" if dx > 0 else "left"
    return "down" if dy > 0 else "up"


def distance(one: Place, other: Place) -> int:
    """Return how many frames a walk in two straight parts takes."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
