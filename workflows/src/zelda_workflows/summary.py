"""What each finished part of a run says about itself, one row an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zelda_workflows.store import Store


@dataclass(frozen=True)
class EpochSummary:
    """The records of one epoch as far as they exist; a part that has not finished is an empty mapping."""

    epoch: int
    checkpoint: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    reward_model: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, Any]:
        """The trainer's figures."""
        found: dict[str, Any] = self.checkpoint.get("metrics", {})
        return found

    @property
    def evaluation_return(self) -> float | None:
        """Mean return of the epoch's policy on the evaluation's episodes, None if it was not evaluated."""
        mean: float | None = self.policy.get("return", {}).get("mean")
        return mean

    @property
    def shaped_by(self) -> str | None:
        """The sha256 of the reward model whose potential shaped this epoch, or None."""
        used = self.checkpoint.get("reward_model")
        return str(used["sha256"]) if used else None

    @property
    def judge_total(self) -> float | None:
        """Mean of the judges' totals over the epoch's segments, 0 to 1."""
        mean: float | None = self.evaluation.get("total", {}).get("mean")
        return mean

    @property
    def heldout_accuracy(self) -> float | None:
        """Share of held-out pairs that the epoch's reward model orders as the judges did."""
        accuracy: float | None = self.reward_model.get("metrics", {}).get("heldout_accuracy")
        return accuracy

    @property
    def refused(self) -> str | None:
        """Why the epoch's reward model shapes nothing; None if it may, or there is none yet."""
        if self.reward_model.get("accepted", True):
            return None
        return str((self.reward_model.get("gate") or {}).get("reason") or "no reason given")

    @property
    def failures(self) -> int | None:
        """Environment failures, dropped segments and votes that did not count; None before training has ended."""
        if not self.checkpoint:
            return None
        return sum(
            int(part)
            for part in (self.metrics["failures"], self.metrics["dropped"], self.evaluation.get("failures", 0))
        )


def read_summaries(store: Store) -> list[EpochSummary]:
    """Return a summary of every epoch that has at least a checkpoint, in order."""
    return list(_summaries(store))


def _summaries(store: Store) -> Iterator[EpochSummary]:
    epoch = 0
    while store.exists(f"zelda-models/checkpoints/epoch_{epoch}/manifest.json"):
        yield EpochSummary(
            epoch,
            store.read_json(f"zelda-models/checkpoints/epoch_{epoch}/manifest.json", "checkpoint/1"),
            _optional(store, f"zelda-models/evaluations/epoch_{epoch}/summary.json", "evaluation/1"),
            _optional(store, f"zelda-models/reward_model/epoch_{epoch}/manifest.json", "reward-model/1"),
            _optional(store, f"zelda-models/evaluations/epoch_{epoch}/policy.json", "policy-evaluation/1"),
        )
        epoch += 1


def _optional(store: Store, path: str, schema: str) -> dict[str, Any]:
    return store.read_json(path, schema) if store.exists(path) else {}
