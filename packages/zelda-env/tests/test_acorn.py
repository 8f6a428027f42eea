"""Acorn, played by recorded inputs: each recipe of the game's own list leads to what its route expects there."""

from pathlib import Path

import pytest
from director.actor import Actor
from director.console import BOOT_FRAMES, Console
from director.recipe import chain, read_recipes, recipe_of, replay
from director.route import expectations, play, read_routes, route_files
from zelda_env import (
    Emulator,
    GameState,
    MilestoneTracker,
    Rom,
    ladder,
    read_demonstration,
    replay_demonstration,
)

GAME = Path(__file__).parents[1] / "game"
ROUTES = read_routes(route_files(GAME / "routes"))
RECIPES = read_recipes(GAME / "recipes.txt")
LAST = sorted(RECIPES.keys() - {recipe.after for recipe in RECIPES.values()})


@pytest.mark.parametrize("name", LAST)
def test_recipes_lead_to_what_their_routes_expect(name):
    for link, console in replay(Rom.acorn(), RECIPES, name):
        expected = expectations(ROUTES[link])
        assert expected, f"the route {link} ends without an expectation"
        found = {wanted.text: wanted.holds(console) for wanted in expected}
        assert found == dict.fromkeys(found, True), link
        state = GameState.from_ram(console.wram)
        assert (state.stable, state.dead) == (True, False), link


def test_the_run_to_the_credits_is_a_demonstration():
    """`zelda-env play --replay game/quest.jsonl` shows it; here RAM must be the same at its end."""
    emulator = Emulator(Rom.acorn())
    run = read_demonstration(GAME / "quest.jsonl")
    run.fits(emulator.rom, None)
    assert replay_demonstration(emulator, run)
    state = GameState.from_ram(emulator.ram.wram())
    emulator.close()
    assert state.essences == 1
    assert run.frames == BOOT_FRAMES - 1 + sum(RECIPES[link].inputs.frames for link in chain(RECIPES, "essence"))


def test_the_director_still_plays_the_way_to_the_sword_as_it_was_recorded():
    console = Console(Rom.acorn())
    for link in chain(RECIPES, "sword"):
        begun = console.inputs.copy()
        play(ROUTES[link], Actor(console))
        console.frame()
        assert recipe_of(ROUTES[link], console.inputs, begun) == RECIPES[link]
    console.close()


def test_every_route_has_been_recorded():
    assert list(RECIPES) == list(ROUTES)
    assert [(recipe.after, recipe.power_off, recipe.title) for recipe in RECIPES.values()] == [
        (route.after, route.power_off, route.title) for route in ROUTES.values()
    ]


def test_the_quest_climbs_the_whole_ladder_in_its_order():
    """The run from power-on to the credits reaches each milestone in the recipe that bears its name."""
    names = [milestone.name for milestone in ladder("acorn")]
    tracker, console, reached = MilestoneTracker("acorn"), Console(Rom.acorn()), []
    tracker.reset(console.wram)
    for link in chain(RECIPES, "essence"):
        for buttons, frames in RECIPES[link].inputs.runs:
            console.frame(buttons, frames)
            tracker.step(console.wram, len(reached) + 1)
        new = [name for name in tracker.reached if name not in reached]
        assert new == ([link] if link in names else [])
        reached += new
    console.close()
    assert reached == names
