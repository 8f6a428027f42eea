"""The build of Acorn: it refuses mistakes by name, and lays out what the game finds by its address."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_env import Rom

GAME = Path(__file__).parents[1] / "game"
sys.path.insert(0, str(GAME))  # the game's build is no package: its modules lie beside build.py

import ground  # noqa: E402
import world  # noqa: E402
from art import read_art  # noqa: E402
from bank import SET_BANK, DataBanks  # noqa: E402
from cartridge import BANK_SIZE, cartridge, read_ihx, run_tool  # noqa: E402
from palette import read_palettes  # noqa: E402
from room import SEASONS, Room, read_legend, read_packs, read_room, read_thing  # noqa: E402
from source import SourceError  # noqa: E402
from text import read_items, read_texts  # noqa: E402
from thing import ThingEncoder  # noqa: E402

WINTER = SEASONS.index("winter")


@pytest.fixture(scope="module")
def acorn_world():
    return world.read_world()


@pytest.fixture(scope="module")
def encoder(acorn_world):
    sprites = read_art(GAME / "tiles" / "sprites.txt")
    figures = [name for name, _ in read_palettes(GAME / "tiles" / "palettes.txt")["obj"]]
    texts = read_texts(GAME / "texts" / "texts.txt")
    items = read_items(GAME / "texts" / "items.txt", texts, sprites, figures)
    return ThingEncoder(acorn_world.rooms, texts, items, ["elder", "hare"], figures)


def source(tmp_path, text, name="x.txt"):
    path = tmp_path / name
    path.write_text(text)
    return path


def legend_of(tmp_path, *lines):
    return read_legend(source(tmp_path, "\n".join(lines), "legend.txt"))


# ---- legends


def test_a_character_is_something_else_in_its_season(tmp_path):
    legend = legend_of(tmp_path, ". grass 04 00 00 grass", "..winter snow 05 00 00 snow")
    assert [legend.at(".", season).tile for season in range(4)] == [4, 4, 4, 5]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([". grass 04 00 00"], "legend.txt:1: want char name tile"),
        ([". grass 04 00 00 a", ". grass 05 00 00 a"], "legend.txt:2: '.' is there twice"),
        ([". grass 04 00 00 a", "..monsoon wet 05 00 00 a"], "legend.txt:2: want one character"),
        (["m.winter snow 05 00 00 a"], "legend.txt: m.winter has no plain line 'm'"),
        ([". grass 04 00 00 a dig=05"], "legend.txt:1: no such option: dig"),
    ],
)
def test_a_legend_with_a_mistake_is_refused(tmp_path, lines, message):
    with pytest.raises(SourceError, match=message.replace(".", r"\.")):
        legend_of(tmp_path, *lines)


def test_two_characters_may_be_one_tile_only_if_they_are_alike(tmp_path):
    lines = [". grass 04 00 00 a", "m heap 05 0f 00 b", "m.summer gone 04 00 00 a"]
    assert legend_of(tmp_path, *lines).by_tile(SEASONS.index("summer"))[4].art == "a"
    other = legend_of(tmp_path, *lines[:2], "m.summer gone 04 00 00 b")
    with pytest.raises(SourceError, match="tile 04 is both 'grass' and 'gone' in summer"):
        other.by_tile(SEASONS.index("summer"))


def test_two_characters_that_differ_in_a_season_are_not_stored_as_one_tile(tmp_path):
    legend = legend_of(tmp_path, ": path 0b 00 00 a", "m thaw 0b 00 00 a", "m.winter drift 46 0f 00 b")
    assert ground.tiles_now({":", "m"}, legend, 0) == {0x0B: 0x0B}
    with pytest.raises(SourceError, match="both stored as tile 0b and differ in winter"):
        ground.tiles_now({":", "m"}, legend, WINTER)


def test_a_tile_that_becomes_what_is_not_there_is_refused(tmp_path):
    legend = legend_of(tmp_path, "b bush c4 0f 00 a cut=77")
    with pytest.raises(SourceError, match="bush becomes tile 77, which is not there"):
        ground.closure({0xC4}, legend.by_tile(0), legend)


def test_packs_name_a_season(tmp_path):
    assert read_packs(source(tmp_path, "pack 1b autumn The Coast\n")) == {0x1B: SEASONS.index("autumn")}
    with pytest.raises(SourceError, match=r"x\.txt:1: want pack NUMBER SEASON NAME"):
        read_packs(source(tmp_path, "pack 1b rainy The Coast\n"))


# ---- rooms and what stands in them


def room_of(acorn_world, key=(0, 0xB6)):
    return acorn_world.rooms[key]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dragon 4 4", "no object kind 'dragon'"),
        ("octorok 12 4", "outside of the room"),
        ("octorok 0 0", "octorok cannot stand on"),
        ("octorok 4 4 item=rupee", "octorok has no option 'item'"),
        ("chest 4 4 item=rupee", "chest cannot stand on"),
        ("item 4 4 item=moon", "no item 'moon'"),
        ("item 4 4 item=rupee after=lunch", "after=enemies, not 'lunch'"),
        ("item 4 4", "item needs item="),
        ("villager 4 4", "villager needs text="),
        ("villager 4 4 text=nobody", "no text 'nobody'"),
        ("villager 4 4 text=elder dir=north", "dir is one of up, right, down, left, not 'north'"),
        ("villager 4 4 text=elder look=dragon", r"no figure \[dragon_down\]"),
        ("villager 4 4 text=elder pal=mauve", "no palette 'mauve'"),
        ("villager 4 4 text=elder moon=rest", "no condition 'moon'"),
        ("warp 4 4 to=3:99 at=1,1", "the warp leads nowhere"),
        ("warp 4 4 to=3:10 at=0,0", "the warp leads into a wall"),
        ("shop 4 4 item=rupee price=1000", "price is 1 to 999, not '1000'"),
        ("soil 3 3", "soil needs spot="),
        ("soil 3 3 spot=16", "soft soil lies outside and is spot 0 to 15, not 16"),
        ("soil 3 3 spot=5", r"there is no soft soil \(Q\) on that cell"),
        ("soil 4 4 spot=5", "soil cannot stand on path"),
    ],
)
def test_a_thing_with_a_mistake_is_refused_with_its_line(acorn_world, encoder, line, message):
    plain = room_of(acorn_world)
    room = Room("b6", plain.key, plain.legend, chars=plain.chars, things=[read_thing(line, "rooms/b6.txt:14")])
    with pytest.raises(SourceError, match="rooms/b6.txt:14: " + message):
        encoder.encode(room)


def test_no_two_spots_of_soft_soil_have_one_number(acorn_world, encoder):
    encoder.encode(acorn_world.rooms[0, 0xB4])
    with pytest.raises(SourceError, match=r"rooms/b4.txt:\d+: another room has spot 0"):
        encoder.encode(acorn_world.rooms[0, 0xB4])


def test_a_room_holds_sixteen_things(acorn_world, encoder):
    plain = room_of(acorn_world)
    things = [read_thing("octorok 4 4", "here")] * 17
    room = Room("b6", plain.key, plain.legend, chars=plain.chars, things=things[:16])
    data, _ = encoder.encode(room)
    assert len(data) == 16 * 6
    room.things = things
    with pytest.raises(SourceError, match="17 objects, a room has at most 16"):
        encoder.encode(room)


def test_two_things_need_two_flags(acorn_world, encoder):
    plain = room_of(acorn_world)
    lines = ["item 4 4 item=rupee flag=40", "item 5 4 item=rupee flag=40"]
    room = Room("b6", plain.key, plain.legend, chars=plain.chars, things=[read_thing(line, "here") for line in lines])
    with pytest.raises(SourceError, match="two things share the room flag 40"):
        encoder.encode(room)


def test_what_is_said_depends_on_conditions_from_left_to_right(encoder):
    thing = read_thing("villager 4 4 text=elder sword=elder_rod not_flag40=rest winter=elder_end", "here")
    number = encoder.choice(thing)
    record = encoder.choices[number - len(encoder.texts)]
    names = [encoder.texts.index(name) for name in ("elder", "elder_rod", "rest", "elder_end")]
    assert list(record) == [1, names[0], 3, 0, 5, names[1], 0x81, 0x40, names[2], 2, WINTER, names[3]]
    assert encoder.choice(thing) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pack 10\nmap\n" + "....\n" * 8, "a row has 10 cells"),
        ("season wet\nmap\n", "season is one of"),
        ("weather rain\nmap\n", "stands outside of map and objects"),
        ("map\n" + "." * 10 + "\n", "a room has 8 rows"),
    ],
)
def test_a_room_with_a_mistake_is_refused(acorn_world, tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_room(source(tmp_path, text, "b6.txt"), (0, 0xB6), acorn_world.legends)


# ---- texts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a] id=1\n" + "x" * 19, "at most 18 characters"),
        ("[a] id=1\n" + "x" * 17 + "#", "# counts as two"),
        ("[a] id=1 cost=20\nhi", "belong together"),
        ("[a] id=1 ask=Yes,No then=a,a cost=20\nhi", "belong together"),
        ("[a] id=1 ask=Yes,No then=a,a cost=100 poor=a\nhi", "belong together"),
        ("[a] id=1 ask=Yes,No then=a,a ore=5 poor=b\nhi", "leads to 'b'"),
        ("[a] id=1\nx\ny\nz", "a page has two lines"),
        ("[a] id=1 next=b\nx", "leads to 'b', which is not there"),
        ("[a] id=1 ask=Yes,No then=a\nx", "then= names the text of each answer"),
        ("[a] id=1 song=7\nx", "has an option that is not known"),
        ("[a] id=1\nx\n[a] id=2\ny", r"\[a\] is there twice"),
        ("[a] id=1\nx\n[b] id=1\ny", r"\[b\] has the id of \[a\]"),
    ],
)
def test_a_text_with_a_mistake_is_refused(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_texts(source(tmp_path, text))


# ---- banks


@given(st.lists(st.binary(min_size=1, max_size=9000), max_size=8))
def test_what_is_packed_is_found_where_the_index_says(pieces):
    banks = DataBanks(6, 12)
    places = [banks.add(piece, "pieces") for piece in pieces]
    for piece, (bank, address) in zip(pieces, places, strict=True):
        assert banks.banks[bank][address - 0x4000 : address - 0x4000 + len(piece)] == piece


def test_banks_that_are_full_say_so():
    banks = DataBanks(6, 6)
    banks.add(bytes(BANK_SIZE), "rooms")
    with pytest.raises(SourceError, match="no room is left for the texts"):
        banks.add(b"x", "the texts")


def test_the_linkers_file_counts_banks_from_the_start_of_the_cartridge(tmp_path):
    lines = ":0200000400FFFB\n:03400000AABBCC00\n:020000040001F9\n:0240000011220000\n:00000001FF\n"
    banks = read_ihx(source(tmp_path, lines.replace(":0200000400FFFB\n", "")))
    assert (banks[1][:3], banks[5][:2]) == (b"\xaa\xbb\xcc", b"\x11\x22")


def test_a_cartridge_has_a_header_that_emulators_check():
    rom = Rom.parse(cartridge({0: bytes(BANK_SIZE), 3: b"x" * 10}), "the build")
    assert rom.title == "ACORN"
    assert len(rom.data) == 0x10000
    with pytest.raises(SourceError, match="are more than a cartridge"):
        cartridge({0: b"", 40: b"x"})


def test_each_set_of_tiles_lies_in_its_bank_as_the_build_lays_it_out(acorn_world):
    palettes = read_palettes(GAME / "tiles" / "palettes.txt")
    first = next(iter(acorn_world.packs))
    rooms = [room for room in acorn_world.rooms.values() if room.is_outside and room.pack == first]
    legend = acorn_world.legends[0]
    data = Rom.acorn().data
    for season in range(4):
        made = ground.ground_set("x", rooms, legend, season, acorn_world.arts[0], palettes[f"bg-{SEASONS[season]}"], 0)
        at = (SET_BANK + season) * BANK_SIZE
        shipped = data[at : at + BANK_SIZE]
        for page in ("now", "coll", "type", "cut", "bomb", "push", "toggle", "lift"):
            offset = ground.PAGES.index(page) * ground.PAGE
            assert shipped[offset : offset + ground.PAGE] == made.content[offset : offset + ground.PAGE], page


# ---- the compiler


def test_the_compiler_sees_nothing_of_the_environment_it_is_built_in(monkeypatch, capsys):
    run_tool("env")
    here = capsys.readouterr().out
    monkeypatch.setenv("PATH", "/opt/some/where/else:" * 9 + os.environ["PATH"])
    monkeypatch.setenv("SDCC_INCLUDE", "/somewhere")
    run_tool("env")
    assert capsys.readouterr().out == here != ""
