import numpy as np
import pytest
from zelda_env import FIELDS
from zelda_env.ram_map import ENEMY, INTERACTION, PART, SLOTS, WRAM_BYTES, flag_page, object_offsets, used_offsets


def test_every_field_lies_in_its_bank():
    for field in FIELDS:
        low, high = (0xC000, 0xD000) if field.bank == 0 else (0xD000, 0xE000)
        assert low <= field.address < field.address + field.size <= high, field.symbol
        assert field.offset < WRAM_BYTES


def test_fields_do_not_overlap():
    taken = np.zeros(WRAM_BYTES, int)
    for field in FIELDS:
        taken[field.span] += 1
    assert taken.max() == 1


def test_symbols_are_unique():
    assert len({field.symbol for field in FIELDS}) == len(FIELDS)


def test_objects_are_interleaved_by_page():
    assert object_offsets(ENEMY, "enabled")[:2].tolist() == [0x1080, 0x1180]
    assert object_offsets(INTERACTION, "id")[-1] == 0x1F41
    assert object_offsets(PART, "x")[0] == 0x10CD
    assert len(object_offsets(PART, "x")) == SLOTS


@pytest.mark.parametrize(("group", "page"), [(0, 0xC700), (1, 0xC800), (2, 0xC800), (3, 0xC800), (4, 0xC900),
                                             (6, 0xC900), (5, 0xCA00), (7, 0xCA00), (255, 0xCA00)])  # fmt: skip
def test_groups_share_the_pages_of_room_flags(group, page):
    assert flag_page(group) == page - 0xC000


def test_used_offsets_are_sorted_and_inside():
    offsets = used_offsets()
    assert (np.diff(offsets) > 0).all()
    assert 0 <= offsets[0] <= offsets[-1] < WRAM_BYTES
