"""Acorn's nuts, its magpie, the burr of gold and the guardian's entrance, where observers look for them."""

import pytest
from director.stage import Stage

HEALTH, MAX_HEALTH, RUPEES = 0xC6A2, 0xC6A3, 0xC6A5
SEEDS, PLANTED, SPOT_KILLS, SPOT_FLAGS, MATURITY = 0xC6BA, 0xC64A, 0xC64C, 0xC649, 0xC65C
KILLED, MAGPIE_KILLS, MAGPIE, COMPANION, GOLD = 0xC620, 0xC63E, 0xCC3A, 0xD100, 0xC6C9
CUTSCENE, REQUEST, MENU_BLOCKED, EDGES_BLOCKED, WARPS_BLOCKED = 0xC2EF, 0xCC04, 0xCC02, 0xCCAB, 0xCCAA
TEXT, MODE, ENEMIES, ROOM = 0xCBA0, 0xCBA1, 0xCC30, 0xCC4C
SOIL, SPROUT, NUT = 0xE1, 0x39, 0x3A
INTERACTION, ENEMY, PART = 0x40, 0x80, 0xC0
TREASURE, OCTOROK, GUARDIAN, GEL, DROP = 0x60, 0x09, 0x78, 0x43, 0x01
CELLAR = 0x61


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made.own("sword", "a")
    made[MAX_HEALTH] = made[HEALTH] = 0x28
    yield made
    made.close()


def text_id(stage):
    return (stage[0xCBA3] - 4) << 8 | stage[0xCBA2]


def word(stage, address):
    return stage[address] | stage[address + 1] << 8


def before_soil(stage, room=0xB4):
    """Stand below the soft soil of a room and look up at it; return its place."""
    stage.warp(0, room, 4, 4)
    column, row = next(
        (column, row) for row in range(8) for column in range(10) if stage.tile(column, row) in (SOIL, SPROUT, NUT)
    )
    stage.warp(0, room, column, row + 1)
    stage.frames(6, ("up",))
    return column, row


def answer(stage, choice):
    """Press A, read on to the question and answer it; return the text that follows."""
    stage.tap("a")
    for _ in range(60):
        if stage[MODE] == 1:
            break
        stage.tap("a", wait=30)
    assert stage[MODE] == 1
    if choice:
        stage.tap("right")
    stage.tap("a", wait=4)
    said = text_id(stage)
    stage.read_on()
    stage.until_free()
    return said


def fell(stage, slot):
    """Let a foe fall as a stroke makes it fall."""
    stage[slot + 0x29] = 0
    for _ in range(60):
        if not stage[slot]:
            return
        stage.frame()
    raise AssertionError("it stands")


def grow(stage, room=0xB4, kills=40):
    """Plant a nut and have foes fall; stand before it again."""
    stage[SEEDS] = 1
    before_soil(stage, room)
    answer(stage, 0)
    spot = stage[PLANTED].bit_length() - 1
    stage[SPOT_KILLS + spot] = kills
    return before_soil(stage, room)


def harvest(stage):
    stage.tap("a", wait=4)
    stage.read_on()
    stage.until_free()


def rupees(stage):
    return int(f"{word(stage, RUPEES):04X}")


@pytest.mark.parametrize(("room", "bit"), [(0xB4, 1), (0xA7, 2), (0x97, 4)])
def test_a_nut_is_planted_where_the_soil_is_soft(stage, room, bit):
    stage[SEEDS] = 0x10
    place = before_soil(stage, room)
    assert (stage.tile(*place), stage.collision(*place)) == (SOIL, 0x0F)
    answer(stage, 0)
    assert (stage[SEEDS], stage[PLANTED], stage[PLANTED + 1]) == (0x09, bit, 0)
    assert (stage.tile(*place), stage.collision(*place)) == (SPROUT, 0x0F)


def test_who_says_no_keeps_the_nut(stage):
    stage[SEEDS] = 1
    place = before_soil(stage)
    answer(stage, 1)
    assert (stage[SEEDS], stage[PLANTED], stage.tile(*place)) == (1, 0, SOIL)


def test_soft_soil_answers_whoever_has_no_nut_and_whoever_cannot_wait(stage):
    said = []
    before_soil(stage)
    for seeds in (0, 1):
        stage[SEEDS] = seeds
        if seeds:
            answer(stage, 0)
        stage.tap("a", wait=4)
        assert stage[MODE] == 0
        said.append(text_id(stage))
        stage.read_on()
        stage.until_free()
    assert len(set(said)) == 2
    assert stage[PLANTED] == 1


def test_soft_soil_listens_from_every_side(stage):
    column, row = before_soil(stage)
    ids = set()
    for right, down, facing in ((0, 1, "up"), (0, -1, "down"), (1, 0, "left")):
        stage.warp(0, 0xB4, column + right, row + down)
        stage.frames(10, (facing,))
        stage.tap("a", wait=4)
        ids.add(text_id(stage) if stage[TEXT] else 0)
        stage.read_on()
        stage.until_free()
    assert len(ids) == 1
    assert 0 not in ids


def test_a_sword_does_not_cut_what_grows(stage):
    place = grow(stage, kills=39)
    stage[0xC681], stage[0xC680] = 0, 5
    stage.tap("b", wait=20)
    assert stage.tile(*place) == SPROUT


@pytest.mark.parametrize(("kills", "tile"), [(38, SPROUT), (39, NUT), (0xFF, NUT)])
def test_the_foe_that_makes_forty_makes_a_nut_ripe(stage, kills, tile):
    place = grow(stage, kills=kills)
    stage.warp(3, CELLAR, 2, 2)
    before = word(stage, KILLED), stage[MAGPIE_KILLS], word(stage, MATURITY)
    fell(stage, stage.slots(ENEMY, GEL)[0])
    after = word(stage, KILLED), stage[MAGPIE_KILLS], word(stage, MATURITY)
    assert after == tuple(value + 1 for value in before)
    assert stage[SPOT_KILLS] == min(kills + 1, 0xFF)
    assert stage[SPOT_KILLS + 1] == 0
    before_soil(stage)
    assert stage.tile(*place) == tile


def test_the_first_nut_is_a_heart_and_frees_its_spot(stage):
    place = grow(stage)
    harvest(stage)
    assert (stage[MAX_HEALTH], stage[HEALTH], stage[SPOT_FLAGS]) == (0x2C, 0x2C, 3)
    assert (stage[PLANTED], stage[SPOT_KILLS], stage.tile(*place)) == (0, 0, SOIL)
    stage.frames(6, ("up",))
    stage.tap("a", wait=4)
    assert stage[TEXT]
    assert stage[MAX_HEALTH] == 0x2C


@pytest.mark.parametrize(
    ("maturity", "worth", "left"), [(0, 20, 0), (59, 20, 0), (60, 50, 0), (159, 50, 0), (160, 100, 0), (450, 100, 250)]
)
def test_a_later_nut_is_worth_what_was_done(stage, maturity, worth, left):
    stage[SPOT_FLAGS] = 3
    grow(stage)
    stage[MATURITY], stage[MATURITY + 1] = maturity & 0xFF, maturity >> 8
    harvest(stage)
    assert (rupees(stage), word(stage, MATURITY), stage[MAX_HEALTH]) == (worth, left, 0x28)


def test_a_room_seen_for_the_first_time_matures_by_five_and_only_then(stage):
    was = word(stage, MATURITY)
    for expected in (5, 5):
        stage.warp(0, 0xB8, 4, 4)
        assert word(stage, MATURITY) == was + expected
    stage[MATURITY] = stage[MATURITY + 1] = 0xFF
    stage.warp(0, 0x95, 4, 6)
    assert word(stage, MATURITY) == 0xFFFF


def test_the_season_turns_around_what_grows(stage):
    place = grow(stage, room=0xA7, kills=5)
    for season in (0, 1, 2):
        stage[0xCC4E] = season
        stage.warp(0, 0xA7, 5, 3)
        assert (stage.tile(*place), stage.collision(*place)) == (SPROUT, 0x0F)


def test_what_was_planted_is_saved(acorn):
    stage = Stage(acorn)
    grow(stage, kills=17)
    stage[MAGPIE_KILLS], stage[GOLD] = 12, 1
    kept = [stage[at] for at in range(0xC63E, 0xC65E)]
    stage.tap("select", wait=40)
    stage.tap("down")
    stage.tap("a")
    stage.until_free()
    again = Stage(acorn, stage.switch_off())
    assert [again[at] for at in range(0xC63E, 0xC65E)] == kept
    assert (again[SPOT_KILLS], again[GOLD]) == (17, 1)
    again.warp(0, 0xB4, 4, 4)
    assert again.find(SPROUT)
    again.close()


def drops(stage):
    return sorted(stage[at + 2] for at in stage.slots(PART, DROP))


# ---- the magpie ----


def call_magpie(stage, room=0xA4, column=5, row=4):
    stage[MAGPIE_KILLS] = 30
    stage.warp(0, room, column, row)
    alone(stage)


def alone(stage):
    for slot in range(0xD080, 0xE080, 0x100):
        stage[slot] = 0
    stage[ENEMIES] = 0


def beside(stage):
    """Put Link where the magpie flies; her way goes on."""
    stage[0xD00B], stage[0xD00D] = stage[COMPANION + 0x0B], stage[COMPANION + 0x0D]


@pytest.mark.parametrize(("kills", "comes"), [(29, False), (30, True), (0xFF, True)])
def test_the_magpie_comes_after_thirty_foes(stage, kills, comes):
    stage[MAGPIE_KILLS] = kills
    stage.warp(0, 0xA4, 5, 4)
    assert (bool(stage[MAGPIE]), stage[COMPANION] == 1) == (comes, comes)
    if comes:
        assert stage[COMPANION + 1] == 0x0E


def test_the_magpie_stays_out_of_houses(stage):
    stage[MAGPIE_KILLS] = 30
    stage.warp(3, 0x17, 4, 6)
    assert (stage[MAGPIE], stage[COMPANION]) == (0, 0)


def test_the_magpie_crosses_the_room_and_comes_again(stage):
    call_magpie(stage, column=1, row=6)
    seen = []
    for _ in range(400):
        stage[HEALTH], stage[0xD00B], stage[0xD00D] = 0x28, 118, 24
        stage.frame()
        if not stage[MAGPIE]:
            break
        seen.append(stage[COMPANION + 0x0D])
    assert stage[COMPANION] == 0
    assert set(range(8, 152)) <= set(seen)
    assert stage[MAGPIE_KILLS] == 30
    stage.warp(0, 0xB8, 5, 4)
    assert stage[MAGPIE]


def test_who_meets_the_magpie_gets_what_she_drops(stage):
    call_magpie(stage)
    while not 40 < stage[COMPANION + 0x0D] < 120:
        stage.frame()
    beside(stage)
    stage.frame()
    assert (stage[TEXT], stage[MAGPIE_KILLS], stage[MAGPIE]) == (1, 0, 1)
    assert drops(stage) == [1, 2, 3, 0x10]
    stage.read_on()
    stage.frames(60)
    assert (stage[MAGPIE], stage[COMPANION]) == (0, 0)
    seeds = stage[SEEDS]
    for slot in stage.slots(PART, DROP):
        if stage[slot + 2] == 0x10:
            stage[0xD00B], stage[0xD00D] = stage[slot + 0x0B], stage[slot + 0x0D]
            stage.frames(2)
    assert stage[SEEDS] == seeds + 1


def test_the_magpie_is_gone_when_link_goes_or_dies(stage):
    call_magpie(stage)
    assert stage[MAGPIE]
    stage[MAGPIE_KILLS] = 0
    stage.warp(0, 0xB8, 5, 4)
    assert (stage[MAGPIE], stage[COMPANION]) == (0, 0)
    call_magpie(stage)
    stage[HEALTH] = 0
    stage[MAGPIE_KILLS] = 0
    stage.frames(400)
    assert stage.screen.can_act
    assert (stage[MAGPIE], stage[COMPANION]) == (0, 0)


def test_the_magpie_waits_while_a_menu_is_open(stage):
    call_magpie(stage)
    stage.frames(60)
    stage.tap("start", wait=60)
    assert stage[0xCBCB] == 1
    place = stage[COMPANION + 0x0B], stage[COMPANION + 0x0D]
    stage.frames(30)
    assert (stage[COMPANION + 0x0B], stage[COMPANION + 0x0D]) == place
    stage.tap("start", wait=60)
    assert (stage[COMPANION + 0x0B], stage[COMPANION + 0x0D]) != place


# ---- the burr of gold ----


def gold(stage):
    stage.warp(0, 0xA3, 4, 5)
    return stage.slots(ENEMY, OCTOROK)


def test_the_burr_of_gold_falls_once_and_leaves_a_heart_where_it_fell(stage):
    (slot,) = gold(stage)
    assert (stage[slot + 0x29], stage[slot + 0x28]) == (8, 0xFC)
    (heart,) = [at for at in stage.slots(INTERACTION, TREASURE) if not stage[at + 0x1A]]
    place = stage[slot + 0x0B], stage[slot + 0x0D]
    fell(stage, slot)
    assert stage[GOLD] == 1
    assert (stage[heart + 0x0B], stage[heart + 0x0D]) == place
    stage.frames(40)
    assert stage[heart + 0x1A] & 0x80
    stage.warp(0, 0xB8, 5, 4)
    assert gold(stage) == []
    (heart,) = [at for at in stage.slots(INTERACTION, TREASURE) if stage[at + 2] == 0x2A]
    stage.warp(0, 0xA3, stage[heart + 0x0D] // 16, stage[heart + 0x0B] // 16)
    stage.frames(4)
    assert (stage[MAX_HEALTH], stage[0xC7A3] & 0x40) == (0x2C, 0x40)
    stage.read_on()
    stage.until_free()
    stage.warp(0, 0xB8, 5, 4)
    stage.warp(0, 0xA3, 4, 5)
    assert all(stage[at + 2] != 0x2A for at in stage.slots(INTERACTION, TREASURE))


def test_the_burr_of_gold_costs_a_heart_and_is_faster(stage):
    (slot,) = gold(stage)
    stage[slot + 0x0B], stage[slot + 0x0D] = stage[0xD00B], stage[0xD00D]
    stage.frames(2)
    assert stage[HEALTH] == 0x24


# ---- the guardian's entrance ----


def enter(stage):
    """Come into the guardian's room by its door; return what an observer saw from the first frame there."""
    stage[0xC914] |= 1
    stage.warp(4, 0x14, 7, 1)
    while stage[ROOM] != 0x11:
        stage.frame(("up",))
    seen = []
    while not stage.screen.can_act:
        stage.frame()
        seen.append((stage[CUTSCENE], stage[REQUEST], stage[MENU_BLOCKED]))
    return seen


def test_the_guardian_is_asked_for_comes_down_and_wakes(stage):
    seen = enter(stage)
    assert seen.count((1, 0x0E, 1)) == 1
    first = seen.index((1, 0x0E, 1))
    scene = [row for row in seen if row[0] == 0x0E]
    assert set(scene) == {(0x0E, 0, 1)}
    assert seen[first + 1 : first + 1 + len(scene)] == scene
    assert 40 < len(scene) < 120
    assert seen[-1] == (1, 0, 0)
    (boss,) = stage.slots(ENEMY, GUARDIAN)
    assert (stage[boss + 0x0F], stage[boss + 0x29]) == (0, 10)


def test_buttons_do_nothing_while_the_guardian_comes(stage):
    stage[0xC914] |= 1
    stage.warp(4, 0x14, 7, 1)
    while stage[CUTSCENE] != 0x0E:
        stage.frame(("up",))
    place = stage[0xD00B], stage[0xD00D]
    while stage[CUTSCENE] == 0x0E:
        stage.frame(("down", "start"))
        assert stage[0xCBCB] == 0
        assert (stage[0xD00B], stage[0xD00D]) == place
    assert stage[HEALTH] == 0x28


def test_nobody_leaves_while_the_guardian_lives_and_it_falls(stage):
    enter(stage)
    stage.frames(12, ("down",))
    assert (stage[ROOM], stage[EDGES_BLOCKED], stage[WARPS_BLOCKED]) == (0x11, 1, 1)
    assert stage.collision(7, 10) == 0
    stage.frames(32, ("up",))
    assert stage.collision(7, 10) == 0x0F
    (boss,) = stage.slots(ENEMY, GUARDIAN)
    fell(stage, boss)
    assert (stage[EDGES_BLOCKED], stage[WARPS_BLOCKED]) == (0, 0)
    stage.frames(60)
    assert (stage.collision(7, 10), stage.collision(14, 5)) == (0, 0)
    stage.warp(4, 0x11, 7, 9)
    stage.frames(60, ("down",))
    stage.until_free()
    assert stage[ROOM] == 0x14


def test_who_dies_before_the_guardian_gets_out_and_meets_it_again(stage):
    enter(stage)
    stage[HEALTH] = 0
    stage.frames(400)
    assert stage.screen.can_act
    assert (stage[EDGES_BLOCKED], stage[WARPS_BLOCKED], stage[MENU_BLOCKED]) == (0, 0, 0)
    assert (0x0E, 0, 1) in enter(stage)


def test_who_saves_before_the_guardian_gets_out(stage):
    enter(stage)
    stage.tap("select", wait=40)
    assert stage[0xCBCB] == 3
    stage.tap("down")
    stage.tap("a")
    stage.until_free()
    assert (stage[EDGES_BLOCKED], stage[WARPS_BLOCKED], stage[MENU_BLOCKED], stage[ROOM] != 0x11) == (0, 0, 0, True)


def test_a_scene_of_a_guardian_that_is_not_there_ends_at_once(stage):
    stage[REQUEST] = 0x0E
    stage.frames(4)
    assert (stage[CUTSCENE], stage[REQUEST], stage[EDGES_BLOCKED]) == (1, 0, 0)
    assert stage.screen.can_act


def test_the_credits_are_asked_for_and_no_menu_opens_in_them(stage):
    stage.warp(4, 0x10, 7, 8)
    (seed,) = stage.slots(INTERACTION, 0x7F)
    stage.warp(4, 0x10, stage[seed + 0x0D] // 16, stage[seed + 0x0B] // 16 + 1)
    while stage[0xD004] != 4:
        stage.frame(("up",))
    seen = []
    for press in range(600):
        stage.frame(("a",) if press % 4 == 0 else ())
        seen.append((stage[CUTSCENE], stage[REQUEST], stage[MENU_BLOCKED]))
        if stage[CUTSCENE] == 0x0A:
            break
    assert seen[-2:] == [(1, 0x0A, 1), (0x0A, 0, 1)]
    assert (1, 0, 1) not in seen
    stage.frames(60)
    stage.tap("start", wait=30)
    assert (stage[0xCBCB], stage[MENU_BLOCKED]) == (0, 1)
