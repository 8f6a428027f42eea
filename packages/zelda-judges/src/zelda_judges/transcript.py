"""A segment as a model reads it: rows of changes only, and a few frames.

300 raw states are about 200 thousand tokens; what changed, in cells of 16 pixels, is two to three thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from zelda_judges.segment import Segment, State, Step

CELL = 16
"""Pixels a side of the grid that positions are told in; the game's own tile size."""

MAX_CHARS = 7_500
"""Longest transcript, about three thousand tokens at 2.5 characters a token of this kind of text."""

ACTIONS = ("nop", "up", "down", "left", "right", "A", "B", "start")

_COUNTERS = (
    "health", "max_health", "rupees", "keys", "bombs", "sword", "shield", "item_a", "item_b",
    "essences", "visited_rooms", "enemies_left", "enemies_killed", "deaths",
)  # fmt: skip


def transcribe(segment: Segment, max_chars: int = MAX_CHARS) -> str:
    """Return a segment as text: a summary, the first state, and one row for each step that changed something.

    If it would be longer than `max_chars`, rows that only move are thinned evenly, then the others, and the summary
    says how many rows were left out.

    Args:
        segment: What to tell.
        max_chars: Rough limit; the summary and the first state are always whole.
    """
    shown, moves = _rows(segment.steps)
    head = _summary(segment)
    room = max(0, max_chars - len(head) - len(shown[0]) - 40)
    kept = _fit(shown[1:], moves[1:], room)
    omitted = len(shown) - 1 - len(kept)
    return "\n".join([head + (f"; rows left out {omitted}" if omitted else ""), shown[0], *kept])


def select_frames(segment: Segment, limit: int = 6) -> list[int]:
    """Return the steps of the frames to look at: the first, the last, those at events, and even ones to fill up.

    Events are a new room, a text opened or closed, and a change of health; of each the first frame at or after it.

    Args:
        segment: Its manifest lists the frames there are.
        limit: Most frames, 1 or more.
    """
    there = list(segment.manifest.frames)
    if len(there) <= limit:
        return there
    wanted = [there[0], there[-1], *_events(segment.states)]
    nearest = [next((step for step in there if step >= event), there[-1]) for event in wanted]
    even = [there[round(at * (len(there) - 1) / (limit - 1))] for at in range(limit)] if limit > 1 else []
    # Half of the places at most for events: many small ones must not hide how the segment went on the whole.
    chosen = list(dict.fromkeys(nearest))[: max(2, 2 + (limit - 2) // 2)]
    return sorted(list(dict.fromkeys([*chosen, *even, *nearest, *there]))[:limit])


def _events(states: Sequence[State]) -> list[int]:
    return [
        at
        for at in range(1, len(states))
        if (states[at].group, states[at].room, states[at].dialog, states[at].health)
        != (states[at - 1].group, states[at - 1].room, states[at - 1].dialog, states[at - 1].health)
    ]


def _summary(segment: Segment) -> str:
    actions = Counter(step.action for step in segment.steps)
    presses = " ".join(f"{ACTIONS[action]}={actions[action]}" for action in sorted(actions))
    states = segment.states
    moved = sum((a.x, a.y) != (b.x, b.y) for a, b in pairwise(states))
    manifest = segment.manifest
    end = "died or finished" if manifest.terminated else "time limit" if manifest.truncated else "goes on"
    return (
        f"steps {manifest.steps}; frames a step {manifest.frame_skip}; steps that moved {moved}; presses {presses}; "
        f"cells are {CELL} pixels; health in quarter hearts; episode after it: {end}"
    )


def _rows(steps: Sequence[Step]) -> tuple[list[str], list[bool]]:
    """Return the rows, and for each whether it only moves."""
    rows: list[str] = []
    moves: list[bool] = []
    last: dict[str, str] = {}
    for step in steps:
        # What the game's memory holds in the middle of a room change is not yet the world.
        if rows and not step.state.stable and not step.state.dialog and not step.state.dead:
            continue
        now = _fields(step.state)
        changed = {key: value for key, value in now.items() if last.get(key) != value}
        if changed:
            rows.append(f"{step.step} {ACTIONS[step.action]} " + " ".join(f"{k}={v}" for k, v in changed.items()))
            moves.append(set(changed) == {"cell"})
        last = now
    return rows, moves


def _fields(state: State) -> dict[str, str]:
    told = {
        "room": f"{state.group}:{state.room:02x}",
        "cell": f"{state.x // CELL},{state.y // CELL}",
        "dialog": f"text {state.text_id}" if state.dialog else "no",
        "menu": str(state.menu),
        "dead": "yes" if state.dead else "no",
        "npcs": str(len(state.npcs)),
        "items": str(len(state.items)),
        "treasures": ",".join(f"{treasure:02x}" for treasure in sorted(state.treasures)) or "none",
    }
    return told | {name: str(getattr(state, name)) for name in _COUNTERS}


def _fit(rows: Sequence[str], moves: Sequence[bool], room: int) -> list[str]:
    """Return the rows that fit into `room` characters: events first, then as many movements as there is room for."""
    size = [len(row) + 1 for row in rows]
    events = _thin([at for at, only_moves in enumerate(moves) if not only_moves], size, room)
    left = room - sum(size[at] for at in events)
    return [rows[at] for at in sorted(events + _thin([at for at, move in enumerate(moves) if move], size, left))]


def _thin(places: list[int], size: Sequence[int], room: int) -> list[int]:
    """Return evenly spread places whose sizes add up to no more than `room`."""
    count = len(places)
    while count and sum(size[places[at * len(places) // count]] for at in range(count)) > room:
        count -= max(1, count // 20)
    return [places[at * len(places) // count] for at in range(count)]
