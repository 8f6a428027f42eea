import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_env import LADDER, MilestoneTracker, ZeldaEnv, ladder, make_vec
from zelda_env import ram_map as ram
from zelda_env.milestones import OFFSETS, AtLeast, Bit, OneOf, Turned, Visited

ACORN = {milestone.name: milestone for milestone in ladder("acorn")}


@pytest.fixture
def tracker(blank):
    made = MilestoneTracker("acorn")
    assert made.reset(blank) == {}
    return made


# What makes each milestone true: (field, index, value) to write, in one stable frame after another.
REACHED = {
    "first_new_room": [[(ram.ROOM_FLAGS, 0xB5, 0x10)]],
    "village_left": [[(ram.ROOM_FLAGS, 0xC6, 0x10), (ram.REGION, 0, 0x1B)]],
    "sword": [[(ram.TREASURES, 0, 0x20), (ram.SWORD, 0, 1)]],
    "first_season_changed": [[(ram.TREASURES, 0, 0x80)], [(ram.SEASON, 0, 1)]],
    "cave_solved": [[(ram.TREASURES, 8, 4)]],
    "dungeon_entered": [[(ram.ROOM_FLAGS, 0x21C, 0x10)]],
    "first_key": [[(ram.KEYS, 1, 1)]],
    "boss_door": [[(ram.ROOM_FLAGS, 0x214, 0x11)]],
    "boss": [[(ram.ROOM_FLAGS, 0x211, 0x90)]],
    "essence": [[(ram.ESSENCES, 0, 1)]],
}


def write(wram, pokes):
    for field, index, value in pokes:
        wram[field.offset + index] = value


@pytest.mark.parametrize("name", ACORN)
def test_a_milestone_is_reached_when_ram_says_so(name, blank, tracker):
    for number, pokes in enumerate(REACHED[name], 1):
        assert name not in tracker.reached
        write(blank, pokes)
        tracker.step(blank, number)
    assert tracker.reached[name] == len(REACHED[name])
    blank[:] = 0
    assert name in tracker.step(blank, 99)


@pytest.mark.parametrize("name", ACORN)
def test_nothing_counts_while_the_room_changes(name, blank, tracker):
    blank[ram.SCROLL.offset] = 8
    for number, pokes in enumerate(REACHED[name], 1):
        write(blank, pokes)
        tracker.step(blank, number)
    assert tracker.reached == {}


def test_what_holds_at_the_reset_counts_from_step_0(blank, tracker):
    write(blank, REACHED["sword"][0] + REACHED["essence"][0])
    assert tracker.reset(blank) == {"sword": 0, "essence": 0}
    blank[:] = 0
    assert tracker.reset(blank) == {}


def test_the_first_rooms_of_the_story_are_not_new(blank, tracker):
    write(blank, [(ram.ROOM_FLAGS, room, 0x10) for room in (0x98, 0xA7, 0xB6)])
    assert tracker.step(blank, 1) == {}


def test_the_village_alone_and_a_far_region_alone_do_not_count(blank, tracker):
    write(blank, [(ram.ROOM_FLAGS, 0xC6, 0x10), (ram.REGION, 0, 0x00)])
    assert "village_left" not in tracker.step(blank, 1)
    write(blank, [(ram.ROOM_FLAGS, 0xC6, 0x00), (ram.REGION, 0, 0x11)])
    assert "village_left" not in tracker.step(blank, 2)


def test_a_season_that_comes_with_another_room_was_not_changed(blank, tracker):
    write(blank, [(ram.TREASURES, 0, 0x80)])
    tracker.step(blank, 1)
    write(blank, [(ram.ROOM, 0, 0xC6), (ram.SEASON, 0, 3)])
    assert tracker.step(blank, 2) == {}
    write(blank, [(ram.SEASON, 0, 1)])
    assert tracker.step(blank, 3) == {"first_season_changed": 3}


def test_the_ladder_of_each_game_keeps_its_order():
    names = [milestone.name for milestone in LADDER]
    assert names == list(REACHED)
    for game in ("acorn", "seasons"):
        assert [item.name for item in ladder(game)] == [
            name for name in names if name in {i.name for i in ladder(game)}
        ]
    assert {"boss_door", "boss"} == set(ACORN) - {item.name for item in ladder("seasons")}


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (Bit(ram.TREASURES, 0x04, 8), "`wObtainedTreasureFlags` C69A & 04h"),
        (OneOf(ram.REGION, (0, 16), negated=True), "`wRoomPack` CC4D is neither 00h nor 10h"),
        (OneOf(ram.GROUP, (0,)), "`wActiveGroup` CC49 is 00h"),
        (AtLeast(ram.KEYS, 1, 1), "`wDungeonSmallKeys` C66F >= 1"),
        (Visited((0xC5,), "C5"), "`wGroup0RoomFlags` & 10h of C5"),
        (Turned(ram.SEASON), "`wRoomStateModifier` CC4E has changed in one and the same room"),
    ],
)
def test_a_condition_says_its_addresses(check, text):
    assert check.text == text


@given(st.binary(min_size=len(OFFSETS), max_size=len(OFFSETS)), st.integers(0, 2**32))
def test_any_ram_is_judged_by_the_watched_bytes_alone(values, noise):
    """Bytes that no condition names change nothing, and what was reached never goes away."""
    wram = np.zeros(ram.WRAM_BYTES, np.uint8)
    other = np.random.default_rng(noise).integers(0, 256, ram.WRAM_BYTES).astype(np.uint8)
    wram[OFFSETS] = other[OFFSETS] = np.frombuffer(values, np.uint8)
    one, two = MilestoneTracker("acorn"), MilestoneTracker("acorn")
    assert one.reset(wram) == two.reset(other)
    found = one.reached
    wram[OFFSETS] = 0
    assert found.items() <= one.step(wram, 1).items()


@pytest.mark.parametrize("access", ["zero-copy", "public"])
def test_the_environment_reports_them(acorn, access):
    env = ZeldaEnv(rom=acorn, milestones=True, ram_access=access, frame_skip=8)
    held = env.reset(seed=1)[1]["milestones"]
    assert set(held.values()) <= {0}
    assert "first_new_room" not in held
    info = {"milestones": held}
    for number in range(1, 400):
        _, _, _, _, info = env.step(4 if number % 3 else 2)
        if info["milestones"] != held:
            break
    assert info["milestones"] == held | {"first_new_room": number}
    info["milestones"].clear()
    assert env.step(0)[-1]["milestones"] == held | {"first_new_room": number}
    assert env.reset(seed=1)[1]["milestones"] == held
    env.close()


def test_without_the_setting_nothing_is_reported(env):
    assert "milestones" not in env.reset()[1]
    assert "milestones" not in env.step(1)[-1]


def test_a_vector_of_environments_reports_them():
    envs = make_vec(2, milestones=True)
    _, infos = envs.reset(seed=3)
    assert not infos["milestones"].get("_first_new_room", np.zeros(1)).any()
    _, _, _, _, infos = envs.step([1, 2])
    assert "milestones" in infos
    envs.close()
