"""Where somebody can walk in the world: a search over rooms, cells and seasons.

Nobody may be walled in: from every place that can be reached the start can be reached again, whatever
is owned and whatever season it was turned to. A hop leads over one hole; key doors, shutters, blocks and
cracked walls inside count as passed once `doors` is said, because a puzzle opens them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from room import DOORS, SEASONS, Room, RoomKey, neighbour
from world import World

STUMP, KEYHOLE, HOLES = 0x20, 0xEC, (0xF3, 0xF4)
MOVABLE = frozenset((0x1C, 0x1F, 0x0E, 0x0F))
"""Blocks, cracked walls and what an orb toggles."""
SOLID = range(0x01, 0x10)
"""Collisions of cells that are walls, wholly or in part."""
REACH = 4
"""Cells that the boomerang flies at least."""
STEPS = ((0, -1), (1, 0), (0, 1), (-1, 0))
START = ((0, 0xB6), 7, 4, 3)

Spot = tuple[RoomKey, int, int, int]
"""Room, column, row and season."""


@dataclass(frozen=True)
class Skills:
    """What the walker can do.

    Attributes:
        seasons: The seasons that his rod holds; none without a rod.
        cuts: A sword for bushes.
        hops: A feather for holes.
        doors: Keys, and the patience for puzzles.
        gnarled_key: What opens the dungeon's keyhole.
        lifts: A bracelet for bushes, rocks and pots.
        swims: Flippers for water.
    """

    seasons: tuple[int, ...] = ()
    cuts: bool = False
    hops: bool = False
    doors: bool = False
    gnarled_key: bool = False
    lifts: bool = False
    swims: bool = False


NOTHING = Skills()
EVERYTHING = Skills(
    tuple(range(len(SEASONS))), cuts=True, hops=True, doors=True, gnarled_key=True, lifts=True, swims=True
)


class Walker:
    """Somebody with some skills, anywhere in the world."""

    def __init__(self, world: World, skills: Skills) -> None:
        self.world, self.skills = world, skills
        self.warps = {
            key: {(thing.column, thing.row): thing for thing in room.things if thing.kind == "warp"}
            for key, room in world.rooms.items()
        }
        self.people = {
            key: {(thing.column, thing.row) for thing in room.things if thing.kind == "villager"}
            for key, room in world.rooms.items()
        }

    def is_free(self, room: Room, column: int, row: int, season: int) -> bool:
        """Whether one can stand on a cell."""
        cell = room.legend.at(room.chars[row][column], season)
        if (column, row) in self.people[room.key]:
            return False
        if cell.collision == 0:
            return True
        if cell.is_water:
            return self.skills.swims
        if cell.lift and self.skills.lifts:
            return True
        if room.is_outside:
            return bool(cell.cut and self.skills.cuts and cell.tile != KEYHOLE) or (
                cell.tile == KEYHOLE and self.skills.gnarled_key
            )
        return self.skills.doors and (cell.tile in DOORS or cell.tile in MOVABLE)

    def near(self, room: Room, column: int, row: int, season: int) -> Iterator[tuple[int, int]]:
        """List the cells of the room one step, or one hop, away."""
        for right, down in STEPS:
            for length in (1, 2) if self.skills.hops else (1,):
                x, y = column + right * length, row + down * length
                if not (0 <= x < room.width and 0 <= y < room.height):
                    continue
                hop = room.legend.at(room.chars[row + down][column + right], season).tile in HOLES
                if self.is_free(room, x, y, season) and (length == 1 or hop):
                    yield x, y

    def throws(self, room: Room, column: int, row: int) -> Iterator[tuple[int, int]]:
        """List the cells from which the boomerang, or a shot, gets to a cell: straight, over free ground and holes."""
        for right, down in STEPS:
            for length in range(1, REACH + 1):
                x, y = column + right * length, row + down * length
                if not (0 <= x < room.width and 0 <= y < room.height) or room.cell(x, y).collision in SOLID:
                    break
                yield x, y

    def ways(self, spot: Spot) -> Iterator[Spot]:
        """List where one gets from a place in one go."""
        key, column, row, season = spot
        room = self.world.rooms[key]
        for x, y in self.near(room, column, row, season):
            yield key, x, y, season
        if (column, row) in self.warps[key]:
            yield self.through(spot)
        else:
            yield from self.over_edges(room, spot)
        if any(self.is_stump(room, column + right, row + down) for right, down in STEPS):
            for other in self.skills.seasons:
                yield key, column, row, other

    def is_stump(self, room: Room, column: int, row: int) -> bool:
        """Whether a stump for the rod stands there."""
        inside = 0 <= column < room.width and 0 <= row < room.height
        return inside and room.is_outside and room.cell(column, row).tile == STUMP

    def through(self, spot: Spot) -> Spot:
        """Go through a warp; the season inside is that of the region outside."""
        key, column, row, season = spot
        options = self.warps[key][column, row].options
        group, number = options["to"].split(":")
        x, y = map(int, options["at"].split(","))
        return (int(group), int(number, 16)), x, y, season

    def over_edges(self, room: Room, spot: Spot) -> Iterator[Spot]:
        """Walk out of a room to the one beside it; another region brings its own season."""
        _, column, row, season = spot
        for way, (right, down) in enumerate(STEPS):
            if (column, row) not in room.edge(way):
                continue
            other = neighbour(self.world.rooms, self.world.dungeons, room, way)
            if other is None:
                continue
            x = (column + right) % room.width
            y = (row + down) % room.height
            if room.is_outside and (other.pack != room.pack or other.season != 0xFF):
                season = other.seasons(self.world.packs[other.pack])[0]
            if self.is_free(other, x, y, season):
                yield other.key, x, y, season

    def reach(self, start: Spot = START) -> set[Spot]:
        """Everything that can be reached."""
        found, wave = {start}, [start]
        while wave:
            for spot in self.ways(wave.pop()):
                if spot not in found:
                    found.add(spot)
                    wave.append(spot)
        return found

    def walled_in(self, start: Spot = START) -> set[Spot]:
        """The places that can be reached and from which nothing leads back to the start's room."""
        found = self.reach(start)
        back: dict[Spot, list[Spot]] = defaultdict(list)
        for spot in found:
            for goal in self.ways(spot):
                back[goal].append(spot)
        wave = [spot for spot in found if spot[0] == start[0]]
        safe = set(wave)
        while wave:
            for spot in back[wave.pop()]:
                if spot not in safe:
                    safe.add(spot)
                    wave.append(spot)
        return found - safe


def entrances(world: World, room: Room) -> set[tuple[int, int]]:
    """The cells by which one comes into a room: its openings, and where warps arrive."""
    cells = set()
    for way in range(4):
        if neighbour(world.rooms, world.dungeons, room, way):
            seasons = range(len(SEASONS)) if room.is_outside else (0,)
            cells |= {cell for cell in room.edge(way) if any(room.is_open(*cell, season) for season in seasons)}
    for other in world.rooms.values():
        for thing in other.things:
            group, _, number = thing.options.get("to", "").partition(":")
            if thing.kind == "warp" and (int(group), int(number, 16)) == room.key:
                column, row = map(int, thing.options["at"].split(","))
                cells.add((column, row))
    return cells
