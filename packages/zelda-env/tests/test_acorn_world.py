"""Acorn's world as its sources say it: nobody is walled in, everything can be reached, nothing lurks at a door."""

import re
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

GAME = Path(__file__).parents[1] / "game"
sys.path.insert(0, str(GAME))  # the game's build is no package: its modules lie beside build.py

import art  # noqa: E402
import push  # noqa: E402
import walk  # noqa: E402
import world  # noqa: E402
from room import SEASONS  # noqa: E402
from source import SourceError  # noqa: E402
from text import read_texts  # noqa: E402

ROOT_GATE = (0, 0x96)
SWORD_ROOM = (4, 0x05)
UPPER_CAVE = (4, 0x08)
DUNGEON = (4, 0x1C)
BURROW, GROTTO = (3, 0x48), (3, 0x49)
RODS = [(), (1, 3), (0, 1, 3), (0, 1, 2, 3)]
ENEMIES = {"octorok", "keese", "zol", "gel", "rope", "stalfos", "blade", "gold_octorok"}


@pytest.fixture(scope="module")
def acorn():
    return world.read_world()


@pytest.fixture
def rooms(tmp_path):
    """A copy of the sources of all rooms, to spoil."""
    for path in world.ROOMS.glob("*.txt"):
        (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


def rooms_reached(acorn, skills):
    return {spot[0] for spot in walk.Walker(acorn, skills).reach()}


def test_the_world_is_as_large_as_it_says(acorn):
    outside = [room for room in acorn.rooms.values() if room.is_outside]
    assert len(outside) >= 64
    assert {room.pack for room in outside} == set(acorn.packs)
    assert sum(room.place[0] == 1 for room in acorn.rooms.values()) >= 12


def test_no_room_is_a_copy_of_another(acorn):
    maps = [tuple(room.chars) for room in acorn.rooms.values()]
    assert len(set(maps)) == len(maps)


def test_every_room_can_be_reached_in_the_end(acorn):
    assert rooms_reached(acorn, walk.EVERYTHING) == set(acorn.rooms)


def test_what_is_shut_at_first(acorn):
    reached = rooms_reached(acorn, walk.NOTHING)
    assert not reached & {ROOT_GATE, SWORD_ROOM, UPPER_CAVE, DUNGEON}
    assert {key for key, room in acorn.rooms.items() if room.is_outside} - reached == {ROOT_GATE}


def test_the_rod_opens_the_ridge_and_the_upper_cave(acorn):
    reached = rooms_reached(acorn, walk.Skills(seasons=(1, 3)))
    assert {ROOT_GATE, UPPER_CAVE} <= reached
    assert DUNGEON not in reached
    assert DUNGEON in rooms_reached(acorn, walk.Skills(seasons=(1, 3), gnarled_key=True))


MOVES = [(False, False), (True, False), (True, True)]
"""With the bracelet or without, then with flippers or without."""


@pytest.mark.parametrize("moves", MOVES)
@pytest.mark.parametrize(("seasons", "hops", "doors"), list(product(RODS, (False, True), (False, True))))
def test_nobody_is_walled_in(acorn, seasons, hops, doors, moves):
    skills = walk.Skills(
        seasons, cuts=bool(seasons), hops=hops, doors=doors, gnarled_key=doors, lifts=moves[0], swims=moves[1]
    )
    assert walk.Walker(acorn, skills).walled_in() == set()


def test_the_flippers_lie_behind_a_vine_and_a_rock(acorn):
    assert BURROW in rooms_reached(acorn, walk.NOTHING)
    assert GROTTO not in rooms_reached(acorn, walk.Skills(lifts=True))
    assert GROTTO not in rooms_reached(acorn, walk.Skills(seasons=(1, 3), cuts=True, hops=True))
    assert GROTTO in rooms_reached(acorn, walk.Skills(seasons=(1, 3), lifts=True))


HEARTS = {((0, 0xE3), 1, 1): "swims", ((0, 0x98), 7, 6): "swims", ((0, 0xA9), 5, 6): "lifts"}
"""Hearts, and the skill without which nobody gets there."""


@pytest.mark.parametrize(("heart", "skill"), HEARTS.items())
def test_three_hearts_are_for_swimmers_and_lifters(acorn, heart, skill):
    items = [thing for thing in acorn.rooms[heart[0]].things if thing.kind == "item"]
    assert [(thing.options["item"], thing.column, thing.row) for thing in items] == [("heart_container", *heart[1:])]
    without = walk.Walker(acorn, replace(walk.EVERYTHING, **{skill: False})).reach()
    assert heart not in {spot[:3] for spot in without}
    assert heart in {spot[:3] for spot in walk.Walker(acorn, walk.EVERYTHING).reach()}


def test_what_the_bracelet_lifts_has_the_ids_of_that(acorn):
    for legend, wanted in zip(acorn.legends, ({0xC0, 0xC4}, {0x10, 0x11, 0x12}), strict=True):
        lifted = {cell.tile for char in legend.plain for cell in legend.cells(char) if cell.lift}
        assert lifted == wanted


def test_nothing_that_can_be_cleared_stands_at_the_side_of_a_room(acorn):
    """The openings of neighbours are compared as they are drawn: a side must not open later."""
    for room in acorn.rooms.values():
        for way in range(4):
            for column, row in room.edge(way):
                cleared = [cell.name for cell in room.cells(column, row) if cell.lift or (cell.cut and room.is_outside)]
                assert not cleared, (room.name, column, row)


def test_whoever_swims_over_an_edge_arrives_somewhere(rooms):
    shore = rooms / "a8.txt"
    shore.write_text(shore.read_text().replace("T..TSSSSSS", "T..TTSSSSS"))
    with pytest.raises(SourceError, match=r"98\.txt: one swims from cell \(4, 7\) against cell \(4, 0\) of a8\.txt"):
        world.read_world(rooms)


def test_everything_of_use_can_be_reached(acorn):
    walker = walk.Walker(acorn, walk.EVERYTHING)
    reached = {spot[:3] for spot in walker.reach()}
    for room in acorn.rooms.values():
        for thing in room.things:
            below = [(0, 1)] if thing.kind in ("chest", "sign") else [*walk.STEPS, (0, 0)]
            near = {(room.key, thing.column + right, thing.row + down) for right, down in below}
            if thing.kind == "orb":
                near |= {(room.key, *cell) for cell in walker.throws(room, thing.column, thing.row)}
            if thing.kind != "blade":
                assert near & reached, thing


def test_no_enemy_waits_at_an_entrance(acorn):
    for room in acorn.rooms.values():
        ways_in = walk.entrances(acorn, room)
        for thing in room.things:
            if thing.kind in ENEMIES:
                for column, row in ways_in:
                    assert abs(thing.column - column) + abs(thing.row - row) >= 3, thing


def test_the_ground_beside_a_stump_is_the_same_in_all_seasons(acorn):
    for room in acorn.rooms.values():
        for column, row in product(range(room.width), range(room.height)):
            if room.is_outside and room.cell(column, row).tile == walk.STUMP:
                for right, down in walk.STEPS:
                    around = {cell.collision for cell in room.cells(column + right, row + down)}
                    assert len(around) == 1, (room.name, column + right, row + down)


def test_nothing_grows_back_on_who_stands_at_a_stump(acorn):
    """The turn of a season brings back what was cut and lifted: he must not stand there."""
    for room in acorn.rooms.values():
        for column, row in product(range(room.width), range(room.height)):
            if room.is_outside and room.cell(column, row).tile == walk.STUMP:
                for right, down in product((-1, 0, 1), repeat=2):
                    x, y = column + right, row + down
                    if 0 <= x < room.width and 0 <= y < room.height:
                        assert not any(cell.lift or cell.cut for cell in room.cells(x, y)), (room.name, x, y)


def test_a_room_without_a_way_out_is_noticed(acorn):
    walker = walk.Walker(acorn, walk.NOTHING)
    island = ((0, 0xBC), 3, 3, SEASONS.index("summer"))
    assert {spot[0] for spot in walker.reach(island)} == {(0, 0xBC)}


def test_a_stamp_that_does_not_fit_is_refused(rooms):
    room = rooms / "d7.txt"
    room.write_text(room.read_text().replace("put well 2 1", "put well 9 7"))
    with pytest.raises(SourceError, match=r"d7\.txt:3: the stamp does not fit"):
        world.read_world(rooms)


@given(st.binary(min_size=16, max_size=16))
def test_a_tile_turned_twice_is_itself(tile):
    assert art.mirrored(art.mirrored(tile)) == tile


def openings_said():
    """The openings of each room outside as rooms/README.md says them: up, right, down, left."""
    for line in (world.ROOMS / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and len(cells[0]) == 2 and cells[0] not in ("--", "ro"):
            yield int(cells[0], 16), [opening(cell) for cell in cells[2:]]


def opening(said):
    found = re.match(r"[cr](\d)(?:-?(\d))?", said)
    return set(range(int(found[1]), int(found[2] or found[1]) + 1)) if found else set()


def test_the_readme_of_the_rooms_is_right(acorn):
    said = dict(openings_said())
    assert set(said) == {number for group, number in acorn.rooms if group == 0}
    for number, sides in said.items():
        room = acorn.rooms[0, number]
        for way, expected in enumerate(sides):
            along = [column if way in (0, 2) else row for column, row in room.edge(way) if room.is_open(column, row, 1)]
            assert set(along) == expected, f"{number:02x} {('up', 'right', 'down', 'left')[way]}"


def test_nobody_shuts_himself_in_with_blocks(acorn):
    rooms = [
        room for room in acorn.rooms.values() if not room.is_outside and push.Pushing(acorn, room).cells(push.BLOCK)
    ]
    assert len(rooms) >= 4
    for room in rooms:
        assert push.Pushing(acorn, room).shut_in() == set(), room.name
        assert push.Pushing(acorn, room).parted() == set(), room.name


def test_a_block_in_the_way_back_is_noticed(acorn, tmp_path):
    for path in world.ROOMS.glob("*.txt"):
        (tmp_path / path.name).write_text(path.read_text())
    room = tmp_path / "4-04.txt"
    text = room.read_text()
    room.write_text(text.replace("R%o%%,,x,R,,,%R", "R%o%%,,xRR,,,%R"))
    assert room.read_text() != text
    narrow = world.read_world(tmp_path)
    assert push.Pushing(narrow, narrow.rooms[4, 0x04]).parted() == {((7, 0), (7, 10))}


def test_there_are_hearts_to_sixteen(acorn):
    """Three at the start; vessels in rooms, from the miller and in the first nut; four pieces are one more."""
    found = [thing.options.get("item") for room in acorn.rooms.values() for thing in room.things]
    given = [text.options.get("give") for text in read_texts(GAME / "texts" / "texts.txt").values()]
    in_the_first_nut = 1
    vessels = (found + given).count("heart_container") + in_the_first_nut
    assert (vessels, found.count("heart_piece")) == (11, 8)
    assert 3 + vessels + found.count("heart_piece") // 4 == 16
