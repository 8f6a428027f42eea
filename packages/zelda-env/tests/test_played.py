"""The numbers on recorded play: when something happens in Acorn, the number that says so changes in the same frame."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from zelda_env import StateEncoder
from zelda_env import ram_map as ram
from zelda_env.encoder import SPANS, TABLE

_SPEC = importlib.util.spec_from_file_location("recipe", Path(__file__).with_name("recipe.py"))
recipe = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(recipe)

USED = ram.used_offsets()

KEYS_OF_ROOT = (ram.KEYS, 1)
"""The small keys of dungeon 1."""

HAPPENED = (
    ("feather", ram.FEATHER, (0, 1), [0], [0.5]),
    ("item_b", ram.ITEM_B, (0, 0x05), [0, 0], [1, 0]),
    ("item_b", ram.ITEM_B, (0x05, 0x07), [1, 0], [0, 1]),
    ("item_a", ram.ITEM_A, (0x17, 0x05), [0, 1], [1, 0]),
    ("keys", KEYS_OF_ROOT, (0, 1), [0], [0.2]),
    ("keys", KEYS_OF_ROOT, (1, 2), [0.2], [0.4]),
    ("keys", KEYS_OF_ROOT, (1, 0), [0.2], [0]),
    ("boss_key", ram.BOSS_KEYS, (0, 2), [0], [1]),
    ("essences", ram.ESSENCES, (0, 1), [0], [0.125]),
    ("buttons", ram.TRIGGERS, (0, 1), [0], [0.25]),
    ("dungeon", ram.DUNGEON, (0xFF, 0), [0], [1 / 12]),
    ("dungeon", ram.DUNGEON, (0xFF, 1), [0], [2 / 12]),
    ("dungeon_cell", ram.DUNGEON_POSITION, (0x2B, 0x23), [3 / 7, 5 / 7], [3 / 7, 4 / 7]),
    ("dungeon_cell", ram.DUNGEON_POSITION, (0x1D, 0x1E), [5 / 7, 3 / 7], [6 / 7, 3 / 7]),
    ("season", ram.SEASON, (3, 0), [0, 0, 0, 1], [1, 0, 0, 0]),
    ("season", ram.SEASON, (3, 1), [0, 0, 0, 1], [0, 1, 0, 0]),
    ("group", ram.GROUP, (0, 3), [1, 0, 0, 0], [0, 0, 1, 0]),
    ("group", ram.GROUP, (0, 4), [1, 0, 0, 0], [0, 0, 0, 0]),
    ("toggled", ram.TOGGLE_BLOCKS, (0, 1), [0], [0.25]),
    ("toggled", ram.TOGGLE_BLOCKS, (1, 0), [0.25], [0]),
    ("torches", ram.TORCHES, (0, 1), [0], [0.25]),
    ("torches", ram.TORCHES, (1, 2), [0.25], [0.5]),
    ("map_compass", ram.COMPASSES, (0, 2), [0], [0.5]),
    ("map_compass", ram.MAPS, (0, 2), [0.5], [1]),
    ("rod", ram.ROD_SEASONS, (0, 0x0A), [0], [0.6]),
    ("rod", ram.ROD_SEASONS, (0x0A, 0x0B), [0.6], [0.8]),
    ("seeds", ram.SEEDS, (0, 0x20), [0], [1]),
    ("seeds", ram.SEEDS, (0x20, 0x19), [1], [0.95]),
    ("bombs", ram.BOMBS, (0, 0x10), [0], [10 / 99]),
    ("bombs", ram.BOMBS, (0x10, 0x09), [10 / 99], [9 / 99]),
    ("rupees", ram.RUPEES, (0, 5), [0], [math.log(6) / math.log(1000)]),
    ("rupees", ram.RUPEES, (0x30, 0), [math.log(31) / math.log(1000)], [0]),
    ("other_tools", ram.TREASURES, (0xA4, 0xE4), [0], [0.2]),
    ("shield", ram.TREASURES, (0x04, 0x06), [0], [1 / 3]),
    ("health", ram.HEALTH, (12, 10), [12 / 64], [10 / 64]),
    ("max_health", ram.MAX_HEALTH, (12, 16), [12 / 64], [16 / 64]),
    ("question", ram.TEXT_MODE, (0, 1), [0], [1]),
    ("question", ram.TEXT_MODE, (1, 0), [1], [0]),
    ("menu", ram.MENU, (0, 1), [0], [1]),
    ("menu", ram.MENU, (0, 3), [0], [1]),
    ("link_state", ram.LINK_STATE, (1, 2), [1, 0, 0, 0], [0, 1, 0, 0]),
    ("link_state", ram.LINK_STATE, (1, 3), [1, 0, 0, 0], [0, 0, 1, 0]),
    ("link_state", ram.LINK_STATE, (1, 4), [1, 0, 0, 0], [0, 0, 0, 1]),
    ("link_state", ram.LINK_STATE, (1, 0x0A), [1, 0, 0, 0], [0, 0, 0, 0]),
    ("bracelet", (ram.TREASURES, 2), (0, 0x40), [0], [1]),
    ("link_holding", ram.GRAB, (0, 0x41), [0], [1]),
    ("link_holding", ram.GRAB, (0x41, 0xC2), [1], [1]),
    ("link_holding", ram.GRAB, (0x83, 0), [1], [0]),
    ("link_swimming", ram.SWIMMING, (0, 1), [0], [1]),
    ("link_swimming", ram.SWIMMING, (1, 0x81), [1], [1]),
    ("link_swimming", ram.SWIMMING, (1, 0), [1], [0]),
    ("link_facing", ram.LINK_DIRECTION, (2, 3), [0, 1], [-1, 0]),
)
"""A feature, the variable (and which byte of it) that goes from one value to another, its numbers before and after."""


def place_of(variable):
    """Return the offset of the byte of a variable: the first, unless it says which."""
    field, at = variable if isinstance(variable, tuple) else (variable, 0)
    return field.offset + at


OFFSETS = sorted({place_of(variable) for _, variable, *_ in HAPPENED})

CONSTANT = {
    "switches": "no switch",
    "dungeon_floor": "one floor",
}
"""Features that stay the same in all of Acorn, and why."""


def only_pressed(name):
    """Tell whether a recipe, from power-on, writes nothing into RAM."""
    after, steps = recipe.RECIPES[name]
    return not any(isinstance(step, recipe.Poke) for step in steps) and (after is None or only_pressed(after))


@pytest.fixture(scope="module")
def recordings():
    """Of each recipe that only presses buttons the bytes at `OFFSETS`, {offset: (T,)}, and observations (T, 128)."""
    made = []
    encoder, wram = StateEncoder(), np.zeros(ram.WRAM_BYTES, np.uint8)
    for name in filter(only_pressed, recipe.RECIPES):
        values = {offset: [] for offset in OFFSETS}
        observations = []
        for row in recipe.trace(name, USED.tolist())[-1]:
            wram[USED] = row
            observations.append(encoder.encode(wram))
            for offset in OFFSETS:
                values[offset].append(wram[offset])
        made.append(({offset: np.array(found) for offset, found in values.items()}, np.array(observations)))
    return made


@pytest.mark.parametrize(
    ("name", "variable", "values", "before", "after"),
    HAPPENED,
    ids=lambda value: value if isinstance(value, str) else getattr(value, "symbol", None),
)
def test_what_happens_shows_in_the_same_frame(recordings, name, variable, values, before, after):
    seen = 0
    for bytes_of, observations in recordings:
        byte = bytes_of[place_of(variable)]
        numbers = observations[:, SPANS[name]]
        frames = np.flatnonzero((byte[:-1] == values[0]) & (byte[1:] == values[1]))
        for frame in frames:
            assert numbers[frame] == pytest.approx(before)
            assert numbers[frame + 1] == pytest.approx(after)
        seen += len(frames)
    assert seen, f"in no recording {name} changes: {place_of(variable):04X} from {values[0]:02X} to {values[1]:02X}"


def test_every_other_feature_changes_somewhere(recordings):
    everything = np.concatenate([observations for _, observations in recordings])
    constant = {feature.name for feature in TABLE if not np.ptp(everything[:, SPANS[feature.name]], axis=0).any()}
    assert constant == set(CONSTANT)
