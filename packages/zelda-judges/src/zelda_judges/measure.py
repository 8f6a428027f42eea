"""What happened in a segment, counted from its states alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from zelda_judges.segment import State, Step

CELL = 16
"""Pixels a side of the cells in which ground covered is counted."""

NEAR = 24
"""Pixels (the larger of the two axes) within which somebody can be said to be met."""


@dataclass(frozen=True)
class Measures:
    """Counts over one segment of T steps. Changes are those between rows, so T rows hold T − 1 of them."""

    steps: int = 1
    """T."""
    rooms_gained: int = 0
    """Rooms whose visited flag was set."""
    kills: int = 0
    """Enemies beaten, by the game's counter."""
    treasures: int = 0
    """Treasure ids owned at some time and not at the start."""
    essences: int = 0
    """Essences owned at some time and not at the start."""
    rupees: int = 0
    """Rupees picked up, without what was spent."""
    keys_gained: int = 0
    keys_used: int = 0
    bombs_used: int = 0
    upgrades: int = 0
    """Levels of sword and shield gained."""
    containers: int = 0
    """Quarter hearts by which the greatest health rose."""
    damage: int = 0
    """Quarter hearts lost, without what was healed."""
    deaths: int = 0
    rooms_cleared: int = 0
    """Times the last enemy of a room fell while the player was in it."""
    drops: int = 0
    """Items that appeared in a room while the player was in it: out of bushes, pots, enemies, chests."""
    people_met: bool = False
    """Somebody stood within 24 pixels."""
    texts_opened: int = 0
    """Different texts shown."""
    texts_finished: int = 0
    """Different texts that were closed again with the player alive."""
    texts_earning: int = 0
    """Different finished texts during which, or right after which, a treasure, a key or an essence was gained."""
    counted_steps: int = 0
    """Changes during which the player could act or was in a menu; what the game plays by itself is left out."""
    busy_steps: int = 0
    """Counted changes in which the player moved or something else changed, and no damage was taken."""
    cells: int = 0
    """Different cells of 16 pixels stood on, over all rooms."""
    rooms: int = 0
    """Different rooms stood in."""


def measure(steps: Sequence[Step]) -> Measures:
    """Count what happened in a segment.

    Args:
        steps: One for each step, T ≥ 1. Where the game was between rooms (`stable` false) places are not read.
    """
    states = [step.state for step in steps]
    opened, finished, earning = _texts(states)
    counted = [(a, b) for a, b in pairwise(states) if _counts(a, b)]
    places = [state for state in states if state.stable and not state.dead]
    return Measures(
        steps=len(states),
        rooms_gained=_rise(states, lambda state: state.visited_rooms),
        kills=_rise(states, lambda state: state.enemies_killed),
        treasures=len(set().union(*(state.treasures for state in states)) - set(states[0].treasures)),
        essences=(_union(states) & ~states[0].essences).bit_count(),
        rupees=_rise(states, lambda state: state.rupees),
        keys_gained=_rise(states, lambda state: state.keys),
        keys_used=_rise(states, lambda state: -state.keys),
        bombs_used=_rise(states, lambda state: -state.bombs),
        upgrades=_rise(states, lambda state: state.sword) + _rise(states, lambda state: state.shield),
        containers=_rise(states, lambda state: state.max_health),
        damage=_rise(states, lambda state: -state.health),
        deaths=_deaths(states),
        rooms_cleared=sum(_same_room(a, b) and a.enemies_left > 0 == b.enemies_left for a, b in pairwise(states)),
        drops=sum(max(0, len(b.items) - len(a.items)) for a, b in pairwise(states) if _same_room(a, b)),
        people_met=any(_met(state) for state in places),
        texts_opened=opened,
        texts_finished=finished,
        texts_earning=earning,
        counted_steps=len(counted),
        busy_steps=sum(_busy(a, b) for a, b in counted),
        cells=len({(state.group, state.room, state.x // CELL, state.y // CELL) for state in places}),
        rooms=len({(state.group, state.room) for state in places}),
    )


def _rise(states: Sequence[State], value: Callable[[State], int]) -> int:
    """Return the sum of the rises of a value from row to row."""
    return sum(max(0, value(b) - value(a)) for a, b in pairwise(states))


def _union(states: Sequence[State]) -> int:
    bits = 0
    for state in states:
        bits |= state.essences
    return bits


def _deaths(states: Sequence[State]) -> int:
    """Return the deaths by the counter, or by the `dead` flag where an episode ends before the counter moves."""
    flagged = sum(b.dead and not a.dead for a, b in pairwise(states)) + states[0].dead
    return max(_rise(states, lambda state: state.deaths), flagged)


def _same_room(a: State, b: State) -> bool:
    return a.stable and b.stable and (a.group, a.room) == (b.group, b.room)


def _met(state: State) -> bool:
    return any(max(abs(npc.x - state.x), abs(npc.y - state.y)) <= NEAR for npc in state.npcs)


def _texts(states: Sequence[State]) -> tuple[int, int, int]:
    """Return how many different texts were shown, closed again, and closed with something earned."""
    shown: set[int] = set()
    finished: set[int] = set()
    earning: set[int] = set()
    run: list[int] = []
    before = states[0]
    for last, state in zip([states[0], *states], states, strict=False):
        if state.dialog:
            if not run:
                before = last
            run.append(-1 if state.text_id is None else state.text_id)
            shown.add(run[-1])
        elif run:
            if not state.dead:
                finished.update(run)
                earning.update(run if _earned(before, state) else ())
            run = []
    return len(shown), len(finished), len(earning)


def _earned(a: State, b: State) -> bool:
    return bool(set(b.treasures) - set(a.treasures) or b.keys > a.keys or b.essences & ~a.essences)


def _counts(a: State, b: State) -> bool:
    """Return whether the player is answerable for this change: able to act, or in a menu of their own opening."""
    return b.menu != 0 or (a.can_act and b.can_act) or a.dialog != b.dialog or b.health < a.health


def _busy(a: State, b: State) -> bool:
    if b.menu != 0 or b.health < a.health or b.deaths > a.deaths or b.dead:
        return False
    return (a.x, a.y, a.room, a.group) != (b.x, b.y, b.room, b.group) or _did_something(a, b)


def _did_something(a: State, b: State) -> bool:
    gained = b.rupees > a.rupees or b.health > a.health or b.enemies_killed > a.enemies_killed
    hurt = sum(enemy.health or 0 for enemy in b.enemies) < sum(enemy.health or 0 for enemy in a.enemies)
    spent = (a.keys, a.bombs, a.treasures, a.essences) != (b.keys, b.bombs, b.treasures, b.essences)
    said = b.dialog and (not a.dialog or a.text_id != b.text_id)
    return gained or hurt or spent or said
