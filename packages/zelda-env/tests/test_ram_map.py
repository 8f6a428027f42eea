import numpy as np
import pytest
from zelda_env import FIELDS
from zelda_env.ram_map import (
    CORE,
    ENEMY,
    INTERACTION,
    ITEM_TAKEN,
    PART,
    SLOTS,
    WRAM_BYTES,
    flag_page,
    object_offsets,
    used_offsets,
)


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


@pytest.mark.parametrize(
    ("address", "symbol"),
    [
        (0xCC31, "wToggleBlocksState"),  # not how many people there are
        (0xCC32, "wSwitchState"),  # not how many items
        (0xC63B, "wMinimapRoom"),  # not the room Link is in: it stays while he is indoors
        (0xC682, "wInventoryStorage"),  # A and B are C681 and C680
        (0xC683, "wInventoryStorage"),
        (0xC4AC, None),  # speed of a fade, not Link's x
        (0xC4AD, None),
        (0xD300, None),  # a parent item, not Link
        (0xD308, None),
        (0xD30B, None),
        (0xD30D, None),
        (0xCDDA, None),  # of Oracle of Ages
    ],
)
def test_addresses_that_are_known_to_be_wrong_are_not_used_for_it(address, symbol):
    fields = [field for field in FIELDS if field.address <= address < field.address + field.size]
    assert [field.symbol for field in fields] == ([symbol] if symbol else [])


def test_objects_are_read_from_four_interleaved_tables_and_not_from_one_block():
    """D140-D1FF is an interaction, a foe and a part, each in a page of its own."""
    kinds = {offset & 0xC0 for base in (INTERACTION, ENEMY, PART) for offset in object_offsets(base, "id").tolist()}
    assert kinds == {INTERACTION, ENEMY, PART}
    assert {offset >> 8 for offset in object_offsets(ENEMY, "id").tolist()} == set(range(0x10, 0x20))


def test_a_taken_item_is_bit_20():
    assert ITEM_TAKEN == 0x20


def test_core_variables_come_first_and_are_all_listed():
    assert set(CORE) < set(FIELDS)
    assert [(field.bank, field.address) for field in FIELDS] == sorted((f.bank, f.address) for f in FIELDS)
