import numpy as np
import pytest
from zelda_env import ACTIONS, Emulator, EmulatorError, InitialStateError, boot
from zelda_env.ram import Ram
from zelda_env.ram_map import LINK_X, LINK_Y, used_offsets


@pytest.fixture
def emulator(acorn):
    made = Emulator(acorn)
    boot(made)
    yield made
    made.close()


def test_zero_copy_is_found_and_shows_what_the_public_api_reads(emulator):
    assert emulator.ram.access == "zero-copy"
    view = emulator.ram.wram()
    for bank, address in ((0, 0xC2EE), (1, 0xD00B), (1, 0xDFFF), (2, 0xDC00), (2, 0xDFFF), (0, 0xCFFF)):
        assert view[bank * 0x1000 + (address & 0xFFF)] == emulator.ram.read(address, bank)


def test_the_view_cannot_be_written(emulator):
    with pytest.raises(ValueError, match="read-only"):
        emulator.ram.wram()[0] = 1


def test_public_access_reads_the_same_bytes(emulator):
    public = Ram(emulator._pyboy, "public")
    assert public.access == "public"
    used = used_offsets()
    for frames in (0, 7, 100):
        emulator.act(3, frames + 2)
        assert np.array_equal(public.wram()[used], emulator.ram.wram()[used])


def test_the_fallback_is_taken_when_the_self_check_fails(emulator, monkeypatch):
    monkeypatch.setattr("zelda_env.ram._mirrors", lambda *_: False)
    assert Ram(emulator._pyboy).access == "public"
    with pytest.raises(EmulatorError, match="was not found"):
        Ram(emulator._pyboy, "zero-copy")


def test_the_self_check_leaves_ram_as_it_was(emulator):
    before = emulator.ram.dump()
    Ram(emulator._pyboy)
    assert emulator.ram.dump() == before
    assert len(before) == 8 * 0x1000 + 0x7F


def test_a_direction_is_held_over_equal_actions(emulator):
    state = emulator.save_state()

    def walk(actions):
        emulator.load_state(state)
        for action, frames in actions:
            emulator.act(action, frames)
        return emulator.ram.dump()

    left = ACTIONS.index("left")
    assert walk([(left, 4)] * 6) == walk([(left, 24)])
    assert walk([(left, 4)] * 6) != walk([(0, 24)])


def test_walking_moves_link(emulator):
    x = emulator.ram.wram()[LINK_X.offset]
    emulator.act(ACTIONS.index("left"), 20)
    assert emulator.ram.wram()[LINK_X.offset] < x


def test_each_button_action_is_a_press_of_its_own(emulator):
    pressed = []
    for _ in range(6):
        emulator.act(ACTIONS.index("A"), 4)
        pressed.append(emulator.ram.read(0xC481) & 1)
    emulator.act(0, 2)
    assert emulator.ram.read(0xC481) & 1 == 0
    assert pressed == [0] * 6  # let go in the last frame of each step


def test_in_a_single_frame_a_button_is_held_until_the_next_input(emulator):
    pressed = []
    for action in ("A", "A", "B", "NOP", "left", "left", "A", "NOP"):
        emulator.act(ACTIONS.index(action), 1)
        pressed.append(emulator.ram.read(0xC481))
    assert [keys & 1 for keys in pressed] == [1, 1, 0, 0, 0, 0, 1, 0]
    assert [keys & 2 for keys in pressed] == [0, 0, 2, 0, 0, 0, 0, 0]
    assert [keys & 0x20 for keys in pressed] == [0, 0, 0, 0, 0x20, 0x20, 0, 0]


def test_loading_forgets_what_is_held(emulator):
    state = emulator.save_state()
    emulator.load_state(state)
    emulator.act(0, 30)
    still = emulator.ram.dump()
    emulator.act(ACTIONS.index("left"), 30)
    emulator.load_state(state)
    emulator.act(0, 30)
    assert emulator.ram.dump() == still


def test_rendering_changes_no_ram(emulator):
    state = emulator.save_state()
    dumps = []
    for render in (False, True):
        emulator.load_state(state)
        for action in (1, 3, 5, 0, 2) * 6:
            emulator.act(action, 4, render)
        dumps.append(emulator.ram.dump())
    assert dumps[0] == dumps[1]


def test_a_frame_rendered_now_and_then_equals_one_of_many(emulator):
    state = emulator.save_state()
    frames = []
    for every in (1, 10):
        emulator.load_state(state)
        for number in range(20):
            emulator.act(3, 4, render=number % every == every - 1)
        frames.append(emulator.frame())
    assert np.array_equal(frames[0], frames[1])
    assert frames[0].shape == (144, 160, 3)
    assert len(np.unique(frames[0].reshape(-1, 3), axis=0)) > 3


def test_a_state_that_does_not_load_is_refused_and_the_emulator_is_given_up(acorn):
    emulator = Emulator(acorn)
    state = emulator.save_state()
    try:
        with pytest.raises(InitialStateError, match="does not load"):
            emulator.load_state(state[:1000])
        for use in (
            lambda: emulator.load_state(state),
            lambda: emulator.tick(1),
            lambda: emulator.act(1, 4),
            emulator.save_state,
        ):
            with pytest.raises(EmulatorError, match=r"broken by a failed load .* make a new one"):
                use()
    finally:
        emulator.close()


def test_a_state_that_is_refused_by_its_head_leaves_the_emulator_as_it_was(emulator):
    before = emulator.ram.dump()
    with pytest.raises(InitialStateError, match="version 110 of PyBoy's format, expected version"):
        emulator.load_state(b"nonsense")
    assert emulator.ram.dump() == before
    emulator.act(3, 8)


def test_stopping_writes_nothing_beside_the_rom(tmp_path, acorn, monkeypatch):
    monkeypatch.chdir(tmp_path)
    emulator = Emulator(acorn)
    emulator.tick(10)
    emulator.close()
    emulator.close()
    assert list(tmp_path.iterdir()) == []


def test_link_starts_where_the_map_says(emulator):
    assert emulator.ram.read(LINK_Y.address, 1) == emulator.ram.wram()[LINK_Y.offset]
