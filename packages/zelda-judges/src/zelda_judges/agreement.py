"""How far votes agree beyond chance, and whether scores clump."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Literal

Level = Literal["nominal", "ordinal", "interval"]


def krippendorff_alpha(units: Iterable[Sequence[int | None]], level: Level = "ordinal") -> float | None:
    """Return Krippendorff's alpha: 1 − observed disagreement / disagreement expected by chance.

    Follows Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011): coincidences of values within units,
    each unit weighted by 1 / (its values − 1). Missing values are left out; units with fewer than two do not count.

    Args:
        units: For each unit (here a segment) the values that its raters gave, in any order; None where one is missing.
        level: How far apart two values are: equal or not, by the ranks between them, or by the squared difference.

    Returns:
        Alpha, at most 1 (0 is chance, negative is worse); None when nothing can be compared or all values are the same.
    """
    pairable = [found for unit in units if len(found := [value for value in unit if value is not None]) > 1]
    values = sorted({value for unit in pairable for value in unit})
    if len(values) < 2:
        return None
    totals = {value: sum(unit.count(value) for unit in pairable) for value in values}
    distance = _distance(values, totals, level)
    observed = sum(_within(unit, distance) for unit in pairable)
    count = sum(totals.values())
    expected = sum(totals[a] * totals[b] * distance(a, b) for a in values for b in values) / (count - 1)
    return 1 - observed / expected


def entropy(counts: Sequence[int]) -> float | None:
    """Return Shannon's entropy of a histogram in bits; 0 when all lies in one bin, None when it is empty."""
    total = sum(counts)
    if not total:
        return None
    return -sum(count / total * math.log2(count / total) for count in counts if count) + 0.0


def top_share(counts: Sequence[int]) -> float | None:
    """Return the share of the fullest bin of a histogram, in 0..1; None when it is empty."""
    total = sum(counts)
    return max(counts) / total if total else None


def _within(unit: Sequence[int], distance: Callable[[int, int], float]) -> float:
    return sum(distance(a, b) for a in unit for b in unit) / (len(unit) - 1)


def _distance(values: Sequence[int], totals: dict[int, int], level: Level) -> Callable[[int, int], float]:
    """Return the squared difference function of the level of measurement."""
    if level == "nominal":
        return lambda a, b: float(a != b)
    if level == "interval":
        return lambda a, b: float((a - b) ** 2)
    middle = {values[0]: 0.0}
    for low, high in pairwise(values):
        middle[high] = middle[low] + (totals[low] + totals[high]) / 2
    return lambda a, b: (middle[a] - middle[b]) ** 2
