import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_env import GameState, Screen
from zelda_env import ram_map as ram
from zelda_env.details import GROUPS, sources
from zelda_env.state import STATE_OFFSETS, decode, stable_rooms


def random_ram(seed, density=1.0):
    generator = np.random.default_rng(seed)
    wram = generator.integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8)
    wram[generator.random(ram.WRAM_BYTES) > density] = 0
    return wram


@given(st.integers(0, 2**32), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_any_ram_decodes_and_dumps_as_json(seed, density):
    state = GameState.from_ram(random_ram(seed, density))
    again = json.loads(json.dumps(state.model_dump(), allow_nan=False))
    assert GameState.model_validate(again) == state


@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_many_steps_decode_as_each_one_does(seeds):
    rows = [random_ram(seed, 0.5) for seed in seeds]
    together = decode(np.stack(rows)[:, STATE_OFFSETS])
    assert [GameState(**state) for state in together] == [GameState.from_ram(row) for row in rows]


def test_bytes_and_arrays_are_both_taken_and_other_lengths_refused(blank):
    assert GameState.from_ram(blank.tobytes()) == GameState.from_ram(blank)
    with pytest.raises(ValueError, match="expected 12288"):
        GameState.from_ram(b"123")


def test_numbers(blank, poke):
    poke(blank, ram.RUPEES, 0x45, 0x03)
    poke(blank, ram.BOMBS, 0x25)
    poke(blank, ram.DEATHS, 0x07, 0x01)
    poke(blank, ram.KILLS, 0x34, 0x02)
    poke(blank, ram.PLAYTIME, 1, 2, 3, 4)
    poke(blank, ram.KEYS, 0, 2, 1)
    poke(blank, ram.GROUP, 4)
    poke(blank, ram.ROOM, 0xB6)
    poke(blank, ram.DUNGEON, 2)
    state = GameState.from_ram(blank)
    assert (state.rupees, state.bombs, state.deaths, state.enemies_killed) == (345, 25, 107, 0x234)
    assert (state.frame, state.keys, state.group, state.room, state.dungeon) == (0x04030201, 3, 4, 0xB6, 2)


def test_outside_of_dungeons_there_is_none(blank):
    assert GameState.from_ram(blank).dungeon is None


@pytest.mark.parametrize(("stored", "health"), [(12, 12), (0, 0), (0x80, 0), (0xFF, 0)])
def test_negative_health_is_none(blank, poke, stored, health):
    poke(blank, ram.HEALTH, stored)
    assert GameState.from_ram(blank).health == health


def test_a_shield_counts_only_when_owned(blank, poke):
    poke(blank, ram.SHIELD, 1)
    assert GameState.from_ram(blank).shield == 0
    poke(blank, ram.TREASURES, 0x02)
    assert GameState.from_ram(blank).shield == 1


def test_treasures_are_bits(blank, poke):
    poke(blank, ram.TREASURES, 0x24, 0x80, *[0] * 13, 0x80)
    assert GameState.from_ram(blank).treasures == [2, 5, 15, 127]


def test_visited_rooms_are_counted_over_all_groups(blank, poke):
    flags = blank[ram.ROOM_FLAGS.span]
    flags[[0, 255, 256, 1023]] = 0x10
    flags[5] = 0xEF
    flags[0x1F0] = 0xFF  # rupee rooms keep something else there
    assert GameState.from_ram(blank).visited_rooms == 4


def test_a_riding_link_is_where_his_animal_is(blank, poke):
    poke(blank, ram.LINK_OBJECT, 0xD1)
    poke(blank, ram.COMPANION_X, 33)
    poke(blank, ram.COMPANION_Y, 44)
    state = GameState.from_ram(blank)
    assert (state.x, state.y) == (33, 44)


def put(wram, base, slot, enabled=1, number=0, subid=0, y=0, x=0, health=0):
    at = 0x1000 + 0x100 * slot + base
    values = {"enabled": enabled, "id": number, "subid": subid, "y": y, "x": x, "health": health}
    for name, value in values.items():
        wram[at + ram.OBJECT_FIELDS[name]] = value


def test_objects_of_this_room_are_listed_by_kind(blank):
    put(blank, ram.ENEMY, 0, 1, 0x09, 2, 50, 60, 3)
    put(blank, ram.ENEMY, 15, 0x43, 0x32, 0, 1, 2, 0xFF)
    put(blank, ram.ENEMY, 3, 2, 0x09)  # belongs to the room being left
    put(blank, ram.ENEMY, 4, 0, 0x09)  # a free slot, stale
    put(blank, ram.ENEMY, 5, 1, 0x58)  # a bush
    put(blank, ram.INTERACTION, 2, 1, 0x24, 1, 10, 20)
    put(blank, ram.INTERACTION, 3, 1, 0x0F)  # a puff
    put(blank, ram.INTERACTION, 4, 3, 0x60, 5, 30, 40)
    put(blank, ram.PART, 1, 1, 0x01, 1, 70, 80)
    put(blank, ram.PART, 2, 1, 0x18)  # a projectile
    state = GameState.from_ram(blank).model_dump()
    assert state["enemies"] == [
        {"id": 9, "subid": 2, "x": 60, "y": 50, "health": 3},
        {"id": 0x32, "subid": 0, "x": 2, "y": 1, "health": 0},
    ]
    assert state["npcs"] == [{"id": 0x24, "subid": 1, "x": 20, "y": 10}]
    assert state["items"] == [{"id": 1, "subid": 1, "x": 80, "y": 70}, {"id": 0x60, "subid": 5, "x": 40, "y": 30}]


def test_at_rest_the_player_can_act(blank):
    assert Screen.read(blank) == Screen(stable=True, can_act=True, dialog=False, transition=False, dead=False)


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        (ram.GAME_STATE, 1, {"stable": False, "can_act": False, "transition": True}),
        (ram.GAME_STATE, 0, {"stable": False, "can_act": False}),
        (ram.CUTSCENE, 0, {"stable": False, "can_act": False, "transition": True}),
        (ram.CUTSCENE, 3, {"stable": False, "can_act": False, "transition": True}),
        (ram.CUTSCENE, 7, {"stable": False, "can_act": False}),
        (ram.SCROLL, 0x81, {}),
        (ram.SCROLL, 8, {"stable": False, "can_act": False, "transition": True}),
        (ram.TRANSITION, 5, {"stable": False, "can_act": False, "transition": True}),
        (ram.TEXT, 1, {"can_act": False, "dialog": True}),
        (ram.MENU, 1, {"can_act": False}),
        (ram.FADE, 9, {"can_act": False}),
        (ram.DISABLED, 0x80, {"can_act": False}),
        (ram.DISABLED, 0x02, {}),
        (ram.LINK_STATE, 4, {"can_act": False}),
        (ram.DYING, 0xFF, {"can_act": False, "dead": True}),
        (ram.SIMULATED, 1, {"can_act": False}),
    ],
)
def test_what_takes_the_player_out_of_the_game(blank, poke, field, value, changed):
    rest = Screen.read(blank)
    poke(blank, field, value)
    assert Screen.read(blank) == rest._replace(**changed)


def test_text_in_a_menu_is_no_dialog(blank, poke):
    poke(blank, ram.TEXT, 1)
    poke(blank, ram.TEXT_LOW, 0x34)
    poke(blank, ram.TEXT_HIGH, 0x16)
    assert GameState.from_ram(blank).text_id == 0x1234
    poke(blank, ram.MENU, 1)
    state = GameState.from_ram(blank)
    assert (state.dialog, state.text_id) == (False, None)


def test_stable_rooms_leave_transitions_out(blank, poke):
    poke(blank, ram.ROOM, 5)
    moving = blank.copy()
    poke(moving, ram.SCROLL, 8)
    poke(moving, ram.ROOM, 6)
    assert stable_rooms(np.stack([blank, moving, blank])[:, STATE_OFFSETS]) == {(0, 5)}


def test_acorn_starts_as_the_intro_of_seasons_ends(env):
    env.reset(seed=0)
    state = env.game_state()
    assert (state.group, state.room, state.season, state.dungeon) == (0, 0xB6, 3, None)
    assert (state.health, state.max_health, state.direction) == (12, 12, 2)
    assert (abs(state.x - 0x78) <= 2, abs(state.y - 0x48) <= 2) == (True, True)
    assert state.can_act
    assert (state.menu, state.deaths, state.essences) == (0, 0, 0)
    for field, value in ((ram.GAME_STATE, 2), (ram.CUTSCENE, 1), (ram.SCROLL, 1), (ram.TRANSITION, 2)):
        assert env.ram.read(field.address, field.bank) == value, field.symbol
    assert env.ram.read(0xC700 + 0xB6) & ram.VISITED


def test_a_record_from_before_the_groups_is_read_and_says_so(blank):
    old = {
        name: value
        for name, value in GameState.from_ram(blank).model_dump().items()
        if name not in {*GROUPS, "parts", "devices", "weapons"}
    }
    state = GameState.model_validate(old)
    assert {getattr(state, name) for name in (*GROUPS, "parts", "devices", "weapons")} == {None}


def test_a_group_holds_what_differs_from_its_defaults(blank, poke):
    poke(blank, ram.TEXT_OPTION, 0xFF)
    poke(blank, ram.RING, 0xFF)
    poke(blank, ram.SEEDS, 0x20, 0, 0, 0, 0x05)
    first = decode(blank[STATE_OFFSETS][None])[0]
    assert "answer" not in first["scene"]
    assert "ring" not in first["inventory"]
    assert first["inventory"]["seeds"] == [20, 0, 0, 0, 5]
    poke(blank, ram.TEXT_OPTION, 0)
    poke(blank, ram.RING, 0)
    second = GameState.from_ram(blank)
    assert (second.scene.answer, second.inventory.ring) == (0, 0)


@pytest.mark.parametrize(
    ("field", "stored", "path", "value"),
    [
        (ram.TEXT_NUMBER, (0x45, 0x03), "scene.number", 345),
        (ram.TEXT_FLAGS, (0x03,), "scene.text_locked", True),
        (ram.TEXT_FLAGS, (0x01,), "scene.text_locked", False),
        (ram.SCROLL, (0x88,), "scene.scroll", 8),
        (ram.SCROLL_DIRECTION, (0x83,), "scene.scroll_direction", 3),
        (ram.LINK_Z, (0xF0,), "link.height", 16),
        (ram.LINK_SPEED_Z, (0x40, 0xFE), "link.speed_z", -0x1C0),
        (ram.LINK_ANGLE, (0xFF,), "link.angle", -1),
        (ram.LINK_OBJECT, (0xD1,), "link.riding", True),
        (ram.ENTERED_WARP, (0xFF,), "place.entered_warp", -1),
        (ram.CONTINUE, (0, 0xB6, 3, 2, 0x48, 0x78, 9), "place.resume", (0, 0xB6, 3, 2, 0x48, 0x78)),
        (ram.STORAGE, (3, 0, 0x17), "inventory.storage", [3, 0x17]),
        (ram.ORE, (0x99, 0x09), "inventory.ore", 999),
        (ram.MAX_BOMBS, (0x10,), "inventory.max_bombs", 10),
        (ram.RINGS, (0x05, 0, 0, 0, 0, 0, 0, 0x80), "inventory.rings", [0, 2, 63]),
        (ram.UNAPPRAISED_RINGS, (0x3F, *[0xFF] * 63), "inventory.unappraised_rings", [0x3F]),
        (ram.BOSS_KEYS, (0x02, 0x08), "inventory.boss_keys", [1, 11]),
        (ram.KEYS, (0, 2, *[0] * 10), "inventory.dungeon_keys", [0, 2, *[0] * 10]),
        (ram.SAVE_MARK, tuple(b"Z11216-0"), "story.loaded", True),
        (ram.SAVE_MARK, tuple(b"Z11216-1"), "story.loaded", False),
        (ram.GLOBAL_FLAGS, (0, 0x04, 0, 0, 0x02), "story.flags", [10, 33]),
        (ram.GASHA_MATURITY, (0x34, 0x12), "story.gasha_maturity", 0x1234),
        (ram.TALKERS, (0xD2, 0x71, 0, 0, 0xD4, 0x71), "puzzle.talkers", [(0xD2, 0x71), (0xD4, 0x71)]),
        (ram.KILLED, (0xB5, 3), "puzzle.killed", [(0xB5, 3)]),
    ],
)
def test_fields_of_the_groups(blank, poke, field, stored, path, value):
    poke(blank, field, *stored)
    group, name = path.split(".")
    assert getattr(getattr(GameState.from_ram(blank), group), name) == value


@pytest.mark.parametrize("group", range(8))
def test_the_flags_are_those_of_the_room(blank, poke, group):
    poke(blank, ram.GROUP, group)
    poke(blank, ram.ROOM, 0xB6)
    blank[ram.flag_page(group) + 0xB6] = 0x50
    assert GameState.from_ram(blank).place.flags == 0x50


def test_every_variable_of_a_group_has_a_say(blank):
    """Each byte a group is said to be read from changes what is decoded, so no field is read from the wrong place."""
    for path, source in sources().items():
        group, name = path.split(".")
        seen = set()
        for value in (0, 1, 0x0F, 0x80, 0xD1, 0xFF):
            wram = blank.copy()
            wram[source.field.span] = value
            if path == "story.loaded" and value == 1:
                wram[source.field.span] = list(b"Z11216-0")
            seen.add(str(getattr(getattr(GameState.from_ram(wram), group), name)))
        assert len(seen) > 1, path


def test_small_objects_that_are_no_drops_are_parts(blank):
    put(blank, ram.PART, 0, 1, 0x01)  # a drop
    put(blank, ram.PART, 1, 1, 0x02)  # a puff
    put(blank, ram.PART, 2, 1, 0x09, 1, 30, 40)
    assert GameState.from_ram(blank).model_dump()["parts"] == [{"id": 9, "subid": 1, "x": 40, "y": 30}]


def test_people_and_items_are_not_read_from_the_counters_an_older_project_took_for_them(blank):
    blank[0xC31] = blank[0xC32] = 7  # orb blocks and switches
    state = GameState.from_ram(blank)
    assert (state.npcs, state.items, state.enemies) == ([], [], [])
    assert (state.puzzle.toggle_blocks, state.puzzle.switches) == (7, 7)


def test_link_s_weapons_and_the_room_s_devices(blank):
    put(blank, ram.OWN, 2, 3, 0x05)  # a parent item: only says which button is in use
    put(blank, ram.OWN, 6, 3, 0x05, 0, 60, 70)
    put(blank, ram.OWN, 7, 1, 0x03, 0, 20, 30)
    put(blank, ram.OWN, 0xE, 1, 0x1F)  # a helper
    put(blank, ram.INTERACTION, 1, 1, 0x14, 0, 40, 50)
    put(blank, ram.INTERACTION, 2, 1, 0x03)  # a splash
    put(blank, ram.INTERACTION, 3, 1, 0x7F, 0, 1, 2)
    state = GameState.from_ram(blank).model_dump()
    assert state["weapons"] == [{"id": 5, "subid": 0, "x": 70, "y": 60}, {"id": 3, "subid": 0, "x": 30, "y": 20}]
    assert state["devices"] == [{"id": 0x14, "subid": 0, "x": 50, "y": 40}, {"id": 0x7F, "subid": 0, "x": 2, "y": 1}]
    assert state["npcs"] == state["items"] == []
