"""Segments and pairs as tensors: each unique segment is evaluated once a step, then pairs are looked up by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from zelda_rm.errors import PreferenceError
from zelda_rm.link import Link
from zelda_rm.model import RewardModel
from zelda_rm.preference import Preference
from zelda_rm.score import TARGET_NAMES, Target
from zelda_rm.segment import FloatArray, Segment


@dataclass(frozen=True, slots=True)
class PairIndex:
    """The pairs of one target as indices into a batch of segments.

    Attributes:
        winner: int64 (P,).
        loser: int64 (P,).
        probability: float32 (P,), that the winner is better, .5..1.
    """

    winner: Tensor
    loser: Tensor
    probability: Tensor


@dataclass(frozen=True, slots=True)
class SegmentBatch:
    """Segments laid end to end.

    Attributes:
        inputs: float32 (R, 128), normalised rows of all segments.
        owner: int64 (R,), the segment of each row.
        first: int64 (S,), index of each segment's first row.
        last: int64 (S,), of its last row.
        rows: float32 (S,), rows of each segment.
        steps: float32 (S,), steps that were recorded, of which the rows are a sample.
    """

    inputs: Tensor
    owner: Tensor
    first: Tensor
    last: Tensor
    rows: Tensor
    steps: Tensor

    @classmethod
    def of(cls, segments: Sequence[Segment], model: RewardModel) -> SegmentBatch:
        """Lay out segments for a model, with no more rows than its link looks at."""
        ends_only = model.link in {"delta", "last"}
        rows: list[FloatArray] = [segment.rows[[0, -1]] if ends_only else segment.rows for segment in segments]
        counts = torch.tensor([len(part) for part in rows])
        last = counts.cumsum(0) - 1
        with torch.no_grad():
            inputs = model.normalise(torch.from_numpy(np.concatenate(rows)))
        return cls(
            inputs=inputs,
            owner=torch.repeat_interleave(torch.arange(len(rows)), counts),
            first=last - counts + 1,
            last=last,
            rows=counts.float(),
            steps=torch.tensor([float(segment.steps) for segment in segments]),
        )

    def values(self, model: RewardModel) -> dict[Target, Tensor]:
        """Return the value of each segment for each target: float32 (S,), in units of log-odds.

        A pair's logit is the difference of its segments' values. With a link of one head both targets share one value.
        """
        gain, level = model.heads(self.inputs)
        if model.link == "two-head":
            return {"gain": gain[self.last] - gain[self.first], "level": self._mean(level)}
        value = self._link(gain, model.link)
        return {"gain": value, "level": value}

    def _link(self, gain: Tensor, link: Link) -> Tensor:
        if link == "delta":
            return gain[self.last] - gain[self.first]
        if link == "last":
            return gain[self.last]
        mean = self._mean(gain)
        return mean * self.steps if link == "sum" else mean

    def _mean(self, rows: Tensor) -> Tensor:
        """Return the mean over each segment's rows: (R,) → (S,)."""
        return torch.zeros_like(self.rows).index_add(0, self.owner, rows) / self.rows


def index_pairs(preferences: Sequence[Preference], position: Mapping[str, int]) -> dict[Target, PairIndex]:
    """Turn pairs into indices.

    Args:
        preferences: The pairs.
        position: Index of each reference in the batch.

    Returns:
        The pairs of each target that has any.

    Raises:
        PreferenceError: A pair names a segment that is not among those given.
    """
    found: dict[Target, PairIndex] = {}
    try:
        for target in TARGET_NAMES:
            pairs = [item for item in preferences if item.target == target]
            if pairs:
                found[target] = PairIndex(
                    torch.tensor([position[item.winner] for item in pairs]),
                    torch.tensor([position[item.loser] for item in pairs]),
                    torch.tensor([item.probability for item in pairs], dtype=torch.float32),
                )
    except KeyError as error:
        raise PreferenceError(f"a pair names the segment {error}, which is not among those to fit on") from error
    return found


def pair_loss(values: Tensor, pairs: PairIndex) -> Tensor:
    """Return the Bradley-Terry negative log-likelihood of soft preferences, the mean over pairs.

    −p log σ(v_w − v_l) − (1 − p) log σ(v_l − v_w), after Bradley & Terry (1952) and Christiano et al.
    (2017, arXiv 1706.03741).

    Args:
        values: float32 (S,), value of each segment in units of log-odds.
        pairs: Indices into `values`.
    """
    logits = values[pairs.winner] - values[pairs.loser]
    return functional.binary_cross_entropy_with_logits(logits, pairs.probability)


def pair_accuracy(values: Tensor, pairs: PairIndex) -> float:
    """Return the share of pairs whose winner has the larger value, 0..1; equal values count half."""
    difference = values[pairs.winner] - values[pairs.loser]
    return float((difference > 0).double().mean() + (difference == 0).double().mean() / 2)
