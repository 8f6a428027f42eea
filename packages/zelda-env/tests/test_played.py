"""The numbers on recorded play: when something happens in Acorn, the number that says so changes in the same frame."""

import importlib.util
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

HAPPENED = (
    ("feather", ram.FEATHER, (0, 1), [0], [0.5]),
    ("item_b", ram.ITEM_B, (0, 0x17), [0, 0], [0, 1]),
    ("keys", ram.KEYS, (0, 1), [0], [0.2]),
    ("keys", ram.KEYS, (1, 0), [0.2], [0]),
    ("boss_key", ram.BOSS_KEYS, (0, 1), [0], [1]),
    ("essences", ram.ESSENCES, (0, 1), [0], [0.125]),
    ("buttons", ram.TRIGGERS, (0, 1), [0], [0.25]),
    ("dungeon", ram.DUNGEON, (0xFF, 0), [0], [1 / 12]),
    ("dungeon_cell", ram.DUNGEON_POSITION, (0x23, 0x1B), [3 / 7, 4 / 7], [3 / 7, 3 / 7]),
    ("dungeon_cell", ram.DUNGEON_POSITION, (0x1B, 0x1A), [3 / 7, 3 / 7], [2 / 7, 3 / 7]),
    ("group", ram.GROUP, (0, 3), [1, 0, 0, 0], [0, 0, 1, 0]),
    ("group", ram.GROUP, (0, 4), [1, 0, 0, 0], [0, 0, 0, 0]),
    ("link_state", ram.LINK_STATE, (1, 4), [1, 0, 0, 0], [0, 0, 0, 1]),
    ("link_state", ram.LINK_STATE, (1, 0x0A), [1, 0, 0, 0], [0, 0, 0, 0]),
    ("link_facing", ram.LINK_DIRECTION, (2, 3), [0, 1], [-1, 0]),
)
"""A feature, the variable whose first byte goes from one value to another, and its numbers before and after that."""

FIELDS = {field for _, field, *_ in HAPPENED}

NOT_YET = {
    "toggled": "no orb", "switches": "no switch", "torches": "no torch", "seeds": "no satchel", "rod": "no rod",
    "map_compass": "neither map nor compass", "dungeon_keys": "no keyhole outside", "bracelet": "nothing to lift",
    "sword": "it is not on these ways", "item_a": "only the sword goes there", "rupees": "none on these ways",
    "flippers": "nowhere to swim", "other_tools": "none of them", "link_swimming": "nowhere to swim",
    "link_holding": "nothing to lift", "dungeon_floor": "one floor", "season": "always winter",
}  # fmt: skip
"""Features that stay the same in all recordings, as long as the game has no more; what changes may still be named."""


def only_pressed(name):
    """Tell whether a recipe, from power-on, writes nothing into RAM."""
    after, steps = recipe.RECIPES[name]
    return not any(isinstance(step, recipe.Poke) for step in steps) and (after is None or only_pressed(after))


@pytest.fixture(scope="module")
def recordings():
    """Of each recipe that only presses buttons the bytes of `FIELDS`, {symbol: (T,)}, and the observations (T, 128)."""
    made = []
    encoder, wram = StateEncoder(), np.zeros(ram.WRAM_BYTES, np.uint8)
    for name in filter(only_pressed, recipe.RECIPES):
        values = {field.symbol: [] for field in FIELDS}
        observations = []
        for row in recipe.trace(name, USED.tolist())[-1]:
            wram[USED] = row
            observations.append(encoder.encode(wram))
            for field in FIELDS:
                values[field.symbol].append(wram[field.offset])
        made.append(({symbol: np.array(found) for symbol, found in values.items()}, np.array(observations)))
    return made


@pytest.mark.parametrize(
    ("name", "field", "values", "before", "after"),
    HAPPENED,
    ids=lambda value: value if isinstance(value, str) else getattr(value, "symbol", None),
)
def test_what_happens_shows_in_the_same_frame(recordings, name, field, values, before, after):
    seen = 0
    for bytes_of, observations in recordings:
        byte = bytes_of[field.symbol]
        numbers = observations[:, SPANS[name]]
        frames = np.flatnonzero((byte[:-1] == values[0]) & (byte[1:] == values[1]))
        for frame in frames:
            assert numbers[frame] == pytest.approx(before)
            assert numbers[frame + 1] == pytest.approx(after)
        seen += len(frames)
    assert seen, f"in no recording {field.symbol} goes from {values[0]:02X} to {values[1]:02X}"


def test_every_other_feature_changes_somewhere(recordings):
    everything = np.concatenate([observations for _, observations in recordings])
    constant = {feature.name for feature in TABLE if not np.ptp(everything[:, SPANS[feature.name]], axis=0).any()}
    assert constant <= set(NOT_YET)
