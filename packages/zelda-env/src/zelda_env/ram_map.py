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

Encoding = Literal["u8", "s8", "u16le", "s16le", "u32le", "bcd", "bcd16le", "bits", "bytes"]
Confidence = Literal["A", "B", "C"]
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
        confidence: In the address: A another public source agrees with the disassembly, B only its own annotation
            does, C it was computed and nothing more.
    """

    symbol: str
    address: int
    size: int
    encoding: Encoding
    meaning: str
    bank: int = 0
    confidence: Confidence = "A"

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
KILLS = Field("wTotalEnemiesKilled", 0xC620, 2, "u16le", "enemies killed; stops at 1000")
KEYS = Field("wDungeonSmallKeys", 0xC66E, 12, "bytes", "small keys held, by dungeon index")
BOSS_KEYS = Field("wDungeonBossKeys", 0xC67A, 2, "bits", "bit = dungeon index")
COMPASSES = Field("wDungeonCompasses", 0xC67C, 2, "bits", "bit = dungeon index")
MAPS = Field("wDungeonMaps", 0xC67E, 2, "bits", "bit = dungeon index")
ITEM_B = Field("wInventoryB", 0xC680, 1, "u8", "treasure id of the item on B, 0 none")
ITEM_A = Field("wInventoryA", 0xC681, 1, "u8", "treasure id of the item on A, 0 none")
TREASURES = Field("wObtainedTreasureFlags", 0xC692, 16, "bits", "bit (id & 7) of byte id >> 3")
HEALTH = Field("wLinkHealth", 0xC6A2, 1, "u8", "quarter hearts; 0 or bit 7 set is dead")
MAX_HEALTH = Field("wLinkMaxHealth", 0xC6A3, 1, "u8", "quarter hearts, at most 40h")
RUPEES = Field("wNumRupees", 0xC6A5, 2, "bcd16le", "0-999")
SHIELD = Field("wShieldLevel", 0xC6A9, 1, "u8", "0-3; counts only with treasure 01")
BOMBS = Field("wNumBombs", 0xC6AA, 1, "bcd", "0-99")
SWORD = Field("wSwordLevel", 0xC6AC, 1, "u8", "0 none, 1 wooden, 2 noble, 3 master")
ROD_SEASONS = Field("wObtainedSeasons", 0xC6B0, 1, "bits", "1 spring, 2 summer, 4 autumn, 8 winter")
FEATHER = Field("wFeatherLevel", 0xC6B4, 1, "u8", "0-2")
SEEDS = Field("wNumEmberSeeds", 0xC6B5, 5, "bytes", "packed decimal each: ember, scent, pegasus, gale, mystery")
ESSENCES = Field("wEssencesObtained", 0xC6BB, 1, "bits", "bit n-1 = essence of dungeon n")
ROOM_FLAGS = Field(
    "wGroup0RoomFlags", 0xC700, 0x400, "bits", "pages for group 0; 1-3; 4, 6; 5, 7: 10 visited, 20 item taken"
)
TEXT = Field("wTextIsActive", 0xCBA0, 1, "u8", "non-zero while text is shown")
TEXT_MODE = Field("wTextDisplayMode", 0xCBA1, 1, "u8", "0 dialog, 1 a question waits, 2 line of a menu", confidence="B")
TEXT_LOW = Field("wTextIndexL", 0xCBA2, 1, "u8", "low byte of the text's id")
TEXT_HIGH = Field("wTextIndexH", 0xCBA3, 1, "u8", "high byte of the text's id, plus 4")
SIMULATED = Field("wUseSimulatedInput", 0xCBC3, 1, "u8", "0 when the player's input counts", confidence="B")
MENU = Field("wOpenedMenuType", 0xCBCB, 1, "u8", "0 none, 1 inventory, 2 map, 3 save/quit, …")
ENEMIES_LEFT = Field("wNumEnemies", 0xCC30, 1, "u8", "counted enemies left in the room")
TOGGLE_BLOCKS = Field("wToggleBlocksState", 0xCC31, 1, "bits", "blocks that an orb toggles", confidence="B")
SWITCHES = Field("wSwitchState", 0xCC32, 1, "bits", "switches of the dungeon that were hit", confidence="B")
DYING = Field("wLinkDeathTrigger", 0xCC34, 1, "u8", "non-zero while Link dies")
LINK_OBJECT = Field("wLinkObjectIndex", 0xCC48, 1, "u8", "D0 on foot, D1 riding (the companion's position counts)")
GROUP = Field("wActiveGroup", 0xCC49, 1, "u8", "0 Holodrum, 1 Subrosia, 2 Maku tree, 3 indoors, 4-7 dungeons")
ROOM = Field("wActiveRoom", 0xCC4C, 1, "u8", "room number in the group")
SEASON = Field("wRoomStateModifier", 0xCC4E, 1, "u8", "0 spring, 1 summer, 2 autumn, 3 winter")
DUNGEON = Field("wDungeonIndex", 0xCC55, 1, "u8", "FF outside of dungeons, else 0-0B")
DUNGEON_POSITION = Field("wDungeonMapPosition", 0xCC56, 1, "u8", "cell of the 8x8 floor map", confidence="B")
DUNGEON_FLOOR = Field("wDungeonFloor", 0xCC57, 1, "u8", "floor, 0 the lowest")
GRAB = Field("wLinkGrabState", 0xCC75, 1, "u8", "non-zero while Link grabs, lifts or holds something")
IN_AIR = Field("wLinkInAir", 0xCC77, 1, "bits", "low nibble non-zero in the air", confidence="B")
SWIMMING = Field("wLinkSwimmingState", 0xCC78, 1, "bits", "low nibble non-zero in water")
PUSHING = Field(
    "wPushingAgainstTileCounter", 0xCC84, 1, "u8", "counts from 20 to 0 while Link pushes a block", confidence="B"
)
DISABLED = Field("wDisabledObjects", 0xCCA4, 1, "bits", "Link is frozen when & 81h")
TORCHES = Field("wNumTorchesLit", 0xCCA9, 1, "u8", "torches lit in the room", confidence="B")
TRIGGERS = Field("wActiveTriggers", 0xCCBA, 1, "bits", "floor buttons held down", confidence="B")
SCROLL = Field("wScrollMode", 0xCD00, 1, "bits", "& 7Fh: 1 normal; other while a warp or scroll is under way")
TRANSITION = Field("wScreenTransitionState", 0xCD04, 1, "u8", "2 idle", confidence="B")
COLLISIONS = Field("wRoomCollisions", 0xCE00, 0xC0, "bytes", "collision of cell YX; rows of 16")
LINK_STATE = Field("w1Link.state", 0xD004, 1, "u8", "1 normal, 2 respawning, 3 dying, 4 holding up an item, …", 1)
LINK_DIRECTION = Field("w1Link.direction", 0xD008, 1, "u8", "facing: 0 up, 1 right, 2 down, 3 left", 1)
LINK_ANGLE = Field("w1Link.angle", 0xD009, 1, "u8", "motion: 00 up, 08 right, 10 down, 18 left, FF none", 1)
LINK_Y = Field("w1Link.yh", 0xD00B, 1, "u8", "pixels from the top of the room", 1)
LINK_X = Field("w1Link.xh", 0xD00D, 1, "u8", "pixels from the left of the room", 1)
LINK_Z = Field("w1Link.zh", 0xD00F, 1, "s8", "height: 0 ground, negative in the air", 1, confidence="B")
LINK_INVINCIBLE = Field("w1Link.invincibilityCounter", 0xD02B, 1, "u8", "non-zero after a hit", 1, confidence="B")
LINK_KNOCKBACK = Field("w1Link.knockbackCounter", 0xD02D, 1, "u8", "frames of knockback left", 1, confidence="B")
LINK_WALLS = Field(
    "w1Link.adjacentWallsBitset",
    0xD033,
    1,
    "bits",
    "two bits each: up C0, down 30, left 0C, right 03",
    1,
    confidence="B",
)
COMPANION_Y = Field("w1Companion.yh", 0xD10B, 1, "u8", "as w1Link.yh, counts while riding", 1, confidence="B")
COMPANION_X = Field("w1Companion.xh", 0xD10D, 1, "u8", "as w1Link.xh, counts while riding", 1, confidence="B")
DUNGEON_LAYOUT = Field(
    "w2DungeonLayout", 0xDC00, 0x100, "bytes", "room number by floor and map cell", 2, confidence="B"
)

CORE: Final[tuple[Field, ...]] = tuple(value for value in list(globals().values()) if isinstance(value, Field))
"""The variables above, which observations and rewards may be made from; those below only a `GameState` shows."""

PRESSED = Field("wKeysPressed", 0xC481, 1, "bits", "1 A, 2 B, 4 Select, 8 Start, 10 right, 20 left, 40 up, 80 down")
SAVE_MARK = Field("wSavefileString", 0xC5B2, 8, "bytes", "Z11216-0 once a file is loaded", confidence="B")
UNAPPRAISED_RINGS = Field("wUnappraisedRings", 0xC5C0, 64, "bytes", "ids of rings not yet appraised, FF none")
COMPANION = Field("wAnimalCompanion", 0xC610, 1, "u8", "0B Ricky, 0C Dimitri, 0D Moosh", confidence="B")
RINGS = Field("wRingsObtained", 0xC616, 8, "bits", "bit (id & 7) of byte id >> 3")
DEATHS = Field("wDeathCounter", 0xC61E, 2, "bcd16le", "times the game-over screen started, 0-999")
PLAYTIME = Field("wPlaytimeCounter", 0xC622, 4, "u32le", "frames of the main loop since the file was started")
SIGNS_DESTROYED = Field("wTotalSignsDestroyed", 0xC626, 1, "u8", "since the file was started")
RUPEES_COLLECTED = Field("wTotalRupeesCollected", 0xC627, 2, "bcd16le", "since the file was started")
TEXT_SPEED = Field("wTextSpeed", 0xC629, 1, "u8", "0-4")
CONTINUE = Field(
    "wDeathRespawnBuffer", 0xC62B, 13, "bytes", "group, room, season, facing, y, x, companion …: where a game goes on"
)
MAP_GROUP = Field("wMinimapGroup", 0xC63A, 1, "u8", "group last seen on the map, kept indoors")
MAP_ROOM = Field("wMinimapRoom", 0xC63B, 1, "u8", "room last seen on the map, kept indoors")
MAP_POSITION = Field("wMinimapDungeonMapPosition", 0xC63C, 1, "u8", "cell of the dungeon map last seen")
MAP_FLOOR = Field("wMinimapDungeonFloor", 0xC63D, 1, "u8", "floor of the dungeon map last seen", confidence="B")
MAPLE_KILLS = Field("wMapleKillCounter", 0xC63E, 1, "u8", "Maple comes at 30")
RICKY = Field("wRickyState", 0xC643, 1, "bits", "story bits")
DIMITRI = Field("wDimitriState", 0xC644, 1, "bits", "story bits")
MOOSH = Field("wMooshState", 0xC645, 1, "bits", "story bits")
GASHA_SPOTS = Field("wGashaSpotFlags", 0xC649, 1, "bits", "story bits of the gasha spots")
GASHA_PLANTED = Field("wGashaSpotsPlantedBitset", 0xC64A, 2, "bits", "bit = gasha spot")
GASHA_KILLS = Field("wGashaSpotKillCounters", 0xC64C, 16, "bytes", "kills since planting, by gasha spot")
GASHA_MATURITY = Field("wGashaMaturity", 0xC65C, 2, "u16le", "how good the next nut is")
VISITED_FLOORS = Field("wDungeonVisitedFloors", 0xC662, 12, "bytes", "bits of floors seen, by dungeon index")
STORAGE = Field(
    "wInventoryStorage", 0xC682, 16, "bytes", "treasure ids of items that are on no button, 0 none", confidence="B"
)
HEART_PIECES = Field("wNumHeartPieces", 0xC6A4, 1, "u8", "0-3; the fourth makes a container")
ORE = Field("wNumOreChunks", 0xC6A7, 2, "bcd16le", "0-999")
MAX_BOMBS = Field("wMaxBombs", 0xC6AB, 1, "bcd", "bombs that can be held")
BOMBCHUS = Field("wNumBombchus", 0xC6AD, 1, "bcd", "0-99", confidence="B")
SATCHEL = Field("wSeedSatchelLevel", 0xC6AE, 1, "u8", "0-3")
FLUTE = Field("wFluteIcon", 0xC6AF, 1, "u8", "0 none, 1 Ricky, 2 Dimitri, 3 Moosh")
BOOMERANG = Field("wBoomerangLevel", 0xC6B1, 1, "u8", "0-2")
POLARITY = Field("wMagnetGlovePolarity", 0xC6B2, 1, "u8", "0 south, 1 north", confidence="B")
SLINGSHOT = Field("wSlingshotLevel", 0xC6B3, 1, "u8", "0-2")
GASHA_SEEDS = Field("wNumGashaSeeds", 0xC6BA, 1, "bcd", "0-99")
PIRATE_BELL = Field("wPirateBellState", 0xC6BD, 1, "u8", "1 polished")
SATCHEL_SEEDS = Field("wSatchelSelectedSeeds", 0xC6BE, 1, "u8", "0-4, in the order of the seeds")
SHOOTER_SEEDS = Field("wShooterSelectedSeeds", 0xC6BF, 1, "u8", "0-4, in the order of the seeds", confidence="B")
RING_BOX = Field("wRingBoxContents", 0xC6C0, 5, "bytes", "ring ids, FF none", confidence="B")
RING = Field("wActiveRing", 0xC6C5, 1, "u8", "ring id, FF none, bit 6 disabled")
RING_BOX_LEVEL = Field("wRingBoxLevel", 0xC6C6, 1, "u8", "0 none")
GOLDEN_ENEMIES = Field("wKilledGoldenEnemies", 0xC6C9, 1, "bits", "1 octorok, 2 moblin, 4 darknut, 8 lynel")
GLOBAL_FLAGS = Field("wGlobalFlags", 0xC6CA, 16, "bits", "story flags: bit (n & 7) of byte n >> 3")
JEWELS = Field("wInsertedJewels", 0xC6E1, 1, "bits", "jewels in the gate of Tarm Ruins")
TEXT_OPTION = Field("wSelectedTextOption", 0xCBA5, 1, "u8", "answer chosen, FF before", confidence="B")
TEXT_NUMBER = Field("wTextNumberSubstitution", 0xCBA8, 2, "bcd16le", "number in the text, such as a price")
TEXT_FLAGS = Field("wTextboxFlags", 0xCBAE, 1, "bits", "2 the player cannot close the text", confidence="B")
SAVE_MENU = Field("wSaveQuitMenu.state", 0xCBB3, 1, "u8", "step of the save menu", confidence="B")
GAME_OVER_MENU = Field(
    "wSaveQuitMenu.gameOver", 0xCBB4, 1, "u8", "1 after a death, 0 when the player opened it", confidence="B"
)
SAVE_CURSOR = Field("wSaveQuitMenu.cursorIndex", 0xCBB5, 1, "u8", "line of the save menu", confidence="B")
UNTOUCHABLE = Field(
    "wDisableLinkCollisionsAndMenu",
    0xCBCA,
    1,
    "u8",
    "non-zero while warping, opening a chest and the like",
    confidence="B",
)
MENU_LOAD = Field("wMenuLoadState", 0xCBCC, 1, "u8", "0 fading in, 1 running, 2 fading out, 3 fading back")
MENU_STEP = Field("wMenuActiveState", 0xCBCD, 1, "u8", "step of the open menu")
SUBMENU_STEP = Field("wSubmenuState", 0xCBCE, 1, "u8", "step of the open submenu", confidence="B")
MENU_PAGE = Field("wInventorySubmenu", 0xCBCF, 1, "u8", "page of the inventory, 0-2", confidence="B")
CURSOR_0 = Field("wInventorySubmenu0CursorPos", 0xCBD0, 1, "u8", "cursor on page 0", confidence="B")
CURSOR_1 = Field("wInventorySubmenu1CursorPos", 0xCBD1, 1, "u8", "cursor on page 1")
CURSOR_2 = Field("wInventorySubmenu2CursorPos", 0xCBD2, 1, "u8", "cursor on page 2", confidence="B")
LINKED = Field("wIsLinkedGame", 0xCC01, 1, "u8", "1 when linked with Oracle of Ages")
MENU_BLOCKED = Field("wMenuDisabled", 0xCC02, 1, "u8", "non-zero: no menu can be opened")
CUTSCENE_STEP = Field("wCutsceneState", 0xCC03, 1, "u8", "step inside of a cutscene")
CUTSCENE_REQUEST = Field("wCutsceneTrigger", 0xCC04, 1, "u8", "cutscene about to start")
KILLED = Field(
    "wEnemiesKilledList",
    0xCC1F,
    16,
    "bytes",
    "the last eight rooms: room, bits of enemies killed there",
    confidence="B",
)
SPINNERS = Field("wSpinnerState", 0xCC33, 1, "bits", "0 blue, 1 red, by spinner", confidence="B")
GAME_OVER = Field("wGameOverScreenTrigger", 0xCC35, 1, "u8", "FF at the end of Link's death", confidence="B")
MAPLE = Field("wIsMaplePresent", 0xCC3A, 1, "u8", "non-zero while Maple is here", confidence="B")
RESPAWN_Y = Field("wLinkLocalRespawnY", 0xCC3D, 1, "u8", "where Link returns to after a hole or water", confidence="B")
RESPAWN_X = Field("wLinkLocalRespawnX", 0xCC3E, 1, "u8", "likewise", confidence="B")
RESPAWN_DIRECTION = Field("wLinkLocalRespawnDir", 0xCC3F, 1, "u8", "likewise, his facing", confidence="B")
GAME_PRESSED = Field("wGameKeysPressed", 0xCC45, 1, "bits", "as wKeysPressed, as Link's code sees it", confidence="B")
WANTED_ANGLE = Field("wLinkAngle", 0xCC47, 1, "u8", "angle of the cross pad, FF none", confidence="B")
ROOM_LARGE = Field("wRoomIsLarge", 0xCC4A, 1, "u8", "1 when 15x11 cells, else 10x8", confidence="B")
LOADED_ROOM = Field("wLoadingRoom", 0xCC4B, 1, "u8", "room whose layout was loaded", confidence="B")
REGION = Field("wRoomPack", 0xCC4D, 1, "u8", "region of the overworld")
RULES = Field(
    "wActiveCollisions",
    0xCC4F,
    1,
    "u8",
    "tile rules: 0 overworld, 1 Subrosia, 2 Maku, 3 indoors, 4 dungeon, 5 side view",
    confidence="B",
)
TILESET = Field(
    "wTilesetFlags", 0xCC50, 1, "bits", "1 outdoors, 4 indoors, 8 dungeon, 10 large indoors, 20 side view, 80 Subrosia"
)
DUNGEON_ROOM = Field(
    "wDungeonRoomProperties",
    0xCC58,
    1,
    "bits",
    "1 up, 2 right, 4 down, 8 left exit; 10 key, 20 chest, 40 boss, 80 dark",
    confidence="B",
)
WARP_GROUP = Field("wWarpDestGroup", 0xCC63, 1, "u8", "group the warp under way leads to")
WARP_ROOM = Field("wWarpDestRoom", 0xCC64, 1, "u8", "room the warp under way leads to")
WARP_KIND = Field("wWarpTransition", 0xCC65, 1, "u8", "how Link comes out")
WARP_CELL = Field("wWarpDestPos", 0xCC66, 1, "u8", "cell YX the warp leads to")
WARP_PENDING = Field("wWarpTransition2", 0xCC67, 1, "u8", "0 none, 1 at once, 3 with a fade-out")
FORCED_STATE = Field("wLinkForceState", 0xCC6A, 1, "u8", "state Link is about to be forced into", confidence="B")
STATE_PARAMETER = Field("wLinkStateParameter", 0xCC6C, 1, "u8", "its parameter", confidence="B")
TURNING_BLOCKED = Field(
    "wLinkTurningDisabled", 0xCC7B, 1, "bits", "non-zero while the sword is out and the like", confidence="B"
)
IMMOBILE = Field("wLinkImmobilized", 0xCC7C, 1, "bits", "non-zero while Link cannot walk")
SHIELD_UP = Field("wUsingShield", 0xCC89, 1, "u8", "level of the raised shield, 0 down", confidence="B")
ENTERED_WARP = Field(
    "wEnteredWarpPosition", 0xCCA8, 1, "u8", "cell YX of the warp Link arrived on, FF none", confidence="B"
)
WARPS_BLOCKED = Field("wDisableWarpTiles", 0xCCAA, 1, "u8", "non-zero: warp tiles do nothing")
SCROLLING_BLOCKED = Field("wDisableScreenTransitions", 0xCCAB, 1, "u8", "non-zero: the edges do nothing")
LINK_CELL = Field("wActiveTilePos", 0xCCB3, 1, "u8", "cell YX under Link's feet", confidence="B")
LINK_TILE = Field("wActiveTileIndex", 0xCCB4, 1, "u8", "tile under Link's feet", confidence="B")
LINK_TILE_TYPE = Field("wActiveTileType", 0xCCB6, 1, "u8", "type of that tile")
BLOCK_ANGLE = Field("wBlockPushAngle", 0xCCC0, 1, "u8", "angle of the block pushed last, or 80h", confidence="B")
TALKERS = Field(
    "wAButtonSensitiveObjectList",
    0xCCCA,
    32,
    "bytes",
    "objects that button A speaks to: high byte, low byte",
    confidence="B",
)
IN_SHOP = Field("wInShop", 0xCCEA, 1, "bits", "2 in a shop, 80 chest game")
SCENT_SEED = Field("wScentSeedActive", 0xCCF0, 1, "u8", "non-zero while a scent seed burns", confidence="B")
SHOOTER_USED = Field("wIsSeedShooterInUse", 0xCCF1, 1, "u8", "non-zero while aiming", confidence="B")
SHOCKED = Field("wIsLinkBeingShocked", 0xCCF2, 1, "u8", "non-zero while Link is shocked", confidence="B")
SCROLL_DIRECTION = Field("wScreenTransitionDirection", 0xCD02, 1, "u8", "0 up, 1 right, 2 down, 3 left; bit 7 forced")
ROOM_WIDTH = Field("wRoomWidth", 0xCD0A, 1, "u8", "in cells of 8 pixels: 20 or 30", confidence="B")
ROOM_HEIGHT = Field("wRoomHeight", 0xCD0B, 1, "u8", "in cells of 8 pixels: 16 or 22", confidence="B")
LINK_ENABLED = Field("w1Link.enabled", 0xD000, 1, "u8", "0 no Link, 3 normal", 1, confidence="B")
LINK_ID = Field("w1Link.id", 0xD001, 1, "u8", "0 Link, 1-7 transformed, 8 in a cutscene, 9 riding", 1, confidence="B")
LINK_SUBSTATE = Field("w1Link.substate", 0xD005, 1, "u8", "step of the state", 1, confidence="B")
LINK_SPEED = Field("w1Link.speed", 0xD010, 1, "u8", "of the walk", 1, confidence="B")
LINK_SPEED_Z = Field(
    "w1Link.speedZ", 0xD014, 2, "s16le", "256ths of a pixel a frame, negative upwards", 1, confidence="B"
)
LINK_VISIBLE = Field("w1Link.visible", 0xD01A, 1, "bits", "80 drawn", 1, confidence="B")
LINK_SOLID = Field("w1Link.collisionType", 0xD024, 1, "u8", "80 can be hit", 1, confidence="B")
LINK_KNOCKBACK_ANGLE = Field("w1Link.knockbackAngle", 0xD02C, 1, "u8", "where he is thrown", 1, confidence="B")
LINK_STUN = Field("w1Link.stunCounter", 0xD02E, 1, "u8", "frames of stun left", 1, confidence="B")
LINK_ANIMATION = Field("w1Link.animMode", 0xD030, 1, "u8", "which animation", 1, confidence="B")
COMPANION_ID = Field(
    "w1Companion.id", 0xD101, 1, "u8", "0A minecart, 0B-0D animals, 0E Maple; counts while riding", 1, confidence="B"
)

FIELDS: Final[tuple[Field, ...]] = tuple(
    sorted(
        {value for value in list(globals().values()) if isinstance(value, Field)},
        key=lambda field: (field.bank, field.address),
    )
)
"""Every variable, in the order of its bank and address."""

SLOTS: Final = 16
"""Objects of a kind; slot n of a kind lies at D000h + n * 100h + its base, all in bank 1."""

INTERACTION, ENEMY, PART = 0x40, 0x80, 0xC0
"""Where the kinds of objects start within a page: people and treasures, foes, drops and projectiles."""
OWN = 0x00
"""Likewise Link and what belongs to him."""
OWN_SLOTS: Final = range(0x6, 0xD)
"""Slots of those that are the weapon in his hand, bombs, seeds and the like, and what he carries or has thrown."""

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
EFFECTS: Final = frozenset(range(0x10))
"""Interaction ids that only show something: leaves, splashes, puffs."""
PUFF = 0x02
"""Part id of the puff a dead enemy leaves."""


SIGHT_ROWS, SIGHT_COLUMNS = 5, 7
"""How many cells of the room around Link, his own in the middle, are looked at."""


def flag_page(group: int) -> int:
    """Return the linear offset of the room flags of a group: groups 1-3 share a page, so do 4, 6 and 5, 7."""
    return ROOM_FLAGS.offset + 0x100 * (0, 1, 1, 1, 2, 3, 2, 3)[group & 7]


def object_offsets(base: int, field: str) -> NDArray[np.intp]:
    """Return the linear offsets (16,) intp of a field of all objects of a kind.

    Args:
        base: `OWN`, `INTERACTION`, `ENEMY` or `PART`.
        field: A key of `OBJECT_FIELDS`.
    """
    return 0x1000 + 0x100 * np.arange(SLOTS, dtype=np.intp) + base + OBJECT_FIELDS[field]


def used_offsets(fields: Iterable[Field] = FIELDS) -> NDArray[np.intp]:
    """Return the sorted linear offsets (K,) intp of all bytes of some variables and of the objects.

    With the default, that is every byte that states, observations and rewards are made from.
    """
    parts = [np.arange(field.offset, field.offset + field.size, dtype=np.intp) for field in fields]
    parts += [object_offsets(base, field) for base in (OWN, INTERACTION, ENEMY, PART) for field in OBJECT_FIELDS]
    return np.unique(np.concatenate(parts))
