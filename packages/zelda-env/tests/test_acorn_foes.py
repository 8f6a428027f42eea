"""Acorn's foes: each kind moves in its own way, is counted, can be beaten (or not) and leaves something behind."""

import numpy as np
import pytest
from director.stage import Stage

ENEMIES, KILLED, HEALTH, INVINCIBLE = 0xCC30, 0xC620, 0xC6A2, 0xD02B
ENEMY, PART = 0x80, 0xC0
OCTOROK, BLADE, ROPE, STALFOS, KEESE, ZOL, GEL = 0x09, 0x0E, 0x10, 0x31, 0x32, 0x34, 0x43
PUFF, DROP, ROCK = 0x02, 0x01, 0x18
NUT = 0x10


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made.own("sword", "a")
    made[0xC6A3] = made[HEALTH] = 0x28
    yield made
    made.close()


def x_of(stage, slot):
    return stage[slot + 0x0D]


def y_of(stage, slot):
    return stage[slot + 0x0B]


def put(stage, slot, x, y):
    """Move an object, and leave it waiting for a while."""
    stage[slot + 0x0D], stage[slot + 0x0B] = x, y


def room_with(stage, kind):
    """Go to a room that has a foe of a kind; return the slots of them."""
    rooms = {
        OCTOROK: (0, 0xA4),
        KEESE: (4, 0x1C),
        ZOL: (4, 0x1B),
        ROPE: (4, 0x13),
        STALFOS: (4, 0x18),
        BLADE: (4, 0x1A),
    }
    group, room = rooms[kind]
    row = 6 if group == 0 else 9
    stage.warp(group, room, 7 if group else 5, row)
    slots = stage.slots(ENEMY, kind)
    assert slots, f"no foe {kind:02X} in {group}:{room:02X}"
    return slots


def alone(stage, slot):
    """Take all other foes away."""
    for other in range(0xD080, 0xE080, 0x100):
        if other != slot:
            stage[other] = 0
    stage[ENEMIES] = 1


@pytest.mark.parametrize(("kind", "health"), [(OCTOROK, 2), (KEESE, 1), (ZOL, 2), (ROPE, 2), (STALFOS, 3)])
def test_a_foe_is_counted_and_its_slot_says_what_it_is(stage, kind, health):
    slots = room_with(stage, kind)
    counted = [at for at in range(0xD080, 0xE080, 0x100) if stage[at] & 3 == 1 and stage[at + 1] != BLADE]
    assert stage[ENEMIES] == len(counted)
    for slot in slots:
        assert (stage[slot + 0x29], stage[slot + 0x24] & 0x80) == (health, 0x80)


@pytest.mark.parametrize("kind", [OCTOROK, KEESE, ROPE, STALFOS, ZOL])
def test_a_foe_moves_by_itself_and_stays_in_the_room(stage, kind):
    slot = room_with(stage, kind)[0]
    places = set()
    for _ in range(400):
        stage[HEALTH] = 0x28
        stage.frame()
        if not stage[slot]:
            break
        places.add((x_of(stage, slot), y_of(stage, slot)))
        assert 4 <= x_of(stage, slot) <= stage[0xCCA1] - 4
        assert 4 <= y_of(stage, slot) <= stage[0xCCA0] - 4
    assert len(places) > 10


def hit_until_gone(stage, slot, blows=12):
    """Strike a foe that is put before Link again and again; return how many blows it took."""
    for blow in range(1, blows):
        put(stage, slot, stage[0xD00D], stage[0xD00B] - 14)
        stage[slot + 0x0F] = 0
        stage[HEALTH] = 0x28
        stage[INVINCIBLE] = 0x20
        stage.frames(1, ("up",))
        stage.frames(2, ("a",))
        stage.frames(12)
        if not stage[slot] or stage[slot + 0x29] == 0:
            return blow
        stage.frames(30)
    raise AssertionError("it does not fall")


@pytest.mark.parametrize(("kind", "blows"), [(OCTOROK, 2), (KEESE, 1), (ROPE, 2)])
def test_a_foe_falls_after_as_many_blows_as_it_has_health(stage, kind, blows):
    slot = room_with(stage, kind)[0]
    alone(stage, slot)
    killed = stage[KILLED]
    assert hit_until_gone(stage, slot) == blows
    puffed = False
    for _ in range(80):
        stage.frame()
        puffed |= bool(stage.slots(PART, PUFF))
    assert puffed
    assert (stage[ENEMIES], stage[KILLED]) == (0, killed + 1)


def test_a_stalfos_jumps_away_from_the_sword(stage):
    slot = room_with(stage, STALFOS)[0]
    alone(stage, slot)
    stage.frames(2)
    put(stage, slot, stage[0xD00D], stage[0xD00B] - 26)
    was = y_of(stage, slot)
    stage.frames(1, ("up",))
    stage.frames(2, ("a",))
    heights = []
    for _ in range(30):
        stage.frame()
        heights.append(stage[slot + 0x0F])
    assert min(height - 256 if height > 127 else height for height in heights) < -8
    assert y_of(stage, slot) < was - 10


def test_a_rope_charges_at_who_is_in_line(stage):
    slot = room_with(stage, ROPE)[0]
    alone(stage, slot)
    put(stage, slot, stage[0xD00D], stage[0xD00B] - 48)
    stage[slot + 4] = 9
    speeds, last = [], y_of(stage, slot)
    for _ in range(24):
        stage.frame()
        speeds.append(y_of(stage, slot) - last)
        last = y_of(stage, slot)
    assert sum(speed > 0 for speed in speeds) > 12
    assert max(speeds) == 2


def test_a_zol_leaves_two_gels_that_count(stage):
    slot = room_with(stage, ZOL)[0]
    alone(stage, slot)
    stage[slot + 0x29] = 0
    stage.frames(3)
    gels = stage.slots(ENEMY, GEL)
    assert (len(gels), stage[ENEMIES]) == (2, 2)
    for gel in gels:
        stage[gel + 0x29] = 0
    stage.frames(60)
    assert stage[ENEMIES] == 0


def test_a_blade_is_not_counted_cannot_be_hurt_and_rushes(stage):
    slot = room_with(stage, BLADE)[0]
    assert stage[ENEMIES] == 0
    stage.frames(60)
    put(stage, slot, 40, stage[0xD00B])
    stage[slot + 4], stage[slot + 6] = 8, 0
    stage.frames(2)
    was = x_of(stage, slot)
    stage.frames(10)
    assert x_of(stage, slot) >= was + 18
    stage[slot + 4], stage[slot + 6] = 8, 200
    put(stage, slot, stage[0xD00D], stage[0xD00B] - 14)
    stage.frames(2, ("a",))
    stage.frames(14)
    assert stage[slot] & 3 == 1


def spit(stage, slot):
    """Let an octorok right of Link spit at him; return the slot of what flies."""
    for _ in range(200):
        stage[HEALTH] = 0x28
        stage[INVINCIBLE] = 0
        put(stage, slot, stage[0xD00D] + 56, stage[0xD00B])
        stage[slot + 4], stage[slot + 6] = 9, 0
        stage.frame()
        if stage.slots(PART, ROCK):
            stage[slot + 4], stage[slot + 6] = 8, 200
            return stage.slots(PART, ROCK)[0]
    raise AssertionError("it does not spit")


@pytest.mark.parametrize(("shield", "hurt"), [(False, 2), (True, 0)])
def test_what_an_octorok_spits_hurts_and_the_shield_stops_it(stage, shield, hurt):
    slot = room_with(stage, OCTOROK)[0]
    alone(stage, slot)
    if shield:
        stage.own("shield", "b")
    stage.warp(0, stage[0xCC4C], 2, stage[0xD00B] // 16, "right")
    slot = stage.slots(ENEMY, OCTOROK)[0]
    alone(stage, slot)
    rock = spit(stage, slot)
    for _ in range(60):
        stage.frame(("b",) if shield else ())
        if not stage[rock]:
            break
    assert not stage[rock]
    assert 0x28 - stage[HEALTH] == hurt


def test_who_was_beaten_stays_away_while_the_room_is_remembered(stage):
    slot = room_with(stage, KEESE)[0]
    alone(stage, slot)
    stage[slot + 0x29] = 0
    stage.frames(60)
    entries = [stage[at] for at in range(0xCC1F, 0xCC2F, 2)]
    at = 0xCC1F + 2 * entries.index(0x1C)
    assert stage[at + 1] == 1 << (stage[slot] >> 4 & 7)
    was = len(room_with(stage, KEESE))
    assert was == 1


def drops(stage):
    """Return the kinds of drops that two hundred dead bats leave, each with other luck."""
    slot = room_with(stage, KEESE)[0]
    luck, left, start = np.random.default_rng(0), set(), stage.checkpoint()
    for _ in range(200):
        stage.restore(start)
        stage[0xFF94], stage[0xFF95] = luck.integers(0, 256, 2).tolist()
        alone(stage, slot)
        stage[slot + 0x29] = 0
        stage.frames(24)
        left |= {stage[at + 2] for at in stage.slots(PART, DROP)}
    return left


def test_foes_leave_hearts_rupees_and_nuts(stage):
    assert drops(stage) == {1, 2, 3, NUT}


def test_bombs_and_seeds_are_left_for_who_has_them(stage):
    stage.own("bombs")
    stage.own("satchel")
    assert drops(stage) == {1, 2, 3, 4, 5, NUT}


def test_a_foe_counts_down_although_there_is_no_room_for_its_puff(stage):
    slot = room_with(stage, KEESE)[0]
    alone(stage, slot)
    for part in range(0xD0C0, 0xE0C0, 0x100):
        stage[part], stage[part + 1], stage[part + 6] = 1, DROP, 0xF0
    stage[slot + 0x29] = 0
    stage.frames(3)
    assert not stage[slot]
    assert stage[ENEMIES] == 0


def test_a_bomb_hurts_whoever_is_near(stage):
    stage.own("bombs", "b")
    stage[0xC6AA] = 0x05
    slot = room_with(stage, STALFOS)[0]
    alone(stage, slot)
    stage.frames(2, ("b",))
    assert stage[0xC6AA] == 0x04
    assert (stage[0xD700], stage[0xD701]) == (1, 0x03)
    for _ in range(130):
        put(stage, slot, stage[0xD70D], stage[0xD70B])
        stage[INVINCIBLE] = 0x20
        stage.frame()
        if stage[slot + 0x29] == 0 or not stage[slot]:
            break
    assert stage[slot + 0x29] == 0 or not stage[slot]
