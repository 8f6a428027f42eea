"""Acorn's people, texts, shop, belongings, saves and the end of a game, where observers look for them."""

import pytest
from director.stage import Stage

TEXT, MODE, OPTION, NUMBER = 0xCBA0, 0xCBA1, 0xCBA5, 0xCBA8
B, A, TREASURES, RUPEES = 0xC680, 0xC681, 0xC692, 0xC6A5
HEALTH, MAX_HEALTH = 0xC6A2, 0xC6A3
MENU, MENU_STATE, GAME, DYING = 0xCBCB, 0xCBCC, 0xC2EE, 0xCC34
RESPAWN = range(0xC62B, 0xC631)
ELDER, SHOP, SWORD_ROOM = 0x10, 0x11, 0x05


@pytest.fixture
def stage(acorn):
    made = Stage(acorn)
    yield made
    made.close()


def text_id(stage):
    return (stage[0xCBA3] - 4) << 8 | stage[0xCBA2]


def face(stage, slot):
    """Stand below somebody and look up."""
    column, row = stage[slot + 0x0D] // 16, stage[slot + 0x0B] // 16
    stage.warp(stage[0xCC49], stage[0xCC4C], column, row + 1)
    stage.frames(8, ("up",))


def visit_elder(stage):
    stage.warp(3, ELDER, 4, 6)
    (elder,) = stage.slots(0x40, 0x24)
    face(stage, elder)
    return elder


def test_the_elder_answers_what_link_owns(stage):
    said = []
    for items in ((), ("sword",), ("sword", "rod")):
        for item in items:
            stage.own(item)
        visit_elder(stage)
        stage.tap("a", wait=4)
        said.append(text_id(stage))
        stage.read_on()
        stage.until_free()
    assert len(set(said)) == 3


def test_the_elder_gives_the_rod_with_two_seasons_once(stage):
    stage.own("sword", "b")
    visit_elder(stage)
    stage.tap("a")
    stage.read_on()
    stage.until_free()
    assert stage[TREASURES] & 0x80
    assert stage[0xC6B0] == 0x0A
    assert (stage[B], stage[A]) == (5, 7)


def ask(stage):
    """Read on until a question waits."""
    for _ in range(60):
        if stage[MODE] == 1:
            return
        assert stage[OPTION] == 0xFF
        stage.tap("a", wait=30)
    raise AssertionError("nothing is asked")


@pytest.mark.parametrize("answer", [0, 1])
def test_two_answers_lead_to_different_things(stage, answer):
    visit_elder(stage)
    stage[HEALTH] = 4
    stage.tap("a")
    ask(stage)
    if answer:
        stage.tap("right")
    stage.tap("a", wait=20)
    assert stage[OPTION] == answer
    stage.read_on()
    stage.until_free()
    assert (stage[0xC800 + ELDER] & 0xC0) == (0x80 if answer else 0x40)
    assert stage[HEALTH] == (4 if answer else 12)


def test_the_sword_lies_in_its_chest(stage):
    stage.warp(4, SWORD_ROOM, 7, 4)
    column, row = stage.find(0xF1)
    stage.warp(4, SWORD_ROOM, column, row + 1)
    stage.frames(10, ("up",))
    stage.tap("a", wait=0)
    assert (stage[0xCBCA], stage[0xCCA4], stage.tile(column, row)) == (1, 0x81, 0xF0)
    assert not stage[0xC6AC]
    while stage[0xD004] != 4:
        stage.frame()
    assert (stage[0xC6AC], stage[TREASURES] & 0x20, stage[B]) == (1, 0x20, 5)
    stage.read_on()
    stage.until_free()
    assert stage[0xC905] & 0x20


def stand_at_the_counter(stage, item):
    """Stand before what is for sale; return its slot."""
    stage.warp(3, SHOP, 4, 5)
    (slot,) = [at for at in stage.slots(0x40, 0x47) if stage[at + 2] == item]
    row = stage[slot + 0x0B] // 16
    stage.warp(3, SHOP, stage[slot + 0x0D] // 16, row + 1)
    stage.frames(8, ("up",))
    return slot


def rupees(stage):
    return int(f"{stage[RUPEES + 1]:02X}{stage[RUPEES]:02X}")


def buy(stage, item):
    """Ask for something and say yes; return its price and what was said then."""
    stand_at_the_counter(stage, item)
    stage.tap("a")
    ask(stage)
    price = int(f"{stage[NUMBER + 1]:02X}{stage[NUMBER]:02X}")
    stage.tap("a", wait=4)
    said = text_id(stage)
    stage.read_on()
    stage.until_free()
    return price, said


def test_the_shop_says_so_and_sells(stage):
    stage[RUPEES] = 0x99
    stand_at_the_counter(stage, 0x03)
    assert stage[0xCCEA] == 0x02
    price, sold = buy(stage, 0x03)
    assert price > 0
    assert rupees(stage) == 99 - price
    assert stage[0xC6AA] == 0x10
    assert stage[TREASURES] & 0x08
    was = rupees(stage)
    _, full = buy(stage, 0x03)
    assert full != sold
    assert rupees(stage) == was
    stage.warp(3, ELDER, 4, 6)
    assert stage[0xCCEA] == 0


def test_who_has_too_little_buys_nothing(stage):
    stage[RUPEES] = 0x01
    buy(stage, 0x01)
    assert rupees(stage) == 1
    assert not stage[TREASURES] & 0x02


def test_what_is_sold_once_is_gone(stage):
    stage[RUPEES], stage[RUPEES + 1] = 0x99, 0x09
    buy(stage, 0x2B)
    assert stage[0xC6A4] == 1
    assert not [at for at in stage.slots(0x40, 0x47) if stage[at + 2] == 0x2B]


def test_the_satchel_exchanges_items(stage):
    stage.own("sword", "b")
    stage.own("rod", "a")
    stage[0xC682] = 3
    stage.tap("start", wait=40)
    assert (stage[MENU], stage[MENU_STATE], stage[MODE], stage[TEXT]) == (1, 1, 2, 1)
    stage.tap("b")
    assert (stage[B], stage[A], stage[0xC682]) == (3, 7, 5)
    stage.tap("start", wait=40)
    assert (stage[MENU], stage[TEXT]) == (0, 0)
    assert stage.screen.can_act


def save_and_quit(stage):
    stage.tap("select", wait=40)
    assert (stage[MENU], stage[0xCBB4], stage[0xCBB5]) == (3, 0, 0)
    stage.tap("down")
    assert stage[0xCBB5] == 1
    stage.tap("a")
    stage.until_free()


def checksum(block):
    return sum(block[2:]) & 0xFFFF


def test_a_file_is_saved_twice_and_power_on_goes_on_from_it(acorn):
    stage = Stage(acorn)
    stage.own("sword", "a")
    stage[RUPEES] = 0x42
    stage.walk(4, 4)
    for _ in range(200):
        stage.frame(("down",))
        if stage[0xCC4C] == 0xC6 and stage.screen.stable:
            break
    place = [stage[at] for at in RESPAWN]
    save_and_quit(stage)
    assert [stage[0xCC49], stage[0xCC4C], stage[0xCC4E]] == place[:3]
    kept = stage.switch_off()
    block = kept[0x10:0x560]
    assert block == kept[0x1000:0x1550]
    assert int.from_bytes(block[:2], "little") == checksum(block)
    assert block[2:10] == b"Z11216-0"
    again = Stage(acorn, kept)
    assert (again[0xCC4C], again[A], again[RUPEES], again[0xC6AC]) == (0xC6, 5, 0x42, 1)
    assert (again[0xD00B], again[0xD00D]) == (place[4], place[5])
    again.close()


@pytest.mark.parametrize(("broken", "rupees"), [((), 0x42), ((0x40,), 0x42), ((0x1040,), 0x42), ((0x40, 0x1040), 0)])
def test_a_broken_copy_is_not_read(acorn, broken, rupees):
    stage = Stage(acorn)
    stage[RUPEES] = 0x42
    save_and_quit(stage)
    kept = bytearray(stage.switch_off())
    for at in broken:
        kept[at] ^= 0x10
    again = Stage(acorn, bytes(kept))
    assert again[RUPEES] == rupees
    assert again.screen.can_act
    again.close()


def test_continue_in_the_save_menu_changes_nothing(stage):
    stage.walk(4, 4)
    stage.tap("select", wait=40)
    stage.tap("a", wait=40)
    assert stage.screen.can_act
    assert (stage[0xD00D], stage[0xD00B]) == (4 * 16 + 8, 4 * 16 + 8)
    assert not any(stage.switch_off())


def die(stage):
    """Lose all health; return what an observer saw until the game-over screen."""
    stage[HEALTH] = 0
    seen = []
    while not stage[0xCC35]:
        stage.frame()
        seen.append((stage[DYING], stage[0xD004]))
    return seen


def test_a_death_is_seen_counted_and_continued(stage):
    stage[MAX_HEALTH] = 0x20
    seen = die(stage)
    assert set(seen[2:]) == {(0xFF, 3)}
    assert (stage[0xCBB4], stage[0xC61E]) == (1, 1)
    stage.frames(50)
    stage.tap("a")
    stage.until_free()
    assert stage[GAME] == 2
    assert stage[HEALTH] == 0x10
    assert [stage[0xCC49], stage[0xCC4C]] == [stage[0xC62B], stage[0xC62C]]
    assert not stage[DYING]
    assert not any(stage[at] for at in range(0xCC1F, 0xCC2F, 2) if stage[at] != stage[0xCC4C])


def test_a_game_that_is_over_continues_by_itself(stage):
    die(stage)
    stage.frames(300)
    assert stage.screen.can_act
    assert stage[HEALTH] == 0x0C


def test_save_and_quit_after_a_death_goes_on_with_health(acorn):
    stage = Stage(acorn)
    die(stage)
    stage.frames(50)
    stage.tap("down", wait=20)
    stage.tap("a")
    stage.until_free()
    assert (stage[0xC61E], stage[HEALTH]) == (1, 0x0C)
    again = Stage(acorn, stage.switch_off())
    assert (again[0xC61E], again[HEALTH]) == (1, 0x0C)
    again.close()


def test_a_dungeon_is_continued_at_its_entrance(stage):
    stage.warp(4, 0x1C, 7, 9)
    entrance = [stage[at] for at in RESPAWN]
    stage.warp(4, 0x1B, 7, 8)
    assert [stage[at] for at in RESPAWN] == entrance
    die(stage)
    stage.frames(300)
    assert (stage[0xCC49], stage[0xCC4C], stage[0xCC55]) == (4, 0x1C, 1)
    assert (stage[0xD00D], stage[0xD00B]) == (entrance[5], entrance[4])


def test_four_pieces_are_a_heart_and_sixteen_hearts_are_the_most(stage):
    stage[0xC6A4], stage[MAX_HEALTH], stage[RUPEES] = 3, 0x3C, 0x99
    stage[RUPEES + 1] = 9
    for health in (0x40, 0x40):
        stage[0xC6A4] = 3
        stage[0xC800 + SHOP] &= 0x0F
        buy(stage, 0x2B)
        assert (stage[0xC6A4], stage[MAX_HEALTH], stage[HEALTH]) == (0, health, health)


def test_a_warp_to_nowhere_leads_to_the_beginning(stage):
    stage[0xCC63], stage[0xCC64], stage[0xCC66], stage[0xCC67] = 5, 0x77, 0x44, 3
    stage.frames(4)
    stage.until_free()
    assert (stage[0xCC49], stage[0xCC4C]) == (0, 0xB6)
