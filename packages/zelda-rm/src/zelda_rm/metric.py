"""Figures that tell how good a fit is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def preference_probability(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return the Bradley-Terry probability that the first of two things is better, σ(first − second).

    P(a ≻ b) + P(b ≻ a) = 1, and adding a constant to all values changes nothing.

    Args:
        first: (N,), values in units of log-odds.
        second: (N,), likewise.

    Returns:
        float64 (N,), 0..1.
    """
    difference = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return np.asarray(np.exp(-np.logaddexp(0.0, -difference)))


def rank_correlation(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Spearman's rank correlation, with mean ranks for ties.

    Args:
        first: (N,) numbers.
        second: (N,) numbers.

    Returns:
        -1..1, or None where it is not defined: fewer than two items, or one side all equal.
    """
    ranks = [_ranks(np.asarray(values, np.float64)) for values in (first, second)]
    centred = [values - values.mean() if len(values) else values for values in ranks]
    norm = math.sqrt(float(centred[0] @ centred[0]) * float(centred[1] @ centred[1]))
    if norm == 0.0:
        return None
    return max(-1.0, min(1.0, float(centred[0] @ centred[1]) / norm))


def wilson_lower_bound(share: float, trials: int, z: float) -> float:
    """Return the lower end of Wilson's score interval for a proportion (Wilson, 1927).

    Args:
        share: Of the trials that succeeded, 0..1.
        trials: Independent ones; 0 gives 0, for nothing is known.
        z: Standard normal quantile of the confidence, 1.645 for 95 % on one side.

    Returns:
        0..`share`.
    """
    if trials == 0:
        return 0.0
    part = z * z / trials
    centre = share + part / 2.0
    spread = z * math.sqrt((share * (1.0 - share) + part / 4.0) / trials)
    return max(0.0, (centre - spread) / (1.0 + part))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value from 0, the mean rank among equals."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts + 1) / 2.0)[inverse])
