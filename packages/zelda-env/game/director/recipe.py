"""The recipes: the inputs of every route, from power-on or from the end of another."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zelda_env import Demonstration, Emulator, Rom
from zelda_env.demonstration import Run, in_order, ram_hash
from zelda_env.saved_state import PYBOY

from director.console import BOOT_FRAMES, Console
from director.errors import RouteError
from director.inputs import Inputs, parse
from director.route import POWER_OFF, START, Route

_HEAD: Final = """\
# Buttons from power-on: wait 120 frames, then hold each button for so many frames and release it.
# "wait" is no button; "left+b" are two. The line after the name says what is true at the end.
# A recipe with "after NAME" goes on where that one ends.
# Written by the director from routes/*.txt: after a change of the game, `make recipes` plays them anew.
"""


@dataclass(frozen=True)
class Recipe:
    """The inputs of one route.

    Attributes:
        title: What is true at its end.
        after: The recipe it goes on from, or `power-on`.
        inputs: What is pressed since then.
        power_off: Whether the power was off in between, so that only what was saved is left.
    """

    title: str
    after: str
    inputs: Inputs
    power_off: bool = False


def write_recipes(path: Path, recipes: Mapping[str, Recipe]) -> None:
    """Write recipes in their order."""
    parts = [_HEAD]
    for name, recipe in recipes.items():
        lines = textwrap.wrap(" ".join(recipe.inputs.words()), 120, break_long_words=False)
        after = [] if recipe.after == START else [f"after {recipe.after}{f' {POWER_OFF}' if recipe.power_off else ''}"]
        parts.append("\n".join((f"[{name}] {recipe.title}", *after, *lines, "")))
    path.write_text("\n".join(parts))


def read_recipes(path: Path) -> dict[str, Recipe]:
    """Read what `write_recipes` wrote.

    Raises:
        RouteError: A word is no input, or a recipe goes on from one that is not above it.
    """
    recipes: dict[str, Recipe] = {}
    for block in re.split(r"^(?=\[)", path.read_text(), flags=re.M)[1:]:
        head, *lines = block.splitlines()
        name, title = re.findall(r"\[([\w-]+)\]\s*(.*)", head)[0]
        lines = [line for line in lines if not line.startswith("#")]
        after, power = START, ""
        if lines and lines[0].startswith("after "):
            after, _, power = lines.pop(0).removeprefix("after ").partition(" ")
        if after != START and after not in recipes:
            raise RouteError(f"{path.name}: {name} goes on after {after!r}, which does not stand above it")
        recipes[name] = Recipe(title, after, parse(" ".join(lines).split()), power == POWER_OFF)
    return recipes


def recipe_of(route: Route, inputs: Inputs, begun: Inputs) -> Recipe:
    """Return the part of a recording that belongs to a route.

    Args:
        route: What was played.
        inputs: All inputs since power-on.
        begun: Those of them before the route.
    """
    part = inputs.copy()
    if route.power_off:
        return Recipe(route.title, route.after, part, route.power_off)
    for _, frames in begun.runs:
        _drop(part, frames)
    return Recipe(route.title, route.after, part, route.power_off)


def chain(recipes: Mapping[str, Recipe], name: str) -> list[str]:
    """List the recipes that lead to the end of one, from power-on."""
    links = [name]
    while recipes[links[0]].after != START:
        links.insert(0, recipes[links[0]].after)
    return links


def replay(rom: Rom, recipes: Mapping[str, Recipe], name: str) -> Iterator[tuple[str, Console]]:
    """Play what leads to the end of a recipe from power-on; yield each recipe's name, and the console at its end.

    The console is the same one until the power goes off; it is closed when the last was yielded.
    """
    console = Console(rom)
    try:
        for link in chain(recipes, name):
            if recipes[link].power_off:
                console = Console(rom, console.switch_off())
            console.play(recipes[link].inputs)
            yield link, console
    finally:
        console.close()


def demonstration(rom: Rom, recipes: Mapping[str, Recipe], name: str) -> Demonstration:
    """Return what leads to the end of a recipe as one demonstration from power-on; the power stays on in it."""
    emulator = Emulator(rom)
    # The emulator has run a frame when it comes.
    runs = [Run((), BOOT_FRAMES - 1)]
    for link in chain(recipes, name):
        runs += [Run(in_order(buttons), frames) for buttons, frames in recipes[link].inputs.runs]
    for buttons, frames in runs:
        emulator.hold(buttons)
        emulator.tick(frames)
    emulator.hold(())
    found = Demonstration(rom.title, rom.sha1, PYBOY, None, tuple(runs), ram_hash(emulator))
    emulator.close()
    return found


def _drop(inputs: Inputs, frames: int) -> None:
    """Take some frames off the beginning."""
    buttons, first = inputs.runs.pop(0)
    if first > frames:
        inputs.runs.insert(0, (buttons, first - frames))
