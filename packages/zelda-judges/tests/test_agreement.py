import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges.agreement import entropy, krippendorff_alpha, top_share

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C/D: four observers, twelve units.
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]

votes = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=3, max_size=3), min_size=1, max_size=12)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_published_values(level, published):
    assert krippendorff_alpha(zip(*PUBLISHED, strict=True), level) == pytest.approx(published, abs=5e-4)


def test_by_hand_two_observers():
    # Units (0,0) (1,1) (0,1) (0,0): coincidences o01 = o10 = 1, n0 = 5, n1 = 3, n = 8.
    # alpha = 1 - (n - 1) * o01 / (n0 * n1) = 1 - 7 / 15.
    assert krippendorff_alpha([(0, 0), (1, 1), (0, 1), (0, 0)], "nominal") == pytest.approx(1 - 7 / 15)


def test_perfect_agreement_is_one():
    assert krippendorff_alpha([(0, 0, 0), (5, 5, 5), (2, 2, None)]) == 1


@pytest.mark.parametrize("units", [[], [(3,)], [(None, 2), (None, None)], [(4, 4), (4, 4)]])
def test_nothing_to_compare(units):
    assert krippendorff_alpha(units) is None


@given(votes, st.randoms(use_true_random=False))
def test_order_of_votes_and_units_does_not_matter(units, rng):
    shuffled = [rng.sample(unit, len(unit)) for unit in rng.sample(units, len(units))]
    a, b = krippendorff_alpha(units), krippendorff_alpha(shuffled)
    assert (a is None and b is None) or a == pytest.approx(b)


@given(votes)
def test_never_above_one(units):
    alpha = krippendorff_alpha(units)
    assert alpha is None or alpha <= 1 + 1e-12


def test_clumping():
    assert entropy([0, 0, 7]) == 0
    assert entropy([1, 1, 1, 1]) == 2
    assert math.copysign(1, entropy([3])) == 1
    assert entropy([0, 0]) is None
    assert top_share([1, 3, 0]) == 0.75
    assert top_share([0, 0]) is None
