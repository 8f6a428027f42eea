import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import preference_probability, rank_correlation
from zelda_rm.metric import wilson_lower_bound

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(st.floats(-800, 800), st.floats(-800, 800))
def test_one_of_the_two_is_better(first, second):
    assert preference_probability(first, second) + preference_probability(second, first) == pytest.approx(1.0)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_only_the_difference_counts(first, second, shift):
    moved = preference_probability(first + shift, second + shift)
    assert moved == pytest.approx(float(preference_probability(first, second)), abs=1e-9)


@given(numbers)
def test_a_rank_correlation_with_itself_is_one(values):
    correlation = rank_correlation(values, values)
    if len(set(values)) == 1:
        assert correlation is None
    else:
        assert correlation == pytest.approx(1.0)
        assert rank_correlation(values, [-value for value in values]) == pytest.approx(-1.0)


@given(numbers, st.integers(0, 99))
def test_only_the_order_counts(values, seed):
    other = np.random.default_rng(seed).random(len(values)).tolist()
    monotone = np.unique(values, return_inverse=True)[1] ** 3
    found, expected = rank_correlation(values, other), rank_correlation(monotone, other)
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected)


def test_a_worked_example_with_ties():
    assert rank_correlation([1, 2, 2, 4], [1, 3, 2, 4]) == pytest.approx(0.9486832980505138)
    assert rank_correlation([], []) is None


def test_a_worked_example_of_wilsons_bound():
    # 81 of 263 at 95 % on both sides: 0.2553, as in Newcombe (1998), table I.
    assert wilson_lower_bound(81 / 263, 263, 1.959964) == pytest.approx(0.2553, abs=5e-5)
    assert wilson_lower_bound(1.0, 0, 1.645) == 0.0


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_more_trials_bring_wilsons_bound_nearer_from_below(share, trials):
    bound = wilson_lower_bound(share, trials, 1.645)
    assert 0.0 <= bound <= share + 1e-12
    assert wilson_lower_bound(share, 10 * trials, 1.645) >= bound - 1e-12
