import pickle

import pytest
from zelda_env import Rom, RomError, ZeldaEnvError
from zelda_env.rom import header_checksum


def test_acorn_is_shipped_and_known(acorn):
    assert (acorn.title, acorn.game, acorn.verified) == ("ACORN", "acorn", True)
    assert len(acorn.sha1) == 40


def test_seasons_is_told_by_its_title(cartridge):
    rom = Rom.parse(cartridge("ZELDA DIN"), "mine.gbc")
    assert (rom.game, rom.verified) == ("seasons", False)


def test_a_manufacturer_code_behind_the_title_is_not_part_of_it(cartridge):
    data = bytearray(cartridge("ZELDA DIN"))
    data[0x13F:0x143] = b"AZ7E"
    data[0x14D] = 0
    data[0x14D] = header_checksum(data)
    assert Rom.parse(bytes(data), "mine.gbc").title == "ZELDA DIN"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: b"Hello, this is a list of cheats.\n" * 100, "a text file"),
        (lambda data: data[:100], "shorter than a header"),
        (lambda data: b"", "0 bytes"),
        (lambda data: b"PK\x03\x04" + data[4:], "unpack it first"),
        (lambda data: data[:0x4000], "truncated: 16384 bytes, expected 32768"),
        (lambda data: data + data, "too long: 65536 bytes, expected 32768"),
        (lambda data: data[:0x140] + b"\x01" + data[0x141:], "header checksum"),
    ],
    ids=["text", "tiny", "empty", "archive", "truncated", "long", "checksum"],
)
def test_what_is_no_cartridge_is_refused_in_one_line(cartridge, change, says):
    with pytest.raises(RomError, match=says) as caught:
        Rom.parse(change(cartridge()), "file.gbc")
    message = str(caught.value)
    assert "\n" not in message
    assert "'file.gbc'" in message
    assert "expected" in message


def test_another_game_is_named(cartridge):
    with pytest.raises(RomError, match=r"the game 'TETRIS'; expected ACORN or ZELDA DIN"):
        Rom.parse(cartridge("TETRIS"), "tetris.gb")


def test_a_plain_game_boy_cartridge_is_refused(cartridge):
    with pytest.raises(RomError, match="plain Game Boy"):
        Rom.parse(cartridge(cgb=0), "mine.gb")


def test_a_size_code_out_of_range_is_refused(cartridge):
    with pytest.raises(RomError, match="size code 52"):
        Rom.parse(cartridge(size_code=0x52), "mine.gbc")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(RomError, match="cannot read the ROM"):
        Rom.load(tmp_path / "none.gbc")
    with pytest.raises(RomError, match="cannot read the ROM"):
        Rom.load(tmp_path)


def test_load_reads_the_file(tmp_path, acorn):
    path = tmp_path / "game.gbc"
    path.write_bytes(acorn.data)
    assert Rom.load(path) == acorn


def test_errors_have_the_base_and_the_standard_type_and_pickle(cartridge):
    with pytest.raises(ValueError, match="TETRIS") as caught:
        Rom.parse(cartridge("TETRIS"), "x")
    assert isinstance(caught.value, ZeldaEnvError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
