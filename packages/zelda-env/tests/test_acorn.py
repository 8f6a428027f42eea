"""Acorn, played by recorded inputs: each recipe of the game's own list leads to what its route expects there."""

from pathlib import Path

import pytest
from director.recipe import read_recipes, replay
from director.route import expectations, read_routes
from zelda_env import GameState, Rom

GAME = Path(__file__).parents[1] / "game"
ROUTES = read_routes(sorted((GAME / "routes").glob("*.txt")))
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


def test_every_route_has_been_recorded():
    assert list(RECIPES) == list(ROUTES)
    assert [(recipe.after, recipe.power_off, recipe.title) for recipe in RECIPES.values()] == [
        (route.after, route.power_off, route.title) for route in ROUTES.values()
    ]
