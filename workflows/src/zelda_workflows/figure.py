"""The report's plots, as SVG text."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zelda_workflows.summary import EpochSummary

# A fixed salt and no date: the same run gives the same page.
_RC: Any = {"svg.hashsalt": "zelda-rlaif", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
_GREEN = "#2f6f4f"
_ORANGE = "#d9480f"
_TICKS = 12

_CURVES: list[tuple[str, Callable[[EpochSummary], float | None]]] = [
    ("return (environment's terms)", lambda row: row.metrics.get("return_mean")),
    ("evaluation: return", lambda row: row.evaluation_return),
    ("unique rooms an episode", lambda row: row.metrics.get("unique_rooms_mean")),
    ("judge total (0 to 1)", lambda row: row.judge_total),
    ("reward model: held-out accuracy", lambda row: row.heldout_accuracy),
    ("steps a second", lambda row: row.metrics.get("steps_per_second")),
    ("failures", lambda row: row.failures),
]


def curves(summaries: list[EpochSummary]) -> str:
    """Return small multiples of the run's figures by epoch."""
    with mpl.rc_context(_RC):
        drawing = Figure(figsize=(10, 4.6), layout="constrained")
        panels = drawing.subplots(2, 4).flat
        for spare in panels[len(_CURVES) :]:
            spare.remove()
        for axes, (title, pick) in zip(panels, _CURVES, strict=False):
            _curve(axes, title, [(row.epoch, pick(row)) for row in summaries])
        return _svg(drawing)


def reward_terms(summaries: list[EpochSummary]) -> list[str]:
    """Return every reward term of the run, the environment's by size, `shaping` last."""
    size: dict[str, float] = {}
    for row in summaries:
        for term, total in row.metrics.get("rewards", {}).items():
            size[term] = size.get(term, 0.0) + abs(total)
    return sorted(size, key=lambda term: (term == "shaping", -size[term], term))


def reward_bars(summaries: list[EpochSummary]) -> str:
    """Return horizontal bars: for every term its mean reward over 1,000 steps, one bar an epoch."""
    terms = reward_terms(summaries)
    with mpl.rc_context(_RC):
        drawing = Figure(figsize=(9, 0.6 + 0.42 * len(terms)), layout="constrained")
        axes = drawing.subplots()
        height = 0.8 / len(summaries)
        for index, row in enumerate(summaries):
            values = [1000 * row.metrics["rewards"].get(term, 0.0) / row.metrics["steps"] for term in terms]
            places = [place + index * height for place in range(len(terms))]
            shade = 0.35 + 0.65 * (index + 1) / len(summaries)
            colours = [_ORANGE if term == "shaping" else _GREEN for term in terms]
            axes.barh(places, values, height * 0.9, color=colours, alpha=shade)
        axes.set_yticks([place + 0.4 - height / 2 for place in range(len(terms))], terms)
        axes.invert_yaxis()
        axes.set_xlabel("reward over 1,000 steps; darker is a later epoch, orange is the learnt part")
        _plain(axes)
        return _svg(drawing)


def _curve(axes: Axes, title: str, points: list[tuple[int, float | None]]) -> None:
    known = [(epoch, value) for epoch, value in points if value is not None]
    axes.plot(
        [epoch for epoch, _ in known], [value for _, value in known], "o-", color=_GREEN, linewidth=1.8, markersize=4
    )
    axes.set_title(title, fontsize=9, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(min(_TICKS, len(points)), integer=True))
    axes.set_xlim(-0.3, len(points) - 0.7)
    if known and min(value for _, value in known) >= 0:
        axes.set_ylim(0, 1.1 * max(value for _, value in known) or 1)
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)


def _svg(drawing: Figure) -> str:
    """Return the drawing as an `<svg>` element without the XML prologue."""
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
