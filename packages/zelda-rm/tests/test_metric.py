import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import preference_probability, rank_correlation

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
