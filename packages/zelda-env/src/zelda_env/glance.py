"""What the public API has to read of work RAM for one observation and reward: as few bytes as give the same numbers."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zelda_env import ram_map as ram
from zelda_env._pyboy import PyBoyMemoryView
from zelda_env.ram_map import SIGHT_COLUMNS, SIGHT_ROWS, Bytes

_BY_DUNGEON: Final = (ram.DUNGEON_LAYOUT, ram.BOSS_KEYS, ram.COMPASSES, ram.MAPS)
"""The variables that say nothing outside of dungeons."""
_RIDING: Final = (ram.COMPANION_Y, ram.COMPANION_X)
_SOMETIMES: Final = (ram.ROOM_FLAGS, ram.COLLISIONS, *_BY_DUNGEON, *_RIDING)
"""These, and the large variables of which an observation needs little."""
_KINDS: Final = (ram.INTERACTION, ram.ENEMY, ram.PART)
_ENABLED: Final = np.concatenate([ram.object_offsets(base, "enabled") for base in _KINDS])
_NO_OBJECT: Final = (0,) * len(_ENABLED)


class Part:
    """Some bytes of RAM, read in one go: half the time of slices, a third of a loop's.

    Args:
        offsets: Linear offsets, intp (K,).
    """

    def __init__(self, offsets: NDArray[np.intp]) -> None:
        banks, low = offsets >> 12, offsets & 0xFFF
        addresses = np.where(banks == 0, 0xC000, 0xD000) + low
        run = bool((np.diff(offsets) == 1).all())
        self._where = slice(int(offsets[0]), int(offsets[-1]) + 1) if run else offsets
        self._get = itemgetter(*zip(banks.tolist(), addresses.tolist(), strict=True))

    def read(self, memory: PyBoyMemoryView, view: Bytes) -> tuple[int, ...]:
        """Copy the bytes into a view by linear offset, uint8 (12288,), and return them."""
        values: tuple[int, ...] = self._get(memory)
        view[self._where] = np.frombuffer(bytes(values), np.uint8)
        return values


@lru_cache(maxsize=1)
def everything() -> Part:
    """Return every byte this package reads."""
    return Part(ram.used_offsets())


@lru_cache(maxsize=1)
def _always() -> Part:
    """Return the small variables, after them which objects there are."""
    fields = [field for field in ram.CORE if field not in _SOMETIMES]
    small = np.concatenate([np.arange(field.offset, field.offset + field.size) for field in fields])
    return Part(np.concatenate([small, _ENABLED]))


@lru_cache(maxsize=1)
def _objects() -> Part:
    """Return of what kind and where the objects are, and the health of foes."""
    parts = [ram.object_offsets(base, name) for base in _KINDS for name in ("id", "y", "x")]
    return Part(np.concatenate([*parts, ram.object_offsets(ram.ENEMY, "health")]))


@lru_cache(maxsize=4)
def _flags(page: int) -> Part:
    return Part(np.arange(page, page + 0x100))


@lru_cache(maxsize=1)
def _dungeon() -> Part:
    return Part(np.concatenate([np.arange(field.span.start, field.span.stop) for field in _BY_DUNGEON]))


@lru_cache(maxsize=1)
def _companion() -> Part:
    return Part(np.array([field.offset for field in _RIDING], np.intp))


@lru_cache(maxsize=256)
def _sight(cell: int) -> Part | None:
    """Return the cells around Link in a cell YX; None where all are outside of the grid."""
    row, column = cell >> 4, cell & 15
    rows = np.arange(max(0, row - SIGHT_ROWS // 2), min(ram.COLLISIONS.size // 16, row + SIGHT_ROWS // 2 + 1))
    columns = np.arange(max(0, column - SIGHT_COLUMNS // 2), min(16, column + SIGHT_COLUMNS // 2 + 1))
    offsets = ram.COLLISIONS.offset + np.add.outer(16 * rows, columns).ravel()
    return Part(offsets) if offsets.size else None


def glance(memory: PyBoyMemoryView, view: Bytes) -> None:
    """Copy what the next observation and reward depend on into a view by linear offset, uint8 (12288,)."""
    values = _always().read(memory, view)
    if values[-len(_NO_OBJECT) :] != _NO_OBJECT:
        _objects().read(memory, view)
    y, x = ram.LINK_Y, ram.LINK_X
    if view[ram.LINK_OBJECT.offset] == 0xD1:
        y, x = _RIDING
        _companion().read(memory, view)
    sight = _sight(int(view[y.offset]) & 0xF0 | int(view[x.offset]) >> 4)
    if sight is not None:
        sight.read(memory, view)
    _flags(ram.flag_page(int(view[ram.GROUP.offset]))).read(memory, view)
    if view[ram.DUNGEON.offset] != 0xFF:
        _dungeon().read(memory, view)
