"""The step of the loop that fits an epoch: scores and observations in, `rm.pt` and its pairs out."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping

from zelda_rm.artifact import dump_model, load_model, read_bytes
from zelda_rm.config import StepConfig
from zelda_rm.dataset import Dataset, read_dataset
from zelda_rm.errors import ArtifactError, FitError, PreferenceError
from zelda_rm.fitting import fit
from zelda_rm.gate import judge
from zelda_rm.manifest import Manifest, folder, read_manifest
from zelda_rm.model import RewardModel
from zelda_rm.preference import PreferenceSet, make_preferences
from zelda_rm.store import Store, dump_record

logger = logging.getLogger(__name__)

HEADLINES = ("train_accuracy", "heldout_accuracy", "heldout_loss", "gain_heldout_accuracy", "level_heldout_accuracy")
"""The metrics that are told when a fit is done."""

OnProgress = Callable[[str, int, int, Mapping[str, float | int | None]], None]


def fit_epoch(store: Store, config: StepConfig, on_progress: OnProgress | None = None) -> tuple[Manifest, bool]:
    """Fit an epoch unless it is fitted, and write preferences.jsonl, rm.pt and, last, manifest.json.

    What is written depends on the store's scores and the configuration alone, so a step that was killed and is run
    again writes the same bytes. A model that the gate refuses is written like any other; its manifest says so, and
    the last accepted one stays in force (see `zelda_rm.accepted_epoch`).

    Args:
        store: The run's store.
        config: The epoch and how to fit it.
        on_progress: Called with (unit, done, total, metrics), for `manifests`, `segments` and `steps` in turn.

    Returns:
        manifest: What the epoch was fitted on, and how well.
        fitted: Whether this call made it; False if it was there.

    Raises:
        MissingScoresError: The epoch is not scored.
        PreferenceError: No pair can be made of the scores.
        ArtifactError: The epoch is fitted, but its files do not fit together.
        StoreError: The store cannot be used.
    """
    if store.exists(f"{folder(config.epoch)}/manifest.json"):
        manifest = read_manifest(store, config.epoch)
        data = read_bytes(store, manifest)
        if manifest.accepted:
            load_model(data)
        return manifest, False
    show = on_progress or _ignore
    dataset = read_dataset(
        store,
        config.epoch,
        history=config.history,
        max_rows=config.max_rows,
        on_read=lambda unit, done, total: show(unit, done, total, {}),
    )
    pairs = make_preferences(
        dataset.segments,
        pairs=config.pairs,
        seed=config.seed,
        margin=config.margin,
        temperature=config.temperature,
        heldout_fraction=config.heldout_fraction,
    )
    _require_pairs(dataset, pairs, config)
    model, damage = _fit(dataset, pairs, config, show)
    return _write(store, config, dataset, pairs, model, damage=damage), True


def _fit(
    dataset: Dataset, pairs: PreferenceSet, config: StepConfig, show: OnProgress
) -> tuple[RewardModel, str | None]:
    """Return the fitted model, or an untrained one and why the fit gave none."""
    damage = None
    try:
        model = fit(
            dataset.segments,
            pairs.preferences,
            layout=dataset.layout,
            seed=config.seed,
            config=config,
            on_step=lambda done, total, metrics: show("steps", done, total, metrics),
        )
        steps = int(model.metrics["steps"] or 0)
        show("steps", steps, steps, {name: model.metrics[name] for name in HEADLINES})
    except FitError as error:
        damage = str(error)
        model = RewardModel(dataset.layout, config.link, config.seed)
        model.metrics = dict.fromkeys(HEADLINES)
    model.epoch = config.epoch
    model.metrics = dict(model.metrics) | _counts(dataset, pairs)
    return model, damage


def _require_pairs(dataset: Dataset, pairs: PreferenceSet, config: StepConfig) -> None:
    if any(pair.split == "train" for pair in pairs.preferences):
        return
    raise PreferenceError(
        f"epoch {config.epoch} gives no pair to train on: {len(dataset.segments)} usable segments "
        f"({len(dataset.refused)} refused), {pairs.ties} ties at a margin of {config.margin}, "
        f"{pairs.eligible} pairs beyond it; score more segments, or lower --margin or --heldout-fraction"
    )


def _counts(dataset: Dataset, pairs: PreferenceSet) -> dict[str, int]:
    targets = Counter(pair.target for pair in pairs.preferences)
    return {
        "gain_pairs": targets["gain"],
        "level_pairs": targets["level"],
        "eligible_pairs": pairs.eligible,
        "ties": pairs.ties,
        "refused": len(dataset.refused),
    }


def _unreadable(data: bytes, layout: str) -> str | None:
    """Say why no reader would take the model, such as weights that are not finite; nothing if it can be read."""
    try:
        load_model(data, layout)
    except ArtifactError as error:
        return str(error)
    return None


def _write(
    store: Store,
    config: StepConfig,
    dataset: Dataset,
    pairs: PreferenceSet,
    model: RewardModel,
    *,
    damage: str | None,
) -> Manifest:
    """Pass judgement on the model and write the three files, the manifest last."""
    data = dump_model(model)
    gate = judge(
        model.link,
        pairs.preferences,
        model.metrics,
        min_accuracy=config.min_accuracy,
        damage=damage or _unreadable(data, dataset.layout),
    )
    manifest = Manifest(
        epoch=config.epoch,
        sha256=hashlib.sha256(data).hexdigest(),
        layout=dataset.layout,
        link=model.link,
        epochs=dataset.epochs,
        segments=len(dataset.segments),
        pairs=len(pairs.preferences),
        heldout_pairs=sum(pair.split == "heldout" for pair in pairs.preferences),
        seed=config.seed,
        metrics=dict(model.metrics),
        accepted=gate.reason is None,
        gate=gate,
    )
    lines = b"".join(dump_record(pair.record(config.epoch)) for pair in pairs.preferences)
    store.write(f"{folder(config.epoch)}/preferences.jsonl", lines)
    store.write(f"{folder(config.epoch)}/rm.pt", data)
    store.write_json(f"{folder(config.epoch)}/manifest.json", manifest.record())
    logger.info("epoch %d is fitted: %d pairs of %d segments", config.epoch, manifest.pairs, manifest.segments)
    if gate.reason is not None:
        logger.info("the model of epoch %d is refused: %s", config.epoch, gate.reason)
    return manifest


def _ignore(unit: str, done: int, total: int, metrics: Mapping[str, float | int | None]) -> None:
    """Show nothing."""
