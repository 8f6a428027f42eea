"""Acorn, played by recorded inputs: each recipe of the game's own list leads to the RAM it should."""

import io
from pathlib import Path

import pytest
from zelda_env import GameState, Rom
from zelda_env.emulator import PyBoy, Ram

RECIPES = Path(__file__).parents[1] / "game" / "recipes.txt"
BOOT_FRAMES = 120


def recipes():
    """Return {name: [(buttons, frames), ...]}; a line in brackets begins one, `#` a comment."""
    found = {}
    for line in RECIPES.read_text().splitlines():
        if line.startswith("["):
            steps = found.setdefault(line[1 : line.index("]")], [])
        elif line and not line.startswith("#"):
            for word in line.split():
                buttons, frames = word.split(":")
                steps.append(([] if buttons == "wait" else buttons.split("+"), int(frames)))
    return found


def play(steps):
    """Play a recipe from power-on and return the emulator."""
    pyboy = PyBoy(io.BytesIO(Rom.acorn().data), window="null", sound_emulated=False, log_level="CRITICAL")
    pyboy.tick(BOOT_FRAMES, True, False)
    for buttons, frames in steps:
        for button in buttons:
            pyboy.button_press(button)
        pyboy.tick(frames, False, False)
        for button in buttons:
            pyboy.button_release(button)
    return pyboy


def read(pyboy, address):
    return pyboy.memory[1 if 0xD000 <= address < 0xE000 else 0, address]


# What holds after each recipe: {address: (mask, value)}.
EXPECTED = {
    "house": {0xCC49: (0xFF, 3), 0xCC4C: (0xFF, 0x10), 0xC63A: (0xFF, 0), 0xC63B: (0xFF, 0xB5), 0xCD00: (0x7F, 1)},
    "question-yes": {0xCBA5: (0xFF, 0), 0xCBA2: (0xFF, 0x11), 0xCBA3: (0xFF, 0x0F)},
    "question-no": {0xCBA5: (0xFF, 1), 0xCBA2: (0xFF, 0x12), 0xCBA3: (0xFF, 0x0F)},
    "shield": {0xC692: (0x02, 0x02)},
    "cave": {0xCC49: (0xFF, 3), 0xCC4C: (0xFF, 0x30)},
    "heart-piece": {0xC6A4: (0xFF, 1)},
    "dungeon": {0xCC49: (0xFF, 4), 0xCC4C: (0xFF, 4), 0xCC4A: (0xFF, 1), 0xCC55: (0xFF, 0), 0xCC56: (0xFF, 0x23)},
    "block": {0xCF95: (0xFF, 0x1D)},
    "small-key": {0xC66E: (0xFF, 1), 0xC904: (0x20, 0x20)},
    "shutter": {0xCCBA: (0xFF, 1)},
    "feather": {0xC694: (0x80, 0x80)},
    "key-door": {0xC66E: (0xFF, 0), 0xC905: (0x02, 0x02), 0xC906: (0x08, 0x08)},
    "bombs": {0xC6AA: (0xFF, 0x10)},
    "boss-key": {0xC67A: (0xFF, 1)},
    "essence": {0xC6BB: (0xFF, 1)},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recipe_leads_to_the_ram_it_should(name):
    pyboy = play(recipes()[name])
    found = {address: read(pyboy, address) & mask for address, (mask, _) in EXPECTED[name].items()}
    state = GameState.from_ram(Ram(pyboy).wram())
    pyboy.stop(save=False)
    assert found == {address: value for address, (_, value) in EXPECTED[name].items()}
    assert (state.group, state.dead) == (found.get(0xCC49, state.group), False)


def test_every_recipe_is_tested():
    assert set(recipes()) - set(EXPECTED) <= {"heart-container"}
