"""What a judge's votes come to, and what a panel of judges comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from zelda_judges.ballot import Ballot
from zelda_judges.rubric import RUBRICS, TOP_SCORE, Rubric

Source = Literal["rules", "llm"]


@dataclass(frozen=True)
class Verdict:
    """All votes of one judge on one segment; nothing is imputed for a vote that failed."""

    judge: str
    source: Source
    model: str
    votes: tuple[Ballot, ...]

    @property
    def scores(self) -> dict[str, float]:
        """Mean of the valid votes divided by 5, in 0..1; a rubric that nobody voted on is absent."""
        return mean_scores(self.votes)

    @property
    def failures(self) -> int:
        """Number of votes that are not `ok`."""
        return sum(vote.status != "ok" for vote in self.votes)

    @property
    def agreement(self) -> float | None:
        """How alike the valid votes are, in 0..1; None with fewer than two of them. See `agreement`."""
        return agreement(self.votes)


def mean_scores(votes: Sequence[Ballot]) -> dict[str, float]:
    """Return the mean of the valid votes divided by 5 for each rubric. The order of the votes does not matter.

    The mean is used rather than the mode: it keeps what the votes say about uncertainty (arXiv 2503.03064).
    """
    given: dict[str, list[int]] = {}
    for vote in votes:
        if vote.status == "ok":
            for name, score in vote.scores.items():
                given.setdefault(name, []).append(score)
    return {name: sum(scores) / (TOP_SCORE * len(scores)) for name, scores in sorted(given.items())}


def agreement(votes: Sequence[Ballot]) -> float | None:
    """Return the mean of 1 − |a − b| / 5 over all pairs of valid votes and their rubrics, or None without a pair.

    Not corrected for chance; `krippendorff_alpha` over many segments is.
    """
    valid = [vote.scores for vote in votes if vote.status == "ok"]
    apart = [abs(a[name] - b[name]) for a, b in combinations(valid, 2) for name in sorted(a.keys() & b.keys())]
    return 1 - sum(apart) / (TOP_SCORE * len(apart)) if apart else None


def combine(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Return the scores of a whole panel; where several judges answer one rubric, the mean over all their votes."""
    return mean_scores([vote for verdict in verdicts for vote in verdict.votes])


def total_score(scores: Mapping[str, float], rubrics: Sequence[Rubric] = RUBRICS) -> float | None:
    """Return Σ weight·score / Σ weight over the rubrics present, in 0..1; None when there is none."""
    present = [rubric for rubric in rubrics if rubric.name in scores]
    if not present:
        return None
    return sum(rubric.weight * scores[rubric.name] for rubric in present) / sum(rubric.weight for rubric in present)
