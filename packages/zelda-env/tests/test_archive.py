import base64
import contextlib
import json
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_env import ArchiveError, Store, StoreError
from zelda_env import ram_map as ram
from zelda_env.archive import IDLE, Archive, Cell, Origin, digest
from zelda_env.segment import RomEntry

ORIGIN = Origin(
    rom=RomEntry(title="ACORN", sha1="0" * 40), pyboy="2.8.1", frame_skip=4, starts=["1" * 64, "2" * 64], grid=32
)
WRAM = np.arange(ram.WRAM_BYTES, dtype=np.uint32).astype(np.uint8)
cells = st.builds(Cell, st.just(0), st.integers(0, 3), st.integers(0, 1), st.just(0), st.integers(0, 3))
visits = st.tuples(cells, st.integers(0, 1), st.binary(max_size=4).map(lambda raw: bytes(byte % 9 for byte in raw)))


def fill(archive, found):
    """Visit cells; what RAM shows follows from the inputs, as in the game."""
    for cell, start, inputs in found:
        archive.visit(cell, np.roll(WRAM, sum(inputs)), start, inputs)
        if sum(inputs) % 3 == 0 and cell in archive:
            archive.keep_state(cell, archive[cell].inputs * 3 + b"state")
    return archive


def made(found=(), **limits):
    return fill(Archive(ORIGIN, **limits), found)


def joined(*archives, **limits):
    result = Archive(ORIGIN, **limits)
    for archive in archives:
        result.merge(archive)
    return result


@pytest.fixture
def some():
    return made([(Cell(0, room, 1, 2, room), room % 2, bytes([IDLE, *range(room)])) for room in range(6)])


def test_a_cell_is_read_from_ram(blank, poke):
    assert Cell.read(blank, 32) == Cell(0, 0, 120 // 32, 72 // 32, 0)
    poke(blank, ram.GROUP, 4)
    poke(blank, ram.ROOM, 0xB6)
    poke(blank, ram.TREASURES, 0b110, 1)
    poke(blank, ram.ESSENCES, 0b1000_0000)
    poke(blank, ram.BOSS_KEYS, 1)
    poke(blank, ram.SWORD, 2)
    poke(blank, ram.KEYS, 1, 2)
    bits = 0b1_0000_0110 | 1 << 135 | 1 << 136 | 0b11 << 152 | 0b111 << 155
    assert Cell.read(blank, 16) == Cell(4, 0xB6, 7, 4, bits)


def test_a_rider_is_where_the_animal_is(blank, poke):
    poke(blank, ram.LINK_OBJECT, 0xD1)
    poke(blank, ram.COMPANION_X, 16)
    poke(blank, ram.COMPANION_Y, 32)
    assert Cell.read(blank, 16)[2:4] == (1, 2)


@pytest.mark.parametrize(("field", "value"), [(ram.TEXT, 1), (ram.MENU, 1), (ram.DYING, 1), (ram.TRANSITION, 1)])
def test_there_is_no_cell_while_link_does_not_obey(blank, poke, field, value):
    poke(blank, field, value)
    assert Cell.read(blank, 32) is None


def test_the_digest_says_what_state_a_way_leads_to(blank, poke):
    before = digest(blank)
    assert len(before) == 32
    poke(blank, ram.RUPEES, 1)
    assert digest(blank) != before


def test_the_better_way_is_kept_and_visits_are_counted():
    archive, cell = Archive(ORIGIN), Cell(0, 1, 2, 3, 0)
    assert archive.visit(cell, WRAM, 0, b"\1\1\1")
    archive.keep_state(cell, b"there")
    assert not archive.visit(cell, WRAM, 0, b"\1\1\2")
    assert archive.state(cell) == b"there"
    assert archive.visit(cell, WRAM, 1, bytes([1, 1, IDLE]))
    assert (archive[cell].start, archive[cell].frames, archive[cell].visits) == (1, 9, 3)
    assert archive.state(cell) is None
    assert archive.visit(cell, WRAM, 0, b"\1" * 9, score=1.0)
    assert not archive.visit(cell, WRAM, 0, b"\1")
    assert (archive[cell].score, archive[cell].visits) == (1.0, 5)


def test_what_is_too_far_is_not_taken_in():
    archive = made([(Cell(0, 0, 0, 0, 0), 0, b"\1\1")], max_inputs=2)
    assert not archive.visit(Cell(0, 1, 0, 0, 0), WRAM, 0, b"\1\1\1")
    assert not archive.visit(Cell(0, 0, 0, 0, 0), WRAM, 0, b"\1\1\1")
    assert [entry.visits for entry in archive] == [2]


def test_of_a_full_archive_the_least_progress_goes_and_then_what_is_near():
    archive = Archive(ORIGIN, max_cells=2)
    near, far, further, sword = Cell(0, 0, 0, 0, 0), Cell(0, 1, 0, 0, 0), Cell(0, 2, 0, 0, 0), Cell(0, 0, 0, 0, 1)
    archive.visit(far, WRAM, 0, b"\1\1")
    archive.visit(near, WRAM, 0, b"\1")
    assert archive.visit(further, WRAM, 0, b"\1\1\1")
    assert not archive.visit(near, WRAM, 0, b"\1")
    assert [entry.cell for entry in archive] == [far, further]
    assert archive.visit(sword, WRAM, 0, b"\1")
    assert [entry.cell for entry in archive] == [sword, further]


@given(st.lists(visits, max_size=30), st.integers(1, 6), st.integers(1, 4))
def test_memory_is_bounded(found, max_cells, max_inputs):
    archive = Archive(ORIGIN, max_cells=max_cells, max_inputs=max_inputs)
    for at in range(len(found)):
        fill(archive, found[at : at + 1])
        assert len(archive) == len(list(archive)) <= max_cells
        assert all(len(entry.inputs) <= max_inputs for entry in archive)
    merged = joined(archive, made(found), max_cells=max_cells, max_inputs=max_inputs)
    assert len(merged) <= max_cells


@given(st.lists(visits, max_size=20), st.lists(visits, max_size=20), st.integers(1, 20))
def test_merging_commutes(one, other, max_cells):
    ours, theirs = made(one, max_cells=max_cells), made(other, max_cells=max_cells)
    turned = joined(theirs, max_cells=max_cells)
    ours.merge(theirs)
    turned.merge(made(one, max_cells=max_cells))
    assert ours.pack() == turned.pack()
    assert len(ours) <= max_cells


@given(st.lists(visits, max_size=20), st.lists(visits, max_size=20), st.lists(visits, max_size=20))
def test_merging_associates_and_repeats_without_effect(one, two, three):
    parts = [made(found) for found in (one, two, three)]
    left = joined(joined(*parts[:2]), parts[2])
    right = joined(parts[0], joined(*parts[1:]))
    assert left.pack() == right.pack()
    assert left.merge(right) == left.merge(parts[1]) == 0
    assert left.pack() == right.pack()


@given(st.lists(visits, max_size=20), st.integers(0, 2**32))
def test_the_order_in_which_cells_were_found_is_not_seen(found, seed):
    archive = made(found)
    again = Archive(ORIGIN)
    for entry in reversed(list(archive)):
        again._put(entry)
    assert archive.pack() == again.pack()
    if found:
        assert archive.draw(np.random.default_rng(seed)) == again.draw(np.random.default_rng(seed))


def test_cells_are_drawn_as_often_as_they_are_seldom_visited(some):
    for entry in list(some):
        for _ in range(entry.cell.room**2):
            some.visit(entry.cell, WRAM, 0, b"\1" * 99)
    weights = 1 / np.sqrt(1 + np.array([1 + room**2 for room in range(6)]))
    assert np.allclose(some.weights(), weights / weights.sum())
    random = np.random.default_rng(0)
    drawn = np.bincount([some.draw(random).cell.room for _ in range(6000)], minlength=6)
    spread = np.sqrt(6000 * some.weights() * (1 - some.weights()))
    assert (np.abs(drawn - 6000 * some.weights()) < 4 * spread).all()


def test_nothing_can_be_drawn_from_nothing():
    with pytest.raises(ArchiveError, match="empty"):
        Archive(ORIGIN).draw(np.random.default_rng(0))


def test_a_cell_can_be_dropped(some):
    cell = next(iter(some)).cell
    some.drop(cell)
    assert cell not in some
    assert len(some) == 5


def test_limits_that_cannot_be_are_refused():
    with pytest.raises(ArchiveError, match="max_cells 0"):
        Archive(ORIGIN, max_cells=0)


@settings(max_examples=30)
@given(st.lists(visits, max_size=20), st.booleans())
def test_what_is_packed_unpacks_to_the_same(found, states):
    archive = made(found)
    data = archive.pack(states=states)
    again = Archive.unpack(data, "here", states=True)
    assert again.pack() == data
    if states:
        assert list(again) == list(archive)
    assert all(entry.state is None for entry in Archive.unpack(data, "here"))


def test_it_goes_through_a_store(some, store):
    some.save(store, "archives/a.json")
    assert list(Archive.load(store, "archives/a.json", ORIGIN, states=True)) == list(some)
    assert len(Archive.load(store, "archives/a.json", ORIGIN, max_cells=2, max_inputs=5)) == 2
    with pytest.raises(ArchiveError, match="there is no"):
        Archive.load(store, "archives/b.json", ORIGIN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rom": {"title": "ZELDA DIN", "sha1": "1" * 40}}, "has rom .*expected"),
        ({"pyboy": "2.6.0"}, "has pyboy '2.6.0'; expected '2.8.1'"),
        ({"layout": "zelda-cell/2"}, "has layout 'zelda-cell/2'; expected 'zelda-cell/1'"),
        ({"frame_skip": 8}, "has frame_skip 8; expected 4"),
        ({"grid": 16}, "has grid 16; expected 32"),
        ({"starts": ["3" * 64]}, "has starts"),
    ],
)
def test_what_belongs_to_something_else_is_refused_by_name(some, change, message):
    record = json.loads(some.pack())
    record["origin"] |= change
    with pytest.raises(ArchiveError, match=message):
        Archive.unpack(json.dumps(record).encode(), "here", origin=ORIGIN)
    with pytest.raises(ArchiveError, match=message):
        some.merge(
            Archive(
                ORIGIN.model_copy(update={**change, "rom": RomEntry(**change["rom"])} if "rom" in change else change)
            )
        )


def packed(data, level=9):
    return base64.b64encode(zlib.compress(data, level)).decode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"room": 256}, "cells.0.room"),
        ({"room": True}, "cells.0.room"),
        ({"row": -1}, "cells.0.row"),
        ({"progress": "0x1"}, "cells.0.progress"),
        ({"progress": "f" * 42}, "cells.0.progress"),
        ({"visits": 1 << 53}, "cells.0.visits"),
        ({"score": float("inf")}, "cells.0.score"),
        ({"digest": ""}, "cells.0.digest"),
        ({"start": 2}, "states below 2"),
        ({"inputs": packed(b"\x09")}, "inputs up to 9; expected"),
        ({"inputs": "%"}, "expected base64"),
        ({"inputs": base64.b64encode(b"plain").decode()}, "expected zlib data"),
        ({"inputs": base64.b64encode(zlib.compress(b"\1" * 99)[:-4]).decode()}, "truncated"),
        ({"inputs": packed(bytes(1 << 24))}, "too long"),
        ({"state": packed(bytes(1 << 24))}, "too long"),
        ({"state": "\u00e9"}, "expected base64"),
        ({"room": 1, "progress": "1"}, "lists a cell twice"),
    ],
)
def test_damaged_files_are_refused_with_what_was_expected(some, change, message):
    record = json.loads(some.pack())
    record["cells"][0] |= change
    with pytest.raises(ArchiveError, match=message):
        Archive.unpack(json.dumps(record).encode(), "here", states=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[]", "expected 'archive/1'"),
        (b'{"schema":"archive/2"}', "'archive/2'; expected 'archive/1'"),
        (b'{"schema":"archive/1"}', "expected an archive/1 record"),
        (b"[" * 200_000, "save an archive anew"),
    ],
)
def test_other_files_are_refused(data, message):
    with pytest.raises(ArchiveError, match=message):
        Archive.unpack(data, "here")


@settings(max_examples=200)
@given(st.data())
def test_whatever_is_damaged_nothing_else_is_raised(data):
    whole = made([(Cell(0, 1, 1, 2, 7), 0, b"\1\2"), (Cell(0, 2, 1, 2, 7), 0, b"\1\3")]).pack()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    with contextlib.suppress(ArchiveError):
        Archive.unpack(damaged, "here", states=True, origin=ORIGIN)


def test_a_store_that_cannot_be_read_says_so(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(StoreError):
        Archive.load(Store(str(tmp_path)), "a.json", ORIGIN)
