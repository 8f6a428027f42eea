"""Acorn's dungeons: blocks, buttons, shutters, keys, torches, orbs, holes, the guardian and the seed."""

import pytest
from director.stage import Stage

KEYS, TRIGGERS, TORCHES, BLOCKS, ENEMIES = 0xC66E, 0xCCBA, 0xCCA9, 0xCC31, 0xCC30
INTERACTION, ENEMY, PART = 0x40, 0x80, 0xC0
SHUTTERS, KEY_DOORS, BOSS_DOORS = range(0x78, 0x7C), range(0x70, 0x74), range(0x74, 0x78)


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    made[0xC6A3] = made[0xC6A2] = 0x28
    yield made
    made.close()


def spot(stage, tiles):
    """Return column and row of the first cell with one of some tiles."""
    for row in range(11):
        for column in range(15):
            if stage.tile(column, row) in tiles:
                return column, row
    raise AssertionError(f"none of {[f'{tile:02X}' for tile in tiles]}")


def before(stage, place, tile):
    """Stand before a door on the edge of the room, seen from inside; return the way to it."""
    column, row = place
    way = ("up", "right", "down", "left")[tile & 3]
    step = {"up": (0, 1), "right": (-1, 0), "down": (0, -1), "left": (1, 0)}[way]
    stage.warp(4, stage[0xCC4C], column + step[0], row + step[1], way)
    return way


def push(stage, way, place):
    """Push against a door until it opens, or for long enough to be sure that it does not."""
    tile = stage.tile(*place)
    for _ in range(50):
        stage.frame((way,))
        if stage.tile(*place) != tile:
            return


def test_a_dungeon_puts_its_floor_map_where_the_facts_say(stage):
    stage.warp(4, 0x1C, 7, 9)
    floor = [stage.memory[2, 0xDC00 + at] for at in range(64)]
    assert floor[stage[0xCC56]] == 0x1C
    assert (stage[0xCC55], stage[0xCC57], stage[0xC663] & 1) == (1, 0, 1)
    assert stage[0xC91C] & 0x10


def test_a_key_door_takes_a_key_and_stays_open_on_both_sides(stage):
    stage.warp(4, 0x1B, 7, 8)
    place = spot(stage, KEY_DOORS)
    tile = stage.tile(*place)
    way = before(stage, place, tile)
    push(stage, way, place)
    assert stage.tile(*place) == tile
    stage[KEYS + 1] = 2
    push(stage, way, place)
    assert stage[KEYS + 1] == 1
    assert stage.collision(*place) == 0
    assert stage[0xC91B] & 1 << (tile & 3)
    stage.frames(150, (way,))
    stage.until_free()
    behind = stage[0xCC4C]
    assert behind != 0x1B
    assert stage[0xC900 + behind] & 1 << ((tile & 3) ^ 2)


def test_the_sword_opens_no_door(stage):
    stage.own("sword", "a")
    stage.warp(4, 0x1B, 7, 8)
    place = spot(stage, KEY_DOORS)
    tile = stage.tile(*place)
    way = before(stage, place, tile)
    stage.frames(4, (way,))
    for _ in range(3):
        stage.tap("a", wait=20)
    assert stage.tile(*place) == tile


def test_the_boss_door_needs_the_boss_key(stage):
    stage.warp(4, 0x14, 7, 5)
    place = spot(stage, BOSS_DOORS)
    tile = stage.tile(*place)
    way = before(stage, place, tile)
    stage[KEYS + 1] = 1
    push(stage, way, place)
    assert stage.tile(*place) == tile
    stage[0xC67A] |= 1 << 1
    push(stage, way, place)
    assert stage.collision(*place) == 0
    assert stage[0xC914] & 1 << (tile & 3)
    assert stage[KEYS + 1] == 1


def light(stage, torch):
    """Burn a torch from below."""
    column, row = torch
    stage.walk(column, row + 1)
    stage.frames(6, ("up",))
    stage.tap("b", wait=60)


def test_torches_lit_with_ember_seeds_open_the_shutter(stage):
    stage.own("satchel", "b")
    stage[0xC6B5] = 0x10
    stage.warp(4, 0x1D, 7, 5)
    torches = [(column, row) for row in range(11) for column in range(15) if stage.tile(column, row) == 0x08]
    shutter = spot(stage, SHUTTERS)
    assert len(torches) == 2
    for lit, torch in enumerate(torches):
        assert stage[TORCHES] == lit
        assert stage.collision(*shutter) == 0x0F
        stage.walk(torch[0], 5)
        light(stage, torch)
        assert stage.tile(*torch) == 0x09
    assert stage[TORCHES] == 2
    assert stage[0xC6B5] == 0x08
    assert stage.collision(*shutter) == 0


def test_a_torch_is_cold_again_when_one_comes_back(stage):
    stage.own("satchel", "b")
    stage[0xC6B5] = 0x10
    stage.warp(4, 0x1D, 7, 5)
    torch = spot(stage, (0x08,))
    stage.walk(torch[0], 5)
    light(stage, torch)
    stage.warp(4, 0x1C, 7, 9)
    stage.warp(4, 0x1D, 7, 5)
    assert (stage[TORCHES], stage.tile(*torch)) == (0, 0x08)


def turning(stage):
    return {(c, r): stage.tile(c, r) for r in range(11) for c in range(15) if stage.tile(c, r) in (0x0E, 0x0F)}


def strike_the_orb(stage):
    (orb,) = stage.slots(PART, 0x03)
    column, row = stage[orb + 0x0D] // 16, stage[orb + 0x0B] // 16
    stage.warp(4, stage[0xCC4C], column - 1, row, "right")
    stage.tap("a", wait=60)


def test_an_orb_turns_every_block_of_the_dungeon(stage):
    stage.own("sword", "a")
    stage.warp(4, 0x16, 5, 5)
    was = turning(stage)
    assert {0x0E, 0x0F} == set(was.values())
    strike_the_orb(stage)
    assert stage[BLOCKS] == 1
    assert turning(stage) == {place: tile ^ 1 for place, tile in was.items()}
    assert all(stage.collision(*place) == (0x0F if tile == 0x0F else 0) for place, tile in was.items())
    stage.warp(4, 0x1B, 7, 8)
    stage.warp(4, 0x16, 5, 5)
    assert turning(stage) == {place: tile ^ 1 for place, tile in was.items()}
    strike_the_orb(stage)
    assert (stage[BLOCKS], turning(stage)) == (0, was)


def test_a_block_does_not_rise_under_link(stage):
    stage.own("sword", "a")
    stage.warp(4, 0x16, 5, 5)
    (low,) = [place for place, tile in turning(stage).items() if tile == 0x0F]
    stage.warp(4, 0x16, *low)
    stage[BLOCKS] = 1
    stage.frames(90)
    assert stage.tile(*low) == 0x0F
    stage.frames(30, ("down",))
    stage.frames(60)
    assert stage.tile(*low) == 0x0E


def test_a_button_that_holds_closes_its_shutter_again(stage):
    stage.warp(4, 0x19, 12, 8)
    button, shutter, block = spot(stage, (0x0C,)), spot(stage, SHUTTERS), spot(stage, (0x1C,))
    assert block == (button[0] + 1, button[1])
    assert stage.collision(*shutter) == 0x0F
    stage.warp(4, 0x19, *button, "right")
    stage.frames(4)
    assert (stage[TRIGGERS], stage.tile(*button), stage.collision(*shutter)) == (1, 0x0D, 0)
    while stage[0xD00D] < block[0] * 16 + 8:
        stage.frame(("right",))
    stage.frames(4)
    assert (stage[TRIGGERS], stage.tile(*button), stage.collision(*shutter)) == (0, 0x0C, 0x0F)


def test_a_block_on_a_button_keeps_its_shutter_open(stage):
    stage.warp(4, 0x19, 12, 8)
    button, shutter = spot(stage, (0x0C,)), spot(stage, SHUTTERS)
    stage.warp(4, 0x19, button[0] + 2, button[1], "left")
    moving = 0
    for _ in range(90):
        stage.frame(("left",))
        moving += stage[0xD140] == 1 and stage[0xD141] == 0x14
    assert 28 <= moving <= 40
    assert (stage.tile(*button), stage[TRIGGERS], stage.collision(*shutter)) == (0x1D, 1, 0)
    stage.walk(button[0] + 3, button[1])
    assert (stage[TRIGGERS], stage.collision(*shutter)) == (1, 0)


def test_a_hole_costs_half_a_heart_and_the_feather_carries_over_it(stage):
    stage.warp(4, 0x12, 3, 5, "right")
    health = stage[0xC6A2]
    while stage[0xD004] == 1:
        stage.frame(("right",))
    assert stage[0xD004] == 2
    stage.until_free()
    assert (stage[0xC6A2], stage[0xD00D]) == (health - 2, 3 * 16 + 8)
    stage.own("feather", "b")
    stage.walk(3, 5)
    while stage[0xD00D] < 60:
        stage.frame(("right",))
    stage.frames(2, ("right", "b"))
    assert stage[0xCC77]
    stage.frames(40, ("right",))
    assert stage[0xD00D] > 5 * 16
    assert stage[0xC6A2] == health - 2


def test_a_thing_after_the_enemies_appears_when_the_last_is_gone(stage):
    stage.warp(4, 0x18, 12, 9)
    (key,) = stage.slots(INTERACTION, 0x60)
    assert stage[key + 0x1A] == 0
    assert stage[ENEMIES] == 3
    for slot in stage.slots(ENEMY, 0x31):
        stage[slot + 0x29] = 0
    stage.frames(60)
    assert stage[ENEMIES] == 0
    assert stage[key + 0x1A] & 0x80
    stage.warp(4, 0x18, stage[key + 0x0D] // 16, stage[key + 0x0B] // 16)
    stage.frames(4)
    assert stage[KEYS + 1] == 1
    assert stage[0xC918] & 0x40


def beat_the_guardian(stage):
    """Hit the guardian until it falls; return the health it showed on the way."""
    (boss,) = stage.slots(ENEMY, 0x78)
    shown = [stage[boss + 0x29]]
    for _ in range(900):
        if not stage[boss]:
            return shown
        stage[0xC6A2] = 0x28
        across, down = stage[boss + 0x0D] - stage[0xD00D], stage[boss + 0x0B] - stage[0xD00B]
        way = ("right" if across > 0 else "left") if abs(across) >= abs(down) else ("down" if down > 0 else "up")
        stage.frames(2, (way,))
        if max(abs(across), abs(down)) < 32:
            stage.tap("a", wait=16)
        if stage[boss + 0x29] != shown[-1]:
            shown.append(stage[boss + 0x29])
    raise AssertionError(f"the guardian still has {shown[-1]}")


def test_the_guardian_has_health_falls_once_and_opens_the_way(stage):
    stage.own("sword", "a")
    stage.warp(4, 0x11, 7, 8)
    shutter = spot(stage, SHUTTERS)
    assert stage[ENEMIES] == 1
    assert stage.collision(*shutter) == 0x0F
    assert beat_the_guardian(stage) == list(range(10, -1, -1))
    stage.frames(60)
    assert stage[0xC911] & 0x80
    assert stage[ENEMIES] == 0
    assert stage.collision(*shutter) == 0
    (heart,) = stage.slots(INTERACTION, 0x60)
    assert stage[heart + 0x1A] & 0x80
    stage.read_on()  # whoever stood in the middle has it in hand
    stage.warp(4, 0x14, 7, 5)
    stage.warp(4, 0x11, 7, 8)
    assert (stage.slots(ENEMY, 0x78), stage[ENEMIES]) == ([], 0)


def test_the_essence_ends_in_the_credits_and_play_goes_on_by_itself(stage):
    stage.warp(4, 0x10, 7, 8)
    (seed,) = stage.slots(INTERACTION, 0x7F)
    stage.warp(4, 0x10, stage[seed + 0x0D] // 16, stage[seed + 0x0B] // 16 + 1)
    for _ in range(40):
        stage.frame(("up",))
        if stage[0xD004] == 4:
            break
    assert stage[0xC6BB] == 1
    stage.read_on()
    stage.frames(4)
    assert (stage[0xC2EF], stage[0xC6CF] & 1) == (0x0A, 1)
    pages = set()
    for _ in range(1000):
        stage.frame()
        assert not (stage[0xC2EF] == 0x0A and stage.screen.stable)
        pages.add(stage[0xCC03])
        if stage.screen.can_act:
            break
    assert stage.screen.can_act
    assert pages >= {0, 1, 2, 3}
    assert stage[0xC6BB] == 1
    assert stage[0xC6A2] == stage[0xC6A3]
