"""Acorn's boomerang, slingshot and signs: what they meet, where they end, and what interrupts them."""

import pytest
from director.stage import Stage

BOOMERANG, SEED = 0x06, 0x20
OUTWARD, HOMEWARD = 1, 2
FLAME, FLYING = 1, 2
ITEMS = range(0xD700, 0xDC00, 0x100)
INTERACTION, ENEMY, PART = 0x40, 0x80, 0xC0
OCTOROK, BLADE, KEESE = 0x09, 0x0E, 0x32
DROP, BUTTON = 0x01, 0x09
HEALTH, RUPEES, SEEDS, BOMBS, SIGNS = 0xC6A2, 0xC6A5, 0xC6B5, 0xC6AA, 0xC626
STUN = 0x2E
GAP = (3, 0x42)
"""The cave with an orb beyond three columns of pit."""
VINE_CAVE = (3, 0x31)
HALL = (4, 0x1B)
CROSSING = (0, 0xCB)
"""The crossing of the oaks, with a sign at 7 2."""


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made[0xC6A3] = made[HEALTH] = 0x28
    made.own("boomerang", "b")
    made.own("slingshot", "a")
    made[SEEDS] = 0x10
    yield made
    made.close()


def flying(stage, kind):
    """Return the slots of what Link sent flying."""
    return [at for at in ITEMS if stage[at] and stage[at + 1] == kind]


def place(stage, slot):
    return stage[slot + 0x0D], stage[slot + 0x0B]


def put(stage, slot, x, y):
    stage[slot + 0x0D], stage[slot + 0x0B] = x, y


def no_foes(stage, but=0):
    """Take the foes of the room away, all or all but one."""
    for slot in range(0xD080, 0xE080, 0x100):
        if slot != but:
            stage[slot] = 0


def frozen(stage, slot, x, y):
    """Put a foe somewhere, at rest for as long as a test takes; take all others away."""
    no_foes(stage, slot)
    put(stage, slot, x, y)
    stage[slot + 4], stage[slot + 6] = 8, 200


def throw(stage, button="b"):
    """Press a button for a frame and let the next one pass."""
    stage.frame((button,))
    stage.frame()


def until_gone(stage, kind, limit=200):
    """Let frames pass until nothing of a kind flies; return where it was in each."""
    path = []
    for _ in range(limit):
        slots = flying(stage, kind)
        if not slots:
            return path
        path.append((stage[slots[0] + 4], place(stage, slots[0])))
        stage.frame()
    raise AssertionError(f"{kind:02X} still flies after {limit} frames")


# ---- the boomerang


@pytest.mark.parametrize(("facing", "step"), [("up", (0, -1)), ("right", (1, 0)), ("down", (0, 1)), ("left", (-1, 0))])
def test_the_boomerang_flies_straight_and_comes_back(stage, facing, step):
    stage.warp(*HALL, 5, 5, facing)
    no_foes(stage)
    start = place(stage, 0xD000)
    throw(stage)
    (slot,) = flying(stage, BOOMERANG)
    assert (stage[slot] & 3, stage[slot + 8], stage[slot + 9]) == (1, stage[0xD008], 8 * stage[0xD008])
    path = until_gone(stage, BOOMERANG)
    out = [where for state, where in path if state == OUTWARD]
    assert all((x - start[0]) * step[1] == 0 and (y - start[1]) * step[0] == 0 for x, y in out)
    away = [(x - start[0]) * step[0] + (y - start[1]) * step[1] for x, y in out]
    assert away == sorted(set(away))
    back = [where for state, where in path if state == HOMEWARD]
    assert max(abs(back[-1][0] - start[0]), abs(back[-1][1] - start[1])) < 10


def test_there_is_one_boomerang(stage):
    stage.warp(*HALL, 5, 5, "left")
    no_foes(stage)
    throw(stage)
    for _ in range(4):
        throw(stage)
        assert len(flying(stage, BOOMERANG)) == 1
    until_gone(stage, BOOMERANG)
    throw(stage)
    assert len(flying(stage, BOOMERANG)) == 1


def test_the_boomerang_turns_at_a_wall_and_flies_over_water_and_pits(stage):
    stage.warp(*GAP, 4, 3, "right")
    throw(stage)
    assert max(x for _, (x, _) in until_gone(stage, BOOMERANG)) > 8 * 16 - 12
    stage.warp(*GAP, 4, 3, "left")
    throw(stage)
    assert min(x for _, (x, _) in until_gone(stage, BOOMERANG)) in range(12, 17)


def test_the_boomerang_stays_in_the_room(stage):
    stage.warp(*CROSSING, 8, 3, "right")
    throw(stage)
    assert max(x for _, (x, _) in until_gone(stage, BOOMERANG)) < 160
    assert stage[0xCC4C] == CROSSING[1]


def test_the_boomerang_stuns_and_a_stunned_foe_neither_moves_nor_hurts(stage):
    stage.warp(0, 0xA4, 5, 6)
    slot = stage.slots(ENEMY, OCTOROK)[0]
    stage.warp(0, 0xA4, 4, 5, "right")
    frozen(stage, slot, place(stage, 0xD000)[0] + 34, place(stage, 0xD000)[1])
    stage[slot + 6] = 20
    health = stage[slot + 0x29]
    throw(stage)
    while not stage[slot + STUN]:
        stage.frame()
    assert stage[flying(stage, BOOMERANG)[0] + 4] == HOMEWARD
    until_gone(stage, BOOMERANG)
    where = place(stage, slot)
    put(stage, 0xD000, *where)
    stage.frames(60)
    assert (place(stage, slot), stage[slot + 0x29], stage[HEALTH]) == (where, health, 0x28)
    while stage[slot + STUN]:
        stage.frame()
    stage.frames(3)
    assert stage[HEALTH] < 0x28


def test_the_smallest_foes_fall_to_the_boomerang(stage):
    stage.warp(3, 0x40, 4, 5, "right")
    slot = stage.slots(ENEMY, KEESE)[0]
    frozen(stage, slot, place(stage, 0xD000)[0] + 30, place(stage, 0xD000)[1])
    throw(stage)
    stage.frames(60)
    assert stage[slot] == 0


def test_a_blade_does_not_care(stage):
    stage.warp(4, 0x1A, 7, 9, "up")
    slot = stage.slots(ENEMY, BLADE)[0]
    frozen(stage, slot, place(stage, 0xD000)[0], place(stage, 0xD000)[1] - 30)
    throw(stage)
    while stage[flying(stage, BOOMERANG)[0] + 4] == OUTWARD:
        stage.frame()
    assert (stage[slot + 0x2A], stage[slot + STUN], stage[slot] & 3) == (0x86, 0, 1)


def test_the_boomerang_fetches_what_lies_on_its_way(stage):
    # the game looks at the slots that it has given out only, so the room's button is turned into a drop
    stage.warp(4, 0x19, 7, 5, "right")
    (slot,) = stage.slots(PART, BUTTON)
    x, y = place(stage, 0xD000)
    for at, value in ((1, DROP), (2, 2), (6, 240), (7, 0), (0x0B, y), (0x0D, x + 40), (0x1A, 0x80)):
        stage[slot + at] = value
    was = stage[RUPEES]
    throw(stage)
    until_gone(stage, BOOMERANG)
    stage.frames(4)
    assert (stage[RUPEES], stage[slot]) == (was + 1, 0)
    assert abs(stage[0xD00D] - x) < 2


# ---- the heart beyond the gap


def heart(stage):
    return [at for at in stage.slots(INTERACTION, 0x60) if stage[at + 2] == 0x2A]


@pytest.mark.parametrize("button", ["a", "b"])
def test_the_eye_beyond_the_gap_opens_the_way_to_a_heart(stage, button):
    stage.warp(*GAP, 4, 3, "right")
    assert (stage.tile(2, 1), stage.collision(2, 1)) == (0x0E, 0x0F)
    throw(stage, button)
    stage.frames(90)
    assert (stage[0xCC31], stage.tile(2, 1), stage.collision(2, 1)) == (1, 0x0F, 0)
    stage.walk(2, 3)
    stage.walk(2, 2)
    stage.frames(40, ("left",))
    stage.frames(20, ("up",))
    stage.read_on()
    stage.until_free()
    assert (stage[0xC6A3], stage[HEALTH]) == (0x2C, 0x2C)
    assert not heart(stage)
    stage.warp(0, 0xBD, 8, 4)
    assert stage[0xCC31] == 0
    stage.warp(*GAP, 4, 3)
    assert stage.tile(2, 1) == 0x0E
    assert not heart(stage)


@pytest.mark.parametrize("item", ["sword", "bombs", "satchel"])
def test_nothing_else_reaches_that_eye(stage, item):
    stage[BOMBS] = 0x10
    stage.own(item, "b")
    stage.own("feather", "a")
    stage.warp(*GAP, 4, 3, "right")
    for _ in range(3):
        stage.tap("b", wait=130)
    stage.warp(*GAP, 4, 3, "right")
    stage.frame(("right",))
    stage.frames(20, ("right", "a"))
    stage.frames(20, ("right", "b"))
    stage.frames(160)
    assert stage[0xCC31] == 0


# ---- the slingshot


def test_a_shot_takes_a_seed_flies_straight_and_burns_at_the_wall(stage):
    stage.warp(*GAP, 4, 4, "left")
    throw(stage, "a")
    assert stage[SEEDS] == 0x09
    path = until_gone(stage, SEED)
    states = [state for state, _ in path]
    assert states == sorted(states, reverse=True)
    assert set(states) == {FLYING, FLAME}
    assert {y for _, (_, y) in path} == {4 * 16 + 8}
    assert len({where for state, where in path if state == FLAME}) == 1
    assert path[-1][1][0] // 16 == 1


def test_without_a_seed_nothing_happens(stage):
    stage[SEEDS] = 0
    stage.warp(*GAP, 4, 4, "left")
    throw(stage, "a")
    assert not flying(stage, SEED)
    assert stage[SEEDS] == 0
    assert stage.screen.can_act


def test_there_are_never_more_shots_than_slots_and_none_is_lost(stage):
    stage[SEEDS] = 0x20
    stage.warp(*HALL, 5, 5, "left")
    no_foes(stage)
    for _ in range(7):
        throw(stage, "a")
    assert len(flying(stage, SEED)) == 5
    assert stage[SEEDS] == 0x15
    stage.frames(120)
    assert not flying(stage, SEED)


def test_a_shot_lights_a_torch_from_afar(stage):
    stage.warp(4, 0x1D, 7, 5)
    column, row = stage.find(0x08)
    stage.warp(4, 0x1D, column, row + 3, "up")
    throw(stage, "a")
    stage.frames(70)
    assert (stage.tile(column, row), stage[0xCCA9]) == (0x09, 1)


def test_a_shot_hits_a_foe(stage):
    stage.warp(0, 0xA4, 5, 6)
    slot = stage.slots(ENEMY, OCTOROK)[0]
    stage.warp(0, 0xA4, 4, 5, "right")
    x, y = place(stage, 0xD000)
    frozen(stage, slot, x + 44, y)
    throw(stage, "a")
    while stage[flying(stage, SEED)[0] + 4] == FLYING:
        stage.frame()
    assert x + 30 < place(stage, flying(stage, SEED)[0])[0] < x + 50
    stage.frames(12)
    assert stage[slot] & 3 != 1 or stage[slot + 0x29] == 0


def test_a_shot_leaves_no_room(stage):
    stage.warp(*CROSSING, 8, 3, "right")
    throw(stage, "a")
    path = until_gone(stage, SEED)
    assert {state for state, _ in path} == {FLYING}
    assert max(x for _, (x, _) in path) < 160


# ---- where they come from


def test_the_boomerang_lies_in_its_chest_and_the_farmer_gives_the_slingshot_once(stage):
    for at in (0xC692, 0xC694, 0xC680, 0xC681, 0xC6B1, 0xC6B3):
        stage[at] = 0
    stage.warp(3, 0x40, 3, 3)
    no_foes(stage)
    stage.frames(8, ("up",))
    stage.tap("a", wait=60)
    stage.read_on()
    stage.until_free()
    assert (stage[0xC692], stage[0xC6B1], stage[0xC680]) == (0x40, 1, BOOMERANG)
    said = []
    for _ in range(2):
        stage.warp(3, 0x41, 6, 5)
        stage.frames(8, ("up",))
        stage.tap("a", wait=4)
        said.append(stage[0xCBA2])
        stage.read_on()
        stage.until_free()
    assert said[0] != said[1]
    assert (stage[0xC694], stage[0xC6B3], stage[0xC681]) == (0x08, 1, 0x13)
    assert not any(stage[0xC682 + at] for at in range(16))


def test_a_full_sky_costs_no_frame(stage):
    """A step of the game ends in its frame with all five slots in the air and every foe awake."""
    stage[SEEDS] = 0x20
    stage.warp(*HALL, 7, 3, "left")
    counted = stage[0xCC00]
    for number in range(60):
        stage.frame(("a",) if number in (4, 6, 8, 10) else ("b",) if number == 2 else ())
        assert stage[0xCC00] == (counted + number + 1) % 256
    assert stage[SEEDS] == 0x16


# ---- whatever comes between


def rooms_apart(stage, button, way):
    """Send something flying the other way and walk out; return when the next room is still."""
    stage[0xD008] = {"right": 3, "left": 1}[way]
    throw(stage, button)
    room = stage[0xCC4C]
    for _ in range(120):
        stage.frame((way,))
        if stage[0xCC4C] != room:
            break
    stage.until_free()
    assert stage[0xCC4C] != room


@pytest.mark.parametrize(("button", "kind"), [("a", SEED), ("b", BOOMERANG)])
def test_nothing_flies_on_in_the_next_room(stage, button, kind):
    stage.warp(*CROSSING, 8, 3, "right")
    rooms_apart(stage, button, "right")
    assert not flying(stage, kind)
    throw(stage, "b")
    assert len(flying(stage, BOOMERANG)) == 1


@pytest.mark.parametrize(("button", "kind"), [("a", SEED), ("b", BOOMERANG)])
def test_a_warp_takes_everything_away(stage, button, kind):
    stage.warp(*GAP, 4, 6, "up")
    throw(stage, button)
    for _ in range(60):
        stage.frame(("down",))
    stage.until_free()
    assert (stage[0xCC49], stage[0xCC4C]) == (0, 0xBD)
    assert not flying(stage, kind)


@pytest.mark.parametrize(("button", "kind"), [("a", SEED), ("b", BOOMERANG)])
def test_a_death_takes_everything_away(stage, button, kind):
    stage.warp(4, 0x1C, 7, 9, "up")
    throw(stage, button)
    stage[HEALTH] = 0
    stage.frames(400)
    assert stage.screen.can_act
    assert not flying(stage, kind)


@pytest.mark.parametrize(("button", "kind"), [("a", SEED), ("b", BOOMERANG)])
def test_nothing_flies_on_after_save_and_quit(stage, button, kind):
    stage.warp(*HALL, 5, 5, "right")
    no_foes(stage)
    throw(stage, button)
    stage.tap("select", wait=40)
    stage.tap("down")
    stage.tap("a")
    stage.until_free()
    assert stage[0xC6B1] == 1
    assert not flying(stage, kind)


@pytest.mark.parametrize(("button", "kind"), [("a", SEED), ("b", BOOMERANG)])
def test_the_border_of_a_region_takes_everything_away(stage, button, kind):
    stage.warp(0, 0xEA, 1, 3, "right")
    no_foes(stage)
    rooms_apart(stage, button, "left")
    assert (stage[0xCC4C], stage[0xCC4D]) == (0xE9, 0x00)
    assert not flying(stage, kind)


def test_the_boomerang_waits_while_the_season_turns(stage):
    stage.own("rod", "a")
    stage[0xC6B0] = 0x0F
    stage.warp(0, 0xDC, 5, 4, "up")
    no_foes(stage)
    stage.frames(10, ("up",))
    season = stage[0xCC4E]
    stage[0xD008] = 2
    throw(stage)
    stage[0xD008] = 0
    stage.tap("a", wait=14)
    (slot,) = flying(stage, BOOMERANG)
    where = place(stage, slot)
    stage.frames(20)
    assert place(stage, slot) == where
    stage.until_free()
    assert stage[0xCC4E] != season
    stage.frames(120)
    assert not flying(stage, BOOMERANG)


def test_the_boomerang_comes_back_to_who_fell(stage):
    stage.warp(*GAP, 4, 3, "right")
    throw(stage)
    for _ in range(40):
        stage.frame(("right",))
    assert stage[0xD004] in (1, 2)
    stage.frames(150)
    assert not flying(stage, BOOMERANG)
    assert stage.screen.can_act


def test_a_menu_and_a_text_only_hold_it_up(stage):
    stage.warp(*HALL, 5, 5, "left")
    no_foes(stage)
    throw(stage)
    (slot,) = flying(stage, BOOMERANG)
    stage.tap("start", wait=40)
    where = place(stage, slot)
    stage.frames(20)
    assert place(stage, slot) == where
    stage.tap("start", wait=40)
    until_gone(stage, BOOMERANG)


# ---- signs


def cut_the_sign(stage):
    stage.own("sword", "b")
    stage.warp(*CROSSING, 7, 3, "up")
    stage.frames(4, ("up",))
    stage.tap("b", wait=20)


def test_a_sign_falls_to_the_sword_and_is_counted(stage):
    cut_the_sign(stage)
    assert (stage.tile(7, 2), stage.collision(7, 2), stage[SIGNS]) == (0x04, 0, 1)
    stage.tap("b", wait=20)
    assert stage[SIGNS] == 1
    stage[0xC681] = 0
    stage.tap("a", wait=20)
    assert stage[0xCBA0] == 0


def test_a_sign_stands_again_and_can_be_read(stage):
    cut_the_sign(stage)
    stage.warp(0, 0xCC, 1, 4)
    stage.warp(*CROSSING, 7, 3, "up")
    assert stage.tile(7, 2) == 0xF2
    stage.frames(4, ("up",))
    stage.tap("a", wait=4)
    assert stage[0xCBA0] == 1
    stage.read_on()
    assert stage[SIGNS] == 1


def test_the_count_of_signs_stops_at_the_end_of_its_byte(stage):
    stage[SIGNS] = 0xFE
    for expected in (0xFF, 0xFF):
        cut_the_sign(stage)
        assert stage[SIGNS] == expected


def test_a_tablet_of_stone_is_no_sign(stage):
    stage.own("sword", "b")
    stage.warp(*GAP, 4, 2, "up")
    stage.frames(4, ("up",))
    stage.tap("b", wait=20)
    assert (stage.tile(4, 1), stage[SIGNS]) == (0xF2, 0)


# ---- back on the door


def test_who_falls_where_a_door_led_in_stays_in_the_room(stage):
    """He is set down on the cell of the door, which must not take him out again."""
    stage.warp(*VINE_CAVE, 4, 7)
    entrance = place(stage, 0xD000)
    stage.walk(4, 5)
    stage.walk(4, 3)
    health = stage[HEALTH]
    for _ in range(100):
        stage.frame(("right",))
        if stage[0xD004] == 2:
            break
    assert stage[0xD004] == 2
    stage.frames(160)
    assert (stage[0xCC49], stage[0xCC4C]) == VINE_CAVE
    assert (place(stage, 0xD000), stage[HEALTH]) == (entrance, health - 2)
    assert stage[0xCCA8] == 0x74
    stage.walk(4, 5)
    assert stage[0xCCA8] == 0xFF
    for _ in range(60):
        stage.frame(("down",))
    stage.until_free()
    assert (stage[0xCC49], stage[0xCC4C]) == (0, 0xED)
