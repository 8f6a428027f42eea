"""Acorn, played by recorded inputs: each recipe of the game's own list leads to what its route expects there."""

from pathlib import Path

import pytest
from director.console import Console
from director.recipe import read_recipes
from director.route import START, expectations, read_routes
from zelda_env import GameState, Rom

GAME = Path(__file__).parents[1] / "game"
ROUTES = read_routes(sorted((GAME / "routes").glob("*.txt")))
RECIPES = read_recipes(GAME / "recipes.txt")
LAST = sorted(RECIPES.keys() - {recipe.after for recipe in RECIPES.values()})


def chain(name):
    """List the recipes that lead to one, from power-on."""
    links = [name]
    while RECIPES[links[0]].after != START:
        links.insert(0, RECIPES[links[0]].after)
    return links


@pytest.mark.parametrize("name", LAST)
def test_recipes_lead_to_what_their_routes_expect(name):
    console = Console(Rom.acorn())
    for link in chain(name):
        console.play(RECIPES[link].inputs)
        expected = expectations(ROUTES[link])
        assert expected, f"the route {link} ends without an expectation"
        assert [(wanted.text, wanted.holds(console)) for wanted in expected] == [
            (wanted.text, True) for wanted in expected
        ], link
        state = GameState.from_ram(console.wram)
        assert state.stable, link
        assert not state.dead, link
    console.close()


def test_every_route_has_been_recorded():
    assert list(RECIPES) == list(ROUTES)
    assert {name: recipe.after for name, recipe in RECIPES.items()} == {
        name: route.after for name, route in ROUTES.items()
    }
