"""`python -m director.fuzz`: random buttons from where recipes end, and what must hold whatever is pressed.

Three things are watched: the game goes on (its frame counter counts), it writes nothing but its own variables, and Link
is never walled in: from where he stands he can walk to a way out or to something he can use, or the game is over and
goes on by itself or at the press of a button.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from zelda_env import Rom, ladder

from director.console import Console
from director.errors import DirectorError
from director.inputs import Buttons
from director.recipe import Recipe, read_recipes, replay
from director.route import START
from director.symbol import symbols
from director.terrain import STEP, Place, Terrain, bodies, foes

GAME: Final = Path(__file__).parents[1]
ACTIONS: Final[tuple[Buttons, ...]] = ((), ("up",), ("down",), ("left",), ("right",), ("a",), ("b",), ("start",))
FRAMES: Final = (4, 25)
"""An action lasts at least the first and less than the second number of frames, drawn too, so that Link comes about."""

_SELECT_EVERY: Final = 400
_OWN: Final = ((0xC000, 0xC2E0), (0xC300, 0xC480), (0xC700, 0xCB00), (0xD000, 0xE000))
"""Private variables, queues and palettes; the stack; the flags of all rooms; objects of bank 1."""
_LAYOUT: Final = (0x2C00, 0x2D00)
"""w2DungeonLayout, by linear offset."""
_PLAYTIME: Final = 0xC622
_PATIENCE: Final = 60
"""Actions without a counted frame after which the game has stopped; loading takes a few frames only."""
_LOOK_EVERY: Final = 50
_HANDLES: Final = frozenset({0xF1, 0xF2})
"""Tiles that Link can use anywhere: chest and sign."""
_HANDLES_OUTSIDE: Final = frozenset({0x20, *range(0xC4, 0xC8), 0xE5, 0xEC, 0xD6})
"""Stump, bushes, keyhole, block."""
_HANDLES_INSIDE: Final = frozenset(
    {*range(0x18, 0x1D), 0x1F, 0x25, 0x08, 0x0C, *range(0x30, 0x34), *range(0x38, 0x3C), *range(0x70, 0x78), 0xE0, 0xE4}
)
"""Blocks, cracks, torches, buttons, cracked walls, doors with locks, lumps of ore, sockets."""


@dataclass(frozen=True)
class Finding:
    """What a run saw.

    Attributes:
        actions: How many were made.
        rooms: Rooms that were stood in.
        deaths: Game-over screens.
        looks: How often it was checked that Link is not walled in.
    """

    actions: int
    rooms: int
    deaths: int
    looks: int


@cache
def strange_offsets() -> NDArray[np.intp]:
    """Return the linear offsets of work RAM, intp (K,), at which the game has no variable."""
    owned = np.zeros(0x3000, np.bool_)
    for start, end in _OWN:
        bank = 0x1000 if start >= 0xD000 else 0
        owned[bank + (start & 0xFFF) : bank + (end - 1 & 0xFFF) + 1] = True
    owned[slice(*_LAYOUT)] = True
    for address, size in symbols().values():
        if 0xC000 <= address < 0xD000:
            owned[address & 0xFFF : (address & 0xFFF) + size] = True
    return np.flatnonzero(~owned)


def run(console: Console, actions: int, seed: int) -> Finding:
    """Press random buttons on a console.

    Raises:
        DirectorError: One of the three things does not hold; the message says where.
    """
    chance = np.random.default_rng(seed)
    strange = console.wram[strange_offsets()].copy()
    rooms, looks, last, still = set(), 0, -1, 0
    deaths = _deaths(console)
    drawn = zip(chance.integers(0, len(ACTIONS), actions).tolist(), chance.integers(*FRAMES, actions), strict=True)
    for number, (action, frames) in enumerate(drawn):
        select = number % _SELECT_EVERY == _SELECT_EVERY - 1
        console.frame(("select",) if select else ACTIONS[action], int(frames) - 1)
        console.frame(())
        counted = console.word(_PLAYTIME)
        still = still + 1 if counted == last else 0
        last = counted
        if still > _PATIENCE:
            raise DirectorError(f"action {number}: the game stands still: {_where(console)}")
        written = np.flatnonzero(console.wram[strange_offsets()] != strange)
        if written.size:
            addresses = ", ".join(f"{_address(strange_offsets()[at])}" for at in written[:8])
            raise DirectorError(f"action {number}: {addresses} was written, where no variable is: {_where(console)}")
        if console.screen.can_act:
            rooms.add((console.byte(0xCC49), console.byte(0xCC4C)))
            if number % _LOOK_EVERY == 0:
                looks += 1
                if not has_a_way_on(console):
                    raise DirectorError(f"action {number}: Link is walled in: {_where(console)}")
    return Finding(actions, len(rooms), _deaths(console) - deaths, looks)


def has_a_way_on(console: Console) -> bool:
    """Tell whether Link can walk to an edge with a room behind it, a warp, or something he can use."""
    terrain = Terrain(console)
    place = (console.byte(0xD00D), console.byte(0xD00B))
    if not (0 <= place[0] < terrain.width and 0 <= place[1] < terrain.height):
        return True
    if console.byte(0xCC77):
        return True
    flood = terrain.flood(place)
    if any(_touches_edge(flood, direction) for direction in STEP):
        return True
    return any(_touches(flood, middle) for middle in _usable(console, terrain))


def _usable(console: Console, terrain: Terrain) -> Iterable[Place]:
    """Yield the middles of warps, of tiles and people that can be used, of items and of foes."""
    outside = console.byte(0xCC4F) == 0
    wanted = _HANDLES | (_HANDLES_OUTSIDE if outside else _HANDLES_INSIDE) | terrain.warps | terrain.hazards
    for row in range(terrain.rows):
        for column in range(terrain.columns):
            if console.byte(0xCF00 + row * 16 + column) in wanted:
                yield column * 16 + 8, row * 16 + 8
    for body in (*bodies(console, 0x40, 2), *bodies(console, 0xC0), *foes(console)):
        yield body.x, body.y


def _touches(flood: NDArray[np.bool_], middle: Place) -> bool:
    x, y = middle
    return bool(flood[max(0, y - 18) : y + 19, max(0, x - 18) : x + 19].any())


def _touches_edge(flood: NDArray[np.bool_], direction: str) -> bool:
    """Tell whether Link comes so near to a side that the room changes, which only happens where it is open."""
    sides = {"up": flood[:6], "down": flood[-6:], "left": flood[:, :6], "right": flood[:, -5:]}
    return bool(sides[direction].any())


def _deaths(console: Console) -> int:
    """Return how often the game-over screen came, packed decimal in RAM."""
    return int(f"{console.word(0xC61E):04X}")


def _address(offset: int) -> str:
    bank, low = divmod(int(offset), 0x1000)
    return f"{0xC000 + low:04X}" if bank == 0 else f"{bank}:{0xD000 + low:04X}"


def _where(console: Console) -> str:
    group, room, x, y = (console.byte(address) for address in (0xCC49, 0xCC4C, 0xD00D, 0xD00B))
    return f"room {group}:{room:02X}, x {x}, y {y}, {console.inputs.frames} frames after power-on"


def starts(rom: Rom, recipes: dict[str, Recipe]) -> Iterator[tuple[str, Console]]:
    """Yield power-on and the end of every recipe, and a console that is there."""
    console = Console(rom)
    yield START, console
    console.close()
    ends: set[str] = set()
    for name in sorted(recipes.keys() - {recipe.after for recipe in recipes.values()}):
        for link, console in replay(rom, recipes, name):
            if link not in ends:
                ends.add(link)
                here = console.checkpoint()
                yield link, console
                console.restore(here)


def main() -> int:
    """Fuzz from where recipes end; return the exit code."""
    parser = argparse.ArgumentParser(prog="director.fuzz", description=__doc__)
    parser.add_argument("recipes", nargs="*", help="ends of these; of every milestone without any")
    parser.add_argument("--actions", type=int, default=1000, help="random actions from each start (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first start; the next has one more")
    parser.add_argument("--rom", type=Path, help="the cartridge; the one in the package without it")
    options = parser.parse_args()
    rom = Rom.acorn() if options.rom is None else Rom.load(options.rom)
    recipes = read_recipes(GAME / "recipes.txt")
    unknown = set(options.recipes) - {START, *recipes}
    if unknown:
        parser.error(f"no recipe {', '.join(sorted(unknown))}; there are {START}, {', '.join(recipes)}")
    wanted = options.recipes or [START, *(milestone.name for milestone in ladder(rom.game))]
    for number, (name, console) in enumerate(starts(rom, recipes)):
        if name not in wanted:
            continue
        try:
            found = run(console, options.actions, options.seed + number)
        except DirectorError as error:
            print(f"error: from {name}, seed {options.seed + number}: {error}", file=sys.stderr)
            return 1
        print(
            f"{name}: {found.actions} actions, {found.rooms} rooms, {found.deaths} deaths, {found.looks} looks around",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
