import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_env import LAYOUT, OBS_SIZE, TABLE, StateEncoder, describe, observation_space
from zelda_env import ram_map as ram
from zelda_env.encoder import HAZARD, OUTSIDE, SPANS, SUBJECTS, solidity


def part(observation, name):
    return observation[SPANS[name]].tolist()


def test_the_table_has_128_numbers_within_minus_1_and_1():
    assert sum(feature.slots for feature in TABLE) == OBS_SIZE == 128
    assert len({feature.name for feature in TABLE}) == len(TABLE)
    assert [feature for features in SUBJECTS.values() for feature in features] == list(TABLE)
    assert all(-1 <= feature.low < feature.high <= 1 for feature in TABLE)
    assert all(len(feature.rules) in {0, 1, feature.slots} for feature in TABLE)
    assert LAYOUT == "zelda-obs/2"


def test_describe_covers_every_number_once():
    numbers = []
    for first, last in re.findall(r"^\| (\d+)(?:-(\d+))? \|", describe(), re.MULTILINE):
        numbers += range(int(first), int(last or first) + 1)
    assert numbers == list(range(128))
    assert all(f"`{feature.name}`" in describe() for feature in TABLE)
    assert all(f"**{subject}**" in describe() for subject in SUBJECTS)


def test_the_space_is_the_table():
    space = observation_space()
    assert (space.shape, space.dtype) == ((128,), np.float32)
    assert space.low[SPANS["sight"]].max() == -1
    assert space.low[SPANS["health"]].min() == 0


@given(st.integers(0, 2**32), st.floats(0, 1), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_ram_is_within_bounds(seed, density, in_dungeon):
    generator = np.random.default_rng(seed)
    wram = generator.integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8)
    wram[generator.random(ram.WRAM_BYTES) > density] = 0
    wram[ram.DUNGEON.offset] = generator.integers(0, 14) if in_dungeon else 0xFF
    observation = StateEncoder().encode(wram)
    assert observation_space().contains(observation)


@pytest.mark.parametrize("value", range(256))
def test_every_byte_everywhere_is_within_bounds(value):
    assert observation_space().contains(StateEncoder().encode(np.full(ram.WRAM_BYTES, value, np.uint8)))


def test_each_observation_is_a_new_array_and_depends_on_ram_alone(blank):
    encoder, other = StateEncoder(), StateEncoder()
    first = encoder.encode(blank)
    kept = first.copy()
    encoder.encode(np.random.default_rng(0).integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8))
    assert np.array_equal(first, kept)
    assert np.array_equal(encoder.encode(blank), other.encode(blank))


def test_link(blank, poke):
    poke(blank, ram.LINK_X, 120)
    poke(blank, ram.LINK_Y, 44)
    poke(blank, ram.LINK_DIRECTION, 3)
    poke(blank, ram.LINK_ANGLE, 0x08)
    poke(blank, ram.LINK_WALLS, 0x80 | 0x03)
    observation = StateEncoder().encode(blank)
    assert part(observation, "link_x") + part(observation, "link_y") == [0.5, 0.25]
    assert part(observation, "link_facing") == [-1, 0]
    assert part(observation, "link_motion") == pytest.approx([1, 0], abs=1e-6)
    assert part(observation, "link_walls") == [0.5, 1, 0, 0]
    assert part(observation, "link_state") == [1, 0, 0, 0]


@pytest.mark.parametrize(("direction", "facing"), [(0, [0, -1]), (1, [1, 0]), (2, [0, 1]), (3, [-1, 0]), (4, [0, 0])])
def test_facing(blank, poke, direction, facing):
    poke(blank, ram.LINK_DIRECTION, direction)
    assert part(StateEncoder().encode(blank), "link_facing") == facing


@pytest.mark.parametrize(("state", "numbers"), [(1, [1, 0, 0, 0]), (4, [0, 0, 0, 1]), (0x0A, [0, 0, 0, 0])])
def test_state(blank, poke, state, numbers):
    poke(blank, ram.LINK_STATE, state)
    assert part(StateEncoder().encode(blank), "link_state") == numbers


@pytest.mark.parametrize(
    ("group", "numbers"),
    [(0, [1, 0, 0, 0]), (1, [0, 1, 0, 0]), (2, [0, 0, 1, 0]), (3, [0, 0, 1, 0]), (4, [0] * 4), (5, [0] * 4),
     (6, [0, 0, 0, 1]), (7, [0, 0, 0, 1])],
)  # fmt: skip
def test_group(blank, poke, group, numbers):
    poke(blank, ram.GROUP, group)
    assert part(StateEncoder().encode(blank), "group") == numbers


def test_at_rest_there_is_no_motion(blank):
    assert part(StateEncoder().encode(blank), "link_motion") == [0, 0]


def test_a_riding_link_is_where_his_animal_is(blank, poke):
    poke(blank, ram.LINK_OBJECT, 0xD1)
    poke(blank, ram.COMPANION_X, 60)
    poke(blank, ram.COMPANION_Y, 88)
    observation = StateEncoder().encode(blank)
    assert part(observation, "link_x") + part(observation, "link_y") == [0.25, 0.5]


def test_sight_shows_the_cells_around_link(blank, poke):
    collisions = np.zeros((12, 16), np.uint8)
    collisions[8:], collisions[:, 10:] = 0xFF, 0xFF
    collisions[3, 6], collisions[4, 7], collisions[4, 8] = 0x0F, 0x03, 0x10
    poke(blank, ram.COLLISIONS, *collisions.ravel())
    poke(blank, ram.LINK_X, 7 * 16 + 8)
    poke(blank, ram.LINK_Y, 4 * 16 + 8)
    sight = StateEncoder().encode(blank)[SPANS["sight"]].reshape(5, 7)
    assert sight[1, 2] == 1
    assert sight[2, 3] == 0.5
    assert sight[2, 4] == HAZARD
    assert (sight[:, 6] == OUTSIDE).all()
    assert sight[0].tolist() == [0, 0, 0, 0, 0, 0, OUTSIDE]


def test_sight_beyond_the_grid_is_outside(blank, poke):
    poke(blank, ram.LINK_X, 0)
    poke(blank, ram.LINK_Y, 0)
    sight = StateEncoder().encode(blank)[SPANS["sight"]].reshape(5, 7)
    assert (sight[:2] == OUTSIDE).all()
    assert (sight[:, :3] == OUTSIDE).all()
    assert (sight[2:, 3:] == 0).all()


@pytest.mark.parametrize(("collision", "value"), [(0, 0), (0x0F, 1), (0x08, 0.25), (0x10, HAZARD), (0x11, 0.5),
                                                  (0x1E, 1), (0x18, 0), (0xFE, 1), (0xFF, OUTSIDE)])  # fmt: skip
def test_solidity(collision, value):
    assert solidity(collision) == value


def put(wram, base, slot, number, y, x, health=0, enabled=1):
    at = 0x1000 + 0x100 * slot + base
    for name, value in {"enabled": enabled, "id": number, "y": y, "x": x, "health": health}.items():
        wram[at + ram.OBJECT_FIELDS[name]] = value


def test_the_nearest_objects_come_first(blank, poke):
    poke(blank, ram.LINK_X, 100)
    poke(blank, ram.LINK_Y, 100)
    for slot, x in ((1, 10), (2, 90), (3, 151), (4, 130)):
        put(blank, ram.ENEMY, slot, 9, 100, x, health=4)
    put(blank, ram.ENEMY, 5, 9, 100, 100, enabled=2)
    put(blank, ram.PART, 7, 1, 49, 100)
    put(blank, ram.INTERACTION, 3, 0x60, 100, 151)
    put(blank, ram.INTERACTION, 4, 0x24, 151, 49)
    observation = StateEncoder().encode(blank)
    enemies = np.array(part(observation, "enemies")).reshape(3, 4)
    assert enemies[:, 0].tolist() == [1, 1, 1]
    assert (enemies[:, 1] * 255).round().tolist() == [-10, 30, 51]
    assert enemies[:, 3].tolist() == [0.25] * 3
    assert part(observation, "people") == pytest.approx([1, -0.2, 0.2])
    assert part(observation, "items") == pytest.approx([1, 0, -0.2, 1, 0.2, 0])


def test_what_is_not_there_is_zero_without_a_sign(blank, poke):
    poke(blank, ram.LINK_X, 100)
    put(blank, ram.ENEMY, 1, 9, 100, 90)
    observation = StateEncoder().encode(blank)
    others = np.concatenate([observation[SPANS["enemies"]][4:], observation[SPANS["people"]]])
    assert not others.any()
    assert not np.signbit(others).any()


def test_belongings(blank, poke):
    poke(blank, ram.RUPEES, 0x99, 0x09)
    poke(blank, ram.SHIELD, 3)
    poke(blank, ram.SWORD, 1)
    poke(blank, ram.ITEM_A, 5)
    observation = StateEncoder().encode(blank)
    assert part(observation, "rupees") == [1]
    assert part(observation, "shield") == [0]
    assert part(observation, "sword") == pytest.approx([1 / 3])
    assert part(observation, "item_a") + part(observation, "item_b") == [1, 0, 0, 0]
    poke(blank, ram.TREASURES, 0x02)
    assert part(StateEncoder().encode(blank), "shield") == [1]


def owning(poke, *treasures):
    flags = np.zeros(16, np.uint8)
    for treasure in treasures:
        flags[treasure >> 3] |= 1 << (treasure & 7)
    return lambda wram: poke(wram, ram.TREASURES, *flags.tolist())


@pytest.mark.parametrize(
    ("treasures", "name", "value"),
    [
        ((0x16,), "bracelet", 1),
        ((0x2E,), "flippers", 1),
        ((0x06,), "other_tools", 0.2),
        ((0x08, 0x0E, 0x13), "other_tools", 0.6),
        ((0x06, 0x08, 0x0E, 0x13, 0x15), "other_tools", 1),
        ((0x42,), "dungeon_keys", 1 / 3),
        ((0x42, 0x43, 0x44), "dungeon_keys", 1),
    ],
)
def test_each_treasure_shows_in_one_number(blank, poke, treasures, name, value):
    before = StateEncoder().encode(blank)
    owning(poke, *treasures)(blank)
    after = StateEncoder().encode(blank)
    assert part(after, name) == pytest.approx([value])
    assert np.flatnonzero(before != after).tolist() == [SPANS[name].start]


def test_other_treasures_show_in_none(blank, poke):
    before = StateEncoder().encode(blank)
    owning(poke, 0x45, 0x41, 0x07 + 8, 0x2C, 0x36)(blank)
    assert np.array_equal(before, StateEncoder().encode(blank))


def test_the_rod_counts_with_its_seasons(blank, poke):
    poke(blank, ram.ROD_SEASONS, 0x0A)
    assert part(StateEncoder().encode(blank), "rod") == [0]
    owning(poke, 0x07)(blank)
    assert part(StateEncoder().encode(blank), "rod") == pytest.approx([0.6])
    poke(blank, ram.ROD_SEASONS, 0xFF)
    assert part(StateEncoder().encode(blank), "rod") == [1]


def test_seeds_of_all_kinds_are_counted_in_decimal(blank, poke):
    poke(blank, ram.SEEDS, 0x09, 0, 0x01, 0, 0x05)
    assert part(StateEncoder().encode(blank), "seeds") == [0.75]
    poke(blank, ram.SEEDS, 0x20, 0x20)
    assert part(StateEncoder().encode(blank), "seeds") == [1]


def test_the_feather(blank, poke):
    poke(blank, ram.FEATHER, 1)
    assert part(StateEncoder().encode(blank), "feather") == [0.5]


@pytest.mark.parametrize(
    ("name", "field", "byte", "value"),
    [
        ("buttons", ram.TRIGGERS, 0x80, 0.25),
        ("buttons", ram.TRIGGERS, 0x1F, 1),
        ("toggled", ram.TOGGLE_BLOCKS, 0x03, 0.5),
        ("switches", ram.SWITCHES, 0x15, 0.75),
        ("torches", ram.TORCHES, 2, 0.5),
        ("torches", ram.TORCHES, 9, 1),
    ],
)
def test_puzzles(blank, poke, name, field, byte, value):
    poke(blank, field, byte)
    assert part(StateEncoder().encode(blank), name) == [value]


def test_what_belongs_to_a_dungeon_is_zero_outside(blank, poke):
    everything = {ram.DUNGEON_FLOOR: [3], ram.DUNGEON_POSITION: [0x2B], ram.MAPS: [0xFF, 0x0F], ram.COMPASSES: [2, 0]}
    for field, values in (everything | {ram.KEYS: [1] * 12, ram.BOSS_KEYS: [0xFF, 0x0F]}).items():
        poke(blank, field, *values)
    names = ("dungeon", "dungeon_floor", "dungeon_cell", "keys", "boss_key", "map_compass")
    numbers = np.concatenate([np.arange(128)[SPANS[name]] for name in names])
    assert not StateEncoder().encode(blank)[numbers].any()
    for dungeon, both in ((1, 1), (9, 0.5)):
        poke(blank, ram.DUNGEON, dungeon)
        seen = StateEncoder().encode(blank)[numbers]
        assert seen == pytest.approx([(dungeon + 1) / 12, 3 / 7, 3 / 7, 5 / 7, 0.2, 1, both])


def test_keys_are_those_of_the_dungeon(blank, poke):
    poke(blank, ram.KEYS, 0, 0, 2)
    poke(blank, ram.BOSS_KEYS, 0x04, 0x02)
    assert part(StateEncoder().encode(blank), "keys") == [0]
    for dungeon, keys, boss in ((2, 0.4, 1), (1, 0, 0), (9, 0, 1)):
        poke(blank, ram.DUNGEON, dungeon)
        observation = StateEncoder().encode(blank)
        assert part(observation, "keys") == pytest.approx([keys])
        assert part(observation, "boss_key") == [boss]


def test_neighbours_by_room_number_outdoors(blank, poke):
    poke(blank, ram.ROOM, 0x25)
    blank[ram.ROOM_FLAGS.offset + np.array([0x15, 0x24])] = ram.VISITED
    blank[ram.ROOM_FLAGS.offset + 0x25] = ram.ITEM_TAKEN
    observation = StateEncoder().encode(blank)
    assert part(observation, "visited_around") == [1, 0, 0, 1]
    assert part(observation, "item_taken") == [1]
    assert part(observation, "visited_here") == pytest.approx([2 / 256])


def test_neighbours_by_the_floor_map_in_dungeons(blank, poke):
    poke(blank, ram.GROUP, 4)
    poke(blank, ram.ROOM, 0x30)
    poke(blank, ram.DUNGEON, 1)
    poke(blank, ram.DUNGEON_FLOOR, 1)
    poke(blank, ram.DUNGEON_POSITION, 7)  # the right end of the first line
    layout = blank[ram.DUNGEON_LAYOUT.span]
    layout[64 + 7], layout[64 + 15], layout[64 + 6] = 0x30, 0x41, 0x42
    blank[ram.ROOM_FLAGS.offset + 0x200 + 0x41] = ram.VISITED
    assert part(StateEncoder().encode(blank), "visited_around") == [0, 0, 1, 0]


def test_screen_flags(blank, poke):
    assert part(StateEncoder().encode(blank), "can_act") == [1]
    poke(blank, ram.TEXT, 1)
    poke(blank, ram.TEXT_MODE, 1)
    observation = StateEncoder().encode(blank)
    flags = [part(observation, name)[0] for name in ("dialog", "question", "menu", "transition", "can_act")]
    assert flags == [1, 1, 0, 0, 0]
