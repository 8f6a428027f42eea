"""Speed as a ratio: each round times a baseline and the thing itself, one after the other, in CPU time.

At the end of the run a table lists every ratio with its target, if it has one, and the baseline's own speed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

ROUNDS = 15


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    name: str
    value: str
    spread: str = ""
    target: str = ""
    baseline: str = ""


LINES = pytest.StashKey[list[Line]]()


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a function that adds a line, whose fields it takes, to the table at the end."""
    lines = request.config.stash.setdefault(LINES, [])
    return lambda *fields: lines.append(Line(*fields))


@pytest.fixture
def ratio(benchmark, note) -> Callable[..., float]:
    """Return a function that measures `ours` against `baseline` and returns the median of baseline / ours.

    Both do the same work, `work` units, once a call. The baseline runs in the set-up of each round, timed by the same
    clock, so that a machine whose speed drifts slows both. The test fails if `target` is missed: if three quarters of
    the pairs lie below it.
    """

    def measure(
        ours: Callable[[], object],
        baseline: Callable[[], object],
        unit: str,
        work: int,
        *,
        name: str | None = None,
        target: float | None = None,
    ) -> float:
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
        each = statistics.median(seconds[2:]) / work
        raw = f"{1e6 * each:.2f} µs a {unit}, {1 / each:,.0f} {unit}s/s"
        note(name or benchmark.name, f"{median:.3f}", f"{low:.3f} to {high:.3f}", _verdict(median, high, target), raw)
        if target is not None:
            assert high >= target, f"{median:.3f} of the baseline's speed; expected at least {target}"
        return median

    return measure


def _verdict(median: float, high: float, target: float | None) -> str:
    """Return the target and, unless the median meets it, by how little or much it does not."""
    if target is None:
        return ""
    return f">= {target}{'' if median >= target else ', within the spread' if high >= target else ', missed'}"


def pytest_terminal_summary(terminalreporter, config) -> None:
    lines = config.stash.get(LINES, [])
    if not lines:
        return
    head = Line("what", f"median of {ROUNDS} pairs", "quartiles", "target", "baseline alone")
    rows = [(line.name, line.value, line.spread, line.target, line.baseline) for line in [head, *lines]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    terminalreporter.section("speed as a share of the baseline's, CPU time")
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.line(f"| {' | '.join(cells)} |")
