"""Blocks that are pushed: a search over where Link and the blocks can be in a room.

A block moves one cell, once, onto open ground, and stays there; on a button it holds that down. Nobody
may shut himself in: from every state that pushing leads to, a way out of the room must be left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from room import DOORS, Room
from walk import STEPS, entrances
from world import World

BLOCK, BUTTON = 0x1C, 0x0C

Cell = tuple[int, int]


@dataclass(frozen=True)
class State:
    """Where Link stands, the blocks that can be pushed, and those that were."""

    link: Cell
    blocks: frozenset[Cell]
    fixed: frozenset[Cell]


class Pushing:
    """One room and everything that can be pushed about in it."""

    def __init__(self, world: World, room: Room) -> None:
        self.world, self.room = world, room
        self.warps = {(thing.column, thing.row) for thing in room.things if thing.kind == "warp"}
        self.shutters = {
            (thing.column, thing.row)
            for thing in room.things
            if thing.kind == "shutter" and "enemies" not in thing.options
        }

    def cells(self, tile: int) -> frozenset[Cell]:
        """Where a tile lies."""
        room = self.room
        return frozenset((x, y) for y in range(room.height) for x in range(room.width) if room.cell(x, y).tile == tile)

    def is_ground(self, cell: Cell) -> bool:
        """Whether nothing but a block can be in the way."""
        x, y = cell
        if not (0 <= x < self.room.width and 0 <= y < self.room.height):
            return False
        return self.room.cell(x, y).collision == 0 or self.room.cell(x, y).tile == BLOCK

    def is_open(self, state: State, cell: Cell) -> bool:
        """Whether Link can step there."""
        if cell in self.shutters:
            return bool(state.fixed & self.cells(BUTTON))
        if self.is_locked_room() and cell in entrances(self.world, self.room):
            return True
        return self.is_ground(cell) and cell not in state.blocks and cell not in state.fixed

    def next(self, state: State) -> Iterator[State]:
        """List what one step or one push makes of a state."""
        for right, down in STEPS:
            there = (state.link[0] + right, state.link[1] + down)
            beyond = (there[0] + right, there[1] + down)
            if self.is_open(state, there):
                yield State(there, state.blocks, state.fixed)
            elif there in state.blocks and self.is_open(state, beyond) and beyond not in self.warps:
                yield State(state.link, state.blocks - {there}, state.fixed | {beyond})

    def is_out(self, state: State) -> bool:
        """Whether a way leads out of the room from where Link stands."""
        x, y = state.link
        if state.link in self.warps:
            return True
        if state.link in self.shutters:
            return bool(state.fixed & self.cells(BUTTON))
        at_edge = x in (0, self.room.width - 1) or y in (0, self.room.height - 1)
        # a locked door that is the only way is the one he came through, and stays open
        return at_edge and (self.room.cell(x, y).tile not in DOORS or self.is_locked_room())

    def is_locked_room(self) -> bool:
        """Whether doors are all that leads into the room."""
        return all(self.room.cell(*cell).tile in DOORS for cell in entrances(self.world, self.room))

    def reach(self, starts: Iterable[Cell]) -> dict[State, list[State]]:
        """Every state that can come about, each with the states before it."""
        first = [State(cell, self.cells(BLOCK), frozenset()) for cell in starts]
        before: dict[State, list[State]] = {state: [] for state in first}
        while first:
            state = first.pop()
            for after in self.next(state):
                if after not in before:
                    before[after] = []
                    first.append(after)
                before[after].append(state)
        return before

    def shut_in(self) -> set[State]:
        """The states that can come about and leave no way out."""
        before = self.reach(entrances(self.world, self.room))
        wave = [state for state in before if self.is_out(state)]
        safe = set(wave)
        while wave:
            for state in before[wave.pop()]:
                if state not in safe:
                    safe.add(state)
                    wave.append(state)
        return set(before) - safe

    def parted(self) -> set[tuple[Cell, Cell]]:
        """The entrances that cannot be reached from one another, however one pushes."""
        ways = entrances(self.world, self.room)
        found = {way: {state.link for state in self.reach([way])} for way in ways}
        return {(way, other) for way in ways for other in ways if other not in found[way]}
