import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from zelda_env import Emulator, GameState, Store, boot, describe, read_episodes, write_state
from zelda_env.cli import main


def test_info_of_acorn_and_of_a_cartridge(capsys, tmp_path, cartridge):
    assert main(["info"]) == 0
    assert "title  ACORN" in capsys.readouterr().out
    path = tmp_path / "mine.gbc"
    path.write_bytes(cartridge())
    assert main(["info", "--rom", str(path)]) == 0
    assert "unverified" in capsys.readouterr().out


def test_info_of_a_save_state_is_what_the_game_state_says(capsys, tmp_path, acorn):
    emulator = Emulator(acorn)
    boot(emulator)
    write_state(str(tmp_path / "start.state"), emulator)
    expected = GameState.from_ram(emulator.ram.wram())
    emulator.close()
    assert main(["info", "--state", str(tmp_path / "start.state")]) == 0
    shown = GameState.model_validate_json(capsys.readouterr().out.split("state  ")[1])
    assert shown == expected
    assert shown.story.loaded


def test_the_layout_is_the_table(capsys):
    assert main(["info", "--layout"]) == 0
    assert capsys.readouterr().out == describe()


def test_the_rom_comes_from_the_environment_too(capsys, tmp_path, cartridge, monkeypatch):
    path = tmp_path / "mine.gbc"
    path.write_bytes(cartridge("TETRIS"))
    monkeypatch.setenv("ZELDA_ROM", str(path))
    assert main(["info"]) == 2
    assert "TETRIS" in capsys.readouterr().err


def test_flags_come_from_the_environment_too(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("STORE", str(tmp_path / "run"))
    monkeypatch.setenv("STEPS", "7")
    assert main(["record"]) == 0
    assert [record.steps for record in read_episodes(Store(str(tmp_path / "run")), 0)] == [7]


def test_record_is_done_once(capsys, tmp_path):
    arguments = ["record", "--store", str(tmp_path / "run"), "--steps", "20", "--seed", "1"]
    assert main(arguments) == 0
    assert "20 steps in 1 episodes, 1 segments" in capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*") if path.is_file()}
    assert main(arguments) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*") if path.is_file()}


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_rewards_are_chosen_by_name(tmp_path, monkeypatch, by):
    arguments = ["record", "--store", str(tmp_path / "run"), "--steps", "40", "--seed", "1"]
    if by == "flag":
        arguments += ["--rewards", "october-2025"]
    else:
        monkeypatch.setenv("REWARDS", "october-2025")
    assert main(arguments) == 0
    (episode,) = read_episodes(Store(str(tmp_path / "run")), 0)
    assert {"move", "tile", "start_press"} <= set(episode.rewards)
    assert "step" not in episode.rewards


def test_check_of_acorn_finds_nothing_wrong(capsys):
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "FAILED" not in out
    for name in ("determinism", "save file", "room size", "health", "room change"):
        assert f"ok      {name}" in out


@pytest.mark.parametrize("observation", ["vector", "pixels", "dict"])
def test_bench_prints_a_ratio(capsys, observation):
    assert main(["bench", "--steps", "20", "--pairs", "2", "--observation", observation]) == 0
    assert "of the raw emulator's speed (median of 2 pairs" in capsys.readouterr().out


def test_ctrl_c_ends_a_game_and_saves_it(tmp_path):
    state = tmp_path / "start.state"
    command = [sys.executable, "-m", "zelda_env.cli", "play", "--save-state", str(state)]
    game = subprocess.Popen(command, env={**os.environ, "SDL_VIDEODRIVER": "dummy"}, stdout=subprocess.PIPE)
    try:
        assert game.stdout.readline().startswith(b"playing ACORN")
        game.send_signal(signal.SIGINT)
        assert game.communicate(timeout=60)[0].decode() == f"saved {state}\n"
        assert game.returncode == 0
        assert state.exists()
    finally:
        game.kill()


def test_play_without_a_display_says_so(capsys, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(["play"]) == 2
    assert "no display" in capsys.readouterr().err


def blocked(tmp_path):
    """Return a store that cannot be written, even by root: its folder is a file."""
    path = tmp_path / "file"
    path.write_text("in the way")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["record"], "--store (STORE): Field required"),
        (["record", "--store", "x", "--steps", "0"], "greater than or equal to 1"),
        (["record", "--store", "nope://x"], "cannot open the store"),
        (["record", "--store", "x", "--rewards", "october"], "'default' or 'october-2025'"),
        (["info", "--rom", "/nowhere.gbc"], "cannot read the ROM"),
        (["check", "--state", "/nowhere.state"], "expected a save state"),
        (["dance"], "invalid choice"),
        (["info", "--colour"], "unrecognized arguments"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, arguments, says):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.startswith("zelda-env: ")
    assert err.count("\n") == 1


def test_a_store_that_cannot_be_written_is_one_line_and_exit_code_2(capsys, tmp_path, caplog):
    assert main(["record", "--store", blocked(tmp_path), "--steps", "5"]) == 2
    err = capsys.readouterr().err
    assert "cannot write" in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_store_is_named_as_such(capsys, tmp_path):
    folder = tmp_path / "ro"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert main(["record", "--store", str(folder), "--steps", "5"]) == 2
    assert "read-only" in capsys.readouterr().err


def test_a_text_file_as_a_rom(capsys, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk\n" * 100)
    assert main(["record", "--store", str(tmp_path / "run"), "--rom", str(path)]) == 2
    assert "a text file" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_ctrl_c_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("zelda_env.cli.record_random", interrupt)
    assert main(["record", "--store", str(tmp_path / "run")]) == 130
    assert "run the same command again" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["info"], ["check"], ["play"], ["record"], ["bench"]])
def test_help_teaches(capsys, command):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "xample" in capsys.readouterr().out
