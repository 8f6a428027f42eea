import asyncio
from collections import Counter
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges import RULES_VERSION, read_segment, rules_panel
from zelda_judges.measure import Measures
from zelda_judges.rules import (
    FORMULAS,
    busy_share,
    dialog_score,
    efficiency_score,
    novelty_score,
    progress_score,
    puzzle_score,
)
from zelda_judges.testing import state, wander, write_episode

small = st.integers(0, 6)


@st.composite
def counted(draw):
    """Draw consistent counts."""
    opened = draw(small)
    finished = draw(st.integers(0, opened))
    steps = draw(st.integers(0, 300))
    return Measures(
        **{field.name: draw(small) for field in fields(Measures) if field.type == "int"}
        | {
            "people_met": draw(st.booleans()),
            "texts_opened": opened,
            "texts_finished": finished,
            "texts_earning": draw(st.integers(0, finished)),
            "counted_steps": steps,
            "busy_steps": draw(st.integers(0, steps)),
            "cells": draw(st.integers(0, 100)),
            "rupees": draw(st.integers(0, 100)),
            "damage": draw(st.integers(0, 40)),
        }
    )


GAINS = {
    "progress": ["rooms_gained", "kills", "treasures", "essences", "rupees", "keys_gained", "upgrades", "containers"],
    "puzzle": ["essences", "treasures", "keys_gained", "keys_used", "rooms_cleared", "kills", "bombs_used", "drops"],
    "dialog": ["texts_opened"],
    "efficiency": [],
    "novelty": ["cells", "rooms"],
}


@given(counted(), st.sampled_from(sorted(GAINS)), st.data())
def test_more_of_what_is_wanted_never_lowers_a_score(seen, rubric, data):
    if GAINS[rubric]:
        name = data.draw(st.sampled_from(GAINS[rubric]))
        more = replace(seen, **{name: getattr(seen, name) + data.draw(st.integers(1, 5))})
        assert FORMULAS[rubric](more) >= FORMULAS[rubric](seen)


@given(counted())
def test_one_more_text_read_or_person_met_never_lowers_dialog(seen):
    more = replace(seen, texts_opened=seen.texts_opened + 1, texts_finished=seen.texts_finished + 1, people_met=True)
    assert dialog_score(more) >= dialog_score(seen)


@given(counted())
def test_one_more_busy_step_never_lowers_efficiency(seen):
    more = replace(seen, busy_steps=seen.busy_steps + 1, counted_steps=seen.counted_steps + 1)
    assert efficiency_score(more) >= efficiency_score(seen)
    idle = replace(seen, counted_steps=seen.counted_steps + 1)
    assert efficiency_score(idle) <= efficiency_score(seen)


@given(counted(), st.integers(1, 8))
def test_damage_and_deaths_never_raise_a_score(seen, more):
    for formula in FORMULAS.values():
        assert formula(replace(seen, damage=seen.damage + more)) <= formula(seen)
        assert formula(replace(seen, deaths=seen.deaths + more)) <= formula(seen)


@given(counted())
def test_scores_are_digits(seen):
    for formula in FORMULAS.values():
        score = formula(seen)
        assert type(score) is int
        assert 0 <= score <= 5


NOTHING = Measures(steps=300, counted_steps=299, cells=1, rooms=1)


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({"damage": 2}, 0),
        ({"deaths": 1, "rooms_gained": 1}, 0),
        ({}, 1),
        ({"rupees": 1}, 2),
        ({"rooms_gained": 1}, 2),
        ({"rooms_gained": 1, "kills": 1}, 3),
        ({"treasures": 1, "rooms_gained": 1}, 4),
        ({"essences": 1, "rooms_gained": 1}, 5),
        ({"rupees": 900}, 2),
    ],
)
def test_progress_by_hand(changes, score):
    assert progress_score(replace(NOTHING, **changes)) == score


@pytest.mark.parametrize(
    ("changes", "score"),
    [({}, 0), ({"kills": 1}, 1), ({"kills": 9}, 2), ({"rooms_cleared": 1}, 3), ({"keys_gained": 1, "keys_used": 1}, 4),
     ({"keys_gained": 1, "keys_used": 1, "treasures": 1}, 5), ({"kills": 1, "deaths": 1}, 0)],
)  # fmt: skip
def test_puzzle_by_hand(changes, score):
    assert puzzle_score(replace(NOTHING, **changes)) == score


@pytest.mark.parametrize(
    ("changes", "score"),
    [({}, 0), ({"people_met": True}, 1), ({"texts_opened": 3}, 2), ({"texts_finished": 1}, 3),
     ({"texts_finished": 2}, 4), ({"texts_finished": 7}, 5), ({"texts_finished": 1, "texts_earning": 1}, 5),
     ({"texts_finished": 1, "deaths": 3}, 2)],
)  # fmt: skip
def test_dialog_by_hand(changes, score):
    assert dialog_score(replace(NOTHING, **changes)) == score


@pytest.mark.parametrize(("busy", "score"), [(0, 0), (15, 0), (16, 1), (47, 2), (93, 3), (155, 4), (232, 5), (299, 5)])
def test_efficiency_by_hand(busy, score):
    assert efficiency_score(replace(NOTHING, busy_steps=busy)) == score


def test_a_segment_the_game_played_by_itself_is_not_efficient():
    assert busy_share(replace(NOTHING, counted_steps=0)) == 0


def test_a_stub_of_two_busy_steps_is_not_efficient():
    assert efficiency_score(Measures(steps=3, counted_steps=2, busy_steps=2)) == 2


@pytest.mark.parametrize(
    ("changes", "score"),
    [({}, 0), ({"cells": 4}, 1), ({"cells": 11}, 2), ({"cells": 12, "rooms": 2}, 3), ({"cells": 45}, 4),
     ({"cells": 45, "rooms": 2}, 5), ({"cells": 11, "rooms": 2, "deaths": 1}, 2)],
)  # fmt: skip
def test_novelty_by_hand(changes, score):
    assert novelty_score(replace(NOTHING, **changes)) == score


def verdicts(store, states, episode=0):
    segment = read_segment(store, write_episode(store, 0, [states], episode=episode)[0])
    return [asyncio.run(judge.judge(segment)) for judge in rules_panel()]


def test_records_say_that_rules_judged(store):
    found = verdicts(store, wander(60, 1))
    assert [verdict.judge for verdict in found] == ["state", "puzzle", "vision"]
    assert {(verdict.source, verdict.model) for verdict in found} == {("rules", RULES_VERSION)}
    assert found == verdicts(store, wander(60, 1))


def test_scores_of_play_of_different_skill_use_the_whole_scale(store):
    spread = {name: Counter() for name in FORMULAS}
    for seed in range(60):
        for verdict in verdicts(store, wander(300, seed), seed):
            for name, score in verdict.votes[0].scores.items():
                spread[name][score] += 1
    for name, counts in spread.items():
        assert len(counts) >= 4, (name, counts)
        assert max(counts.values()) <= 40, (name, counts)


def test_skill_is_rewarded(store):
    still = verdicts(store, [state()] * 100)
    able = verdicts(store, [state(x=8 * (t % 18), y=8 * (t // 18), visited_rooms=1 + t // 30) for t in range(100)])
    assert all(b.scores[name] >= score for a, b in zip(still, able, strict=True) for name, score in a.scores.items())
    assert able[0].scores["progress"] > still[0].scores["progress"]
