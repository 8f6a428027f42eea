"""Fitting a reward model to preferences.

Full-batch gradient descent with early stopping: a step evaluates every unique segment once and then looks up all pairs
by index, which costs no more than the segments do, however many pairs are made of them. The step with the least
held-out loss is kept; with nothing held out, training ends when the training loss no longer falls.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zelda_rm.batch import PairIndex, SegmentBatch, index_pairs, pair_accuracy, pair_loss
from zelda_rm.config import FitConfig
from zelda_rm.errors import FitError, PreferenceError
from zelda_rm.metric import rank_correlation
from zelda_rm.model import LEAST_SCALE, RewardModel, fit_normaliser
from zelda_rm.optimizer import AdamW
from zelda_rm.preference import Preference, Split
from zelda_rm.score import TARGET_NAMES, Target
from zelda_rm.segment import Segment

Metrics = dict[str, float | int | None]
OnStep = Callable[[int, int, Metrics], None]

MEASURES = ("train_accuracy", "heldout_accuracy", "train_loss", "heldout_loss")
"""Taken over all pairs, and over those of each target."""


def fit(
    segments: Sequence[Segment],
    preferences: Sequence[Preference],
    *,
    layout: str,
    seed: int,
    config: FitConfig | None = None,
    on_step: OnStep | None = None,
) -> RewardModel:
    """Fit a reward model.

    The same arguments give the same weights, bit for bit, on one kind of machine and version of torch: it is held to
    one thread meanwhile. Its random state is not touched.

    Args:
        segments: Every segment a pair names; others are not looked at.
        preferences: The pairs, each on one side of the split.
        layout: The version of the 128 numbers, kept with the model.
        seed: Of the initial weights.
        config: How to fit; None for the defaults.
        on_step: Called with (steps done, steps at most, metrics of the step).

    Returns:
        The model, Φ scaled to the standard deviation 1 over the training rows and, for every link but `sum` (the only
        one that could tell), shifted to the mean 0. Its `metrics` hold, over all pairs and, as `gain_…` and `level_…`,
        over those of each target: `train_accuracy`, `heldout_accuracy`, `train_loss` and `heldout_loss` (nats a pair);
        `gain_rank_correlation` and `level_rank_correlation` (Spearman's, of value with score over held-out segments);
        `steps` and `best_step`. What cannot be told is None.

    Raises:
        PreferenceError: There is no pair to train on, or a pair names a segment that was not given.
        FitError: The loss was never finite.
    """
    config = config or FitConfig()
    with _one_thread():
        model = RewardModel(layout, config.link, seed)
        by_side = {side: [pair for pair in preferences if pair.split == side] for side in ("train", "heldout")}
        members = {side: _named(segments, pairs) for side, pairs in by_side.items()}
        if not by_side["train"]:
            raise PreferenceError("there is no pair to train on; more scored segments or a smaller margin make some")
        model.normalise_by(*fit_normaliser(np.concatenate([segment.rows for segment in members["train"]])))
        sides = {side: _Side.of(members[side], pairs, model) for side, pairs in by_side.items() if pairs}
        steps = _train(model, sides["train"], sides.get("heldout"), config, on_step)
        model.metrics = _measure(model, sides["train"], sides.get("heldout")) | steps
        _standardise(model, members["train"])
    return model.eval()


@dataclass(frozen=True, slots=True)
class _Side:
    """The training or the held-out side of the split."""

    segments: tuple[Segment, ...]
    batch: SegmentBatch
    pairs: dict[Target, PairIndex]

    @classmethod
    def of(cls, segments: Sequence[Segment], preferences: Sequence[Preference], model: RewardModel) -> _Side:
        position = {segment.reference: index for index, segment in enumerate(segments)}
        return cls(tuple(segments), SegmentBatch.of(segments, model), index_pairs(preferences, position))

    def loss(self, model: RewardModel) -> Tensor:
        """Return the sum of the targets' mean losses, so that neither is drowned by the other's number of pairs."""
        values = self.batch.values(model)
        return torch.stack([pair_loss(values[target], pairs) for target, pairs in self.pairs.items()]).sum()


def _train(
    model: RewardModel, train: _Side, heldout: _Side | None, config: FitConfig, on_step: OnStep | None
) -> Metrics:
    """Train until the loss watched no longer falls and leave the model with its best weights."""
    optimizer = AdamW(model.parameters(), config.learning_rate, config.weight_decay)
    best_loss, best_step, best = float("inf"), 0, copy.deepcopy(model.state_dict())
    step, watched = 0, float("nan")
    for step in range(1, config.max_steps + 1):
        loss = train.loss(model)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            watched = float((heldout or train).loss(model))
        if watched < best_loss:
            best_loss, best_step, best = watched, step, copy.deepcopy(model.state_dict())
        if on_step is not None:
            on_step(step, config.max_steps, {"train_loss": float(loss.detach()), "watched_loss": watched})
        if step - best_step >= config.patience:
            break
    if best_step == 0:
        raise FitError(f"the loss was not finite in any of {step} steps, last {watched}; lower the learning rate")
    model.load_state_dict(best)
    return {"steps": step, "best_step": best_step}


@torch.no_grad()
def _measure(model: RewardModel, train: _Side, heldout: _Side | None) -> Metrics:
    metrics = _side_metrics(model, train, "train")
    if heldout is not None:
        metrics |= _side_metrics(model, heldout, "heldout")
    names = [f"{prefix}{name}" for prefix in ("", "gain_", "level_") for name in MEASURES]
    names += [f"{target}_rank_correlation" for target in TARGET_NAMES]
    return {name: _rounded(metrics.get(name)) for name in names}


def _side_metrics(model: RewardModel, side: _Side, name: Split) -> Metrics:
    """Return accuracy and loss over all pairs and for each target, and the rank correlations of the held-out side."""
    values = side.batch.values(model)
    metrics: Metrics = {}
    pairs = wins = loss = 0.0
    for target, index in side.pairs.items():
        count = len(index.winner)
        accuracy, nats = pair_accuracy(values[target], index), float(pair_loss(values[target], index))
        metrics |= {f"{target}_{name}_accuracy": accuracy, f"{target}_{name}_loss": nats}
        pairs, wins, loss = pairs + count, wins + accuracy * count, loss + nats * count
        if name == "heldout":
            metrics[f"{target}_rank_correlation"] = _rank_correlation(side.segments, values[target], target)
    return metrics | {f"{name}_accuracy": wins / pairs, f"{name}_loss": loss / pairs}


def _rank_correlation(segments: Sequence[Segment], values: Tensor, target: Target) -> float | None:
    scored = [
        (float(values[index]), score)
        for index, segment in enumerate(segments)
        if (score := segment.score(target)) is not None
    ]
    return rank_correlation(*zip(*scored, strict=True)) if scored else None


@torch.no_grad()
def _standardise(model: RewardModel, segments: Sequence[Segment]) -> None:
    """Fix what a pair cannot tell: the unit of Φ and, unless values are sums, where its zero lies."""
    rows = torch.from_numpy(np.concatenate([segment.rows for segment in segments]))
    gain = model.heads(model.normalise(rows))[0].double()
    deviation = float(gain.std(correction=0))
    if model.link != "sum":
        model.gain_head.bias.sub_(float(gain.mean()))
    model.scale = deviation if deviation >= LEAST_SCALE else 1.0


def _named(segments: Sequence[Segment], preferences: Sequence[Preference]) -> list[Segment]:
    """Return the segments that pairs name, in the order given."""
    names = {name for pair in preferences for name in (pair.winner, pair.loser)}
    return [segment for segment in segments if segment.reference in names]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold torch to one thread, so that sums are always taken in one order.

    `torch.use_deterministic_algorithms` would add nothing on one thread of a CPU, but imports torch's compiler, which
    takes longer than the fit.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
