"""States of something else are refused by name: each one here was really made by it."""

import io
import json

import pytest
from zelda_env import Emulator, EmulatorError, InitialStateError, Rom, ZeldaEnv, boot, read_state, write_state
from zelda_env.boot import initial_states
from zelda_env.emulator import PyBoy
from zelda_env.saved_state import PYBOY, check_state, note, seal, unseal


@pytest.fixture(scope="module")
def emulator():
    made = Emulator(Rom.acorn())
    boot(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def state(emulator):
    return emulator.save_state()


@pytest.fixture(scope="module")
def other_build():
    """Another build of Acorn: it plays, but is not byte for byte the one that comes with the package."""
    data = bytearray(Rom.acorn().data)
    data[-1] ^= 1
    return Rom.parse(bytes(data), "another build")


@pytest.fixture(scope="module")
def other_state(other_build):
    made = Emulator(other_build)
    boot(made)
    saved = made.save_state()
    yield saved
    made.close()


@pytest.fixture(scope="module")
def grey_state():
    """What PyBoy saves when it plays Acorn as on a plain Game Boy."""
    pyboy = PyBoy(io.BytesIO(Rom.acorn().data), window="null", sound_emulated=False, log_level="CRITICAL", cgb=False)
    pyboy.tick(60, True, False)
    file = io.BytesIO()
    pyboy.save_state(file)
    pyboy.stop(save=False)
    return file.getvalue()


def of_version(state, number):
    return bytes([number]) + state[1:]


def test_a_state_says_where_it_belongs(state, acorn):
    bare, found = unseal(state)
    assert found == note(acorn)
    assert found["sha1"] == acorn.sha1
    assert found["pyboy"] == PYBOY
    assert seal(bare, acorn) == state
    assert check_state(state, acorn) == bare


def test_pyboy_itself_loads_a_state_with_its_note(state, emulator):
    pyboy = PyBoy(io.BytesIO(Rom.acorn().data), window="null", sound_emulated=False, log_level="CRITICAL")
    pyboy.load_state(io.BytesIO(state))
    emulator.load_state(state)
    assert bytes(pyboy.memory[0xC000:0xD000]) == emulator.ram.dump()[:0x1000]
    pyboy.stop(save=False)


def test_a_state_that_pyboy_saved_without_us_is_taken(state, emulator, acorn):
    bare, _ = unseal(state)
    emulator.load_state(bare)
    assert initial_states(acorn, bare) == (bare,)


def refused(state, rom, words):
    """A state is refused as bytes for an environment, as bytes for a reset, and by an emulator that goes on."""
    with pytest.raises(InitialStateError, match=words) as caught:
        ZeldaEnv(rom=rom, state=state)
    assert "make it again with `zelda-env play --save-state FILE`" in str(caught.value)
    env = ZeldaEnv(rom=rom)
    env.reset(seed=1)
    with pytest.raises(InitialStateError, match=words):
        env.reset(options={"state": state})
    env.reset(seed=1)
    env.step(0)
    env.close()


def test_a_state_of_another_build_is_refused_by_name(other_state, other_build, acorn):
    refused(
        other_state, acorn, f"sha1 '{other_build.sha1}', expected '{acorn.sha1}' .another cartridge, or another build"
    )


def test_a_file_of_another_build_is_refused_by_name(other_state, other_build, acorn, tmp_path):
    made = Emulator(other_build)
    made.load_state(other_state)
    write_state(str(tmp_path / "old.state"), made)
    made.close()
    assert read_state(tmp_path / "old.state", other_build)
    with pytest.raises(InitialStateError, match=rf"^old.state was made with sha1 '{other_build.sha1}'"):
        read_state(tmp_path / "old.state", acorn)


@pytest.mark.parametrize("number", [0, 1, 28, 30, 255])
def test_a_state_of_another_format_of_pyboy_is_refused_by_name(state, acorn, number):
    bare, _ = unseal(state)
    refused(
        of_version(bare, number), acorn, rf"version {number} of PyBoy's format, expected version 29, .*PyBoy {PYBOY}"
    )


def test_a_state_of_another_pyboy_is_refused_by_name_even_when_the_format_is_the_same(state, acorn):
    bare, found = unseal(state)
    text = json.dumps({**found, "pyboy": "2.7.0"}, sort_keys=True).encode()
    foreign = bare + text + len(text).to_bytes(2, "little") + b"zelda-env/state"
    refused(foreign, acorn, f"pyboy '2.7.0', expected '{PYBOY}'")


def test_a_state_of_the_plain_game_boy_is_refused_by_name(grey_state, acorn):
    refused(grey_state, acorn, r"plain Game Boy \(its colour flag is 0\), expected Game Boy Color mode")


def test_a_file_whose_note_was_forged_is_still_refused_by_its_bytes(grey_state, emulator, acorn, tmp_path):
    path = tmp_path / "grey.state"
    write_state(str(path), emulator)
    path.write_bytes(grey_state)
    with pytest.raises(InitialStateError, match=r"^grey.state was saved in the mode of the plain Game Boy"):
        read_state(path, acorn)


@pytest.mark.parametrize(
    "damage", [b"\xff\xffzelda-env/state", b"{}x\x03\x00zelda-env/state", b"[]\x02\x00zelda-env/state"]
)
def test_a_damaged_note_is_refused(state, acorn, damage):
    with pytest.raises(InitialStateError, match="note behind the save state is damaged"):
        check_state(unseal(state)[0] + damage, acorn)


def test_only_a_note_is_no_state(acorn):
    with pytest.raises(InitialStateError, match="ends after 0 bytes"):
        check_state(seal(b"", acorn), acorn)


def test_an_environment_whose_load_failed_half_way_is_of_no_more_use_and_says_so(state, acorn):
    env = ZeldaEnv(rom=acorn)
    env.reset(seed=1)
    with pytest.raises(InitialStateError, match="does not load"):
        env.reset(options={"state": unseal(state)[0][:2000]})
    for use in (lambda: env.reset(seed=1), lambda: env.step(0)):
        with pytest.raises(EmulatorError, match="broken by a failed load"):
            use()
    env.close()
