"""`evaluation/1`: what the scores of an epoch look like."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from zelda_judges.agreement import entropy, krippendorff_alpha, top_share
from zelda_judges.ballot import STATUSES
from zelda_judges.record import ScoreRecord
from zelda_judges.rubric import RUBRICS, TOP_SCORE
from zelda_judges.verdict import agreement


def summarise(epoch: int, records: Sequence[ScoreRecord], refused: int = 0) -> dict[str, Any]:
    """Return the `evaluation/1` record of an epoch's scores.

    Totals and means are over the segments that have them, 0..1. `counts` are of valid votes, by digit; `alpha` is
    Krippendorff's, ordinal, over the votes on each segment (null with one vote a segment); `agreement` is the mean over
    the segments with two votes or more.

    Args:
        epoch: Which epoch.
        records: All its scores.
        refused: Episode records that planning could not read.
    """
    totals = [record.total for record in records if record.total is not None]
    votes = Counter(vote.status for record in records for entry in record.judges for vote in entry.votes)
    alike = [value for record in records if (value := _agreement(record)) is not None]
    return {
        "schema": "evaluation/1",
        "epoch": epoch,
        "segments": len(records),
        "scored": len(totals),
        "failures": sum(record.failures for record in records),
        "refused_episodes": refused,
        "panel": records[0].panel if records else None,
        "models": {entry.judge: entry.model for record in records[:1] for entry in record.judges},
        "total": _moments(totals) | {"min": min(totals, default=None), "max": max(totals, default=None)},
        "rubrics": {rubric.name: _rubric(rubric.name, records) for rubric in RUBRICS},
        "votes": {status: votes[status] for status in STATUSES},
        "agreement": statistics.fmean(alike) if alike else None,
    }


def _rubric(name: str, records: Sequence[ScoreRecord]) -> dict[str, Any]:
    units = [_votes(name, record) for record in records]
    digits = Counter(score for unit in units for score in unit)
    counts = [digits[score] for score in range(TOP_SCORE + 1)]
    return _moments([record.scores[name] for record in records if name in record.scores]) | {
        "counts": counts,
        "alpha": krippendorff_alpha(units),
        "entropy": entropy(counts),
        "top_share": top_share(counts),
    }


def _votes(name: str, record: ScoreRecord) -> list[int]:
    votes = [vote for entry in record.judges for vote in entry.votes]
    return [vote.scores[name] for vote in votes if vote.status == "ok" and name in vote.scores]


def _agreement(record: ScoreRecord) -> float | None:
    found = [value for entry in record.judges if (value := agreement(entry.votes)) is not None]
    return statistics.fmean(found) if found else None


def _moments(values: Sequence[float]) -> dict[str, float | None]:
    """Return mean and population standard deviation, or nulls for no values."""
    if not values:
        return {"mean": None, "std": None}
    return {"mean": statistics.fmean(values), "std": statistics.pstdev(values)}
