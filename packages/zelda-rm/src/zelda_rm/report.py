"""A readable account of a fit."""

from __future__ import annotations

from collections.abc import Sequence

from zelda_rm.manifest import Manifest
from zelda_rm.score import TARGET_NAMES

COLUMNS = (
    ("train_accuracy", "train acc."),
    ("heldout_accuracy", "held-out acc."),
    ("train_loss", "train loss"),
    ("heldout_loss", "held-out loss"),
    ("rank_correlation", "rank corr."),
)


def render(manifest: Manifest) -> str:
    """Return a `reward-model/1` manifest as text: what it was fitted on, and a table of how well.

    Accuracies are shares of pairs, losses nats a pair, rank correlations Spearman's between the model's values and the
    scores over held-out segments. A dash is what cannot be told, for want of held-out pairs or of a target's scores.
    """
    metrics = manifest.metrics
    epochs = _span(manifest.epochs)
    head = [
        f"reward model of epoch {manifest.epoch}   {manifest.layout}   link {manifest.link}   "
        f"seed {manifest.seed}   sha256 {manifest.sha256[:12]}",
        f"scores of {epochs}: {manifest.segments} segments, {metrics.get('refused', 0)} refused; "
        f"{manifest.pairs} pairs of {metrics.get('eligible_pairs', '?')}, {manifest.heldout_pairs} held out, "
        f"{metrics.get('ties', '?')} ties left out",
        f"best step {metrics.get('best_step', '?')} of {metrics.get('steps', '?')}",
        _verdict(manifest),
    ]
    rows = [["", "pairs", *(title for _, title in COLUMNS)]]
    rows.append(["all", str(manifest.pairs), *(_figure(metrics.get(name)) for name, _ in COLUMNS)])
    for target in TARGET_NAMES:
        cells = [_figure(metrics.get(f"{target}_{name}")) for name, _ in COLUMNS]
        rows.append([target, str(metrics.get(f"{target}_pairs", "-")), *cells])
    return "\n".join([*head, "", *_table(rows)])


def _verdict(manifest: Manifest) -> str:
    """Say whether the model may shape rewards, and on what that was decided."""
    gate = manifest.gate
    if gate is None:
        return "accepted unseen: fitted before there was a gate" if manifest.accepted else "refused"
    if gate.reason is not None:
        return f"refused: {gate.reason}"
    return (
        f"accepted: {_figure(gate.accuracy)} of the held-out {gate.pairs} pairs, surely {_figure(gate.lower_bound)} "
        f"(over {gate.disjoint_pairs} disjoint ones), {gate.min_accuracy:g} asked for"
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align columns: names to the left, figures to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _span(epochs: Sequence[int]) -> str:
    """Return `epoch 3`, or `epochs 0 to 3` where none is missing, or a list."""
    if len(epochs) == 1:
        return f"epoch {epochs[0]}"
    whole = list(epochs) == list(range(epochs[0], epochs[-1] + 1))
    return f"epochs {epochs[0]} to {epochs[-1]}" if whole else f"epochs {', '.join(map(str, epochs))}"
