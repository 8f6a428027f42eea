"""Acorn keeps its state where the facts about Oracle of Seasons say: each row of `facts.txt` over every recipe."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from zelda_env import Screen
from zelda_env import ram_map as ram
from zelda_env.state import SCREEN_OFFSETS

HERE = Path(__file__).parent


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fact, recipe, ram_page = _load("fact"), _load("recipe"), _load("ram_page")
PAGE = HERE.parent / "docs" / "ram.md"
FACTS = fact.FACTS


def name_of(row):
    return f"{row.symbol}@{row.address:04X}: {row.when}"


@pytest.fixture(scope="session")
def traces():
    """What each recipe does, replayed once."""
    return {name: fact.Trace(*recipe.trace(name, fact.OFFSETS)) for name in recipe.RECIPES}


@pytest.mark.parametrize("row", FACTS, ids=name_of)
def test_ram_says_what_the_facts_say(traces, row):
    moments = 0
    for name, trace in traces.items():
        frames, wrong = trace.holds(row)
        assert wrong == [], f"{row.symbol} in the recipe {name}: not {row.then}"
        moments += len(frames)
    assert moments, f"no recipe has a moment where {row.when}; add a route that has one"


def test_the_addresses_are_those_of_the_map():
    mapped = {field.symbol: field for field in ram.FIELDS}
    for row in FACTS:
        field = mapped.get(row.symbol)
        if field is not None:
            assert (row.address, row.bank) == (field.address, field.bank), row.symbol
            assert row.size <= field.size, row.symbol
    kinds = {"w1Interaction": ram.INTERACTION, "w1Enemy": ram.ENEMY, "w1Part": ram.PART}
    names = {"yh": "y", "xh": "x"}
    for row in FACTS:
        owner, _, name = row.symbol.partition(".")
        if owner in kinds and names.get(name, name) in ram.OBJECT_FIELDS:
            offsets = ram.object_offsets(kinds[owner], names.get(name, name)).tolist()
            assert row.offsets == offsets, row.symbol


def test_every_variable_of_the_map_has_a_row_or_a_reason_why_not():
    rows = {row.symbol for row in FACTS}
    mapped = {field.symbol for field in ram.FIELDS}
    assert mapped - rows == set(fact.MISSING)


def test_a_recipe_shows_every_value_of_screen(traces):
    """The five flags are what the facts define, in every frame of every recipe."""
    words = ("STABLE", "ACT", "(wTextIsActive != 0) & (wOpenedMenuType == 0)", "wLinkDeathTrigger != 0")
    symbols = [field.symbol for field in _fields_of(SCREEN_OFFSETS)]
    seen = set()
    for name, trace in traces.items():
        unknown = np.zeros(len(trace.names["frame"]), np.int64)
        values = [unknown if symbol in fact.MISSING else trace.value(symbol) for symbol in symbols]
        expected = zip(*(trace.value(word).tolist() for word in words), strict=True)
        for frame, (row, (stable, act, dialog, dead)) in enumerate(
            zip(np.stack(values, 1).tolist(), expected, strict=True)
        ):
            screen = Screen.of(row)
            assert (screen.stable, screen.can_act, screen.dialog, screen.dead) == (stable, act, dialog, dead), (
                name,
                frame,
            )
            seen.add(screen)
    for flag in Screen._fields:
        assert {getattr(screen, flag) for screen in seen} == {False, True}, flag


def _fields_of(offsets):
    by_offset = {field.offset: field for field in ram.FIELDS}
    return [by_offset[offset] for offset in offsets.tolist()]


def test_the_page_of_the_ram_is_up_to_date(traces):
    text = ram_page.page(traces, FACTS, fact.MISSING)
    if os.environ.get("REGENERATE"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text, f"{PAGE.name} is old: REGENERATE=1 pytest {Path(__file__).name} writes it anew"
    assert "|  |" not in text, "a variable is read and nothing is made from it"
