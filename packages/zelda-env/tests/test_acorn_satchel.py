"""Acorn's satchel with both its pages, rings, clover seeds, ore and jewels: what a table of facts cannot say."""

import pytest
from director.stage import Stage

STORAGE, RAW, RINGS, BOX, WORN, BOX_LEVEL = 0xC682, 0xC5C0, 0xC616, 0xC6C0, 0xC6C5, 0xC6C6
B, A, TREASURES, HEALTH, MAX_HEALTH, RUPEES, ORE = 0xC680, 0xC681, 0xC692, 0xC6A2, 0xC6A3, 0xC6A5, 0xC6A7
EMBERS, SCENTS, KIND, SCENT_ACTIVE, JEWELS = 0xC6B5, 0xC6B6, 0xC6BE, 0xCCF0, 0xC6E1
MENU, MENU_STATE, PAGE, CURSOR, SECOND_CURSOR, TEXT, MODE = 0xCBCB, 0xCBCC, 0xCBCF, 0xCBD0, 0xCBD1, 0xCBA0, 0xCBA1
THORN, BARK, NONE = 7, 8, 0xFF
MILL, CELLAR, HALL, JEWELLER = 0x14, 0x50, 0x52, 0x53
BURR = 0x09


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made.until_free()
    yield made
    made.close()


def open_satchel(stage, page=0):
    stage.tap("start", wait=40)
    assert (stage[MENU], stage[MENU_STATE], stage[PAGE]) == (1, 1, 0)
    if page:
        stage.tap("select", wait=20)
        assert stage[PAGE] == 1


def close_satchel(stage):
    stage.tap("start", wait=40)
    assert (stage[MENU], stage[TEXT]) == (0, 0)
    assert stage.screen.can_act


def treasure(stage, number):
    stage[TREASURES + number // 8] |= 1 << number % 8


def ask(stage):
    """Read on until a question waits."""
    for _ in range(60):
        if stage[MODE] == 1:
            return
        stage.tap("a", wait=30)
    raise AssertionError("nothing is asked")


def talk(stage, room, column, row, answer=None):
    """Talk upwards to whoever stands above a cell, and answer what he asks."""
    stage.warp(3, room, column, row)
    stage.frames(8, ("up",))
    stage.tap("a")
    assert stage[TEXT], "nobody answers"
    if answer is not None:
        ask(stage)
        for _ in range(answer):
            stage.tap("right")
        stage.tap("a")
    stage.read_on()
    stage.until_free()


@pytest.mark.parametrize("place", range(16))
def test_every_place_of_the_satchel_can_be_reached_and_exchanged(stage, place):
    stage.own("sword", "b")
    stage.own("feather")
    stage[STORAGE + place] = 0x17
    open_satchel(stage)
    for _ in range(place % 8):
        stage.tap("right", wait=2)
    for _ in range(place // 8):
        stage.tap("down", wait=2)
    assert stage[CURSOR] == place
    stage.tap("a")
    assert (stage[B], stage[A], stage[STORAGE + place]) == (5, 0x17, 0)
    close_satchel(stage)


def test_the_mark_goes_round(stage):
    stage.own("sword", "b")
    open_satchel(stage)
    seen = []
    for key in ("left", "right", "up", "up", "left", "down"):
        stage.tap(key, wait=2)
        seen.append(stage[CURSOR])
    assert seen == [15, 0, 8, 0, 15, 7]
    close_satchel(stage)


def test_select_turns_the_page_and_the_satchel_opens_on_the_first(stage):
    stage.own("sword", "b")
    open_satchel(stage, page=1)
    close_satchel(stage)
    open_satchel(stage)
    stage.tap("select", wait=1)
    stage.tap("select", wait=1)
    assert stage[PAGE] == 0
    close_satchel(stage)


def test_the_second_page_moves_nothing_between_the_buttons(stage):
    stage.own("sword", "b")
    stage.own("rod", "a")
    stage[STORAGE] = 0x17
    open_satchel(stage, page=1)
    stage.tap("a", wait=20)
    assert (stage[B], stage[A], stage[STORAGE]) == (5, 7, 0x17)
    stage.tap("b", wait=40)
    assert (stage[MENU], stage[B], stage[A]) == (0, 5, 7)


def test_a_full_satchel_is_drawn_without_a_frame_lost(stage):
    stage.own("sword", "b")
    stage.own("satchel", "a")
    for place in range(16):
        stage[STORAGE + place] = (1, 3, 7, 0x17)[place % 4]
    stage[BOX_LEVEL], stage[HEALTH], stage[MAX_HEALTH] = 3, 0x40, 0x40
    for place in range(5):
        stage[BOX + place] = BARK
    for number in (0x20, 0x21, 0x37, *range(0x4C, 0x50)):
        treasure(stage, number)
    open_satchel(stage)
    before, passed = stage[0xCC00], 0
    for key in ("b", "down", "a", "select", "right", "down", "a", "select"):
        for buttons in ((key,), *[()] * 19):
            stage.frame(buttons)
            passed += 1
            assert stage[0xCC00] == (before + passed) % 256
    close_satchel(stage)


def wear(stage, place):
    open_satchel(stage, page=1)
    while stage[SECOND_CURSOR] != place:
        stage.tap("right", wait=2)
    stage.tap("a", wait=20)
    close_satchel(stage)


def test_a_ring_is_put_on_and_taken_off(stage):
    stage[BOX_LEVEL], stage[BOX], stage[BOX + 1] = 2, BARK, THORN
    wear(stage, 1)
    assert stage[WORN] == THORN
    wear(stage, 0)
    assert stage[WORN] == BARK
    wear(stage, 0)
    assert stage[WORN] == NONE


@pytest.mark.parametrize(("level", "place"), [(0, 0), (1, 1), (2, 3), (2, 2)])
def test_a_place_without_a_ring_or_beyond_the_box_puts_nothing_on(stage, level, place):
    stage[BOX_LEVEL] = level
    if place != 2:
        stage[BOX + place] = BARK
    wear(stage, place)
    assert stage[WORN] == NONE


def test_the_jeweller_gives_a_box_then_a_ring_then_tells_what_a_ring_is(stage):
    stage[RAW] = THORN
    stage[RUPEES] = 0x25
    talk(stage, JEWELLER, 4, 3)
    assert (stage[BOX_LEVEL], stage[RINGS + 1], stage[BOX]) == (2, 0, NONE)
    talk(stage, JEWELLER, 4, 3)
    assert (stage[RINGS + 1], stage[BOX], stage[WORN]) == (1, BARK, NONE)
    talk(stage, JEWELLER, 4, 3, answer=1)
    assert (stage[RAW], stage[RUPEES], stage[RINGS]) == (THORN, 0x25, 0)
    talk(stage, JEWELLER, 4, 3, answer=0)
    assert (stage[RAW], stage[RUPEES], stage[RINGS]) == (NONE, 0x05, 0x80)
    assert (stage[BOX], stage[BOX + 1]) == (BARK, THORN)
    talk(stage, JEWELLER, 4, 3)
    assert (stage[RUPEES], stage[BOX + 2]) == (0x05, NONE)


def test_the_jeweller_wants_his_twenty_rupees(stage):
    stage[RAW], stage[BOX_LEVEL], stage[0xC853] = THORN, 2, 0x80
    treasure(stage, 0x2C)
    stage[RUPEES] = 0x19
    talk(stage, JEWELLER, 4, 3, answer=0)
    assert (stage[RAW], stage[RUPEES], stage[RINGS]) == (THORN, 0x19, 0)


def test_a_ring_that_was_known_before_the_box_is_put_in_with_it(stage):
    stage[RINGS + 1] = 1
    talk(stage, JEWELLER, 4, 3)
    assert stage[BOX] == BARK


@pytest.mark.parametrize(("ring", "left"), [(NONE, 8), (THORN, 8), (BARK, 10)])
def test_the_bark_ring_halves_what_a_bomb_does_to_link(stage, ring, left):
    stage.own("bombs", "b")
    stage[0xC6AA], stage[WORN] = 0x10, ring
    stage.tap("b", wait=150)
    assert stage[HEALTH] == left


@pytest.mark.parametrize(("ring", "strokes"), [(NONE, 2), (BARK, 2), (THORN, 1)])
def test_the_thorn_ring_doubles_the_stroke(stage, ring, strokes):
    stage.own("sword", "a")
    stage[WORN] = ring
    stage.warp(0, 0xB4, 3, 4)
    (burr,) = stage.slots(0x80, BURR)
    health = stage[burr + 0x29]
    counts = 0
    while stage[burr] & 3 == 1 and stage[burr + 0x29] and counts < 5:
        stage.until_free()
        stage[0xD00B], stage[0xD00D], stage[0xD008] = 0x48, 0x48, 1
        stage[burr + 0x0B], stage[burr + 0x0D], stage[burr + 0x2B], stage[burr + 0x2D] = 0x48, 0x54, 0, 0
        stage.tap("a", wait=2)
        stage.frames(16)
        counts += 1
    assert (health, counts) == (2, strokes)


def lay_clover(stage):
    stage.own("satchel", "b")
    treasure(stage, 0x21)
    stage[EMBERS], stage[SCENTS], stage[KIND] = 0x20, 0x10, 1
    stage.tap("b")


def test_one_clover_seed_lies_at_a_time_and_no_ember_is_used(stage):
    lay_clover(stage)
    assert (stage[SCENT_ACTIVE], stage[SCENTS], stage[EMBERS]) == (1, 0x09, 0x20)
    stage.tap("b")
    assert stage[SCENTS] == 0x09
    stage.frames(240)
    assert (stage[SCENT_ACTIVE], stage[0xD700]) == (0, 0)
    stage.tap("b")
    assert (stage[SCENT_ACTIVE], stage[SCENTS]) == (1, 0x08)


def test_no_clover_without_seeds(stage):
    lay_clover(stage)
    stage.frames(250)
    stage[SCENTS] = 0
    stage.tap("b")
    assert (stage[SCENT_ACTIVE], stage[EMBERS]) == (0, 0x20)


def test_a_burr_walks_to_the_clover(stage):
    stage.warp(0, 0xA5, 5, 5)
    for burr in stage.slots(0x80, BURR)[1:]:
        stage[burr] = 0
    burr = stage.slots(0x80, BURR)[0]
    lay_clover(stage)
    where = stage[0xD70B], stage[0xD70D]
    far = abs(stage[burr + 0x0B] - where[0]) + abs(stage[burr + 0x0D] - where[1])
    near = far
    for _ in range(220):
        stage[HEALTH] = 12
        stage.frame()
        near = min(near, abs(stage[burr + 0x0B] - where[0]) + abs(stage[burr + 0x0D] - where[1]))
    assert far > 40
    assert near <= 20


@pytest.mark.parametrize("way", ["scroll", "warp", "death"])
def test_the_clover_does_not_follow_link(stage, way):
    stage.warp(0, 0xB6, 4, 1)
    lay_clover(stage)
    assert stage[SCENT_ACTIVE]
    if way == "scroll":
        stage.frames(60, ("up",))
        stage.until_free()
        assert stage[0xCC4C] == 0xA6
    elif way == "warp":
        stage.warp(3, CELLAR, 2, 2)
    else:
        stage[HEALTH] = 0
        stage.frames(400)
        stage.until_free()
    assert (stage[SCENT_ACTIVE], stage[0xD700]) == (0, 0)


def test_the_seeds_of_the_satchel_are_chosen_among_those_that_are_owned(stage):
    stage.own("satchel", "b")
    treasure(stage, 0x20)
    treasure(stage, 0x21)
    stage[SCENTS] = 0x10
    open_satchel(stage, page=1)
    stage.tap("down", wait=2)
    stage.tap("right", wait=2)
    stage.tap("a", wait=20)
    assert stage[KIND] == 1
    stage.tap("right", wait=2)
    stage.tap("a", wait=20)
    assert (stage[SECOND_CURSOR], stage[KIND]) == (7, 1)
    close_satchel(stage)


def test_the_beekeeper_gives_clover_to_who_has_a_satchel(stage):
    stage.warp(0, 0xF9, 3, 3)
    stage.frames(8, ("up",))
    stage.tap("a")
    stage.read_on()
    stage.until_free()
    assert stage[SCENTS] == 0
    stage.own("satchel")
    stage.tap("a")
    stage.read_on()
    stage.until_free()
    assert (stage[SCENTS], stage[TREASURES + 4] & 2) == (0x20, 2)


def test_a_lump_of_ore_leaves_ore_and_is_back_on_the_next_visit(stage):
    stage.own("sword", "a")
    for _ in range(2):
        stage.warp(3, CELLAR, 3, 4)
        before = stage[ORE]
        assert stage.tile(3, 3) == 0xE0
        stage.frames(8, ("up",))
        stage.tap("a", wait=40)
        assert (stage.tile(3, 3), stage.collision(3, 3)) == (0xA4, 0)
        stage.frames(20, ("up",))
        assert stage[ORE] > before
        assert stage[TREASURES + 6] & 0x80


@pytest.mark.parametrize(("ore", "left", "hearts"), [(0x54, 0x54, 3), (0x55, 0, 4), (0x99, 0x44, 4)])
def test_the_miller_gives_a_heart_for_ore(stage, ore, left, hearts):
    treasure(stage, 0x37)
    stage[ORE] = ore
    stage.warp(3, MILL, 6, 6)
    stage.frames(8, ("up",))
    stage.tap("a")
    ask(stage)
    stage.tap("a")
    stage.read_on()
    stage.until_free()
    assert (stage[ORE], stage[MAX_HEALTH]) == (left, 4 * hearts)
    stage.tap("a")
    stage.read_on()
    stage.until_free()
    assert (stage[ORE], stage[MAX_HEALTH]) == (left, 4 * hearts)


def test_four_jewels_open_the_way_to_a_heart(stage):
    for number, column in enumerate((2, 4, 6, 8)):
        stage.warp(3, HALL, column, 5)
        stage.frames(8, ("up",))
        stage.tap("a")
        stage.read_on()
        assert stage[JEWELS] == (1 << number) - 1
        assert stage.tile(column, 4) == 0xE3
        treasure(stage, 0x4C + number)
        assert stage.tile(5, 2) == 0x78
        stage.tap("a")
        stage.read_on()
        assert stage[JEWELS] == (2 << number) - 1
        assert (stage.tile(column, 4), stage.collision(column, 4)) == (0xE4, 0x0F)
    stage.until_free()
    stage.frames(4)
    assert (stage.tile(5, 2), stage.collision(5, 2)) == (0xA5, 0)
    stage.warp(3, HALL, 5, 3)
    assert [stage.tile(column, 4) for column in (2, 4, 6, 8)] == [0xE4] * 4
    stage.frames(40, ("up",))
    stage.frames(60, ("left",))
    stage.read_on()
    stage.until_free()
    assert stage[MAX_HEALTH] == 16


def test_what_was_gathered_is_saved(stage):
    kept = {RAW: THORN, RINGS + 1: 1, BOX: BARK, WORN: BARK, BOX_LEVEL: 2, ORE: 0x42, SCENTS: 7, KIND: 1, JEWELS: 5}
    for address, value in kept.items():
        stage[address] = value
    stage.tap("select", wait=40)
    stage.tap("down")
    stage.tap("a", wait=60)
    stage.until_free()
    assert {address: stage[address] for address in kept} == kept
