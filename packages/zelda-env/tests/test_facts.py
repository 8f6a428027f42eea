"""Acorn keeps its state where the facts about Oracle of Seasons say: each row of `facts.txt` over every recipe."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fact, recipe = _load("fact"), _load("recipe")
FACTS = fact.FACTS


def name_of(row):
    return f"{row.symbol}@{row.address:04X}: {row.when}"


@pytest.fixture(scope="session")
def traces():
    """What each recipe does, replayed once."""
    return {name: fact.Trace(*recipe.trace(steps, fact.OFFSETS)) for name, steps in recipe.recipes().items()}


@pytest.mark.parametrize("row", FACTS, ids=name_of)
def test_ram_says_what_the_facts_say(traces, row):
    seen = {}
    for name, trace in traces.items():
        frames, wrong = trace.holds(row)
        assert wrong == [], f"{row.symbol} in the recipe {name}: not {row.then}"
        if frames:
            seen[name] = frames
    assert seen, f"no recipe has a moment where {row.when}"
