"""Speed as a ratio: each round times a baseline and the thing itself, one after the other, in CPU time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

ROUNDS = 15


@pytest.fixture
def ratio(benchmark, capsys) -> Callable[..., float]:
    """Return a function that measures `ours` against `baseline` and prints the median of baseline / ours.

    Both do the same work once a call. The baseline runs in the set-up of each round, timed by the same clock, so that
    a machine whose speed drifts slows both.
    """

    def measure(ours: Callable[[], object], baseline: Callable[[], object], unit: str, work: int) -> float:
        seconds: list[float] = []

        def setup() -> None:
            started = time.process_time()
            baseline()
            seconds.append(time.process_time() - started)

        benchmark.pedantic(ours, setup=setup, rounds=ROUNDS, warmup_rounds=2)
        pairs = [base / own for base, own in zip(seconds[2:], benchmark.stats.stats.data, strict=True)]
        median = statistics.median(pairs)
        low, _, high = statistics.quantiles(pairs, n=4)
        benchmark.extra_info["ratio"] = round(median, 3)
        raw = 1e6 * statistics.median(seconds) / work
        with capsys.disabled():
            print(f"\n  {benchmark.name}: {median:.3f} of the baseline's speed (quartiles {low:.3f} to {high:.3f}); "
                  f"baseline {raw:.2f} µs a {unit}")  # fmt: skip
        return median

    return measure
