"""The state of the game as records: decoded from RAM, one step or a whole segment at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from zelda_env import ram_map as ram
from zelda_env.details import GroupDecoder, Inventory, Link, Puzzle, Room, Scene, Story
from zelda_env.ram_map import Bytes

_SCREEN_FIELDS: Final = (
    ram.GAME_STATE, ram.CUTSCENE, ram.SCROLL, ram.TRANSITION, ram.TEXT, ram.MENU, ram.FADE, ram.DISABLED,
    ram.LINK_STATE, ram.DYING, ram.SIMULATED,
)  # fmt: skip

SCREEN_OFFSETS: Final = np.array([field.offset for field in _SCREEN_FIELDS], dtype=np.intp)
"""Linear offsets (11,) of the bytes that `Screen.of` takes, in its order."""

STATE_OFFSETS: Final = ram.used_offsets(
    field for field in ram.FIELDS if field not in {ram.COLLISIONS, ram.DUNGEON_LAYOUT}
)
"""Linear offsets (K,) of the bytes a `GameState` is made from: what a recorder has to keep of a step."""

_COLUMN: Final = np.full(ram.WRAM_BYTES, -1, np.intp)
_COLUMN[STATE_OFFSETS] = np.arange(len(STATE_OFFSETS))
_GROUPS = GroupDecoder(lambda offset: int(_COLUMN[offset]))

FADE_OUTS: Final = frozenset({0, 3, 4, 5})
"""Values of `CUTSCENE` while a room is being left or loaded."""
_NORMAL_LINK: Final = 1
_SHIELD_TREASURE: Final = 0x02
_REUSED_FLAGS: Final = slice(0x1F0, 0x200)
"""Two dungeons keep the rupees of their rupee rooms in these flags, so they say nothing about visits."""


class Screen(NamedTuple):
    """What is going on apart from the world: may the player act, is text shown, is the room changing."""

    stable: bool
    """Normal play in a room that does not change."""
    can_act: bool
    """Stable, and Link obeys the player."""
    dialog: bool
    """Text is shown, outside of menus."""
    transition: bool
    """A room is being entered or left, by scrolling or by a warp."""
    dead: bool
    """Link is dying."""

    @classmethod
    def of(cls, values: Sequence[int]) -> Screen:
        """Judge the 11 bytes at `SCREEN_OFFSETS`."""
        game, cutscene, scroll, transition, text, menu, fade, disabled, link, dying, simulated = values
        at_rest = scroll & 0x7F == 1 and transition == 2
        stable = at_rest and game == 2 and cutscene == 1
        free = not (text or menu or fade or disabled & 0x81 or dying or simulated) and link == _NORMAL_LINK
        moving = not at_rest or game == 1 or cutscene in FADE_OUTS
        return cls(stable, stable and free, bool(text) and not menu, moving, dying != 0)

    @classmethod
    def read(cls, wram: Bytes) -> Screen:
        """Judge linear work RAM, uint8 (12288,)."""
        return cls.of(wram.take(SCREEN_OFFSETS).tolist())


Byte = Annotated[int, Field(ge=0, le=0xFF)]
Count = Annotated[int, Field(ge=0)]


class Thing(BaseModel):
    """A person or an item in the room; `id` and `subid` say which kind, `x` and `y` where, in pixels of the room."""

    model_config = ConfigDict(frozen=True)

    id: Byte
    subid: Byte
    x: Byte
    y: Byte


class Enemy(Thing):
    """A foe in the room."""

    health: Byte
    """Hits it takes; 0 for those that cannot be killed."""


class GameState(BaseModel):
    """The game after a step: the `state` of a `state/1` record."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    frame: Count
    """Frames of the game's main loop since its file was started."""
    group: Byte
    """Map the room belongs to: 0 overworld, 1 Subrosia, 2 Maku tree, 3 indoors, 4-7 dungeons and caves."""
    room: Byte
    """Number of the room within its group; in the overworld column in the low and row in the high digit."""
    season: Annotated[int, Field(ge=0, le=3)]
    """0 spring, 1 summer, 2 autumn, 3 winter."""
    dungeon: Byte | None
    """Dungeon index, None outside of dungeons."""
    x: Byte
    """Pixels from the room's left edge to the middle of Link, or of the animal he rides."""
    y: Byte
    """Pixels from the room's top edge."""
    direction: Annotated[int, Field(ge=0, le=3)]
    """Where Link looks: 0 up, 1 right, 2 down, 3 left."""
    health: Byte
    """Quarter hearts."""
    max_health: Byte
    """Quarter hearts."""
    rupees: Count
    """Money."""
    keys: Count
    """Small keys held, over all dungeons."""
    bombs: Count
    """Bombs held."""
    sword: Byte
    """Sword level, 0 none."""
    shield: Byte
    """Shield level, 0 while Link owns none."""
    item_a: Byte
    """Treasure id of the item on button A, 0 none."""
    item_b: Byte
    """Treasure id of the item on button B, 0 none."""
    treasures: list[Byte]
    """Ids of what Link owns, rising."""
    essences: Byte
    """Bit n-1 is the essence of dungeon n."""
    visited_rooms: Count
    """Rooms whose visited flag is set, over all groups."""
    enemies_left: Byte
    """Enemies the room still counts; at 0 its doors open."""
    enemies_killed: Count
    """Killed since the file was started; stops at 1000."""
    deaths: Count
    """Game-over screens since the file was started."""
    stable: bool
    """Normal play in a room that does not change."""
    can_act: bool
    """Stable, and Link obeys the player."""
    dialog: bool
    """Text is shown, outside of menus."""
    transition: bool
    """A room is being entered or left."""
    dead: bool
    """Link is dying."""
    text_id: Count | None
    """Which text is shown, None without dialog."""
    menu: Byte
    """Which menu is open, 0 none."""
    enemies: list[Enemy]
    """Foes in the room."""
    npcs: list[Thing]
    """People in the room."""
    items: list[Thing]
    """What lies in the room to be picked up."""
    parts: list[Thing] | None = None
    """Other small objects: projectiles, buttons, torches, orbs; None, like all below, in records of before."""
    devices: list[Thing] | None = None
    """What else stands or moves in the room: doors, pushed blocks, carts, platforms, essences."""
    weapons: list[Thing] | None = None
    """What Link uses: the weapon in his hand, bombs, seeds and the like, and what he carries or has thrown."""
    scene: Scene | None = None
    """What the game is busy with."""
    place: Room | None = None
    """The room and the ways out of it."""
    link: Link | None = None
    """How Link is."""
    inventory: Inventory | None = None
    """What else he owns."""
    story: Story | None = None
    """What the save file knows."""
    puzzle: Puzzle | None = None
    """What moves and switches."""

    @classmethod
    def from_ram(cls, wram: Bytes | bytes) -> Self:
        """Decode a snapshot.

        Args:
            wram: Linear work RAM, 12288 bytes: banks 0, 1 and 2; see `Ram.wram` and `ZeldaEnv.snapshot`.

        Raises:
            ValueError: Another number of bytes.
        """
        row = np.frombuffer(wram, np.uint8)
        if row.shape != (ram.WRAM_BYTES,):
            raise ValueError(f"{row.size} bytes of RAM; expected {ram.WRAM_BYTES}: WRAM banks 0, 1 and 2")
        return cls(**decode(row.take(STATE_OFFSETS)[None])[0])


def decode(rows: Bytes) -> list[dict[str, Any]]:
    """Decode many steps at once.

    Args:
        rows: uint8 (T, K), the bytes at `STATE_OFFSETS` of each step.

    Returns:
        T dictionaries with the fields of `GameState`; the groups hold only what differs from their defaults.
    """
    columns = _numbers(rows)
    screens = [Screen.of(values) for values in rows[:, _COLUMN[SCREEN_OFFSETS]].tolist()]
    for index, name in enumerate(Screen._fields):
        columns[name] = [screen[index] for screen in screens]
    text = ((_byte(rows, ram.TEXT_HIGH) - 4 & 0xFF) << 8 | _byte(rows, ram.TEXT_LOW)).tolist()
    columns["text_id"] = [number if screen.dialog else None for number, screen in zip(text, screens, strict=True)]
    columns["treasures"] = _treasures(rows)
    columns |= _things(rows)
    columns |= _GROUPS.decode(rows)
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def stable_rooms(rows: Bytes) -> set[tuple[int, int]]:
    """Return the rooms (group, number) of the stable steps.

    Args:
        rows: uint8 (T, K), the bytes at `STATE_OFFSETS` of each step.
    """
    screens = rows[:, _COLUMN[SCREEN_OFFSETS]].tolist()
    places = rows[:, _COLUMN[[ram.GROUP.offset, ram.ROOM.offset]]].tolist()
    return {(group, room) for values, (group, room) in zip(screens, places, strict=True) if Screen.of(values).stable}


def bcd(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Decode packed decimal bytes, two digits each."""
    return (value >> 4) * 10 + (value & 0xF)


def _byte(rows: Bytes, field: ram.Field, at: int = 0) -> NDArray[np.int64]:
    """Return one byte of a variable for every step, (T,) int64."""
    return rows[:, _COLUMN[field.offset + at]].astype(np.int64)


def _span(rows: Bytes, field: ram.Field) -> Bytes:
    """Return all bytes of a variable, (T, size) uint8."""
    return rows[:, _COLUMN[field.span]]


def _numbers(rows: Bytes) -> dict[str, list[Any]]:
    """Decode the fields that are numbers."""
    riding = _byte(rows, ram.LINK_OBJECT) == 0xD1
    health = _byte(rows, ram.HEALTH)
    owned = (_byte(rows, ram.TREASURES) & _SHIELD_TREASURE) != 0
    rooms = (_span(rows, ram.ROOM_FLAGS) & ram.VISITED) != 0
    rooms[:, _REUSED_FLAGS] = False
    numbers = {
        "frame": sum(_byte(rows, ram.PLAYTIME, at) << 8 * at for at in range(4)),
        "group": _byte(rows, ram.GROUP),
        "room": _byte(rows, ram.ROOM),
        "season": _byte(rows, ram.SEASON) & 3,
        "x": np.where(riding, _byte(rows, ram.COMPANION_X), _byte(rows, ram.LINK_X)),
        "y": np.where(riding, _byte(rows, ram.COMPANION_Y), _byte(rows, ram.LINK_Y)),
        "direction": _byte(rows, ram.LINK_DIRECTION) & 3,
        "health": np.where(health < 0x80, health, 0),
        "max_health": _byte(rows, ram.MAX_HEALTH),
        "rupees": bcd(_byte(rows, ram.RUPEES)) + 100 * bcd(_byte(rows, ram.RUPEES, 1)),
        "keys": _span(rows, ram.KEYS).sum(axis=1, dtype=np.int64),
        "bombs": bcd(_byte(rows, ram.BOMBS)),
        "sword": _byte(rows, ram.SWORD),
        "shield": np.where(owned, _byte(rows, ram.SHIELD), 0),
        "item_a": _byte(rows, ram.ITEM_A),
        "item_b": _byte(rows, ram.ITEM_B),
        "essences": _byte(rows, ram.ESSENCES),
        "visited_rooms": rooms.sum(axis=1),
        "enemies_left": _byte(rows, ram.ENEMIES_LEFT),
        "enemies_killed": _byte(rows, ram.KILLS) + (_byte(rows, ram.KILLS, 1) << 8),
        "deaths": bcd(_byte(rows, ram.DEATHS)) + 100 * bcd(_byte(rows, ram.DEATHS, 1)),
        "menu": _byte(rows, ram.MENU),
    }
    columns: dict[str, list[Any]] = {name: np.asarray(values).tolist() for name, values in numbers.items()}
    columns["dungeon"] = [None if index == 0xFF else index for index in _byte(rows, ram.DUNGEON).tolist()]
    return columns


def _treasures(rows: Bytes) -> list[list[int]]:
    """List the ids whose bit is set; they rarely change, so equal flags share one list."""
    known: dict[bytes, list[int]] = {}
    lists = []
    for flags in _span(rows, ram.TREASURES):
        key = flags.tobytes()
        if key not in known:
            known[key] = np.flatnonzero(np.unpackbits(flags, bitorder="little")).tolist()
        lists.append(known[key])
    return lists


def _ids(numbers: frozenset[int]) -> NDArray[np.bool_]:
    """Return a table (256,) that is true for some ids."""
    table = np.zeros(256, np.bool_)
    table[list(numbers)] = True
    return table


FOE_IDS: Final = ~_ids(ram.NOT_FOES)
PEOPLE_IDS: Final = _ids(ram.PEOPLE)
TREASURE_IDS: Final = _ids(frozenset({ram.TREASURE}))
DROP_IDS: Final = _ids(ram.DROPS)
PART_IDS: Final = ~_ids(ram.DROPS | {ram.PUFF})
DEVICE_IDS: Final = ~_ids(ram.EFFECTS | ram.PEOPLE | {ram.TREASURE})
ANY_ID: Final = np.ones(256, np.bool_)
_OWN_SLOTS: Final = np.isin(np.arange(ram.SLOTS), ram.OWN_SLOTS)
PRESENT: Final = np.isin(np.arange(256) & 3, (1, 3))
"""Values of an object's `enabled` that say it belongs to this room, bool (256,)."""


def _things(rows: Bytes) -> dict[str, list[list[dict[str, int]]]]:
    """List the objects of each step by what they are."""
    found: dict[str, list[list[dict[str, int]]]] = {
        name: [[] for _ in rows] for name in ("enemies", "npcs", "items", "parts", "devices", "weapons")
    }
    kinds = (
        ("enemies", ram.ENEMY, FOE_IDS),
        ("npcs", ram.INTERACTION, PEOPLE_IDS),
        ("items", ram.PART, DROP_IDS),
        ("items", ram.INTERACTION, TREASURE_IDS),
        ("parts", ram.PART, PART_IDS),
        ("devices", ram.INTERACTION, DEVICE_IDS),
        ("weapons", ram.OWN, ANY_ID),
    )
    for name, base, wanted in kinds:
        values = {field: rows[:, _COLUMN[ram.object_offsets(base, field)]] for field in ram.OBJECT_FIELDS}
        there = PRESENT[values["enabled"]] & wanted[values["id"]]
        if base == ram.OWN:
            there &= _OWN_SLOTS
        steps, slots = np.nonzero(there)
        fields = ("id", "subid", "x", "y", *(("health",) if name == "enemies" else ()))
        picked = np.stack([values[field][steps, slots] for field in fields], axis=1)
        if name == "enemies":
            picked[picked[:, -1] >= 0x80, -1] = 0
        for step, row in zip(steps.tolist(), picked.tolist(), strict=True):
            found[name][step].append(dict(zip(fields, row, strict=True)))
    return found
