"""What Link lifts, carries and throws, and how he swims: what stops it, and what is left when it is stopped."""

import pytest
from director.stage import Stage

GRAB, SWIM, STATE, CARRIED = 0xCC75, 0xCC78, 0xD004, 0xDC00
GRABBING, LIFTING, HOLDING = 0x41, 0xC2, 0x83
IN_WATER, DIVING = 0x01, 0x80
X, Y, HEALTH, MAX_HEALTH, INVINCIBLE = 0xD00D, 0xD00B, 0xC6A2, 0xC6A3, 0xD02B
MENU, TEXT, ENEMY, OCTOROK = 0xCBCB, 0xCBA0, 0x80, 0x09
LEAVES, SPLASH, PUFF = 0x00, 0x03, 0x05
COAST_GATE, ROCK_POOLS, NORTH_SHORE, EAST_SHORE, SANDBAR = 0xD5, 0xE4, 0x98, 0xA9, 0xE3
BURROW = 0x48


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made.own("bracelet", "b")
    yield made
    made.close()


def stand_at(stage, room, column, row, facing, group=0):
    """Stand beside what lies that way, as close as it lets him."""
    stage.warp(group, room, column, row, facing)
    stage.frames(8, (facing,))


def grab_states(stage, frames=40):
    """Press B and return the values of wLinkGrabState that follow, without repetition."""
    stage.frame(("b",))
    seen = [stage[GRAB]]
    for _ in range(frames):
        stage.frame()
        if stage[GRAB] != seen[-1]:
            seen.append(stage[GRAB])
    return seen


def lift_bush(stage):
    """Hold the bush of the coast gate."""
    stand_at(stage, COAST_GATE, 4, 2, "up")
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]


def until_broken(stage):
    """Wait until nothing is carried or flies."""
    for _ in range(60):
        if not stage[CARRIED]:
            return
        stage.frame()
    raise AssertionError("it flies for ever")


def effects(stage, kind):
    return stage.slots(0x40, kind)


@pytest.mark.parametrize(
    ("place", "facing", "cell", "tile", "under"),
    [
        ((0, COAST_GATE, 4, 2), "up", (4, 1), 0xC4, 0x04),
        ((0, COAST_GATE, 6, 2), "right", (7, 2), 0xC0, 0x04),
        ((3, BURROW, 7, 5), "right", (8, 5), 0x11, 0xA4),
        ((3, 0x15, 2, 5), "left", (1, 5), 0x10, 0xA0),
    ],
)
def test_a_press_grabs_lifts_and_holds(stage, place, facing, cell, tile, under):
    group, room, column, row = place
    stand_at(stage, room, column, row, facing, group)
    assert stage.tile(*cell) == tile
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    assert (stage.tile(*cell), stage.collision(*cell)) == (under, 0)
    assert (stage[CARRIED] & 3, stage[CARRIED + 1], stage[CARRIED + 2]) == (1, 0x16, tile)


@pytest.mark.parametrize(("column", "row", "facing"), [(1, 1, "up"), (3, 3, "up"), (5, 5, "right")])
def test_trees_signs_and_air_stay_where_they_are(stage, column, row, facing):
    stage.warp(0, COAST_GATE, column, row, facing)
    stage.frames(1, (facing,))
    before = [stage[at] for at in range(0xCF00, 0xCF80)]
    assert grab_states(stage) == [0]
    assert [stage[at] for at in range(0xCF00, 0xCF80)] == before
    assert not stage[CARRIED]


def test_he_stands_while_he_lifts_and_walks_while_he_holds(stage):
    stand_at(stage, COAST_GATE, 4, 2, "up")
    stage.frame(("b",))
    place = stage[X], stage[Y]
    while stage[GRAB] != HOLDING:
        stage.frame(("right",))
        assert (stage[X], stage[Y]) == place
    stage.frames(20, ("right",))
    assert stage[X] == place[0] + 20
    assert (stage[CARRIED + 0x0D], stage[CARRIED + 0x0B]) == (stage[X], stage[Y])
    assert stage[CARRIED + 0x0F] >= 0x80


def test_holding_there_is_no_sword_no_shield_and_no_menu(stage):
    stage.own("sword", "a")
    stage.own("shield")
    lift_bush(stage)
    stage[0xC680] = 0x01
    stage.tap("start", wait=40)
    stage.tap("select", wait=40)
    assert (stage[MENU], stage[TEXT], stage[GRAB]) == (0, 0, HOLDING)
    stage.frame(("a",))
    assert (stage[0xD600], stage[0xCC89]) == (0, 0)
    assert stage[GRAB] == 0


@pytest.mark.parametrize("button", ["a", "b"])
def test_either_button_throws_and_it_breaks(stage, button):
    lift_bush(stage)
    stage.frames(12, ("right",))
    stage.frame((button,))
    assert (stage[GRAB], stage[CARRIED] & 3) == (0, 1)
    start, far = stage[CARRIED + 0x0D], 0
    for _ in range(40):
        stage.frame()
        if not stage[CARRIED]:
            break
        far = stage[CARRIED + 0x0D] - start
    assert 24 <= far <= 64
    assert not stage[CARRIED]
    assert effects(stage, LEAVES)
    assert stage.screen.can_act


def test_the_next_thing_waits_until_the_last_is_broken(stage):
    stand_at(stage, BURROW, 7, 5, "right", group=3)
    grab_states(stage)
    stage.frame(("b",))
    assert stage[CARRIED] & 3 == 1
    stage.frames(2)
    stage.frame(("b",))
    assert stage[GRAB] == 0


def test_a_rock_thrown_at_a_wall_breaks_there(stage):
    stand_at(stage, COAST_GATE, 6, 2, "right")
    grab_states(stage)
    stage.frames(6, ("up",))
    y = stage[Y]
    stage.frame(("b",))
    until_broken(stage)
    assert effects(stage, PUFF)
    assert y - stage[CARRIED + 0x0B] < 24


def test_what_is_thrown_into_water_sinks(stage):
    stand_at(stage, ROCK_POOLS, 1, 1, "right")
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    stage.frame(("b",))
    until_broken(stage)
    assert effects(stage, SPLASH)


def test_what_is_thrown_hurts_the_foe_that_it_hits(stage):
    stage[MAX_HEALTH] = stage[HEALTH] = 0x28
    stage.warp(0, EAST_SHORE, 4, 5, "right")
    (foe,) = stage.slots(ENEMY, OCTOROK)
    stage[foe + 0x0D], stage[foe + 0x0B], stage[foe + 4], stage[foe + 6] = 20, 88, 8, 200
    stage.frames(8, ("right",))
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    health = stage[foe + 0x29]
    stage[foe + 0x0D], stage[foe + 0x0B], stage[foe + 4], stage[foe + 6] = 32, 88, 8, 200
    stage.frames(2, ("left",))
    stage.frame(("b",))
    stage.frames(16)
    assert not stage[CARRIED]
    assert stage[foe + 0x29] == health - 2
    assert stage[foe + 0x2A] == 0x83


def test_who_is_hurt_drops_what_he_carries(stage):
    stage.warp(0, EAST_SHORE, 4, 5, "right")
    (foe,) = stage.slots(ENEMY, OCTOROK)
    stage[foe + 4], stage[foe + 6] = 8, 200
    stage[foe + 0x0D], stage[foe + 0x0B] = 20, 20
    stage.frames(8, ("right",))
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    stage[foe + 0x0D], stage[foe + 0x0B] = stage[X] - 4, stage[Y]
    stage.frames(2)
    assert stage[INVINCIBLE]
    assert (stage[GRAB], stage[CARRIED]) == (0, 0)
    assert effects(stage, PUFF)


def test_a_scroll_lets_go(stage):
    lift_bush(stage)
    stage.walk(4, 4)
    for _ in range(200):
        stage.frame(("down",) if stage[Y] < 72 else ("left",))
        if stage[0xCC4C] != COAST_GATE:
            break
    assert stage[0xCC4C] == 0xD4
    assert (stage[GRAB], stage[CARRIED]) == (0, 0)
    stage.until_free()


@pytest.mark.parametrize("frames", [1, 14, 40])
def test_a_warp_lets_go(stage, frames):
    stand_at(stage, COAST_GATE, 4, 2, "up")
    stage.frames(1, ("b",))
    stage.frames(frames)
    assert stage[GRAB]
    stage.warp(3, 0x15, 4, 6)
    assert (stage[GRAB], stage[CARRIED]) == (0, 0)
    stage.walk(5, 5)


def test_a_treasure_is_taken_with_empty_hands(stage):
    stand_at(stage, EAST_SHORE, 4, 5, "right")
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    stage[HEALTH] = stage[MAX_HEALTH] = 0x10
    for slot in stage.slots(ENEMY, OCTOROK):
        stage[slot] = 0
    for _ in range(80):
        stage.frame(("right",) if stage[X] < 88 else ("down",))
        if stage[STATE] == 4:
            break
    assert (stage[STATE], stage[GRAB], stage[CARRIED]) == (4, 0, 0)
    stage.read_on()
    stage.until_free()
    assert stage[MAX_HEALTH] == 0x14


@pytest.mark.parametrize("frames", [1, 14, 40])
def test_who_dies_lifting_goes_on_with_empty_hands(stage, frames):
    stand_at(stage, COAST_GATE, 4, 2, "up")
    stage.frames(1, ("b",))
    stage.frames(frames)
    stage[HEALTH] = 0
    stage.frames(3)
    assert (stage[STATE], stage[GRAB], stage[CARRIED]) == (3, 0, 0)
    stage.frames(400)
    assert stage.screen.can_act
    assert (stage[GRAB], stage[CARRIED]) == (0, 0)


def test_without_flippers_he_drowns(stage):
    stage.warp(0, ROCK_POOLS, 5, 5)
    for _ in range(40):
        stage.frame(("up",))
        assert stage[SWIM] == 0
        if stage[STATE] == 2:
            break
    assert stage[STATE] == 2
    stage.until_free()
    assert stage[HEALTH] == 10


def swim(stage):
    """Be in the middle of the sea off the sandbar."""
    stage.own("flippers")
    stage.warp(0, SANDBAR, 1, 3, "down")
    stage.frames(2)
    assert stage[SWIM] == IN_WATER


def test_he_swims_at_half_the_pace_and_walks_out(stage):
    swim(stage)
    x = stage[X]
    stage.frames(20, ("left",))
    assert x - stage[X] == 10
    for foe in stage.slots(ENEMY, OCTOROK):
        stage[foe] = 0
    stage.frames(100, ("right",))
    assert stage[SWIM] == 0
    assert stage[HEALTH] == 12
    x = stage[X]
    stage.frames(10, ("right",))
    assert stage[X] - x == 10


def test_in_the_water_nothing_is_used(stage):
    stage.own("sword", "a")
    stage.own("shield")
    swim(stage)
    stage[0xC680] = 0x01
    stage.frame(("a",))
    assert (stage[0xD600], stage[SWIM]) == (0, IN_WATER | DIVING)
    stage.frames(5, ("b",))
    assert stage[0xCC89] == 0


def test_a_dive_ends_by_itself_or_at_a_press(stage):
    swim(stage)
    stage.tap("b", wait=0)
    frames = 0
    while stage[SWIM] == IN_WATER | DIVING and frames < 200:
        stage.frame()
        frames += 1
    assert stage[SWIM] == IN_WATER
    assert 30 < frames < 120
    stage.tap("a", wait=4)
    assert stage[SWIM] == IN_WATER | DIVING
    stage.tap("start", wait=40)
    assert stage[MENU] == 0
    stage.tap("a", wait=4)
    assert stage[SWIM] == IN_WATER


def hurt(stage):
    """Set a burr on Link."""
    foe = stage.slots(ENEMY, OCTOROK)[0]
    stage[foe + 4], stage[foe + 6], stage[foe + 0x0D], stage[foe + 0x0B] = 8, 200, stage[X], stage[Y]
    stage.frames(3)
    return stage[HEALTH] < 12


def test_nothing_touches_a_diver(stage):
    swim(stage)
    stage.tap("b", wait=2)
    assert not hurt(stage)
    stage.tap("b", wait=2)
    assert hurt(stage)


def test_the_water_goes_on_in_the_next_room(stage):
    stage.own("flippers")
    stage.warp(0, NORTH_SHORE, 9, 5, "down")
    stage.frames(60, ("down",))
    assert stage[SWIM] == IN_WATER
    for _ in range(200):
        stage.frame(("down",))
        if stage[0xCC4C] != NORTH_SHORE:
            break
    stage.until_free()
    assert (stage[0xCC4C], stage[SWIM]) == (0xA8, IN_WATER)
    stage.frames(10, ("down",))
    assert stage[SWIM] == IN_WATER


def test_where_no_room_is_the_sea_ends(stage):
    swim(stage)
    stage.frames(80, ("left",))
    assert (stage[0xCC4C], stage[SWIM], stage[X]) == (SANDBAR, IN_WATER, 6)
    stage.frames(20, ("right",))
    assert stage[X] > 6


def test_who_dies_in_the_water_goes_on(stage):
    swim(stage)
    stage.tap("b", wait=2)
    stage[HEALTH] = 0
    stage.frames(400)
    assert stage.screen.can_act
    assert stage[SWIM] == IN_WATER
    stage.frames(120, ("right",))
    assert stage[SWIM] == 0


def test_who_saves_in_the_water_goes_on_in_it(acorn, stage):
    swim(stage)
    stage.tap("select", wait=40)
    stage.tap("down")
    stage.tap("a")
    stage.until_free()
    again = Stage(acorn, stage.switch_off())
    again.frames(2)
    assert (again[0xCC4C], again[SWIM]) == (SANDBAR, IN_WATER)
    again.frames(120, ("right",))
    assert again[SWIM] == 0
    again.close()


def test_who_falls_into_the_water_with_something_in_hand_swims(stage):
    stage.own("flippers")
    stand_at(stage, ROCK_POOLS, 1, 1, "right")
    assert grab_states(stage) == [GRABBING, LIFTING, HOLDING]
    stage.frames(40, ("right",))
    assert (stage[GRAB], stage[CARRIED], stage[SWIM]) == (0, 0, IN_WATER)
