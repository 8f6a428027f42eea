import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_env import (
    BUTTONS,
    Demonstration,
    DemonstrationError,
    Emulator,
    Rom,
    Run,
    Tape,
    boot,
    read_demonstration,
    replay_demonstration,
    write_demonstration,
    write_state,
)
from zelda_env.cli import main
from zelda_env.demonstration import in_order, pack, ram_hash, unpack
from zelda_env.saved_state import unseal

HERE = Path(__file__).parent
needs_window = pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="a window needs xvfb-run")

HEADER = {
    "schema": "demonstration/1",
    "rom": {"title": "ACORN", "sha1": "0" * 40},
    "pyboy": "2.8.1",
    "start": None,
    "frames": 3,
    "ram": "0" * 64,
}


@pytest.fixture
def emulator(acorn):
    made = Emulator(acorn)
    yield made
    made.close()


def play(emulator, seed, runs=60, state=None):
    """Press buttons at random, several at once, and return what was recorded."""
    generator = np.random.default_rng(seed)
    tape = Tape(emulator, state)
    for _ in range(runs):
        emulator.hold(np.array(BUTTONS)[generator.random(8) < 0.25].tolist())
        for _ in range(int(generator.integers(1, 12))):
            assert tape.tick(render=bool(generator.integers(2)))
    return tape.finish()


@pytest.fixture(scope="module")
def recorded():
    """A demonstration from power-on."""
    made = Emulator(Rom.acorn())
    found = play(made, seed=5)
    made.close()
    return found


RUNS = st.lists(
    st.builds(Run, st.sets(st.sampled_from(BUTTONS)).map(in_order), st.integers(1, 10**6)), max_size=20
).map(tuple)


@given(RUNS, st.none() | st.just("ab" * 32))
@settings(max_examples=50, deadline=None)
def test_a_file_says_what_was_written(runs, start):
    written = Demonstration("ACORN", "a" * 40, "2.8.1", start, runs, "b" * 64)
    data = pack(written)
    assert unpack(data, "here") == written
    assert pack(unpack(data, "here")) == data


def test_what_was_recorded_is_shown_again_on_another_emulator(recorded, emulator, tmp_path):
    path = tmp_path / "mine.jsonl"
    write_demonstration(path, recorded)
    read = read_demonstration(path)
    assert read == recorded
    read.fits(emulator.rom, None)
    assert replay_demonstration(emulator, read)
    assert ram_hash(emulator) == recorded.ram


def test_frame_by_frame_and_rendered_it_is_the_same(recorded, emulator):
    ticks = []

    def tick():
        ticks.append(None)
        return emulator.tick(1, render=True)

    assert replay_demonstration(emulator, recorded, tick)
    assert len(ticks) == recorded.frames == sum(run.frames for run in recorded.runs)


def test_equal_frames_are_one_run(recorded):
    assert all(one.buttons != other.buttons for one, other in zip(recorded.runs, recorded.runs[1:], strict=False))
    assert any(len(run.buttons) > 1 for run in recorded.runs)


def test_it_can_be_stopped(recorded, emulator):
    left = iter([True] * 10 + [False])
    assert not replay_demonstration(emulator, recorded, lambda: next(left))


def test_another_frame_leads_elsewhere_and_is_told(recorded, emulator):
    first, *rest = recorded.runs
    changed = replace(recorded, runs=(first._replace(frames=first.frames + 1), *rest))
    with pytest.raises(DemonstrationError, match=f"after {recorded.frames + 1} frames RAM has the sha256"):
        replay_demonstration(emulator, changed)


def test_it_can_begin_at_a_saved_state(emulator, acorn):
    boot(emulator)
    emulator.act(3, 30)
    state = emulator.save_state()
    emulator.load_state(state)
    found = play(emulator, seed=6, state=state)
    found.fits(acorn, state)
    found.fits(acorn, unseal(state)[0])
    other = Emulator(acorn)
    other.load_state(state)
    assert replay_demonstration(other, found)
    other.close()
    with pytest.raises(DemonstrationError, match=r"begins at the save state with sha256 .*, and this is power-on"):
        found.fits(acorn, None)
    with pytest.raises(DemonstrationError, match="begins at power-on, and this is the save state"):
        replace(found, start=None).fits(acorn, state)


def test_another_cartridge_is_refused_by_name(recorded, cartridge):
    rom = Rom.parse(cartridge(), "mine")
    with pytest.raises(DemonstrationError, match=f"cartridge ACORN, sha1 {recorded.sha1}, and this is ZELDA DIN"):
        recorded.fits(rom, None)


def test_held_buttons_are_let_go_before_a_state_is_saved_or_loaded(emulator):
    emulator.hold(["left", "a"])
    assert emulator.buttons == ("a", "left")
    state = emulator.save_state()
    assert emulator.buttons == ()
    emulator.hold(["right"])
    emulator.load_state(state)
    assert emulator.buttons == ()


def test_a_button_that_does_not_exist_is_refused(emulator):
    with pytest.raises(ValueError, match="turbo"):
        emulator.hold(["turbo"])


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (lines({**HEADER, "schema": "demonstration/2"}), "is 'demonstration/2'; expected 'demonstration/1'"),
        (lines({**HEADER, "rom": {"title": "ACORN", "sha1": "short"}}), "rom.sha1"),
        (lines({**HEADER, "frames": -1}), "frames"),
        (lines({**HEADER, "ram": None}), "ram"),
        (lines(HEADER), "has 0 frames; its first line says 3"),
        (lines(HEADER, {"buttons": [], "frames": 2}), "has 2 frames; its first line says 3"),
        (lines(HEADER, {"buttons": ["left", "a"], "frames": 3}), "in the order of a, b,"),
        (lines(HEADER, {"buttons": ["a", "a"], "frames": 3}), "at most once"),
        (lines(HEADER, {"buttons": ["turbo"], "frames": 3}), "line 2 holds"),
        (lines(HEADER, {"buttons": [], "frames": 0}), "line 2: frames"),
        (lines(HEADER, {"buttons": [], "frames": 10**12}), "line 2: frames"),
        (lines(HEADER, ["left", 3]), "line 2"),
        (lines(HEADER) + b"nonsense\n", "line 2 is no JSON"),
        (lines(HEADER) + b"[" * 100_000, "line 2 is no JSON"),
    ],
)
def test_a_file_that_does_not_hold_is_refused(data, says, tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(data)
    with pytest.raises(DemonstrationError) as caught:
        read_demonstration(path)
    assert says in str(caught.value)


def test_fields_nobody_knows_are_ignored():
    found = unpack(lines({**HEADER, "player": "me"}, {"buttons": ["a"], "frames": 3, "mood": "good"}), "here")
    assert found.runs == (Run(("a",), 3),)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(DemonstrationError, match="zelda-env play --record FILE"):
        read_demonstration(tmp_path / "none.jsonl")


def test_the_command_replays_without_a_window_and_makes_the_state_again(recorded, emulator, tmp_path, capsys):
    write_demonstration(tmp_path / "mine.jsonl", recorded)
    states = [tmp_path / "one.state", tmp_path / "two.state"]
    for state in states:
        arguments = ["play", "--replay", str(tmp_path / "mine.jsonl"), "--headless", "--save-state", str(state)]
        assert main(arguments) == 0
    assert f"RAM is what it was: {recorded.ram}" in capsys.readouterr().out
    dumps = []
    for state in states:
        emulator.load_state(state.read_bytes())
        dumps.append(emulator.ram.dump())
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--replay", "FILE", "--record", "x"], "exclude each other"),
        (["--headless"], "give --replay FILE"),
        (["--replay", "/nowhere.jsonl", "--headless"], "cannot read the demonstration"),
        (["--replay", "FILE", "--headless", "--state", "STATE"], "begins at power-on"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(recorded, emulator, tmp_path, capsys, flags, says):
    write_demonstration(tmp_path / "mine.jsonl", recorded)
    write_state(str(tmp_path / "start.state"), emulator)
    places = {"FILE": str(tmp_path / "mine.jsonl"), "STATE": str(tmp_path / "start.state")}
    assert main(["play", *(places.get(flag, flag) for flag in flags)]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


@needs_window
def test_a_real_window_is_played_in_recorded_and_shown_again(tmp_path, acorn):
    """Keys come in through SDL's own queue on an X server; each press is found in the file at its frame."""
    record, state = tmp_path / "mine.jsonl", tmp_path / "end.state"
    keys = "wait:100 left:30 left+up:10 wait:5 a:3 b:2 start:2 select:2 right:4 down:4 wait:20"
    window = [sys.executable, str(HERE / "window.py"), keys, "--record", str(record), "--save-state", str(state)]
    done = subprocess.run(["xvfb-run", "-a", *window], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "driver x11" in done.stdout
    found = read_demonstration(record)
    expected = [word.split(":") for word in keys.split()]
    assert [("+".join(sorted(run.buttons)) or "wait", run.frames) for run in found.runs] == [
        ("+".join(sorted(buttons.split("+"))), int(frames) + (number == len(expected) - 1))
        for number, (buttons, frames) in enumerate(expected)
    ]
    emulator = Emulator(acorn)
    assert replay_demonstration(emulator, found)
    emulator.close()
    shown = [sys.executable, "-m", "zelda_env.cli", "play", "--replay", str(record)]
    done = subprocess.run(["xvfb-run", "-a", *shown], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.endswith(f"RAM is what it was: {found.ram}\n"), done.stderr
