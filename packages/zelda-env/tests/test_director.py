"""The director: how routes, conditions and inputs are read, and that it finds its way in the game."""

import pytest
from director.actor import Actor
from director.console import Console
from director.errors import RouteError, StuckError
from director.inputs import BUTTONS, Inputs, parse
from director.recipe import read_recipes, recipe_of, write_recipes
from director.route import Route, play, read_routes
from director.symbol import condition
from director.terrain import GRID, STEP, Terrain
from director.word import Step, compile_step
from hypothesis import given
from hypothesis import strategies as st
from zelda_env import Rom

runs = st.lists(st.tuples(st.sets(st.sampled_from(BUTTONS)), st.integers(1, 500)), max_size=30)


def inputs_of(parts):
    inputs = Inputs()
    for buttons, frames in parts:
        inputs.add(tuple(button for button in BUTTONS if button in buttons), frames)
    return inputs


@pytest.fixture
def console():
    made = Console(Rom.acorn())
    yield made
    made.close()


@given(runs)
def test_inputs_read_what_they_wrote(parts):
    inputs = inputs_of(parts)
    assert parse(inputs.words()) == inputs
    assert inputs.frames == sum(frames for _, frames in parts)


@given(runs, runs)
def test_a_recipe_is_what_was_pressed_since_its_beginning(before, after):
    begun, inputs = inputs_of(before), inputs_of(before + after)
    assert recipe_of(Route("name", "title"), inputs, begun).inputs == inputs_of(after)


def test_recipes_are_read_as_they_were_written(tmp_path):
    recipes = {
        "one": recipe_of(Route("one", "first"), inputs_of([({"up"}, 3), (set(), 4)] * 60), Inputs()),
        "two": recipe_of(Route("two", "then", "one"), inputs_of([({"a", "left"}, 3)]), Inputs()),
    }
    write_recipes(tmp_path / "recipes.txt", recipes)
    assert read_recipes(tmp_path / "recipes.txt") == recipes
    assert max(map(len, (tmp_path / "recipes.txt").read_text().splitlines())) <= 120


@pytest.mark.parametrize("word", ["up", "up:", "jump:3", "up+jump:3", "up:-1", "up:x"])
def test_a_word_that_is_no_input_is_named(word):
    with pytest.raises(RouteError, match="is no input; expected BUTTON"):
        parse([word])


class Bytes(dict):
    def byte(self, address):
        return self.get(address, 0)


@pytest.mark.parametrize(
    ("text", "memory", "value", "holds"),
    [
        ("wSwordLevel == 1", {0xC6AC: 1}, 1, True),
        ("C6AC >= 2", {0xC6AC: 1}, 1, False),
        ("wObtainedTreasureFlags[2] & 80 != 0", {0xC694: 0x80}, 0x80, True),
        ("wNumRupees == 123", {0xC6A5: 0x23, 0xC6A6: 0x01}, 0x123, True),
        ("w1Link_yh < 48", {0xD00B: 0x40}, 0x40, True),
    ],
)
def test_a_condition_reads_ram(text, memory, value, holds):
    wanted = condition(text)
    assert (wanted.value_in(Bytes(memory)), wanted.holds(Bytes(memory))) == (value, holds)


@pytest.mark.parametrize(
    ("text", "message"), [("wNothing == 1", "'wNothing' is no variable"), ("wSwordLevel 1", "is no condition")]
)
def test_a_condition_that_cannot_be_read_is_named(text, message):
    with pytest.raises(RouteError, match=message):
        condition(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("go 1 2", "belongs to no route"),
        ("[a] x\nfly 3 4", "no word 'fly'; expected one of bomb"),
        ("[a] x\nleave north", r"'leave north' is not `leave up\|right"),
        ("[a] x\nexpect wNothing == 1", "routes.txt:2: 'wNothing' is no variable"),
        ("[a] x\n[a] y", "the route a is there twice"),
        ("[a] x\nafter b", "no route 'b' stands above"),
    ],
)
def test_a_route_that_cannot_be_read_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "routes.txt"
    path.write_text(text)
    with pytest.raises(RouteError, match=message):
        read_routes([path])


def test_ways_pass_only_where_link_can_walk(console):
    """Each pixel of a way from where the game starts is one that walking there leads to."""
    actor, terrain = Actor(console), Terrain(console)
    for direction in STEP:
        way = terrain.way(actor.place, lambda room, place, way=direction: room.leads_out(place, way), lambda _: 0)
        if way is None:
            continue
        assert all(x % GRID == 0 and y % GRID == 0 for x, y in way[1:])
        here = console.checkpoint()
        actor.go(way[-1][0] / 16 - 0.5, way[-1][1] / 16 - 0.5)
        assert actor.place == way[-1]
        console.restore(here)


def test_link_leaves_a_room_and_comes_back(console):
    actor = Actor(console)
    terrain, home = Terrain(console), actor.room
    opening = next(
        direction
        for direction in STEP
        if terrain.way(actor.place, lambda room, place, way=direction: room.leads_out(place, way), lambda _: 0)
    )
    actor.leave(opening)
    assert actor.room != home
    actor.leave({"up": "down", "down": "up", "left": "right", "right": "left"}[opening])
    assert actor.room == home


@pytest.mark.parametrize(
    ("word", "message"), [("take", "nothing lies in the room"), ("meet", "a visitor did not come")]
)
def test_who_takes_nothing_and_meets_nobody_is_told_so(console, word, message):
    with pytest.raises(StuckError, match=f"{message}.*room 0:B6"):
        compile_step(Step((word,), "here.txt:1"))(Actor(console))


def test_the_same_route_makes_the_same_inputs(console):
    start, made = console.checkpoint(), []
    for _ in range(2):
        console.restore(start)
        actor = Actor(console)
        actor.go(actor.place[0] / 16 - 1.5, actor.place[1] / 16 - 0.5)
        actor.wait(20)
        made.append((list(console.inputs.runs), console.dump()))
    assert made[0] == made[1]


def test_a_route_that_leads_nowhere_says_where_link_is(console):
    route = Route("nowhere", "", steps=[Step(("expect", "wSwordLevel", "==", "9"), "here.txt:7")])
    with pytest.raises(StuckError, match=r"here.txt:7: expect wSwordLevel == 9: it is 0\d: room \d:.., column"):
        play(route, Actor(console))
    step = Step(("go", "0", "0"), "here.txt:8")
    with pytest.raises(StuckError, match="there is no way: go 0 0: room"):
        compile_step(step)(Actor(console))
