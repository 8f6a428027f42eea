"""The script that shows learning: its interval, its verdict, and that it goes on where it was interrupted."""

import importlib
import json
import sys

import pytest


@pytest.fixture
def learning(monkeypatch, examples):
    pytest.importorskip("stable_baselines3")
    monkeypatch.syspath_prepend(examples)
    return importlib.import_module("learning")


def result(seed, ppo, chance):
    return {"seed": seed, "ppo": {"rooms": ppo, "return": 0.0}, "random": {"rooms": chance, "return": 0.0}}


def test_the_interval_is_student_s(learning):
    """For 1 to 5: mean 3, standard deviation sqrt(2.5), and 2.7764 of the table for four degrees of freedom."""
    assert learning.interval([1, 2, 3, 4, 5]) == pytest.approx((3, 3 - 1.9633, 3 + 1.9633), abs=1e-4)


@pytest.mark.parametrize(
    ("ppo", "chance", "verdict"),
    [((5, 5.2, 4.8), (2, 2.1, 1.9), True), ((5, 2, 8), (2, 2.1, 1.9), False), ((2, 2.1, 1.9), (5, 5.2, 4.8), False)],
)
def test_only_an_interval_that_lies_above_shows_learning(learning, ppo, chance, verdict):
    results = {seed: result(seed, *both) for seed, both in enumerate(zip(ppo, chance, strict=True))}
    text, learnt = learning.table(results)
    assert learnt is verdict
    assert len(text.splitlines()) == 1 + 3 + 4


def test_it_goes_on_where_it_was_interrupted(learning, tmp_path, monkeypatch, capsys):
    """Seed 0 is known, seed 1 is not; with 256 steps nothing is learnt, and the exit code says so."""
    file = tmp_path / "results" / "learning.jsonl"
    budget = learning.Budget(256, 1, 20, 8)
    first = {**learning.measure(budget, 0), "train_s": -1.0}
    other = {**first, "budget": {**first["budget"], "steps": 512}, "seed": 1}
    file.parent.mkdir()
    for found in (first, other):
        learning.keep(file, found)
    flags = {"steps": 256, "seeds": 2, "episodes": 1, "episode-length": 20, "jobs": 1, "results": file}
    arguments = [f"--{name}={value}" for name, value in flags.items()]
    monkeypatch.setattr(sys, "argv", ["learning.py", *arguments])
    assert learning.main() == learning.NOT_LEARNT
    assert "the intervals overlap" in capsys.readouterr().out
    kept = [json.loads(line) for line in file.read_text().splitlines()]
    assert kept[:2] == [first, other]
    assert [found["seed"] for found in kept[2:]] == [1]
    assert learning.known(file, budget, range(2)).keys() == {0, 1}
