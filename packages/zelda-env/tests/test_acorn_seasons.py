"""Acorn's regions and seasons: what a crossing sets, what the rod changes, what stays."""

import pytest
from director.stage import Stage

SEASON, PACK, FADE, SCROLL, DISABLED = 0xCC4E, 0xCC4D, 0xC4AB, 0xCD00, 0xCCA4
SPRING, SUMMER, AUTUMN, WINTER = range(4)
STUMP, DRIFT_ROOM, GATE, KEYHOLE = 0x20, 0xA6, 0x96, 0xEC
ICE, WATER = 0xDC, 0xFD


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    yield made
    made.close()


def leave(stage, way):
    """Walk over an edge; return what CD00 was until Link obeys again."""
    seen = []
    for _ in range(400):
        stage.frame((way,))
        seen.append(stage[SCROLL] & 0x7F)
        if seen[-1] != 1 or (len(seen) > 1 and seen[-2] != 1):
            break
    for _ in range(300):
        stage.frame()
        seen.append(stage[SCROLL] & 0x7F)
        if stage.screen.can_act:
            return seen
    raise AssertionError(f"no way {way}")


def turn(stage, button="b"):
    """Swing the rod; return the frames in which the game faded."""
    faded = 0
    stage.frames(2, (button,))
    for _ in range(120):
        stage.frame()
        faded += stage[FADE] != 0
        if faded and stage.screen.can_act:
            break
    return faded


def strike(stage):
    """Own the rod with winter and summer, and stand below a stump."""
    stage.own("rod", "b")
    stage[0xC6B0] = 1 << SUMMER | 1 << WINTER
    column, row = stage.find(STUMP)
    stage.warp(0, stage[0xCC4C], column, row + 1)
    stage.frames(8, ("up",))
    return column, row


def test_the_game_starts_in_winter_without_a_sword(stage):
    assert (stage[SEASON], stage[PACK], stage[0xCC4C]) == (WINTER, 0x10, 0xB6)
    assert (stage[0xC6AC], stage[0xC680], stage[0xC681], stage[0xC692]) == (0, 0, 0, 4)
    assert [stage[at] for at in range(0xC62B, 0xC631)] == [0, 0xB6, 3, 2, 0x48, 0x78]


def test_inside_a_region_rooms_scroll_and_the_season_stays(stage):
    stage[SEASON] = SUMMER
    seen = leave(stage, "left")
    assert 8 in seen
    assert 0 not in seen
    assert (stage[PACK], stage[SEASON], stage[0xCC4C]) == (0x10, SUMMER, 0xB5)


def test_the_border_of_a_region_fades_and_sets_its_season(stage):
    stage.walk(4, 4)
    seen = leave(stage, "down")
    assert 0 in seen
    assert 2 in seen
    assert 8 not in seen
    assert (stage[PACK], stage[0xCC61], stage[SEASON], stage[0xCC4C]) == (0x00, 0x00, SPRING, 0xC6)
    assert stage[0xD00B] < 24
    assert [stage[at] for at in (0xC62B, 0xC62C, 0xC62D)] == [0, 0xC6, SPRING]


def test_a_crossing_looks_like_a_warp_to_an_observer(stage):
    stage.walk(4, 4)
    moments = set()
    for _ in range(300):
        stage.frame(("down",))
        if stage[0xCC67]:
            moments.add((stage[0xCD00], stage[DISABLED], stage[0xC2EF], stage[0xD004] == 0x0A, stage[FADE] != 0))
        if stage[PACK] == 0 and stage.screen.stable:
            break
    assert (0, 0x1E, 3, True, True) in moments
    assert stage[0xC2EF] == 1


def test_the_rod_turns_the_season_at_a_stump(stage):
    stage.warp(0, DRIFT_ROOM, 4, 6)
    drift = [cell for cell in range(0xB0) if stage[0xCF00 + cell] == 0x46]
    assert drift
    assert all(stage[0xCE00 + cell] == 0x0F for cell in drift)
    strike(stage)
    assert turn(stage) > 20
    assert stage[SEASON] == SUMMER
    assert all(stage[0xCE00 + cell] == 0 for cell in drift)
    assert turn(stage) > 20
    assert stage[SEASON] == WINTER
    assert all(stage[0xCE00 + cell] == 0x0F for cell in drift)


def test_while_the_season_turns_link_stands_still_and_nothing_else_changes(stage):
    stage.warp(0, DRIFT_ROOM, 4, 6)
    strike(stage)
    place = stage[0xD00B], stage[0xD00D]
    stage.frames(2, ("b",))
    while not stage[FADE]:
        stage.frame(("down",))
    place = stage[0xD00B], stage[0xD00D]
    while stage[FADE]:
        assert (stage[DISABLED], stage[SCROLL], stage[0xC2EF]) == (0x81, 1, 1)
        assert not stage.screen.can_act
        assert (stage[0xD00B], stage[0xD00D]) == place
        stage.frame(("down",))
    assert stage.screen.can_act


def test_away_from_a_stump_the_rod_is_only_swung(stage):
    stage.own("rod", "b")
    stage[0xC6B0] = 0x0F
    assert turn(stage) == 0
    assert stage[SEASON] == WINTER


def test_the_rod_knows_only_the_seasons_it_was_taught(stage):
    stage.warp(0, DRIFT_ROOM, 4, 6)
    strike(stage)
    stage[0xC6B0] = 1 << WINTER
    assert turn(stage) == 0
    stage[0xC6B0] = 1 << AUTUMN
    assert turn(stage) > 0
    assert stage[SEASON] == AUTUMN


def shore(stage):
    """Return a cell of free ground with one of the pond right of it."""
    for row in range(1, 7):
        for column in range(1, 9):
            wet = [stage.tile(column + right, row) in (ICE, WATER) for right in (0, 1)]
            if wet == [False, True] and stage.collision(column, row) == 0:
                return column, row
    raise AssertionError("no shore")


def summer_at_the_pond(stage):
    """Stand at the shore of the pond of 0:B7 in summer."""
    stage[SEASON] = SUMMER
    stage.warp(0, 0xB7, 1, 6)
    column, row = shore(stage)
    stage.warp(0, 0xB7, column, row, "right")
    return column, row


def test_a_pond_is_ice_in_winter_and_drowns_in_summer(stage):
    stage.warp(0, 0xB7, 1, 6)
    column, row = shore(stage)
    assert (stage.tile(column + 1, row), stage.collision(column + 1, row)) == (ICE, 0)
    summer_at_the_pond(stage)
    assert (stage.tile(column + 1, row), stage.collision(column + 1, row)) == (WATER, 0x10)
    health = stage[0xC6A2]
    for _ in range(60):
        stage.frame(("right",))
        if stage[0xD004] == 2:
            break
    assert stage[0xD004] == 2
    stage.until_free()
    assert stage[0xC6A2] == health - 2
    assert (stage[0xD00D], stage[0xD00B]) == (column * 16 + 8, row * 16 + 8)


def test_who_drowns_after_the_season_turned_comes_back_on_dry_land(stage):
    """The place to come back to may have been ice: it moves to where the rod was swung."""
    stage.warp(0, DRIFT_ROOM, 4, 6)
    strike(stage)
    stage[0xCC3D] = stage[0xCC3E] = 0
    assert turn(stage) > 0
    assert (stage[0xCC3D], stage[0xCC3E], stage[0xCC3F]) == (stage[0xD00B], stage[0xD00D], stage[0xD008])


def test_the_gnarled_key_opens_the_keyhole_for_good(stage):
    stage.warp(0, GATE, 4, 6)
    column, row = stage.find(KEYHOLE)
    stage.walk(column, row + 1)
    stage.frames(40, ("up",))
    assert stage.tile(column, row) == KEYHOLE
    stage[0xC69A] |= 0x04
    for _ in range(60):
        stage.frame(("up",))
        if stage.tile(column, row) != KEYHOLE:
            break
    assert stage.collision(column, row) == 0
    assert stage[0xC796] & 0x80
    stage.warp(0, 0xB6, 4, 4)
    stage.warp(0, GATE, column, row + 1)
    assert stage.collision(column, row) == 0
