"""Where the game keeps its state: the one table of the addresses this package reads.

Names, addresses and encodings are those of the community disassembly of Oracle of Seasons (Stewmath/oracles-disasm,
`include/wram.s` and `include/structs.s`); Acorn lays its state out in the same places. Work RAM (WRAM) is addressed
*linearly* here: an offset is `bank * 1000h + (address & FFFh)`, so that bank 1 is always the one with the objects,
whatever bank the game has switched in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Encoding = Literal["u8", "s8", "u16le", "u32le", "bcd", "bcd16le", "bits", "bytes"]
Bytes = NDArray[np.uint8]

WRAM_BYTES: Final = 0x3000
"""Length of a linear snapshot: banks 0 (C000-CFFF), 1 and 2 (D000-DFFF each)."""


@dataclass(frozen=True)
class Field:
    """A variable of the game.

    Attributes:
        symbol: Its name in the disassembly.
        address: As the console sees it, C000-DFFF.
        size: In bytes.
        encoding: `bcd` is packed decimal, two digits a byte; `16le` two bytes, the low one first.
        meaning: What the values say.
        bank: Of work RAM: 0 for C000-CFFF; 1 or 2 for D000-DFFF.
    """

    symbol: str
    address: int
    size: int
    encoding: Encoding
    meaning: str
    bank: int = 0

    @property
    def offset(self) -> int:
        """Linear offset in a snapshot."""
        return self.bank * 0x1000 + (self.address & 0xFFF)

    @property
    def span(self) -> slice:
        """Linear offsets of all its bytes."""
        return slice(self.offset, self.offset + self.size)


GAME_STATE = Field("wGameState", 0xC2EE, 1, "u8", "0 start, 1 load a room after a warp, 2 in game, 3 opening scene")
CUTSCENE = Field("wCutsceneIndex", 0xC2EF, 1, "u8", "0 room is loading, 1 normal play, 3-5 fade-out, 6.. story scenes")
FADE = Field("wPaletteThread_mode", 0xC4AB, 1, "u8", "0 unless the picture is fading")
DEATHS = Field("wDeathCounter", 0xC61E, 2, "bcd16le", "times the game-over screen started, 0-999")
KILLS = Field("wTotalEnemiesKilled", 0xC620, 2, "u16le", "enemies killed; stops at 1000")
PLAYTIME = Field("wPlaytimeCounter", 0xC622, 4, "u32le", "frames of the main loop since the file was started")
KEYS = Field("wDungeonSmallKeys", 0xC66E, 12, "bytes", "small keys held, by dungeon index")
BOSS_KEYS = Field("wDungeonBossKeys", 0xC67A, 2, "bits", "bit = dungeon index")
ITEM_B = Field("wInventoryB", 0xC680, 1, "u8", "treasure id of the item on B, 0 none")
ITEM_A = Field("wInventoryA", 0xC681, 1, "u8", "treasure id of the item on A, 0 none")
TREASURES = Field("wObtainedTreasureFlags", 0xC692, 16, "bits", "bit (id & 7) of byte id >> 3")
HEALTH = Field("wLinkHealth", 0xC6A2, 1, "u8", "quarter hearts; 0 or bit 7 set is dead")
MAX_HEALTH = Field("wLinkMaxHealth", 0xC6A3, 1, "u8", "quarter hearts, at most 40h")
RUPEES = Field("wNumRupees", 0xC6A5, 2, "bcd16le", "0-999")
SHIELD = Field("wShieldLevel", 0xC6A9, 1, "u8", "0-3; counts only with treasure 01")
BOMBS = Field("wNumBombs", 0xC6AA, 1, "bcd", "0-99")
SWORD = Field("wSwordLevel", 0xC6AC, 1, "u8", "0 none, 1 wooden, 2 noble, 3 master")
ESSENCES = Field("wEssencesObtained", 0xC6BB, 1, "bits", "bit n-1 = essence of dungeon n")
ROOM_FLAGS = Field(
    "wGroup0RoomFlags", 0xC700, 0x400, "bits", "pages for group 0; 1-3; 4, 6; 5, 7: 10 visited, 20 item taken"
)
TEXT = Field("wTextIsActive", 0xCBA0, 1, "u8", "non-zero while text is shown")
TEXT_MODE = Field("wTextDisplayMode", 0xCBA1, 1, "u8", "0 dialog, 1 a question waits, 2 line of a menu")
TEXT_LOW = Field("wTextIndexL", 0xCBA2, 1, "u8", "low byte of the text's id")
TEXT_HIGH = Field("wTextIndexH", 0xCBA3, 1, "u8", "high byte of the text's id, plus 4")
SIMULATED = Field("wUseSimulatedInput", 0xCBC3, 1, "u8", "0 when the player's input counts")
MENU = Field("wOpenedMenuType", 0xCBCB, 1, "u8", "0 none, 1 inventory, 2 map, 3 save/quit, …")
ENEMIES_LEFT = Field("wNumEnemies", 0xCC30, 1, "u8", "counted enemies left in the room")
DYING = Field("wLinkDeathTrigger", 0xCC34, 1, "u8", "non-zero while Link dies")
LINK_OBJECT = Field("wLinkObjectIndex", 0xCC48, 1, "u8", "D0 on foot, D1 riding (the companion's position counts)")
GROUP = Field("wActiveGroup", 0xCC49, 1, "u8", "0 Holodrum, 1 Subrosia, 2 Maku tree, 3 indoors, 4-7 dungeons")
ROOM_LARGE = Field("wRoomIsLarge", 0xCC4A, 1, "u8", "1 when 15x11 cells, else 10x8")
ROOM = Field("wActiveRoom", 0xCC4C, 1, "u8", "room number in the group")
SEASON = Field("wRoomStateModifier", 0xCC4E, 1, "u8", "0 spring, 1 summer, 2 autumn, 3 winter")
DUNGEON = Field("wDungeonIndex", 0xCC55, 1, "u8", "FF outside of dungeons, else 0-0B")
DUNGEON_POSITION = Field("wDungeonMapPosition", 0xCC56, 1, "u8", "cell of the 8x8 floor map")
DUNGEON_FLOOR = Field("wDungeonFloor", 0xCC57, 1, "u8", "floor, 0 the lowest")
GRAB = Field("wLinkGrabState", 0xCC75, 1, "u8", "non-zero while Link grabs, lifts or holds something")
IN_AIR = Field("wLinkInAir", 0xCC77, 1, "bits", "low nibble non-zero in the air")
SWIMMING = Field("wLinkSwimmingState", 0xCC78, 1, "bits", "low nibble non-zero in water")
PUSHING = Field("wPushingAgainstTileCounter", 0xCC84, 1, "u8", "counts from 20 to 0 while Link pushes a block")
DISABLED = Field("wDisabledObjects", 0xCCA4, 1, "bits", "Link is frozen when & 81h")
SCROLL = Field("wScrollMode", 0xCD00, 1, "bits", "& 7Fh: 1 normal; other while a warp or scroll is under way")
TRANSITION = Field("wScreenTransitionState", 0xCD04, 1, "u8", "2 idle")
COLLISIONS = Field("wRoomCollisions", 0xCE00, 0xC0, "bytes", "collision of cell YX; rows of 16")
LINK_STATE = Field("w1Link.state", 0xD004, 1, "u8", "1 normal, 2 respawning, 3 dying, 4 holding up an item, …", 1)
LINK_DIRECTION = Field("w1Link.direction", 0xD008, 1, "u8", "facing: 0 up, 1 right, 2 down, 3 left", 1)
LINK_ANGLE = Field("w1Link.angle", 0xD009, 1, "u8", "motion: 00 up, 08 right, 10 down, 18 left, FF none", 1)
LINK_Y = Field("w1Link.yh", 0xD00B, 1, "u8", "pixels from the top of the room", 1)
LINK_X = Field("w1Link.xh", 0xD00D, 1, "u8", "pixels from the left of the room", 1)
LINK_Z = Field("w1Link.zh", 0xD00F, 1, "s8", "height: 0 ground, negative in the air", 1)
LINK_INVINCIBLE = Field("w1Link.invincibilityCounter", 0xD02B, 1, "u8", "non-zero after a hit", 1)
LINK_KNOCKBACK = Field("w1Link.knockbackCounter", 0xD02D, 1, "u8", "frames of knockback left", 1)
LINK_WALLS = Field(
    "w1Link.adjacentWallsBitset", 0xD033, 1, "bits", "two bits each: up C0, down 30, left 0C, right 03", 1
)
COMPANION_Y = Field("w1Companion.yh", 0xD10B, 1, "u8", "as w1Link.yh, counts while riding", 1)
COMPANION_X = Field("w1Companion.xh", 0xD10D, 1, "u8", "as w1Link.xh, counts while riding", 1)
DUNGEON_LAYOUT = Field("w2DungeonLayout", 0xDC00, 0x100, "bytes", "room number by floor and map cell", 2)

FIELDS: Final[tuple[Field, ...]] = tuple(value for value in list(globals().values()) if isinstance(value, Field))
"""Every variable, in the order of its address."""

SLOTS: Final = 16
"""Objects of a kind; slot n of a kind lies at D000h + n * 100h + its base, all in bank 1."""

INTERACTION, ENEMY, PART = 0x40, 0x80, 0xC0
"""Where the kinds of objects start within a page: people and treasures, foes, drops and projectiles."""

OBJECT_FIELDS: Final = {"enabled": 0x00, "id": 0x01, "subid": 0x02, "y": 0x0B, "x": 0x0D, "health": 0x29}
"""Offsets within an object; `enabled & 3` is 1 or 3 when it belongs to this room."""

VISITED = 0x10
"""Bit of a room flag: Link has been there."""
ITEM_TAKEN = 0x20
"""Bit of a room flag: its item or chest was taken."""

NOT_FOES: Final = frozenset({0x33, 0x37, 0x38, 0x50, 0x58, 0x59, 0x5A, 0x5B, 0x5C})
"""Enemy ids that do not fight: chicks, butterflies, fairies, bushes, producers and the like."""

_PEOPLE_RANGES = (
    (0x24, 0x2F), (0x30, 0x39), (0x3B, 0x46), (0x52, 0x58), (0x5C, 0x5C), (0x70, 0x70), (0x72, 0x72), (0x80, 0x83),
    (0x87, 0x87), (0x89, 0x8D), (0x8F, 0x8F), (0x99, 0x99), (0x9D, 0x9D), (0xA4, 0xA5), (0xB8, 0xB8), (0xCB, 0xCE),
    (0xD5, 0xD6), (0xD8, 0xD8), (0xDD, 0xDD),
)  # fmt: skip
PEOPLE: Final = frozenset(number for low, high in _PEOPLE_RANGES for number in range(low, high + 1))
"""Interaction ids that are people."""

TREASURE = 0x60
"""Interaction id of a treasure that lies in the room or is held up."""
DROPS: Final = frozenset({0x01, 0x28})
"""Part ids of what can be picked up: item drops and small fairies."""


SIGHT_ROWS, SIGHT_COLUMNS = 5, 7
"""How many cells of the room around Link, his own in the middle, are looked at."""


def flag_page(group: int) -> int:
    """Return the linear offset of the room flags of a group: groups 1-3 share a page, so do 4, 6 and 5, 7."""
    return ROOM_FLAGS.offset + 0x100 * (0, 1, 1, 1, 2, 3, 2, 3)[group & 7]


def object_offsets(base: int, field: str) -> NDArray[np.intp]:
    """Return the linear offsets (16,) intp of a field of all objects of a kind.

    Args:
        base: `INTERACTION`, `ENEMY` or `PART`.
        field: A key of `OBJECT_FIELDS`.
    """
    return 0x1000 + 0x100 * np.arange(SLOTS, dtype=np.intp) + base + OBJECT_FIELDS[field]


def used_offsets(fields: Iterable[Field] = FIELDS) -> NDArray[np.intp]:
    """Return the sorted linear offsets (K,) intp of all bytes of some variables and of the objects.

    With the default, that is every byte that states, observations and rewards are made from.
    """
    parts = [np.arange(field.offset, field.offset + field.size, dtype=np.intp) for field in fields]
    parts += [object_offsets(base, field) for base in (INTERACTION, ENEMY, PART) for field in OBJECT_FIELDS]
    return np.unique(np.concatenate(parts))
