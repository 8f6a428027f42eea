"""The script that measures how high agents climb: its table, and that it goes on where it was interrupted."""

import importlib
import json
import sys

import pytest
from zelda_env import ladder as milestones


@pytest.fixture
def climbing(monkeypatch, examples):
    pytest.importorskip("stable_baselines3")
    monkeypatch.syspath_prepend(examples)
    return importlib.import_module("ladder")


def result(agent, seed, within, after, episodes):
    return {"agent": agent, "seed": seed, "within": within, "after": after, "episodes": episodes}


def test_the_table_counts_seeds_and_episodes(climbing):
    first, second, *others = (milestone.name for milestone in milestones("acorn"))
    results = [result(agent, seed, [], {}, 5) for agent in climbing.REWARDS for seed in range(2)]
    results[0] |= {"within": [first, second], "after": {first: 5}}
    results[1] |= {"within": [first], "after": {first: 1, second: 1}}
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in climbing.table(results).splitlines()]
    assert rows[0] == ["milestone", *climbing.REWARDS]
    assert rows[2][:3] == [f"`{first}`", "2 of 2, 60%", "0 of 2, 0%"]
    assert rows[3][:3] == [f"`{second}`", "1 of 2, 10%", "0 of 2, 0%"]
    assert [row[0] for row in rows[4:]] == [f"`{name}`" for name in others]


def test_only_coverage_is_taken_from_the_second_agent(climbing):
    """Both learners are paid for the same events."""
    events, both = (climbing.REWARDS[name].model_dump() for name in ("PPO, events", "PPO, events + coverage"))
    assert {name for name in events if events[name] != both[name]} == {"tile", "room"}
    assert (events["tile"], events["room"]) == (0, 0)


def test_it_goes_on_where_it_was_interrupted(climbing, tmp_path, monkeypatch, capsys):
    file = tmp_path / "results" / "ladder.jsonl"
    flags = {"steps": 64, "seeds": 1, "episodes": 1, "episode-length": 20, "jobs": 1, "results": file}
    budget = climbing.Budget(64, 1, 20, 8)
    file.parent.mkdir()
    known = climbing.measure(budget, ("random", 0)) | {"within": ["essence"]}
    importlib.import_module("experiment").keep(file, known)
    monkeypatch.setattr(sys, "argv", ["ladder.py", *(f"--{name}={value}" for name, value in flags.items())])
    assert climbing.main() == 0
    printed = capsys.readouterr().out
    assert "| `essence` | 1 of 1, 0% | 0 of 1, 0% | 0 of 1, 0% |" in printed
    kept = [json.loads(line) for line in file.read_text().splitlines()]
    assert kept[0] == known
    assert [found["agent"] for found in kept[1:]] == ["PPO, events", "PPO, events + coverage"]
