"""The observation: 128 numbers from RAM, described by one table.

`TABLE` alone says what the numbers are; the observation space, `describe` and `StateEncoder` come from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Final

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from zelda_env import ram_map as ram
from zelda_env.ram_map import SIGHT_COLUMNS, SIGHT_ROWS, Field

LAYOUT: Final = "zelda-obs/2"
"""Version of the table; it changes whenever a number changes its place, range or meaning."""

OBS_SIZE: Final = 128

Floats = NDArray[np.float32]
Rule = Callable[[int], float]

ENEMIES, PEOPLE, ITEMS = 3, 1, 2


@dataclass(frozen=True)
class Feature:
    """Some neighbouring numbers of the observation.

    Attributes:
        name: Unique.
        slots: How many numbers.
        low: Least value of each.
        high: Greatest value of each.
        source: The variables it is made from.
        meaning: What the numbers say, in their order.
        rules: For each number the value for a byte of its variable; empty where more than one byte has a say and the
            encoder computes the numbers. One rule for several slots is used for all of them.
    """

    name: str
    slots: int
    low: float
    high: float
    source: tuple[Field, ...]
    meaning: str
    rules: tuple[Rule, ...] = ()


def _scaled(limit: int) -> Rule:
    return lambda value: min(value, limit) / limit


def _equals(number: int) -> Rule:
    return lambda value: float(value == number)


def _either(plus: int, minus: int) -> Rule:
    return lambda value: float(value == plus) - float(value == minus)


def _counted(limit: int) -> Rule:
    return lambda value: min(value.bit_count(), limit) / limit


def _masked(mask: int) -> Rule:
    return lambda value: (value & mask).bit_count() / mask.bit_count()


def _any(mask: int = 0xFF) -> Rule:
    return lambda value: float(value & mask != 0)


def decimal(value: int) -> int:
    """Return the number that a byte of packed decimal stands for; digits above nine count as they stand."""
    return (value >> 4) * 10 + (value & 15)


def _quarters(value: int) -> float:
    return 0.0 if value >= 0x80 else min(value, 0x40) / 0x40


def _motion(component: Rule) -> Rule:
    return lambda value: component(value) if value < 0x20 else 0.0


def _high_digit(value: int) -> float:
    return (value >> 4) / 15


def _low_digit(value: int) -> float:
    return (value & 15) / 15


_LINK_COLUMNS = {0x11: 0xC3, 0x12: 0x03, 0x13: 0xC0, 0x15: 0xC3, 0x16: 0xC3, 0x19: 0xC3, 0x1A: 0x03, 0x1B: 0xC0,
                 0x1C: 0xC0, 0x1D: 0xC1, 0x1E: 0xFF}  # fmt: skip
"""Which eighths of a cell are solid to Link, for collision bytes 11 to 1E; those not named are open."""

HAZARD, OUTSIDE = -0.5, -1.0


def solidity(collision: int) -> float:
    """Return how much of a cell is solid, 0 to 1; `HAZARD` for holes and water, `OUTSIDE` beyond the room's edge."""
    if collision == 0xFF:
        return OUTSIDE
    if collision == 0x10:
        return HAZARD
    if collision < 0x10:
        return collision.bit_count() / 4
    return _LINK_COLUMNS.get(collision, 0).bit_count() / 8 if collision < 0x20 else 1.0


def _owned(treasure: int) -> Field:
    """Return the byte of the obtained treasures that has the bit of a treasure."""
    return replace(ram.TREASURES, address=ram.TREASURES.address + (treasure >> 3), size=1)


_SHAPES = "presence, then dx and dy in 255ths of a pixel distance from Link (right and down are positive)"
_FOES = Field("enemy objects", 0xD080, 0x40, "bytes", "slots D080, D180, … DF80", 1)
_PEOPLE = Field("interaction objects", 0xD040, 0x40, "bytes", "slots D040, D140, … DF40", 1)
_DROPS = Field("part objects", 0xD0C0, 0x40, "bytes", "slots D0C0, D1C0, … DFC0", 1)

SUBJECTS: Final[Mapping[str, tuple[Feature, ...]]] = MappingProxyType({
    "Link": (
        Feature("link_x", 1, 0, 1, (ram.LINK_X,), "pixels from the left of the room / 240", (_scaled(240),)),
        Feature("link_y", 1, 0, 1, (ram.LINK_Y,), "pixels from the top of the room / 176", (_scaled(176),)),
        Feature(
            "link_facing", 2, -1, 1, (ram.LINK_DIRECTION,), "where he looks: 1 right, -1 left; 1 down, -1 up",
            (_either(1, 3), _either(2, 0)),
        ),
        Feature(
            "link_motion", 2, -1, 1, (ram.LINK_ANGLE,), "direction of motion right and down; all 0 at rest",
            (_motion(lambda angle: math.sin(angle * math.pi / 16)),
             _motion(lambda angle: -math.cos(angle * math.pi / 16))),
        ),
        Feature("link_height", 1, 0, 1, (ram.LINK_Z,), "pixels above the ground / 128",
                (lambda value: (256 - value) / 128 if value >= 0x80 else 0.0,)),
        Feature("link_invincible", 1, 0, 1, (ram.LINK_INVINCIBLE,), "1 for a while after a hit", (_any(),)),
        Feature("link_knockback", 1, 0, 1, (ram.LINK_KNOCKBACK,), "1 while thrown back", (_any(),)),
        Feature(
            "link_state", 4, 0, 1, (ram.LINK_STATE,),
            "one-hot: normal, respawning, dying, holding up an item; all 0 in any other state",
            tuple(map(_equals, range(1, 5))),
        ),
        Feature(
            "link_walls", 4, 0, 1, (ram.LINK_WALLS,), "walls touched up, right, down, left: 0, ½ (a corner) or 1",
            tuple(map(_masked, (0xC0, 0x03, 0x30, 0x0C))),
        ),
        Feature("link_in_air", 1, 0, 1, (ram.IN_AIR,), "1 while jumping or falling", (_any(0x0F),)),
        Feature("link_swimming", 1, 0, 1, (ram.SWIMMING,), "1 in water", (_any(0x0F),)),
        Feature("link_pushing", 1, 0, 1, (ram.PUSHING,), "how long a block has been pushed, in its 20 frames",
                (lambda value: max(0, 20 - value) / 20,)),
        Feature("link_holding", 1, 0, 1, (ram.GRAB,), "1 while grabbing, lifting or carrying", (_any(),)),
    ),
    "The place": (
        Feature(
            "group", 4, 0, 1, (ram.GROUP,),
            "one-hot: overworld, Subrosia, small rooms inside, large rooms in side view; all 0 in other large rooms",
            (_equals(0), _equals(1), lambda value: float(value in {2, 3}), lambda value: float(value > 5)),
        ),
        Feature("room_x", 1, 0, 1, (ram.ROOM,), "low digit of the room number / 15: its column", (_low_digit,)),
        Feature("room_y", 1, 0, 1, (ram.ROOM,), "high digit of the room number / 15: its row", (_high_digit,)),
        Feature("season", 4, 0, 1, (ram.SEASON,), "one-hot: spring, summer, autumn, winter",
                tuple(map(_equals, range(4)))),
        Feature("dungeon", 1, 0, 1, (ram.DUNGEON,), "(dungeon index + 1) / 12; 0 outside",
                (lambda value: (value + 1) / 12 if value < 12 else 0.0,)),
        Feature("dungeon_floor", 1, 0, 1, (ram.DUNGEON_FLOOR, ram.DUNGEON), "floor, 0 the lowest, / 7; 0 outside",
                (_scaled(7),)),
        Feature(
            "dungeon_cell", 2, 0, 1, (ram.DUNGEON_POSITION, ram.DUNGEON),
            "column and row of this room on the floor map / 7; all 0 outside",
            (lambda value: (value & 7) / 7, lambda value: (value >> 3 & 7) / 7),
        ),
        Feature("visited_here", 1, 0, 1, (ram.ROOM_FLAGS, ram.GROUP), "visited rooms of this group's 256"),
        Feature(
            "visited_around", 4, 0, 1, (ram.ROOM_FLAGS, ram.DUNGEON_LAYOUT),
            "whether the rooms up, right, down and left of this one were visited", (_any(ram.VISITED),),
        ),
    ),
    "Around Link": (
        Feature(
            "sight", SIGHT_ROWS * SIGHT_COLUMNS, -1, 1, (ram.COLLISIONS,),
            "the cells around Link, 5 rows of 7 from top left, his own in the middle: solid part of the cell (0 free, "
            "1 wall), -½ hole or water, -1 beyond the room's edge", (solidity,),
        ),
        Feature("enemies", 4 * ENEMIES, -1, 1, (_FOES,), f"the 3 nearest foes: {_SHAPES}, then health / 16"),
        Feature("people", 3 * PEOPLE, -1, 1, (_PEOPLE,), f"the nearest person: {_SHAPES}"),
        Feature("items", 3 * ITEMS, -1, 1, (_DROPS, _PEOPLE), f"the 2 nearest drops or treasures: {_SHAPES}"),
        Feature("enemies_left", 1, 0, 1, (ram.ENEMIES_LEFT,), "enemies the room counts / 8", (_scaled(8),)),
    ),
    "Puzzles": (
        Feature("buttons", 1, 0, 1, (ram.TRIGGERS,), "floor buttons held down / 4, at most 1", (_counted(4),)),
        Feature("toggled", 1, 0, 1, (ram.TOGGLE_BLOCKS,), "sets of blocks that an orb has toggled / 4, at most 1",
                (_counted(4),)),
        Feature("switches", 1, 0, 1, (ram.SWITCHES,), "switches of the dungeon that were hit / 4, at most 1",
                (_counted(4),)),
        Feature("torches", 1, 0, 1, (ram.TORCHES,), "torches lit in the room / 4, at most 1", (_scaled(4),)),
        Feature("item_taken", 1, 0, 1, (ram.ROOM_FLAGS,), "1 when this room's item or chest is taken",
                (_any(ram.ITEM_TAKEN),)),
    ),
    "Life and equipment": (
        Feature("health", 1, 0, 1, (ram.HEALTH,), "quarter hearts / 64", (_quarters,)),
        Feature("max_health", 1, 0, 1, (ram.MAX_HEALTH,), "quarter hearts / 64", (_scaled(0x40),)),
        Feature("rupees", 1, 0, 1, (ram.RUPEES,), "log(1 + rupees) / log(1000)"),
        Feature("item_a", 2, 0, 1, (ram.ITEM_A,), "on button A the sword, something else; all 0 for nothing",
                (_equals(5), lambda value: float(value not in {0, 5}))),
        Feature("item_b", 2, 0, 1, (ram.ITEM_B,), "on button B the sword, something else; all 0 for nothing",
                (_equals(5), lambda value: float(value not in {0, 5}))),
        Feature("sword", 1, 0, 1, (ram.SWORD,), "sword level / 3", (_scaled(3),)),
        Feature("shield", 1, 0, 1, (ram.SHIELD, ram.TREASURES), "shield level / 3 if Link owns one"),
        Feature("bombs", 1, 0, 1, (ram.BOMBS,), "bombs / 99", (lambda value: min(decimal(value), 99) / 99,)),
        Feature("seeds", 1, 0, 1, (ram.SEEDS,), "seeds of all five kinds / 20, at most 1"),
        Feature("rod", 1, 0, 1, (ram.TREASURES, ram.ROD_SEASONS),
                "0 without the rod of seasons, else (1 + the seasons it commands) / 5"),
        Feature("feather", 1, 0, 1, (ram.FEATHER,), "feather level / 2", (_scaled(2),)),
        Feature("bracelet", 1, 0, 1, (_owned(0x16),), "1 with the bracelet", (_any(1 << (0x16 & 7)),)),
        Feature("flippers", 1, 0, 1, (_owned(0x2E),), "1 with the flippers", (_any(1 << (0x2E & 7)),)),
        Feature("other_tools", 1, 0, 1, (ram.TREASURES,),
                "of boomerang, magnetic gloves, flute, slingshot and shovel how many Link owns / 5"),
    ),
    "The quest": (
        Feature("keys", 1, 0, 1, (ram.KEYS, ram.DUNGEON), "small keys for this dungeon / 5; 0 outside", (_scaled(5),)),
        Feature("boss_key", 1, 0, 1, (ram.BOSS_KEYS, ram.DUNGEON), "1 with the boss key of this dungeon"),
        Feature("map_compass", 1, 0, 1, (ram.MAPS, ram.COMPASSES, ram.DUNGEON),
                "½ for the map of this dungeon, ½ for its compass"),
        Feature("dungeon_keys", 1, 0, 1, (_owned(0x42),), "of gnarled, floodgate and dragon key how many Link owns / 3",
                (_masked(0x1C),)),
        Feature("essences", 1, 0, 1, (ram.ESSENCES,), "essences of nature / 8", (_masked(0xFF),)),
    ),
    "The screen": (
        Feature("dialog", 1, 0, 1, (ram.TEXT, ram.MENU), "1 while text is shown outside of menus"),
        Feature("question", 1, 0, 1, (ram.TEXT_MODE,), "1 while a question waits for an answer", (_equals(1),)),
        Feature("menu", 1, 0, 1, (ram.MENU,), "1 in a menu", (_any(),)),
        Feature("transition", 1, 0, 1, (ram.SCROLL, ram.TRANSITION, ram.CUTSCENE), "1 while the room changes"),
        Feature("can_act", 1, 0, 1, (ram.LINK_STATE, ram.DISABLED, ram.FADE), "1 while Link obeys the player"),
    ),
})  # fmt: skip
"""The features by what they are about, in the order of the observation."""

TABLE: Final[tuple[Feature, ...]] = tuple(chain.from_iterable(SUBJECTS.values()))
"""The observation, from its first number to its last."""

_STARTS = dict(zip((f.name for f in TABLE), accumulate((f.slots for f in TABLE), initial=0), strict=False))


def _spans() -> dict[str, slice]:
    return {feature.name: slice(_STARTS[feature.name], _STARTS[feature.name] + feature.slots) for feature in TABLE}


SPANS: Final = _spans()
"""Which numbers of the observation a feature takes."""


def observation_space() -> Box:
    """Return the space of the observations, (128,) float32, with the bounds of the table."""
    low = np.concatenate([np.full(feature.slots, feature.low, np.float32) for feature in TABLE])
    high = np.concatenate([np.full(feature.slots, feature.high, np.float32) for feature in TABLE])
    return Box(low, high, dtype=np.float32)


def describe() -> str:
    """Return the table as Markdown: numbers, name, range, variables with their addresses, meaning."""
    lines = ["| numbers | name | range | from | meaning |", "|---|---|---|---|---|"]
    for subject, features in SUBJECTS.items():
        lines.append(f"| | **{subject}** | | | |")
        lines += map(_row, features)
    return "\n".join(lines) + "\n"


def _row(feature: Feature) -> str:
    span = SPANS[feature.name]
    numbers = f"{span.start}" if feature.slots == 1 else f"{span.start}-{span.stop - 1}"
    source = ", ".join(f"`{field.symbol}` {field.address:04X}" for field in feature.source)
    return f"| {numbers} | `{feature.name}` | {feature.low:g} to {feature.high:g} | {source} | {feature.meaning} |"
