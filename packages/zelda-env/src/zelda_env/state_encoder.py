"""From RAM to the observation: lookup tables made from `encoder.TABLE`, and the gathers that use them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zelda_env import fast
from zelda_env import ram_map as ram
from zelda_env.encoder import ENEMIES, ITEMS, OBS_SIZE, OUTSIDE, PEOPLE, SPANS, TABLE, Floats, decimal
from zelda_env.errors import EmulatorError
from zelda_env.ram_map import SIGHT_COLUMNS, SIGHT_ROWS, Bytes
from zelda_env.state import DROP_IDS, FADE_OUTS, FOE_IDS, PEOPLE_IDS, PRESENT, SCREEN_OFFSETS, TREASURE_IDS, Screen

_STARTS: dict[str, int] = {name: span.start for name, span in SPANS.items()}

_NOWHERE, _NOTHING = OBS_SIZE, OBS_SIZE + 1
"""Two more rows of the lookup table: a cell beyond the grid, and a number that is 0 for now."""


def _lookup() -> Floats:
    """Return the value of every number for every byte, (130 * 256,) float32."""
    table = np.zeros((OBS_SIZE + 2, 256), np.float32)
    for feature in TABLE:
        for slot in range(feature.slots if feature.rules else 0):
            rule = feature.rules[slot % len(feature.rules)]
            table[_STARTS[feature.name] + slot] = [rule(value) for value in range(256)]
    table[_NOWHERE] = OUTSIDE
    return table.ravel()


def _cells() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For Link in each cell YX: where the 35 cells around him lie in RAM, and which rows of the lookup table apply."""
    rows, columns = np.divmod(np.arange(256)[:, None], 16)
    near_rows, near_columns = np.divmod(np.arange(SIGHT_ROWS * SIGHT_COLUMNS)[None], SIGHT_COLUMNS)
    rows, columns = rows + near_rows - SIGHT_ROWS // 2, columns + near_columns - SIGHT_COLUMNS // 2
    inside = (rows >= 0) & (rows < ram.COLLISIONS.size // 16) & (columns >= 0) & (columns < 16)
    where = np.where(inside, ram.COLLISIONS.offset + rows * 16 + columns, ram.COLLISIONS.offset)
    slots = np.arange(SPANS["sight"].start, SPANS["sight"].stop)[None]
    return where.astype(np.intp), np.where(inside, slots, _NOWHERE).astype(np.intp) * 256


_LOOKUP = _lookup()
_CELLS, _CELL_ROWS = _cells()

_SCALARS = np.concatenate(
    [
        SCREEN_OFFSETS,
        [
            field.offset
            for field in (
                ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X, ram.LINK_OBJECT, ram.GROUP, ram.ROOM,
                ram.DUNGEON, ram.DUNGEON_POSITION, ram.DUNGEON_FLOOR, ram.SHIELD, ram.ROD_SEASONS,
            )
        ],
        *(ram.RUPEES.offset + np.arange(2), ram.TREASURES.offset + np.arange(3), ram.SEEDS.offset + np.arange(5)),
    ]
).astype(np.intp)  # fmt: skip

_RUPEES, _BOSS_KEY, _MAP_COMPASS, _VISITED = (
    _STARTS[name] for name in ("rupees", "boss_key", "map_compass", "visited_here")
)
_SHIELD, _SEEDS, _ROD, _TOOLS = (_STARTS[name] for name in ("shield", "seeds", "rod", "other_tools"))
_DIALOG, _TRANSITION, _CAN_ACT = (_STARTS[name] for name in ("dialog", "transition", "can_act"))
_KEYS, _TAKEN, _AROUND = _STARTS["keys"], _STARTS["item_taken"], SPANS["visited_around"]
_SIGHT = SPANS["sight"]
_OBJECT_SPAN = slice(SPANS["enemies"].start, SPANS["items"].stop)
_FLOOR_MAP = slice(SPANS["dungeon_floor"].start, SPANS["dungeon_cell"].stop)
_FLOOR_MAP_ROWS = np.arange(_FLOOR_MAP.start, _FLOOR_MAP.stop, dtype=np.intp) * 256
_LOG_RUPEES = [math.log1p(min(amount, 999)) / math.log(1000) for amount in range(15 * 1111 + 1)]
_DECIMAL = [decimal(value) for value in range(256)]
_ROD_BIT, _TOOL_BITS = 0x80, (0x40, 0x41, 0x28)
"""Of the treasure flags: the rod of seasons; byte by byte boomerang, gloves and flute, slingshot and shovel."""
_BIT_COUNTS = [value.bit_count() for value in range(256)]

# The candidates, 64 in all: 16 foes, 16 people, 16 drops, 16 treasures. The last two compete for the same places.
_CANDIDATES = (
    (ram.ENEMY, FOE_IDS), (ram.INTERACTION, PEOPLE_IDS), (ram.PART, DROP_IDS), (ram.INTERACTION, TREASURE_IDS),
)  # fmt: skip
_OBJECT_BYTES = np.concatenate(
    [ram.object_offsets(base, name) for name in ("enabled", "id", "y", "x", "health") for base, _ in _CANDIDATES]
)
_ABSENT = 600
"""Put on the rank of what is not there or not of its kind; more than any distance, 510 at most."""
_KIND = 2048
"""Distance between the ranks of kinds; more than any rank within one."""
_RANK_BY_PRESENCE = np.where(PRESENT, 0, _ABSENT).astype(np.int16)
_RANK_BY_ID = np.concatenate(
    [np.where(ids, 0, _ABSENT) + _KIND * kind for (_, ids), kind in zip(_CANDIDATES, (0, 1, 2, 2), strict=True)]
).astype(np.int16)
_ID_ROW = np.repeat(np.arange(4), ram.SLOTS) * 256
_PICKED = np.array([*range(ENEMIES), *range(16, 16 + PEOPLE), *range(32, 32 + ITEMS)])
_NO_OBJECT = bytes(64)
_THINGS = ENEMIES + PEOPLE + ITEMS
_OBJECT_LAYOUT = np.array([_THINGS * k + n for n in range(_THINGS) for k in range(4 if n < ENEMIES else 3)], np.intp)
_HEALTH = np.array([min(value, 16) / 16 if value < 0x80 else 0 for value in range(256)], np.float32)


class StateEncoder:
    """Turns RAM into the observation. An instance has scratch memory, so each thread needs its own.

    Args:
        compiled: Use the compiled module, for the same bits in a tenth of the time; None takes it if it was built.

    Raises:
        EmulatorError: `compiled` is true and there is none.
    """

    def __init__(self, compiled: bool | None = None) -> None:
        if compiled and fast.MODULE is None:
            raise EmulatorError(f"no compiled encoder ({fast.MISSING}); or leave `compiled` out")
        self.compiled = fast.MODULE is not None and compiled is not False
        """Whether the compiled module does it."""
        self._eye = fast.MODULE.Eye(*_tables()) if fast.MODULE is not None and self.compiled else None
        self._where, self._row = _places()
        # What the two were last made for: a cell YX; group, room, dungeon, position, floor.
        self._cell = -1
        self._place: list[int] = []
        self._page = ram.ROOM_FLAGS.offset
        self._raw = np.zeros(OBS_SIZE, np.uint8)
        self._index = np.zeros(OBS_SIZE, np.intp)
        self._away = np.zeros((2, 64), np.int16)
        self._seen = np.zeros((4, _THINGS), np.float32)

    def encode(self, wram: Bytes) -> Floats:
        """Return the observation, a new array (128,) float32 within `observation_space`, whatever the bytes.

        Args:
            wram: Linear work RAM, uint8 (12288,); see `Ram.wram`.
        """
        if self._eye is not None:
            observation: Floats = self._eye.encode(wram)
            return observation
        return self._encode(wram)

    def _encode(self, wram: Bytes) -> Floats:
        scalars = wram.take(_SCALARS).tolist()
        y, x, other_y, other_x, link = scalars[11:16]
        if link == 0xD1:
            y, x = other_y, other_x
        cell = y & 0xF0 | x >> 4
        if cell != self._cell:
            self._cell = cell
            self._where[_SIGHT], self._row[_SIGHT] = _CELLS[cell], _CELL_ROWS[cell]
        place = scalars[16:21]
        dungeon = place[2]
        if place != self._place or dungeon != 0xFF:
            self._place = place
            self._enter(wram, place)
        wram.take(self._where, None, self._raw, "clip")
        np.add(self._row, self._raw, self._index)
        observation = _LOOKUP.take(self._index)  # (128,) float32

        page = self._page
        observation[_VISITED] = np.count_nonzero(wram[page : page + 256] & ram.VISITED) / 256
        if dungeon < ram.KEYS.size:
            byte, bit = dungeon >> 3, dungeon & 7
            observation[_BOSS_KEY] = wram[ram.BOSS_KEYS.offset + byte] >> bit & 1
            both = wram[ram.MAPS.offset + byte] >> bit & 1, wram[ram.COMPASSES.offset + byte] >> bit & 1
            observation[_MAP_COMPASS] = sum(both) / 2
        _count(scalars[21:], observation)
        screen = Screen.of(scalars[:11])
        observation[_DIALOG] = screen.dialog
        observation[_TRANSITION] = screen.transition
        observation[_CAN_ACT] = screen.can_act
        if link == 0xD1:
            observation[0], observation[1] = min(x, 240) / 240, min(y, 176) / 176
        self._see(wram, y, x, observation[_OBJECT_SPAN])
        return observation

    def _enter(self, wram: Bytes, place: list[int]) -> None:
        """Point to the flags of this room and those around it, and to what Link has for this dungeon."""
        group, room, dungeon, position, floor = place
        where, row = self._where, self._row
        page = self._page = ram.flag_page(group)
        where[_TAKEN] = page + room
        rooms = _neighbours(wram, room, dungeon, position, floor)
        where[_AROUND] = [page + number for number in rooms]
        in_dungeon = dungeon < ram.KEYS.size
        where[_KEYS] = ram.KEYS.offset + (dungeon if in_dungeon else 0)
        row[_KEYS] = (_KEYS if in_dungeon else _NOTHING) * 256
        row[_FLOOR_MAP] = _FLOOR_MAP_ROWS if in_dungeon else _NOTHING * 256

    def _see(self, wram: Bytes, y: int, x: int, out: Floats) -> None:
        """Write the nearest foes, people and items, (21,) float32."""
        raw = wram.take(_OBJECT_BYTES)  # (5 * 64,)
        if raw[:64].tobytes() == _NO_OBJECT:
            out[:] = 0
            return
        away = self._away
        np.subtract(raw[192:256], x, out=away[0], dtype=np.int16)
        np.subtract(raw[128:192], y, out=away[1], dtype=np.int16)
        distance = np.abs(away)
        rank = distance[0] + distance[1]
        rank += _RANK_BY_PRESENCE.take(raw[:64])
        rank += _RANK_BY_ID.take(_ID_ROW + raw[64:128])
        picked = rank.argsort(kind="stable").take(_PICKED)
        there = rank.take(picked) % _KIND < _ABSENT
        near = away.take(picked, 1)
        near *= there
        seen = self._seen
        seen[0] = there
        np.divide(near, 255, out=seen[1:3])
        np.multiply(_HEALTH.take(raw[256:].take(picked)), there, out=seen[3])
        seen.take(_OBJECT_LAYOUT, out=out, mode="clip")


def _count(values: list[int], observation: Floats) -> None:
    """Write the belongings that more than one byte has a say in."""
    shield, seasons, low, high, owned, more, most, ember, scent, pegasus, gale, mystery = values
    seeds = _DECIMAL[ember] + _DECIMAL[scent] + _DECIMAL[pegasus] + _DECIMAL[gale] + _DECIMAL[mystery]
    observation[_RUPEES] = _LOG_RUPEES[_DECIMAL[high] * 100 + _DECIMAL[low]]
    observation[_SHIELD] = min(shield, 3) / 3 if owned & 2 else 0.0
    observation[_SEEDS] = min(seeds, 20) / 20
    observation[_ROD] = (1 + _BIT_COUNTS[seasons & 15]) / 5 if owned & _ROD_BIT else 0.0
    tools = _BIT_COUNTS[owned & _TOOL_BITS[0]] + _BIT_COUNTS[more & _TOOL_BITS[1]] + _BIT_COUNTS[most & _TOOL_BITS[2]]
    observation[_TOOLS] = tools / 5


def _places() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each number the offset of its byte, where that is always the same, and its row of the lookup table."""
    where = np.zeros(OBS_SIZE, np.intp)
    for feature in TABLE:
        if feature.rules:
            where[SPANS[feature.name]] = feature.source[0].offset
    return where, np.arange(OBS_SIZE, dtype=np.intp) * 256


def _tables() -> tuple[dict[str, NDArray[Any]], dict[str, int], dict[str, int]]:
    """Return what the compiled encoder is made from: tables, where features start, linear offsets in RAM."""
    where, row = _places()
    tables: dict[str, NDArray[Any]] = {
        "lookup": _LOOKUP, "rupees": np.array(_LOG_RUPEES, np.float32), "health": _HEALTH, "where": where, "row": row,
        "scalars": _SCALARS, "objects": _OBJECT_BYTES, "pages": np.array([*map(ram.flag_page, range(8))], np.intp),
        "cells": _CELLS, "cell_rows": _CELL_ROWS, "rank_by_presence": _RANK_BY_PRESENCE, "rank_by_id": _RANK_BY_ID,
        "decimals": np.array(_DECIMAL, np.intp), "bit_counts": np.array(_BIT_COUNTS, np.uint8),
        "tool_bits": np.array(_TOOL_BITS, np.uint8),
        "fade_outs": np.isin(np.arange(256), [*FADE_OUTS]).astype(np.uint8),
    }  # fmt: skip
    places = {
        "keys": ram.KEYS.offset, "dungeons": ram.KEYS.size, "boss_keys": ram.BOSS_KEYS.offset,
        "maps": ram.MAPS.offset, "compasses": ram.COMPASSES.offset, "layout": ram.DUNGEON_LAYOUT.offset,
    }  # fmt: skip
    return tables, _STARTS, places


def _neighbours(wram: Bytes, room: int, dungeon: int, position: int, floor: int) -> tuple[int, int, int, int]:
    """Return the numbers of the rooms up, right, down and left; the room's own number where there is none."""
    if dungeon == 0xFF:
        return room - 16 & 0xFF, room + 1 & 0xFF, room + 16 & 0xFF, room - 1 & 0xFF
    layout = ram.DUNGEON_LAYOUT.offset + 64 * (floor & 3)
    column, line = position & 7, position >> 3 & 7
    at = layout + (position & 63)
    return (
        int(wram[at - 8]) if line > 0 else room,
        int(wram[at + 1]) if column < 7 else room,
        int(wram[at + 8]) if line < 7 else room,
        int(wram[at - 1]) if column > 0 else room,
    )
