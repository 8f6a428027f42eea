"""What an epoch measured, summed over runners and batches."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ray.rllib.core import ALL_MODULES, DEFAULT_MODULE_ID

from zelda_train.learner import TERMS
from zelda_train.runner import Totals

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far an epoch is, after a batch."""

    steps: int
    """Environment steps so far."""
    total: int
    """Environment steps of the whole epoch."""
    seconds: float
    """Since the first batch began."""
    return_mean: float | None
    """Mean return of the episodes that ended in this epoch, or None."""
    rewards: Mapping[str, float]
    """Sum of each reward term over the last batch, `shaping` among them."""
    learner: Mapping[str, float]
    """Terms of PPO's loss in the last batch."""

    @property
    def steps_per_second(self) -> float:
        """Environment steps per second of wall-clock time."""
        return self.steps / self.seconds if self.seconds > 0 else 0.0


@dataclass
class EpochMetrics:
    """Adds up what runners and learner report; the order in which runners answer makes no difference."""

    totals: list[Totals] = field(default_factory=list)
    learner: list[dict[str, float]] = field(default_factory=list)

    def add(self, totals: Sequence[Totals], result: Mapping[str, Any]) -> None:
        """Add one batch: what each runner counted, and RLlib's result."""
        self.totals += totals
        module, everything = result["learners"][DEFAULT_MODULE_ID], result["learners"][ALL_MODULES]
        names = (*TERMS, "reward_sum", "shaping_sum")
        terms = {name: float(module[name]) for name in names if name in module}
        terms |= {name: float(everything.get(name, 0)) for name in ("skipped_updates", "stale_steps")}
        if terms["stale_steps"]:
            logger.warning("%d steps of a batch were sampled with older weights", terms["stale_steps"])
        self.learner.append(terms)

    @property
    def steps(self) -> int:
        """Environment steps so far."""
        return sum(each.steps for each in self.totals)

    @property
    def return_mean(self) -> float | None:
        """Mean return of the episodes that ended, without shaping."""
        return _mean([value for each in self.totals for value in each.returns])

    def rewards(self, since: int = 0) -> dict[str, float]:
        """Return the sum of every reward term, and of the shaping, over all batches or the last ones.

        Args:
            since: Number of reports to leave out.
        """
        terms = sorted({term for each in self.totals for term in each.rewards})
        sums = {term: math.fsum(each.rewards.get(term, 0.0) for each in self.totals[since:]) for term in terms}
        return sums | {"shaping": math.fsum(each["shaping_sum"] for each in self.learner)}

    def record(self, seconds: float, recorded: Mapping[str, int], deaths: int) -> dict[str, Any]:
        """Return the `metrics` of the `checkpoint/1` record.

        Args:
            seconds: Wall-clock time of sampling and learning.
            recorded: Counts of the recorders: `segments` and `dropped`.
            deaths: Runners that died.
        """
        lengths = [float(value) for each in self.totals for value in each.lengths]
        rooms = [value for each in self.totals for value in each.unique_rooms]
        learner: dict[str, Any] = {name: _mean([each[name] for each in self.learner]) for name in TERMS}
        learner |= {name: int(sum(each[name] for each in self.learner)) for name in ("skipped_updates", "stale_steps")}
        return {
            "steps": self.steps,
            "episodes": sum(each.episodes for each in self.totals),
            "segments": recorded.get("segments", 0),
            "dropped": recorded.get("dropped", 0),
            "failures": sum(each.failures for each in self.totals) + deaths,
            "return_mean": self.return_mean,
            "unique_rooms_mean": _mean(rooms),
            "length_mean": _mean(lengths),
            "steps_per_second": round(self.steps / seconds, 1) if seconds > 0 else None,
            "rewards": self.rewards(),
            "learner": learner,
        }


def _mean(values: Sequence[float]) -> float | None:
    """Return the mean, exact in any order; None if there is none or it is not finite."""
    if not values:
        return None
    mean = math.fsum(values) / len(values)
    return mean if math.isfinite(mean) else None
