"""Random buttons from the end of every recipe; `make -C game fuzz` presses 100,000 from each."""

from pathlib import Path

import pytest
from director import fuzz
from director.console import Console
from director.errors import DirectorError
from director.recipe import read_recipes
from zelda_env import Rom

GAME = Path(__file__).parents[1] / "game"


@pytest.fixture
def console():
    made = Console(Rom.acorn())
    yield made
    made.close()


def test_random_buttons_do_no_harm_anywhere():
    recipes = read_recipes(GAME / "recipes.txt")
    seen = set()
    for number, (name, console) in enumerate(fuzz.starts(Rom.acorn(), recipes)):
        found = fuzz.run(console, 200, seed=number)
        assert (found.actions, found.rooms > 0) == (200, True)
        seen.add(name)
    assert seen == {"power-on", *recipes}


def test_the_same_seed_presses_the_same_buttons(console):
    start, dumps = console.checkpoint(), []
    for _ in range(2):
        console.restore(start)
        fuzz.run(console, 100, seed=5)
        dumps.append((console.inputs.runs, console.dump()))
    assert dumps[0] == dumps[1]


def test_somebody_walled_in_is_noticed(console):
    assert fuzz.has_a_way_on(console)
    memory = console._pyboy.memory
    x, y = console.byte(0xD00D) // 16, console.byte(0xD00B) // 16
    for cell in range(0xB0):
        memory[0xCF00 + cell] = 0x30
        if cell != y * 16 + x:
            memory[0xCE00 + cell] = 0x0F
    for slot in range(16):
        for base in (0x40, 0x80, 0xC0):
            memory[1, 0xD000 + 0x100 * slot + base] = 0
    assert not fuzz.has_a_way_on(console)
    memory[0xCF00 + (y - 1) * 16 + x] = 0xF2
    assert fuzz.has_a_way_on(console)


def test_water_is_a_way_for_swimmers_and_a_rock_for_lifters(console):
    memory = console._pyboy.memory
    x, y = console.byte(0xD00D) // 16, console.byte(0xD00B) // 16
    for cell in range(0x80):
        if cell % 16 < 10 and cell != y * 16 + x:
            memory[0xCF00 + cell], memory[0xCE00 + cell] = 0xFD, 0x10
    for slot in range(16):
        for base in (0x40, 0x80, 0xC0):
            memory[1, 0xD000 + 0x100 * slot + base] = 0
    assert not fuzz.has_a_way_on(console)
    memory[0xC697] |= 0x40
    assert fuzz.has_a_way_on(console)
    memory[0xC697] &= ~0x40
    memory[0xCF00 + (y - 1) * 16 + x] = 0xC0
    assert not fuzz.has_a_way_on(console)
    memory[0xC694] |= 0x40
    assert fuzz.has_a_way_on(console)


def test_a_write_where_no_variable_is_is_noticed(console):
    address = 0xC000 + int(fuzz.strange_offsets()[7])
    played = console.frame

    def write(*arguments, **options):
        played(*arguments, **options)
        console._pyboy.memory[address] = 0x5A

    console.frame = write
    with pytest.raises(DirectorError, match=f"{address:04X} was written, where no variable is: room"):
        fuzz.run(console, 3, seed=0)
    console.frame = played


def test_a_game_that_stands_still_is_noticed(console):
    console.frame = lambda *_arguments, **_options: None
    with pytest.raises(DirectorError, match="the game stands still: room"):
        fuzz.run(console, 200, seed=0)
    del console.frame
