"""The recipes: the inputs of every route, from power-on or from the end of another."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from director.errors import RouteError
from director.inputs import Inputs, parse
from director.route import START, Route

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
    """

    title: str
    after: str
    inputs: Inputs


def write_recipes(path: Path, recipes: Mapping[str, Recipe]) -> None:
    """Write recipes in their order."""
    parts = [_HEAD]
    for name, recipe in recipes.items():
        lines = textwrap.wrap(" ".join(recipe.inputs.words()), 120, break_long_words=False)
        after = [] if recipe.after == START else [f"after {recipe.after}"]
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
        after = lines.pop(0).removeprefix("after ") if lines and lines[0].startswith("after ") else START
        if after != START and after not in recipes:
            raise RouteError(f"{path.name}: {name} goes on after {after!r}, which does not stand above it")
        recipes[name] = Recipe(title, after, parse(" ".join(lines).split()))
    return recipes


def recipe_of(route: Route, inputs: Inputs, begun: Inputs) -> Recipe:
    """Return the part of a recording that belongs to a route.

    Args:
        route: What was played.
        inputs: All inputs since power-on.
        begun: Those of them before the route.
    """
    part = inputs.copy()
    for _, frames in begun.runs:
        _drop(part, frames)
    return Recipe(route.title, route.after, part)


def _drop(inputs: Inputs, frames: int) -> None:
    """Take some frames off the beginning."""
    buttons, first = inputs.runs.pop(0)
    if first > frames:
        inputs.runs.insert(0, (buttons, first - frames))
