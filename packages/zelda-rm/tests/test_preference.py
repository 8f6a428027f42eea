import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import PreferenceError, Segment, make_preferences
from zelda_rm.preference import (
    Preference,
    draw_pairs,
    parse_preferences,
    split_of,
    win_probability,
)
from zelda_rm.store import dump_record

votes = st.lists(st.integers(0, 45).map(lambda digits: digits / 45), max_size=30)


def eligible_pairs(scores, margin):
    least = max(1, round(margin * 1e6))
    found = set()
    for one, other in combinations(range(len(scores)), 2):
        difference = round(scores[one] * 1e6) - round(scores[other] * 1e6)
        if abs(difference) >= least:
            found.add((one, other) if difference > 0 else (other, one))
    return found


@given(votes, st.floats(0, 1), st.integers(0, 500), st.integers(0, 9))
def test_a_draw_is_a_subset_of_the_eligible_pairs_without_repeats(scores, margin, count, seed):
    drawn = draw_pairs(np.array(scores), count, margin, np.random.default_rng(seed))
    expected = eligible_pairs(scores, margin)
    pairs = list(zip(drawn.winners.tolist(), drawn.losers.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs) == min(count, len(expected))
    assert set(pairs) <= expected
    assert drawn.eligible == len(expected)
    assert drawn.ties == math.comb(len(scores), 2) - len(expected)
    assert (drawn.units > 0).all()


def test_a_draw_is_uniform_over_the_eligible_pairs():
    scores = np.array([0.0, 0.2, 0.2, 0.4, 1.0])
    counts = dict.fromkeys(eligible_pairs(scores, 0.1), 0)
    draws = 3_000
    for seed in range(draws):
        drawn = draw_pairs(scores, 3, 0.1, np.random.default_rng(seed))
        for pair in zip(drawn.winners.tolist(), drawn.losers.tolist(), strict=True):
            counts[pair] += 1
    expected = draws * 3 / len(counts)
    assert len(counts) == 9
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 26.1  # chi², 8 degrees, p = .001


def test_a_margin_met_exactly_is_not_a_tie():
    assert 0.6 - 0.4 < 0.2
    assert draw_pairs(np.array([0.6, 0.4]), 10, 0.2, np.random.default_rng(0)).eligible == 1
    assert draw_pairs(np.array([0.6, 0.4]), 10, 0.200001, np.random.default_rng(0)).ties == 1


def test_many_segments_cost_no_list_of_all_pairs():
    scores = np.random.default_rng(0).random(200_000)
    drawn = draw_pairs(scores, 1_000, 0.05, np.random.default_rng(1))
    assert len(drawn.winners) == 1_000
    assert (scores[drawn.winners] - scores[drawn.losers] >= 0.05 - 1e-6).all()
    assert drawn.eligible + drawn.ties == math.comb(200_000, 2)


@given(st.floats(-1, 1), st.floats(0.01, 10))
def test_the_two_sides_of_a_pair_share_the_probability(margin, temperature):
    assert win_probability(margin, temperature) + win_probability(-margin, temperature) == pytest.approx(1.0)


def test_a_wider_margin_is_surer():
    sure = [win_probability(margin, 0.1) for margin in (0.05, 0.1, 0.2, 0.5)]
    assert sure == sorted(sure)
    assert sure[1] == pytest.approx(0.731, abs=1e-3)


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6))
def test_a_segment_stays_on_its_side_whatever_joins_it(seed, index):
    reference = f"e0000-w01-v00-{index:06d}/s0000"
    assert split_of(reference, seed, 0.0) == "train"
    assert split_of(reference, seed, 1.0) == "heldout"
    if split_of(reference, seed, 0.2) == "heldout":
        assert split_of(reference, seed, 0.5) == "heldout"


def test_the_share_held_out_is_the_fraction():
    held = sum(split_of(f"segment {index}", 3, 0.2) == "heldout" for index in range(5_000))
    assert 900 < held < 1_100


def segments(scores, prefix="a"):
    row = np.zeros((1, 128), np.float32)
    return [Segment(f"{prefix}{index:04d}", row, 1, gain, level) for index, (gain, level) in enumerate(scores)]


@given(
    st.lists(st.tuples(st.none() | st.floats(0, 1), st.none() | st.floats(0, 1)), max_size=25),
    st.integers(2, 300),
    st.floats(0, 0.9),
    st.integers(0, 5),
)
def test_laws_of_a_set_of_preferences(scores, pairs, heldout_fraction, seed):
    members = segments(scores)
    found = make_preferences(members, pairs=pairs, seed=seed, heldout_fraction=heldout_fraction)
    by_name = {segment.reference: segment for segment in members}
    assert len(found.preferences) <= pairs
    assert len({(pair.target, frozenset((pair.winner, pair.loser))) for pair in found.preferences}) == len(
        found.preferences
    )
    for pair in found.preferences:
        winner, loser = by_name[pair.winner].score(pair.target), by_name[pair.loser].score(pair.target)
        assert winner - loser == pytest.approx(pair.margin, abs=2e-6)
        assert pair.margin >= 0.05
        assert pair.probability == pytest.approx(win_probability(pair.margin, 0.1), abs=1e-6)
        assert {split_of(name, seed, heldout_fraction) for name in (pair.winner, pair.loser)} == {pair.split}
    assert make_preferences(members[::-1], pairs=pairs, seed=seed, heldout_fraction=heldout_fraction) == found


def test_pairs_cross_epochs_and_a_new_epoch_moves_no_segment():
    rng = np.random.default_rng(0)
    old = segments(rng.random((40, 2)).tolist(), "e0000-")
    new = segments(rng.random((40, 2)).tolist(), "e0001-")
    before = make_preferences(old, pairs=10_000, seed=5)
    after = make_preferences(old + new, pairs=100_000, seed=5)
    assert set(before.preferences) <= set(after.preferences)
    assert any(pair.winner[:5] != pair.loser[:5] for pair in after.preferences)


def test_two_segments_of_one_name_are_refused():
    with pytest.raises(PreferenceError, match="same reference"):
        make_preferences(segments([(0.1, 0.2)]) * 2, pairs=10, seed=0)


def test_records_read_back():
    pair = Preference(target="gain", winner="a/s0000", loser="b/s0000", margin=0.2, probability=0.88, split="train")
    data = dump_record(pair.record(3))
    assert b'"epoch":3' in data
    assert b'"schema":"preference/1"' in data
    assert parse_preferences(data, "there") == [pair]
    with pytest.raises(PreferenceError, match="there"):
        parse_preferences(data.replace(b"preference/1", b"preference/2"), "there")
    with pytest.raises(PreferenceError, match="there"):
        parse_preferences(data.replace(b"0.2", b"-0.2"), "there")
