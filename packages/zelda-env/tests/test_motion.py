from itertools import pairwise

import pytest
from zelda_env import ZeldaEnv
from zelda_env import ram_map as ram
from zelda_env.motion import Motion

UP, DOWN, LEFT, RIGHT, A = 1, 2, 3, 4, 5
STILL, MOVED, STUCK = (False, False), (True, False), (False, True)


@pytest.fixture
def motion(blank):
    made = Motion(stuck_after=3)
    made.reset(blank)
    return made


def test_a_direction_that_changes_the_pixel_is_a_move(motion, blank, poke):
    poke(blank, ram.LINK_X, 121)
    assert motion.step(blank, RIGHT) == MOVED
    assert motion.step(blank, RIGHT) == STILL


def test_being_moved_is_no_move(motion, blank, poke):
    poke(blank, ram.LINK_Y, 70)
    assert motion.step(blank, 0) == STILL
    poke(blank, ram.LINK_Y, 60)
    assert motion.step(blank, A) == STILL


def test_pressing_on_in_vain_is_stuck_after_some_steps(motion, blank, poke):
    assert [motion.step(blank, UP) for _ in range(5)] == [STILL, STILL, STUCK, STUCK, STUCK]
    poke(blank, ram.LINK_X, 119)
    assert motion.step(blank, UP) == MOVED
    assert [motion.step(blank, UP) for _ in range(3)] == [STILL, STILL, STUCK]


def test_other_actions_neither_count_nor_end_the_row(motion, blank):
    assert [motion.step(blank, action) for action in (UP, 0, RIGHT, A, 0)] == [STILL] * 5
    assert motion.step(blank, UP) == STUCK
    assert motion.step(blank, A) == STILL
    assert motion.step(blank, UP) == STUCK


@pytest.mark.parametrize(("field", "value"), [(ram.TEXT, 1), (ram.MENU, 1), (ram.SCROLL, 8), (ram.ROOM, 1)])
def test_without_control_or_in_another_room_everything_begins_anew(motion, blank, poke, field, value):
    before = blank[field.offset]
    assert [motion.step(blank, UP) for _ in range(3)][-1] == STUCK
    poke(blank, field, value)
    poke(blank, ram.LINK_X, 10)
    assert motion.step(blank, UP) == STILL
    poke(blank, field, before)
    poke(blank, ram.LINK_X, 130)
    assert motion.step(blank, UP) == STILL
    assert [motion.step(blank, UP) for _ in range(3)] == [STILL, STILL, STUCK]


def test_an_animal_carries_link(motion, blank, poke):
    poke(blank, ram.LINK_OBJECT, 0xD1)
    motion.reset(blank)
    poke(blank, ram.LINK_X, 10)
    assert motion.step(blank, RIGHT) == STILL
    poke(blank, ram.COMPANION_X, 1)
    assert motion.step(blank, RIGHT) == MOVED


def where(env):
    state = env.game_state()
    return (state.room, state.x, state.y) if state.can_act else None


def test_acorn_scrolls_to_another_room_and_its_wall_stops_link(acorn):
    env = ZeldaEnv(rom=acorn, rewards="october-2025")
    env.reset(seed=0)
    for _ in range(12):
        env.step(LEFT)
    places, terms = [where(env)], []
    for _ in range(80):
        terms.append(env.step(UP)[4]["rewards"])
        places.append(where(env))
    same_room = [before and now and now[0] == before[0] for before, now in pairwise(places)]
    moved = [bool(same and now != before) for same, (before, now) in zip(same_room, pairwise(places), strict=True)]
    assert None in places
    assert [term.get("move", 0) for term in terms] == [0.1 * step for step in moved]
    wall = len(moved) - moved[::-1].index(True)
    assert [term.get("stuck", 0) for term in terms] == [0] * (wall + 14) + [-1.0] * (80 - wall - 14)
    assert 40 < wall < 60
    env.close()
