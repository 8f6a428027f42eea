"""`python -m director`: play the routes and write the inputs that they took."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zelda_env import Rom, write_demonstration

from director.actor import Actor
from director.console import Checkpoint, Console
from director.errors import DirectorError, StuckError
from director.recipe import Recipe, demonstration, recipe_of, replay, write_recipes
from director.route import START, Route, play, read_routes, route_files

GAME = Path(__file__).parents[1]
QUEST = "essence"
"""The last route of the quest, which is also written as a demonstration."""


def main() -> int:
    """Play what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="director", description=__doc__)
    parser.add_argument("routes", nargs="*", help="names of routes; all without any")
    parser.add_argument("--rom", type=Path, help="the cartridge; the one in the package without it")
    parser.add_argument("--write", action="store_true", help="write recipes.txt and quest.jsonl")
    parser.add_argument("--picture", type=Path, help="where to draw what was seen when a route failed")
    parser.add_argument("--verbose", action="store_true", help="tell what went wrong at first")
    options = parser.parse_args()
    rom = Rom.acorn() if options.rom is None else Rom.load(options.rom)
    try:
        routes = read_routes(route_files(GAME / "routes"))
        recorded = record(rom, routes, options.routes or list(routes), options)
    except DirectorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.write:
        write_recipes(GAME / "recipes.txt", {name: recorded[name] for name in routes if name in recorded})
        if QUEST in recorded:
            write_demonstration(GAME / "quest.jsonl", demonstration(rom, recorded, QUEST))
    return 0


def record(rom: Rom, routes: dict[str, Route], wanted: list[str], options: argparse.Namespace) -> dict[str, Recipe]:
    """Play routes, each from where the one before it ended, and play their inputs again to be sure of them."""
    console = Console(rom)
    ends: dict[str, Checkpoint] = {START: console.checkpoint()}
    recipes: dict[str, Recipe] = {}
    dumps: dict[str, bytes] = {}
    for name in needed(routes, wanted):
        route = routes[name]
        console.restore(ends[route.after])
        if route.power_off:
            console = Console(rom, console.switch_off())
        begun = console.inputs.copy()
        try:
            play(route, Actor(console), print if options.verbose else lambda _: None)
        except StuckError:
            if options.picture:
                console.picture().resize((640, 576), 0).save(options.picture)
            raise
        console.frame()
        ends[name] = console.checkpoint()
        recipes[name] = recipe_of(route, console.inputs, begun)
        dumps[name] = console.dump()
        print(f"{name}: {console.inputs.frames} frames, {Actor(console).where()}", flush=True)
    check(rom, recipes, dumps)
    console.close()
    return recipes


def needed(routes: dict[str, Route], wanted: list[str]) -> list[str]:
    """List routes after those they go on from."""
    order: list[str] = []
    for name in wanted:
        chain, link = [], name
        while link != START:
            if link not in routes:
                raise DirectorError(f"no route {link!r}; there are {', '.join(routes)}")
            chain.append(link)
            link = routes[link].after
        order += [link for link in reversed(chain) if link not in order]
    return order


def check(rom: Rom, recipes: dict[str, Recipe], dumps: dict[str, bytes]) -> None:
    """Play recipes from power-on and compare RAM at the end of each with what the recording ended with.

    Raises:
        DirectorError: They lead elsewhere, so the recording is of no use.
    """
    last = recipes.keys() - {recipe.after for recipe in recipes.values()}
    for name in sorted(last):
        for link, console in replay(rom, recipes, name):
            if console.dump() != dumps[link]:
                raise DirectorError(f"{link}: its inputs do not lead there again from power-on; record it anew")


if __name__ == "__main__":
    sys.exit(main())
