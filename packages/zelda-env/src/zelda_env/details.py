"""What else RAM says: the groups of a `GameState`, each field declared with the variable it is read from.

In a record a group holds only what differs from the defaults here, which are mostly zero, false and empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from zelda_env import ram_map as ram

Convert = Callable[[bytes], Any]
Reader = Callable[[bytes], Any]


@dataclass(frozen=True)
class Source:
    """Where a field of a group comes from: metadata of its annotation.

    Attributes:
        field: The variable.
        convert: Makes the value of all its bytes; without it, of its one byte.
    """

    field: ram.Field
    convert: Convert | None = None

    def reader(self, column: Callable[[int], int]) -> Reader:
        """Return what reads the value from a step's bytes.

        Args:
            column: Where a linear offset lies among those bytes; a variable lies there in one piece.
        """
        first, convert = column(self.field.offset), self.convert
        if convert is None:
            return lambda row: row[first]
        span = slice(first, first + self.field.size)
        return lambda row: convert(row[span])


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def _decimal(data: bytes) -> int:
    """Return the value of packed decimal bytes, low one first; digits above nine count as they stand."""
    return sum(((byte >> 4) * 10 + (byte & 15)) * 100**place for place, byte in enumerate(data))


def _flag(data: bytes) -> bool:
    return data[0] != 0


def _flags(mask: int) -> Convert:
    return lambda data: data[0] & mask != 0


def _mask(mask: int) -> Convert:
    return lambda data: data[0] & mask


def _unless(nothing: int) -> Convert:
    """Return the byte, -1 for `nothing`: a number in every record, as arrays of records are made of numbers."""
    return lambda data: -1 if data[0] == nothing else data[0]


def _set_bits(data: bytes) -> list[int]:
    """Return the numbers of the set bits, rising."""
    value = int.from_bytes(data, "little")
    return [number for number in range(value.bit_length()) if value >> number & 1]


def _without(nothing: int) -> Convert:
    """Make the list of the bytes that are not `nothing`."""
    return lambda data: [byte for byte in data if byte != nothing]


def _all(data: bytes) -> list[int]:
    """Return the bytes, none if all are 0."""
    return list(data) if any(data) else []


def _decimals(data: bytes) -> list[int]:
    return [(byte >> 4) * 10 + (byte & 15) for byte in data] if any(data) else []


def _pairs(data: bytes) -> list[tuple[int, int]]:
    """Return the pairs of bytes that are not 0, 0."""
    return [(one, other) for one, other in zip(data[::2], data[1::2], strict=True) if one or other]


Number = Annotated[int, Field(ge=0)]
Place = tuple[int, int, int, int, int, int]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Scene(_Group):
    """What the game is busy with: cutscenes, scrolling, text, menus and the input they see."""

    game: Annotated[int, Source(ram.GAME_STATE)] = 0
    """0 starting, 1 loading a room after a warp, 2 in game, 3 opening scene."""
    cutscene: Annotated[int, Source(ram.CUTSCENE)] = 0
    """0 the room is loading, 1 normal play, 3 to 5 fading out, 6 and up scenes of the story."""
    cutscene_step: Annotated[int, Source(ram.CUTSCENE_STEP)] = 0
    """Step inside of a cutscene."""
    cutscene_request: Annotated[int, Source(ram.CUTSCENE_REQUEST)] = 0
    """Cutscene about to start, 0 none."""
    fading: Annotated[bool, Source(ram.FADE, _flag)] = False
    """The picture fades in or out."""
    scroll: Annotated[int, Source(ram.SCROLL, _mask(0x7F))] = 0
    """0 a warp is under way, 1 normal, 2 a room is entered, 4 an edge was touched, 8 scrolling."""
    scroll_state: Annotated[int, Source(ram.TRANSITION)] = 0
    """0 entering, 1 waiting, 2 idle, 3 an edge was touched, 4 loading, 5 scrolling."""
    scroll_direction: Annotated[int, Source(ram.SCROLL_DIRECTION, _mask(3))] = 0
    """Of the last scroll: 0 up, 1 right, 2 down, 3 left."""
    disabled: Annotated[int, Source(ram.DISABLED)] = 0
    """Bits of what stands still: 01 Link, 02 people, 04 foes, 10 items, 20 companion, 80 all but people."""
    scripted: Annotated[int, Source(ram.SIMULATED)] = 0
    """0 the player's input counts, 1 scripted, 2 directions reversed; 80 frozen."""
    pressed: Annotated[int, Source(ram.PRESSED)] = 0
    """Buttons held: 01 A, 02 B, 04 Select, 08 Start, 10 right, 20 left, 40 up, 80 down."""
    game_pressed: Annotated[int, Source(ram.GAME_PRESSED)] = 0
    """The same as Link's code saw it last."""
    text_mode: Annotated[int, Source(ram.TEXT_MODE)] = 0
    """0 dialog, 1 a question waits for an answer, 2 a line of a menu."""
    answer: Annotated[int, Source(ram.TEXT_OPTION, _unless(0xFF))] = -1
    """Number of the answer to the last question, -1 before there is one."""
    number: Annotated[int, Source(ram.TEXT_NUMBER, _decimal)] = 0
    """The number in the text, such as a price."""
    text_locked: Annotated[bool, Source(ram.TEXT_FLAGS, _flags(2))] = False
    """The player cannot close the text."""
    menu_blocked: Annotated[bool, Source(ram.MENU_BLOCKED, _flag)] = False
    """No menu can be opened."""
    menu_load: Annotated[int, Source(ram.MENU_LOAD)] = 0
    """0 the menu fades in, 1 it runs, 2 it fades out, 3 the game fades back."""
    menu_step: Annotated[int, Source(ram.MENU_STEP)] = 0
    """Step of the open menu."""
    submenu_step: Annotated[int, Source(ram.SUBMENU_STEP)] = 0
    """Step of the open submenu."""
    menu_page: Annotated[int, Source(ram.MENU_PAGE)] = 0
    """Page of the inventory, 0 to 2."""
    cursor_0: Annotated[int, Source(ram.CURSOR_0)] = 0
    """Cursor on page 0."""
    cursor_1: Annotated[int, Source(ram.CURSOR_1)] = 0
    """Cursor on page 1."""
    cursor_2: Annotated[int, Source(ram.CURSOR_2)] = 0
    """Cursor on page 2."""
    save_menu: Annotated[int, Source(ram.SAVE_MENU)] = 0
    """Step of the save menu; the map menu keeps its mode there."""
    save_cursor: Annotated[int, Source(ram.SAVE_CURSOR)] = 0
    """Line of the save menu; the map menu keeps its room there."""
    game_over_menu: Annotated[bool, Source(ram.GAME_OVER_MENU, _flag)] = False
    """The save menu came after a death; only says so while it is open."""
    game_over: Annotated[bool, Source(ram.GAME_OVER, _flag)] = False
    """Link's death has ended in the game-over screen."""


class Room(_Group):
    """The room, what lies around it, and the ways out of it."""

    flags: Annotated[int, Source(ram.ROOM_FLAGS)] = 0
    """Of this room: 10 visited, 20 item taken; inside 01 up, 02 right, 04 down, 08 left opened; 40, 80 its own."""
    large: Annotated[bool, Source(ram.ROOM_LARGE, _flag)] = False
    """Larger than the screen: 15 x 11 cells of 16 pixels, else 10 x 8."""
    width: Annotated[int, Source(ram.ROOM_WIDTH)] = 0
    """In cells of 8 pixels."""
    height: Annotated[int, Source(ram.ROOM_HEIGHT)] = 0
    """In cells of 8 pixels."""
    loaded: Annotated[int, Source(ram.LOADED_ROOM)] = 0
    """Number of the room whose layout was loaded; in some rooms it depends on the season."""
    region: Annotated[int, Source(ram.REGION)] = 0
    """Region of the overworld, which decides the season."""
    rules: Annotated[int, Source(ram.RULES)] = 0
    """What tiles do: 0 overworld, 1 Subrosia, 2 Maku tree, 3 indoors, 4 dungeon, 5 side view."""
    tileset: Annotated[int, Source(ram.TILESET)] = 0
    """Bits: 01 outdoors, 04 indoors, 08 dungeon, 10 large indoors, 20 side view, 80 Subrosia."""
    dungeon_cell: Annotated[int, Source(ram.DUNGEON_POSITION)] = 0
    """Cell of the 8 x 8 floor map; as Link left it, outside of dungeons."""
    dungeon_floor: Annotated[int, Source(ram.DUNGEON_FLOOR)] = 0
    """Floor, 0 the lowest; as Link left it, outside of dungeons."""
    dungeon_room: Annotated[int, Source(ram.DUNGEON_ROOM)] = 0
    """Bits: 01 up, 02 right, 04 down, 08 left exit, 10 key, 20 chest, 40 boss, 80 dark."""
    map_group: Annotated[int, Source(ram.MAP_GROUP)] = 0
    """Group last seen on the map; kept indoors."""
    map_room: Annotated[int, Source(ram.MAP_ROOM)] = 0
    """Room last seen on the map; kept indoors, so it is not the room Link is in."""
    map_cell: Annotated[int, Source(ram.MAP_POSITION)] = 0
    """Cell of the dungeon map last seen."""
    map_floor: Annotated[int, Source(ram.MAP_FLOOR)] = 0
    """Floor of the dungeon map last seen."""
    warp: Annotated[int, Source(ram.WARP_PENDING)] = 0
    """0 no warp is pending, 1 one at once, 3 one with a fade-out."""
    warp_group: Annotated[int, Source(ram.WARP_GROUP)] = 0
    """Where the last warp leads."""
    warp_room: Annotated[int, Source(ram.WARP_ROOM)] = 0
    """Where the last warp leads."""
    warp_cell: Annotated[int, Source(ram.WARP_CELL)] = 0
    """Cell YX the last warp leads to."""
    warp_kind: Annotated[int, Source(ram.WARP_KIND)] = 0
    """How Link comes out of it."""
    entered_warp: Annotated[int, Source(ram.ENTERED_WARP, _unless(0xFF))] = -1
    """Cell YX of the warp Link arrived on, -1 once he has left it."""
    warps_blocked: Annotated[bool, Source(ram.WARPS_BLOCKED, _flag)] = False
    """Warp tiles do nothing."""
    scrolling_blocked: Annotated[bool, Source(ram.SCROLLING_BLOCKED, _flag)] = False
    """The edges do nothing."""
    untouchable: Annotated[bool, Source(ram.UNTOUCHABLE, _flag)] = False
    """Link cannot be hit nor open a menu: he warps, opens a chest and the like."""
    respawn_x: Annotated[int, Source(ram.RESPAWN_X)] = 0
    """Where Link returns to after a hole or water."""
    respawn_y: Annotated[int, Source(ram.RESPAWN_Y)] = 0
    """Where Link returns to after a hole or water."""
    respawn_direction: Annotated[int, Source(ram.RESPAWN_DIRECTION, _mask(3))] = 0
    """His facing then."""
    resume: Annotated[Place | None, Source(ram.CONTINUE, lambda data: tuple(data[:6]))] = None
    """Where the game goes on after a death: group, room, season, facing, y, x."""


class Link(_Group):
    """Link beyond his place, facing and health."""

    present: Annotated[bool, Source(ram.LINK_ENABLED, _flag)] = False
    """There is a Link object."""
    form: Annotated[int, Source(ram.LINK_ID)] = 0
    """0 Link, 1 to 7 transformed, 8 in a cutscene, 9 riding."""
    riding: Annotated[bool, Source(ram.LINK_OBJECT, lambda data: data[0] == 0xD1)] = False
    """On an animal or in a cart, whose place is then Link's."""
    mount: Annotated[int, Source(ram.COMPANION_ID)] = 0
    """The last one: A a minecart, B to D the animals; E is Maple."""
    state: Annotated[int, Source(ram.LINK_STATE)] = 0
    """1 normal, 2 respawning, 3 dying, 4 holding up an item, A warping, B forced walk, 12 jumping off a ledge, …"""
    step: Annotated[int, Source(ram.LINK_SUBSTATE)] = 0
    """Step of the state."""
    forced_state: Annotated[int, Source(ram.FORCED_STATE)] = 0
    """State he is about to be forced into, 0 none."""
    state_parameter: Annotated[int, Source(ram.STATE_PARAMETER)] = 0
    """Its parameter."""
    angle: Annotated[int, Source(ram.LINK_ANGLE, _unless(0xFF))] = -1
    """Direction of motion in 32nds of a turn from up, clockwise; -1 at rest."""
    wanted_angle: Annotated[int, Source(ram.WANTED_ANGLE, _unless(0xFF))] = -1
    """The same for the cross pad, -1 without a direction."""
    speed: Annotated[int, Source(ram.LINK_SPEED)] = 0
    """Of the walk, in the game's own unit."""
    height: Annotated[int, Source(ram.LINK_Z, lambda data: -_signed(data))] = 0
    """Pixels above the ground."""
    speed_z: Annotated[int, Source(ram.LINK_SPEED_Z, _signed)] = 0
    """256ths of a pixel a frame, negative upwards."""
    in_air: Annotated[int, Source(ram.IN_AIR)] = 0
    """Low digit: 0 on the ground, 1 a jump begins, 2 in the air; 80 off a ledge."""
    swimming: Annotated[int, Source(ram.SWIMMING)] = 0
    """Low digit not 0 in water; 40 in lava, 80 diving."""
    visible: Annotated[bool, Source(ram.LINK_VISIBLE, _flags(0x80))] = False
    """Link is drawn."""
    solid: Annotated[bool, Source(ram.LINK_SOLID, _flags(0x80))] = False
    """Link can be hit."""
    invincible: Annotated[int, Source(ram.LINK_INVINCIBLE)] = 0
    """Not 0 for a while after a hit: to 7F counting down, from 80 counting up."""
    knockback: Annotated[int, Source(ram.LINK_KNOCKBACK)] = 0
    """Frames he is thrown back for."""
    knockback_angle: Annotated[int, Source(ram.LINK_KNOCKBACK_ANGLE)] = 0
    """Where to; as it was last."""
    stun: Annotated[int, Source(ram.LINK_STUN)] = 0
    """Frames of stun."""
    shocked: Annotated[bool, Source(ram.SHOCKED, _flag)] = False
    """Link is being shocked."""
    animation: Annotated[int, Source(ram.LINK_ANIMATION)] = 0
    """Which animation runs."""
    walls: Annotated[int, Source(ram.LINK_WALLS)] = 0
    """Walls he touches, two bits each: up C0, down 30, left 0C, right 03."""
    grabbing: Annotated[int, Source(ram.GRAB)] = 0
    """41 grabbing, C2 lifting, 83 holding something."""
    pushing: Annotated[int, Source(ram.PUSHING)] = 0
    """Counts from 20 to 0 while he pushes a block or a door."""
    shield_up: Annotated[int, Source(ram.SHIELD_UP)] = 0
    """Level of the raised shield."""
    turning_blocked: Annotated[int, Source(ram.TURNING_BLOCKED)] = 0
    """Not 0 while he cannot turn, as the sword is out and the like."""
    immobile: Annotated[int, Source(ram.IMMOBILE)] = 0
    """Not 0 while he cannot walk."""
    cell: Annotated[int, Source(ram.LINK_CELL)] = 0
    """Cell YX under his feet."""
    tile: Annotated[int, Source(ram.LINK_TILE)] = 0
    """Tile under his feet."""
    tile_type: Annotated[int, Source(ram.LINK_TILE_TYPE)] = 0
    """Type of that tile."""


class Inventory(_Group):
    """What Link owns beyond what every record names."""

    storage: Annotated[list[int], Source(ram.STORAGE, _without(0))] = []
    """Treasure ids of the items on no button."""
    heart_pieces: Annotated[int, Source(ram.HEART_PIECES)] = 0
    """0 to 3; the fourth makes a container."""
    ore: Annotated[Number, Source(ram.ORE, _decimal)] = 0
    """Ore chunks, the money of Subrosia."""
    max_bombs: Annotated[Number, Source(ram.MAX_BOMBS, _decimal)] = 0
    """Bombs that can be held."""
    bombchus: Annotated[Number, Source(ram.BOMBCHUS, _decimal)] = 0
    """Bombchus held."""
    satchel: Annotated[int, Source(ram.SATCHEL)] = 0
    """Level of the seed satchel."""
    seeds: Annotated[list[int], Source(ram.SEEDS, _decimals)] = []
    """Ember, scent, pegasus, gale and mystery seeds; empty when all are 0."""
    satchel_seeds: Annotated[int, Source(ram.SATCHEL_SEEDS)] = 0
    """Which of them the satchel uses."""
    shooter_seeds: Annotated[int, Source(ram.SHOOTER_SEEDS)] = 0
    """Which of them the slingshot uses."""
    gasha_seeds: Annotated[Number, Source(ram.GASHA_SEEDS, _decimal)] = 0
    """Gasha seeds held."""
    flute: Annotated[int, Source(ram.FLUTE)] = 0
    """0 none, 1 Ricky's, 2 Dimitri's, 3 Moosh's."""
    seasons: Annotated[int, Source(ram.ROD_SEASONS)] = 0
    """Powers of the rod: 1 spring, 2 summer, 4 autumn, 8 winter."""
    boomerang: Annotated[int, Source(ram.BOOMERANG)] = 0
    """Level."""
    slingshot: Annotated[int, Source(ram.SLINGSHOT)] = 0
    """Level."""
    feather: Annotated[int, Source(ram.FEATHER)] = 0
    """Level."""
    polarity: Annotated[int, Source(ram.POLARITY)] = 0
    """Of the magnetic gloves: 0 south, 1 north."""
    pirate_bell: Annotated[int, Source(ram.PIRATE_BELL)] = 0
    """1 polished."""
    ring: Annotated[int, Source(ram.RING, _unless(0xFF))] = -1
    """Id of the ring worn, with bit 40 while it has no effect; -1 none."""
    ring_box: Annotated[list[int], Source(ram.RING_BOX, _without(0xFF))] = []
    """Ids of the rings in the box."""
    ring_box_level: Annotated[int, Source(ram.RING_BOX_LEVEL)] = 0
    """0 without a box."""
    rings: Annotated[list[int], Source(ram.RINGS, _set_bits)] = []
    """Ids of the rings owned."""
    unappraised_rings: Annotated[list[int], Source(ram.UNAPPRAISED_RINGS, _without(0xFF))] = []
    """Ids of the rings nobody has looked at."""
    dungeon_keys: Annotated[list[int], Source(ram.KEYS, _all)] = []
    """Small keys by dungeon index, 12 numbers; empty when there is none."""
    boss_keys: Annotated[list[int], Source(ram.BOSS_KEYS, _set_bits)] = []
    """Dungeons whose boss key is held."""
    compasses: Annotated[list[int], Source(ram.COMPASSES, _set_bits)] = []
    """Dungeons whose compass is held."""
    maps: Annotated[list[int], Source(ram.MAPS, _set_bits)] = []
    """Dungeons whose map is held."""


class Story(_Group):
    """What the save file knows of the way so far."""

    loaded: Annotated[bool, Source(ram.SAVE_MARK, lambda data: data == b"Z11216-0")] = False
    """A file is loaded."""
    linked: Annotated[bool, Source(ram.LINKED, _flag)] = False
    """It is linked with Oracle of Ages."""
    flags: Annotated[list[int], Source(ram.GLOBAL_FLAGS, _set_bits)] = []
    """Numbers of the story flags that are set."""
    visited_floors: Annotated[list[int], Source(ram.VISITED_FLOORS, _all)] = []
    """Bits of the floors seen, by dungeon index; empty when there is none."""
    rupees_collected: Annotated[Number, Source(ram.RUPEES_COLLECTED, _decimal)] = 0
    """Since the file was started."""
    signs_destroyed: Annotated[int, Source(ram.SIGNS_DESTROYED)] = 0
    """Since the file was started."""
    text_speed: Annotated[int, Source(ram.TEXT_SPEED)] = 0
    """0 to 4."""
    golden_enemies: Annotated[int, Source(ram.GOLDEN_ENEMIES)] = 0
    """Killed: 1 octorok, 2 moblin, 4 darknut, 8 lynel."""
    jewels: Annotated[int, Source(ram.JEWELS)] = 0
    """Bits of the jewels put into the gate of Tarm Ruins."""
    companion: Annotated[int, Source(ram.COMPANION)] = 0
    """B Ricky, C Dimitri, D Moosh."""
    ricky: Annotated[int, Source(ram.RICKY)] = 0
    """Story bits."""
    dimitri: Annotated[int, Source(ram.DIMITRI)] = 0
    """Story bits."""
    moosh: Annotated[int, Source(ram.MOOSH)] = 0
    """Story bits."""
    maple_kills: Annotated[int, Source(ram.MAPLE_KILLS)] = 0
    """Kills that bring Maple, at 30."""
    gasha_spots: Annotated[int, Source(ram.GASHA_SPOTS)] = 0
    """Story bits."""
    gasha_planted: Annotated[list[int], Source(ram.GASHA_PLANTED, _set_bits)] = []
    """Spots where a seed is planted."""
    gasha_kills: Annotated[list[int], Source(ram.GASHA_KILLS, _all)] = []
    """Kills since, by spot; empty when all are 0."""
    gasha_maturity: Annotated[Number, Source(ram.GASHA_MATURITY, _unsigned)] = 0
    """How good the next nut is."""


class Puzzle(_Group):
    """What moves and switches in the room and its dungeon."""

    triggers: Annotated[int, Source(ram.TRIGGERS)] = 0
    """Floor buttons held down, bits."""
    torches: Annotated[int, Source(ram.TORCHES)] = 0
    """Lit in the room."""
    toggle_blocks: Annotated[int, Source(ram.TOGGLE_BLOCKS)] = 0
    """Blocks that orbs toggle, bits."""
    switches: Annotated[int, Source(ram.SWITCHES)] = 0
    """Hit in the dungeon, bits."""
    spinners: Annotated[int, Source(ram.SPINNERS)] = 0
    """0 blue, 1 red, bits."""
    block_angle: Annotated[int, Source(ram.BLOCK_ANGLE)] = 0
    """Angle of the block pushed last, 80 or more while it moves."""
    talkers: Annotated[list[tuple[int, int]], Source(ram.TALKERS, _pairs)] = []
    """What button A speaks to: the page of its object (D0 to DF) and its field."""
    killed: Annotated[list[tuple[int, int]], Source(ram.KILLED, _pairs)] = []
    """The last eight rooms: number, bits of the foes killed there."""
    in_shop: Annotated[int, Source(ram.IN_SHOP)] = 0
    """2 in a shop, 80 in the chest game."""
    maple: Annotated[bool, Source(ram.MAPLE, _flag)] = False
    """Maple is here."""
    scent_seed: Annotated[bool, Source(ram.SCENT_SEED, _flag)] = False
    """A scent seed burns."""
    aiming: Annotated[bool, Source(ram.SHOOTER_USED, _flag)] = False
    """The slingshot is aimed."""


GROUPS: Final[dict[str, type[_Group]]] = {
    "scene": Scene, "place": Room, "link": Link, "inventory": Inventory, "story": Story, "puzzle": Puzzle,
}  # fmt: skip
"""The groups, by the name of their field in a `GameState`."""

_ROOM_FLAGS: Final = "place.flags"
"""The one field whose byte lies elsewhere in each room."""


def sources() -> dict[str, Source]:
    """Return where each field comes from, by `group.field`."""
    return {
        f"{group}.{name}": next(item for item in info.metadata if isinstance(item, Source))
        for group, model in GROUPS.items()
        for name, info in model.model_fields.items()
    }


class GroupDecoder:
    """Reads the groups from the bytes of many steps, and equal bytes only once, as most groups rarely change.

    Args:
        column: Where a linear offset lies among the bytes of a step.
    """

    def __init__(self, column: Callable[[int], int]) -> None:
        self._readers: dict[str, list[tuple[str, Any, Reader]]] = {group: [] for group in GROUPS}
        spans: dict[str, list[NDArray[np.intp]]] = {group: [] for group in GROUPS}
        for path, source in sources().items():
            if path == _ROOM_FLAGS:
                continue
            group, name = path.split(".")
            first = column(source.field.offset)
            spans[group].append(np.arange(first, first + source.field.size, dtype=np.intp))
            self._readers[group].append((name, GROUPS[group].model_fields[name].default, source.reader(column)))
        self._columns = {group: np.concatenate(found) for group, found in spans.items()}
        self._group, self._room = column(ram.GROUP.offset), column(ram.ROOM.offset)
        self._pages = np.array([column(ram.flag_page(group)) for group in range(8)], np.intp)

    def decode(self, rows: ram.Bytes) -> dict[str, list[dict[str, Any]]]:
        """Return for each group and step what differs from the group's defaults.

        Args:
            rows: uint8 (T, K), the bytes of each step.
        """
        groups = {group: self._decode(rows, group) for group in GROUPS}
        pages = self._pages[rows[:, self._group] & 7]
        flags = rows[np.arange(len(rows)), pages + rows[:, self._room]].tolist()
        groups["place"] = [
            place | {"flags": value} if value else place for place, value in zip(groups["place"], flags, strict=True)
        ]
        return groups

    def _decode(self, rows: ram.Bytes, group: str) -> list[dict[str, Any]]:
        known: dict[bytes, dict[str, Any]] = {}
        found = []
        for row, part in zip(rows, rows[:, self._columns[group]], strict=True):
            key = part.tobytes()
            if key not in known:
                data = row.tobytes()
                known[key] = {
                    name: value for name, default, read in self._readers[group] if (value := read(data)) != default
                }
            found.append(known[key])
        return found
