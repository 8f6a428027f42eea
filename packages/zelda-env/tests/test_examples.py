import runpy
import sys
from pathlib import Path

import pytest
import zelda_env
from zelda_env import Store, read_episodes
from zelda_env.testing import check_episode

ROOT = Path(__file__).resolve().parent.parent


def test_explore(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["explore.py", "--store", str(tmp_path), "--steps", "320"])
    runpy.run_path(str(ROOT / "examples" / "explore.py"), run_name="__main__")
    assert "e0000-w00-v00-000001: 20 steps" in capsys.readouterr().out
    for record in read_episodes(Store(str(tmp_path)), 0):
        check_episode(Store(str(tmp_path)), record)


BLOCKS = [block.split("```")[0] for block in (ROOT / "README.md").read_text().split("```python\n")[1:]]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_code_of_the_readme_runs(number, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[number], f"README block {number}", "exec"), {})
    assert capsys.readouterr().out


def test_the_readme_names_every_public_name():
    text = (ROOT / "README.md").read_text()
    assert [name for name in zelda_env.__all__ if name not in text] == []
