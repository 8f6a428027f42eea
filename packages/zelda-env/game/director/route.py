"""Routes: what to do, in words, one a line; see `routes/` beside the game's sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from director.actor import Actor
from director.errors import RouteError, StuckError
from director.symbol import Condition, condition
from director.word import Step, compile_step

START: Final = "power-on"
POWER_OFF: Final = "power-off"
QUEST_FILE: Final = "quest"


@dataclass
class Route:
    """A part of a play: where it begins and what is done.

    Attributes:
        name: Unique among all files.
        title: What is true at its end.
        after: The route it goes on from, or `power-on`.
        power_off: Whether the power was off in between, so that only what was saved is left.
    """

    name: str
    title: str
    after: str = START
    power_off: bool = False
    steps: list[Step] = field(default_factory=list)


def route_files(folder: Path) -> list[Path]:
    """List the files of routes: the quest first, because the others go on from parts of it."""
    return sorted(folder.glob("*.txt"), key=lambda path: (path.stem != QUEST_FILE, path.name))


def read_routes(paths: Iterable[Path]) -> dict[str, Route]:
    """Read `[name] title`, then `after NAME [power-off]` (power-on without it), then a word with its arguments a line.

    Raises:
        RouteError: A line is not understood, a name is there twice, or a route goes on from one that is not above it.
    """
    routes: dict[str, Route] = {}
    for path in paths:
        route: Route | None = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where, text = f"{path.name}:{number}", line.partition("#")[0].strip()
            if not text:
                continue
            if head := re.fullmatch(r"\[([\w-]+)\]\s*(.*)", text):
                if head[1] in routes:
                    raise RouteError(f"{where}: the route {head[1]} is there twice")
                route = routes[head[1]] = Route(head[1], head[2])
            elif route is None:
                raise RouteError(f"{where}: {text!r} belongs to no route; begin one with [name]")
            elif text.startswith("after "):
                route.after, _, power = text.removeprefix("after ").partition(" ")
                route.power_off = power == POWER_OFF
                if route.after != START and route.after not in routes:
                    raise RouteError(f"{where}: no route {route.after!r} stands above; expected one or {START}")
            else:
                step = Step(tuple(text.split()), where)
                compile_step(step)
                route.steps.append(step)
    return routes


def expectations(route: Route) -> list[Condition]:
    """Return what a route expects at its end: the last lines of it that begin with `expect`."""
    last = []
    for step in reversed(route.steps):
        if step.words[0] != "expect":
            break
        last.append(condition(" ".join(step.words[1:])))
    return last[::-1]


RETRIES: Final = 12
"""How often a route may go wrong and be tried again from a moment before."""
_LATER: Final = 17
_OFTEN: Final = 3


def play(route: Route, actor: Actor, tell: Callable[[str], None] = lambda _: None) -> None:
    """Do what a route says.

    A step that goes wrong is done again from the moment before it, some frames later: foes and chance are others
    then. If that does not help, the step before it is done anew too.

    Raises:
        StuckError: It cannot be done; the message names the line.
    """
    moments = [actor.console.checkpoint()]
    tries = [0] * len(route.steps)
    left, at = RETRIES, 0
    while at < len(route.steps):
        step = route.steps[at]
        try:
            actor.wait(_LATER * tries[at])
            compile_step(step)(actor)
        except StuckError as error:
            message = f"{step.where}: {step.text}: {error}"
            if not left or step.words[0] == "expect":
                raise StuckError(message) from error
            tell(message)
            left -= 1
            tries[at] += 1
            if tries[at] % _OFTEN == 0 and at:
                tries[at], at = 0, at - 1
                tries[at] += 1
            del moments[at + 1 :]
            actor.console.restore(moments[at])
            continue
        at += 1
        moments.append(actor.console.checkpoint())
