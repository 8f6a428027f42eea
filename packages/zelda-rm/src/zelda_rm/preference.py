"""Preferences: which of two segments the judges thought better, and how sure that makes us.

Scores are given to segments one by one and pairs are built from them afterwards. A pair whose scores lie closer than a
margin is a tie and left out. Of the others, the probability that the higher-scored segment is the better one is

    P(winner ≻ loser) = σ(margin / temperature),

so that a narrow win teaches little and a clear one much; a constant label smoothing would treat both alike.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_rm.errors import PreferenceError
from zelda_rm.score import TARGET_NAMES, Target
from zelda_rm.segment import Segment
from zelda_rm.store import StoreError, parse_record

Split = Literal["train", "heldout"]

UNITS = 1_000_000
"""Scores are compared in whole millionths, so that .6 - .4 does not fall short of a margin of .2."""


class Preference(BaseModel):
    """One pair of segments, ordered; `preference/1` in the store."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    target: Target
    winner: str
    """Reference of the segment with the higher score."""
    loser: str
    margin: float = Field(gt=0.0, le=1.0)
    """Difference of the two scores."""
    probability: float = Field(ge=0.5, le=1.0)
    """That the winner is better."""
    split: Split

    def record(self, epoch: int) -> dict[str, Any]:
        """Return the `preference/1` record of the pair, fitted in an epoch."""
        return {"schema": "preference/1", "epoch": epoch} | self.model_dump()


@dataclass(frozen=True, slots=True)
class PreferenceSet:
    """The pairs of a fit and how they came about.

    Attributes:
        preferences: Sorted by target, split, winner and loser.
        ties: Pairs that were left out because their margin is too small, both targets together.
        eligible: Pairs that could have been drawn.
    """

    preferences: tuple[Preference, ...]
    ties: int
    eligible: int


def split_of(reference: str, seed: int, heldout_fraction: float) -> Split:
    """Return the side a segment is on: a function of its name and the seed alone.

    Segments that join later therefore never move one from one side to the other, and with one seed for all epochs a
    model is never tested on what an earlier model was trained on.

    Args:
        reference: The segment.
        seed: The fit's seed.
        heldout_fraction: The share that is held out on average, 0..1.
    """
    digest = hashlib.sha256(f"{seed}:{reference}".encode()).digest()
    return "heldout" if int.from_bytes(digest[:8]) < heldout_fraction * 2.0**64 else "train"


def win_probability(margin: float, temperature: float) -> float:
    """Return σ(margin / temperature), the probability that the better-scored segment is better.

    Args:
        margin: Difference of the scores, -1..1.
        temperature: The margin at which it is .73; > 0, in units of the score.
    """
    return 1.0 / (1.0 + math.exp(-max(-700.0, min(700.0, margin / temperature))))


def make_preferences(
    segments: Sequence[Segment],
    *,
    pairs: int,
    seed: int,
    margin: float = 0.05,
    temperature: float = 0.1,
    heldout_fraction: float = 0.2,
) -> PreferenceSet:
    """Draw pairs of scored segments, for each target and on each side of the split.

    Both segments of a pair are on the same side. The pairs are drawn uniformly and without replacement among all that
    are not ties, whatever the epochs of their segments.

    Args:
        segments: With unique references.
        pairs: The most pairs to draw. Each target has an even part of them, and the held-out side of each its fraction;
            a part that is not used up is not passed on.
        seed: Of the split and of the draw.
        margin: The smallest difference of scores that is not a tie, 0..1.
        temperature: See `win_probability`.
        heldout_fraction: Share of the segments, and of the pairs, that is held out.

    Raises:
        PreferenceError: Two segments have one reference.
    """
    if len({segment.reference for segment in segments}) != len(segments):
        raise PreferenceError("two segments have the same reference; every segment of a fit needs its own")
    targets = [name for name in TARGET_NAMES if any(segment.score(name) is not None for segment in segments)]
    rng = np.random.default_rng(seed)
    found: list[Preference] = []
    ties = eligible = 0
    for target in targets:
        heldout = round(pairs / len(targets) * heldout_fraction)
        quotas: dict[Split, int] = {"train": pairs // len(targets) - heldout, "heldout": heldout}
        for side, members in _sides(segments, target, seed, heldout_fraction).items():
            scores = np.array([segment.score(target) for segment in members], dtype=np.float64)
            drawn = draw_pairs(scores, quotas[side], margin, rng)
            found.extend(_preferences(members, target, side, drawn, temperature))
            ties, eligible = ties + drawn.ties, eligible + drawn.eligible
    found.sort(key=lambda pair: (pair.target, pair.split, pair.winner, pair.loser))
    return PreferenceSet(tuple(found), ties, eligible)


@dataclass(frozen=True, slots=True)
class Draw:
    """Pairs drawn among n scores.

    Attributes:
        winners: int64 (k,), indices into the scores.
        losers: int64 (k,), likewise.
        units: int64 (k,), the margin of each pair in millionths, > 0.
        ties: The number of pairs closer than the margin asked for.
        eligible: The number of pairs that are not ties.
    """

    winners: NDArray[np.int64]
    losers: NDArray[np.int64]
    units: NDArray[np.int64]
    ties: int
    eligible: int


def draw_pairs(scores: NDArray[np.float64], count: int, margin: float, rng: np.random.Generator) -> Draw:
    """Draw ordered pairs uniformly and without replacement among all whose scores are a margin apart.

    With the scores sorted, the losers to which item i is the winner are the first c(i) items, so every eligible pair
    has a number below Σ c(i). Numbers are drawn and turned back into pairs; a pair that is not drawn is never
    listed. O(n log n + k) for n scores and k pairs.

    Args:
        scores: (n,), 0..1.
        count: The most pairs to draw, k.
        margin: The smallest difference that counts, 0..1; one millionth is asked for in any case.
        rng: The source of randomness.
    """
    units = np.rint(scores * UNITS).astype(np.int64)
    order = np.argsort(units, kind="stable")
    ranked = units[order]
    below = np.searchsorted(ranked, ranked - max(1, round(margin * UNITS)), side="right")  # (n,) losers of each item
    ends = np.cumsum(below)
    eligible = int(ends[-1]) if len(ends) else 0
    numbers = np.sort(rng.choice(eligible, size=min(count, eligible), replace=False)) if eligible else np.arange(0)
    place = np.searchsorted(ends, numbers, side="right")
    winners, losers = order[place], order[numbers - (ends - below)[place]]
    ties = len(scores) * (len(scores) - 1) // 2 - eligible
    return Draw(winners, losers, units[winners] - units[losers], ties, eligible)


def parse_preferences(data: bytes, source: str) -> list[Preference]:
    """Return the pairs in a `preferences.jsonl`.

    Raises:
        PreferenceError: A line is not a `preference/1` record.
    """
    try:
        lines = data.splitlines()
        return [Preference.model_validate(parse_record(line, "preference/1", source)) for line in lines if line]
    except (StoreError, ValidationError) as error:
        raise PreferenceError(f"{source}: {str(error).splitlines()[0]}; fit the epoch again") from error


def _sides(
    segments: Sequence[Segment], target: Target, seed: int, heldout_fraction: float
) -> dict[Split, list[Segment]]:
    """Return the segments that have a score for the target, sorted, by the side they are on."""
    sides: dict[Split, list[Segment]] = {"train": [], "heldout": []}
    for segment in sorted(segments, key=lambda item: item.reference):
        if segment.score(target) is not None:
            sides[split_of(segment.reference, seed, heldout_fraction)].append(segment)
    return sides


def _preferences(
    members: Sequence[Segment], target: Target, side: Split, drawn: Draw, temperature: float
) -> Iterable[Preference]:
    """Yield the pairs drawn among the segments of one side."""
    for winner, loser, units in zip(drawn.winners.tolist(), drawn.losers.tolist(), drawn.units.tolist(), strict=True):
        yield Preference(
            target=target,
            winner=members[winner].reference,
            loser=members[loser].reference,
            margin=units / UNITS,
            probability=round(win_probability(units / UNITS, temperature), 6),
            split=side,
        )
