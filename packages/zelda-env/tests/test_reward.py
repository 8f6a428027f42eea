import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from zelda_env import TERMS, RewardConfig, RewardTracker
from zelda_env import ram_map as ram
from zelda_env.reward import total

STEP = {"step": -1 / 1024}


@pytest.fixture
def tracker(blank):
    made = RewardTracker()
    made.reset(blank)
    return made


def test_nothing_new_costs_the_step_alone(tracker, blank):
    assert tracker.step(blank) == STEP


def test_a_cell_and_a_room_pay_once_in_an_episode(tracker, blank, poke):
    poke(blank, ram.LINK_X, 140)
    assert tracker.step(blank) == {**STEP, "tile": 1 / 16}
    assert tracker.step(blank) == STEP
    poke(blank, ram.ROOM, 1)
    assert tracker.step(blank) == {**STEP, "tile": 1 / 16, "room": 2.0}
    poke(blank, ram.ROOM, 0)
    assert tracker.step(blank) == STEP
    poke(blank, ram.GROUP, 1)
    assert tracker.step(blank) == {**STEP, "tile": 1 / 16, "room": 2.0}
    assert (tracker.rooms, tracker.tiles) == (3, 4)
    tracker.reset(blank)
    assert (tracker.rooms, tracker.tiles) == (1, 1)


def test_a_room_counts_only_when_the_screen_is_at_rest(tracker, blank, poke):
    poke(blank, ram.ROOM, 1)
    poke(blank, ram.SCROLL, 8)
    assert tracker.step(blank) == STEP
    poke(blank, ram.SCROLL, 1)
    assert tracker.step(blank)["room"] == 2.0


def test_coming_back_costs_what_is_asked_for(blank, poke):
    tracker = RewardTracker(RewardConfig(step=0, tile_revisit=-0.5, room_revisit=-1.0))
    tracker.reset(blank)
    assert tracker.step(blank) == {}
    for room, x, earned in (
        (0, 140, {"tile": 1 / 16}),
        (0, 141, {}),
        (0, 120, {"tile_revisit": -0.5}),
        (0, 121, {}),
        (1, 121, {"room": 2.0, "tile": 1 / 16}),
        (0, 121, {"room_revisit": -1.0, "tile_revisit": -0.5}),
        (1, 10, {"room_revisit": -1.0, "tile": 1 / 16}),
    ):
        poke(blank, ram.ROOM, room)
        poke(blank, ram.LINK_X, x)
        assert tracker.step(blank) == earned


def test_a_passage_through_a_changing_screen_is_no_visit(blank, poke):
    tracker = RewardTracker(RewardConfig(step=0, room_revisit=-1.0))
    tracker.reset(blank)
    poke(blank, ram.SCROLL, 8)
    assert tracker.step(blank) == {}
    poke(blank, ram.SCROLL, 1)
    assert tracker.step(blank) == {}


def test_a_press_of_start_costs_whether_or_not_anything_changes(blank):
    tracker = RewardTracker(RewardConfig(step=0, start_press=-0.5))
    tracker.reset(blank)
    assert [tracker.step(blank, action) for action in (7, 7, 0, 6)] == [{"start_press": -0.5}] * 2 + [{}] * 2


def test_moves_within_a_cell_pay_and_a_reset_forgets_where_link_was(blank, poke):
    tracker = RewardTracker(RewardConfig(step=0, move=0.5, stuck=-1.0, stuck_after=2))
    tracker.reset(blank)
    poke(blank, ram.LINK_X, 121)
    assert tracker.step(blank, 4) == {"move": 0.5}
    assert [tracker.step(blank, 4) for _ in range(2)] == [{}, {"stuck": -1.0}]
    poke(blank, ram.LINK_X, 100)
    tracker.reset(blank)
    assert [tracker.step(blank, 4) for _ in range(2)] == [{}, {"stuck": -1.0}]


def test_getting_hurt_and_healed_never_pays(tracker, blank, poke):
    poke(blank, ram.HEALTH, 8)
    hurt = tracker.step(blank)
    assert hurt == {**STEP, "health_lost": -1.0}
    poke(blank, ram.HEALTH, 12)
    healed = tracker.step(blank)
    assert healed == {**STEP, "health_gained": 0.25}
    with pytest.raises(ValidationError, match="would pay"):
        RewardConfig(health_gained=1.0, health_lost=-0.5)


def test_money_pays_above_the_most_held(tracker, blank, poke):
    poke(blank, ram.RUPEES, 0x20)
    assert tracker.step(blank)["rupees"] == 20 / 64
    poke(blank, ram.RUPEES, 0x05)
    assert tracker.step(blank) == STEP
    poke(blank, ram.RUPEES, 0x25)
    assert tracker.step(blank)["rupees"] == 5 / 64


def test_kills_pay_a_few_times_in_each_room(tracker, blank, poke):
    paid = []
    for kills in range(1, 12):
        poke(blank, ram.KILLS, kills)
        paid.append(tracker.step(blank).get("kill", 0))
    assert paid == [0.25] * 8 + [0] * 3
    poke(blank, ram.ROOM, 2)
    poke(blank, ram.KILLS, 13)
    assert tracker.step(blank)["kill"] == 0.5


def test_treasures_sword_essences_and_keys(tracker, blank, poke):
    poke(blank, ram.TREASURES, 0x20)
    poke(blank, ram.SWORD, 1)
    poke(blank, ram.KEYS, 1)
    poke(blank, ram.ESSENCES, 3)
    assert tracker.step(blank) == {**STEP, "treasure": 4.0, "sword": 4.0, "keys": 2.0, "essence": 32.0}
    for field in (ram.TREASURES, ram.SWORD, ram.KEYS, ram.ESSENCES):
        poke(blank, field, 0)
    assert tracker.step(blank) == STEP
    poke(blank, ram.TREASURES, 0x20)
    poke(blank, ram.SWORD, 1)
    poke(blank, ram.ESSENCES, 3)
    assert tracker.step(blank) == STEP


def test_a_text_pays_when_it_opens_and_when_it_is_read(tracker, blank, poke):
    poke(blank, ram.TEXT, 1)
    poke(blank, ram.TEXT_LOW, 7)
    assert tracker.step(blank) == {**STEP, "talk": 0.5}
    assert tracker.step(blank) == STEP
    poke(blank, ram.TEXT, 0)
    assert tracker.step(blank) == {**STEP, "dialog": 0.25}
    poke(blank, ram.TEXT, 1)
    assert tracker.step(blank) == STEP
    poke(blank, ram.TEXT, 0)
    assert tracker.step(blank) == STEP


def test_death_costs_once(tracker, blank, poke):
    poke(blank, ram.DYING, 0xFF)
    assert tracker.step(blank) == {**STEP, "death": -2.0}
    assert tracker.dead
    assert tracker.step(blank) == STEP


def test_a_menu_costs_while_it_is_open(tracker, blank, poke):
    poke(blank, ram.MENU, 1)
    assert [tracker.step(blank)["menu"] for _ in range(2)] == [-1 / 256] * 2


def test_out_of_the_game_nothing_is_believed(tracker, blank, poke):
    garbage = np.full_like(blank, 0x77)
    poke(garbage, ram.DYING, 0)
    assert tracker.step(garbage) == STEP
    assert tracker.step(blank) == STEP


def test_a_weight_of_0_switches_a_term_off(blank):
    tracker = RewardTracker(RewardConfig(step=0, tile=0))
    tracker.reset(blank)
    assert tracker.step(blank) == {}


def test_unknown_and_misdirected_weights_are_refused():
    for wrong in ({"tiles": 1}, {"death": 1}, {"room": -1}, {"room": math.nan}):
        with pytest.raises(ValidationError):
            RewardConfig(**wrong)


ALL_TERMS = RewardConfig(move=0.1, stuck=-0.3, stuck_after=1, start_press=-0.7, tile_revisit=-0.1, room_revisit=-0.9)


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_the_new_terms_leave_the_others_as_they_are(seed):
    """Small changes of RAM at rest: what is switched on adds its terms and changes no other."""
    plain, full = RewardTracker(), RewardTracker(ALL_TERMS)
    generator = np.random.default_rng(seed)
    wram = np.zeros(ram.WRAM_BYTES, np.uint8)
    for field, value in ((ram.GAME_STATE, 2), (ram.CUTSCENE, 1), (ram.SCROLL, 1), (ram.TRANSITION, 2)):
        wram[field.offset] = value
    wram[ram.LINK_STATE.offset] = 1
    plain.reset(wram)
    full.reset(wram)
    for _ in range(60):
        field = generator.choice([ram.LINK_X, ram.LINK_Y, ram.ROOM, ram.TEXT, ram.KILLS])
        if generator.random() < 0.6:
            wram[field.offset] = generator.integers(0, 3) * 12
        action = int(generator.integers(8))
        ours, theirs = plain.step(wram, action), full.step(wram, action)
        new = {"move", "stuck", "start_press", "tile_revisit", "room_revisit"}
        assert {name: value for name, value in theirs.items() if name not in new} == ours
        assert ("start_press" in theirs) == (action == 7)
        assert not {"move", "stuck"} <= set(theirs)
        assert not {"tile", "tile_revisit"} <= set(theirs)


@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_terms_are_named_not_zero_and_sum_exactly_with_the_default_weights(seeds):
    tracker = RewardTracker()
    generator = np.random.default_rng(seeds)
    tracker.reset(generator.integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8))
    sums, values = 0.0, []
    for _ in seeds:
        wram = generator.integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8)
        wram[ram.GAME_STATE.offset] = 2
        terms = tracker.step(wram)
        assert set(terms) <= set(TERMS)
        assert 0.0 not in terms.values()
        assert total(terms) == math.fsum(terms.values()) == sum(reversed(terms.values()))
        sums += total(terms)
        values += terms.values()
    assert sums == math.fsum(values)


def test_every_weight_is_a_multiple_of_1_over_1024():
    config = RewardConfig()
    assert all((getattr(config, name) * 1024).is_integer() for name in TERMS)
