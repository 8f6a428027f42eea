import importlib
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import zelda_env
from zelda_env import Store, ZeldaEnv, read_episodes
from zelda_env.testing import check_episode

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = [block.split("```")[0] for block in (ROOT / "README.md").read_text().split("```python\n")[1:]]


def test_explore(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["explore.py", "--store", str(tmp_path), "--steps", "320"])
    runpy.run_path(str(ROOT / "examples" / "explore.py"), run_name="__main__")
    assert "e0000-w00-v00-000001: 20 steps" in capsys.readouterr().out
    for record in read_episodes(Store(str(tmp_path)), 0):
        check_episode(Store(str(tmp_path)), record)


def test_gymnasium_vector(monkeypatch, capsys):
    flags = ["--steps", "1000", "--num-envs", "4", "--episode-length", "100"]
    monkeypatch.setattr(sys, "argv", ["gymnasium_vector.py", *flags])
    monkeypatch.syspath_prepend(ROOT / "examples")
    runpy.run_path(str(ROOT / "examples" / "gymnasium_vector.py"), run_name="__main__")
    assert re.fullmatch(
        r"8 episodes: mean return -?\d+\.\d\d, mean unique rooms [1-4]\.\d\d\n", capsys.readouterr().out
    )


def test_the_rooms_that_the_examples_count_are_those_that_were_seen(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "examples")
    env = importlib.import_module("rooms").CountRooms(ZeldaEnv(frame_skip=8))
    actions = np.random.default_rng(4)
    for seed in range(2):
        _, info = env.reset(seed=seed)
        seen = {(state := env.unwrapped.game_state()).group << 8 | state.room}
        assert info["rooms"] == 1
        for _ in range(80):
            # A random direction kept for a while, as steps one by one seldom leave the first room.
            for action in [actions.integers(1, 5)] * 8:
                *_, info = env.step(action)
                state = env.unwrapped.game_state()
                if state.stable:
                    seen.add(state.group << 8 | state.room)
                assert info["rooms"] == len(seen)
        assert len(seen) > 1
    env.close()


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_code_of_the_readme_runs(number, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[number], f"README block {number}", "exec"), {})
    assert capsys.readouterr().out


def test_the_readme_names_every_public_name():
    text = (ROOT / "README.md").read_text()
    assert [name for name in zelda_env.__all__ if name not in text] == []
