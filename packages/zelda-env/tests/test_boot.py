import json

import pytest
from zelda_env import Emulator, InitialStateError, Screen, ZeldaEnv, boot, read_state, write_state
from zelda_env.boot import booted_state, initial_states


@pytest.fixture
def emulator(acorn):
    made = Emulator(acorn)
    yield made
    made.close()


def test_acorn_boots_into_play_within_two_seconds_of_play(emulator):
    assert boot(emulator) <= 2 * 60
    assert Screen.read(emulator.ram.wram()).can_act


def test_giving_up_says_what_to_do(emulator):
    with pytest.raises(InitialStateError, match="zelda-env play --save-state"):
        boot(emulator, limit=24)


def test_a_cartridge_is_booted_once_in_a_process(acorn):
    assert booted_state(acorn) is booted_state(acorn)


def test_a_saved_state_starts_episodes(emulator, acorn, tmp_path):
    boot(emulator)
    emulator.act(3, 30)
    path = str(tmp_path / "start.state")
    write_state(path, emulator)
    env = ZeldaEnv(rom=acorn, state=path)
    env.reset(seed=0)
    started = env.game_state()
    env.close()
    other = ZeldaEnv(rom=acorn)
    other.reset(seed=0)
    assert started.x < other.game_state().x
    other.close()


def test_a_state_of_something_else_is_refused(emulator, acorn, tmp_path):
    boot(emulator)
    path = tmp_path / "start.state"
    write_state(str(path), emulator)
    note = tmp_path / "start.state.json"
    good = json.loads(note.read_text())
    for key, value in (("sha1", "0" * 40), ("pyboy", "2.5.0"), ("title", "ZELDA DIN")):
        note.write_text(json.dumps({**good, key: value}))
        with pytest.raises(InitialStateError, match=f"made with {key} '{value}', expected"):
            read_state(path, acorn)
    note.write_text("{}")
    with pytest.raises(InitialStateError, match="initial-state/1"):
        read_state(path, acorn)
    note.unlink()
    with pytest.raises(InitialStateError, match="note"):
        read_state(path, acorn)


def test_a_damaged_state_is_refused_when_it_is_loaded(emulator, acorn, tmp_path):
    boot(emulator)
    path = tmp_path / "start.state"
    write_state(str(path), emulator)
    path.write_bytes(path.read_bytes()[:1000])  # its head is that of a good one
    env = ZeldaEnv(rom=acorn, state=path)
    with pytest.raises(InitialStateError, match="does not load"):
        env.reset()
    env.close()


@pytest.mark.parametrize(
    ("source", "message"),
    [([], "is empty"), (b"", "has 0 bytes"), ([bytes((4 << 20) + 1)], "expected 1 to"), (b"x", "format")],
)
def test_initial_states_that_cannot_be_are_refused(acorn, source, message):
    with pytest.raises(InitialStateError, match=message):
        initial_states(acorn, source)


def test_initial_states_come_from_files_and_bytes(emulator, acorn, tmp_path):
    boot(emulator)
    path = tmp_path / "start.state"
    write_state(str(path), emulator)
    assert initial_states(acorn, None) == (booted_state(acorn),)
    assert initial_states(acorn, path) == (path.read_bytes(),)
    state = emulator.save_state()
    assert initial_states(acorn, [str(path), state]) == (path.read_bytes(), state)
