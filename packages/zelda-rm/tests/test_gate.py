import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import Gate, Preference
from zelda_rm.gate import judge


def pairs_of(segments, pairs, target="gain", split="heldout", seed=0):
    """Return pairs drawn among so many segments, each of which is in at least one of them."""
    rng = np.random.default_rng(seed)
    names = [(index, (index + 1) % segments) for index in range(segments)]
    names += [tuple(rng.choice(segments, 2, replace=False)) for _ in range(pairs - segments)]
    return [
        Preference(target=target, winner=f"s{a}", loser=f"s{b}", margin=0.3, probability=0.9, split=split)
        for a, b in names
    ]


def decide(preferences, accuracy, link="two-head", min_accuracy=0.55, damage=None):
    metrics = {"heldout_accuracy": accuracy, "gain_heldout_accuracy": accuracy}
    return judge(link, preferences, metrics, min_accuracy=min_accuracy, damage=damage)


def test_many_pairs_of_many_segments_are_enough():
    gate = decide(pairs_of(60, 500), 0.8)
    assert gate.reason is None
    assert (gate.pairs, gate.accuracy, gate.disjoint_pairs) == ("gain", 0.8, 30)
    # Wilson's lower bound of 24 of 30, one-sided at 95 %.
    assert gate.lower_bound == pytest.approx(0.65751, abs=1e-4)


def test_many_pairs_of_few_segments_are_not():
    gate = decide(pairs_of(8, 500), 0.8)
    assert gate.disjoint_pairs == 4
    assert "0.800 of the held-out gain pairs" in gate.reason
    assert "4 disjoint ones" in gate.reason
    assert "--min-accuracy" in gate.reason


def test_the_level_head_does_not_vouch_for_the_potential():
    both = pairs_of(60, 500) + pairs_of(60, 500, target="level")
    metrics = {"heldout_accuracy": 0.75, "gain_heldout_accuracy": 0.5, "level_heldout_accuracy": 1.0}
    refused = judge("two-head", both, metrics, min_accuracy=0.55)
    assert (refused.pairs, refused.accuracy) == ("gain", 0.5)
    assert refused.reason is not None
    one_head = judge("delta", both, metrics, min_accuracy=0.55)
    assert (one_head.pairs, one_head.accuracy, one_head.reason) == ("all", 0.75, None)


def test_pairs_it_was_trained_on_do_not_count():
    gate = judge("two-head", pairs_of(60, 500, split="train"), {"gain_heldout_accuracy": None}, min_accuracy=0.55)
    assert (gate.accuracy, gate.disjoint_pairs, gate.lower_bound) == (None, 0, None)
    assert "no held-out gain pairs" in gate.reason


def test_nothing_asked_for_accepts_whatever_is_finite():
    assert decide([], None, min_accuracy=0.0).reason is None
    assert decide([], None, min_accuracy=0.0, damage="not finite").reason == "not finite"


def test_damage_is_refused_whatever_it_predicts():
    assert decide(pairs_of(60, 500), 1.0, damage="weights are not finite").reason == "weights are not finite"


@given(st.integers(2, 200), st.floats(0, 1), st.floats(0, 1))
def test_what_is_accepted_is_surely_at_least_as_good_as_asked(segments, accuracy, least):
    gate = decide(pairs_of(segments, segments), accuracy, min_accuracy=least)
    assert gate.lower_bound <= accuracy + 1e-6
    assert (gate.reason is None) == (gate.lower_bound >= least)
    assert Gate.model_validate_json(gate.model_dump_json()) == gate
