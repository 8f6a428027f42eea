import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges.retry import RetryPolicy, retry_after


@given(st.integers(1, 60), st.integers(0, 1000), st.none() | st.floats(0, 1e6))
def test_waits_are_bounded_and_respect_the_server(attempt, seed, wish):
    policy = RetryPolicy(base_s=0.5, cap_s=30)
    wait = policy.wait_s(attempt, wish, random.Random(seed))
    assert 0 <= wait <= 30.5
    assert wish is None or wait >= min(30, wish)


def test_full_jitter_spreads_over_the_whole_range():
    policy = RetryPolicy(base_s=1, cap_s=8)
    waits = [policy.wait_s(9, None, random.Random(seed)) for seed in range(300)]
    assert min(waits) < 0.5
    assert max(waits) > 7.5


def test_budget():
    policy = RetryPolicy(budget_floor=2, budget_share=0.1)
    assert policy.allows(1, 1)
    assert not policy.allows(2, 0)
    assert policy.allows(11, 100)
    assert not policy.allows(12, 100)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:28:10 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after(headers) == seconds
