"""The acceptance gate: whether a fitted model knows enough of the judges' taste to shape anybody's reward.

What is asked is not whether the accuracy on held-out pairs is high but whether it is surely not chance. Pairs share
segments, so thousands of pairs of ten segments say little more than five pairs would: of S segments only S/2 pairs
have none in common. A mean over all pairs varies no more than a mean over such disjoint ones (Hoeffding, 1963,
section 5), so the bound takes the accuracy of all pairs and the number of the disjoint ones.

The step at which training ended was chosen by the loss on the same held-out pairs. That flatters a little, on one
smooth curve, and is one reason for a default above one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from zelda_rm.link import Link
from zelda_rm.metric import wilson_lower_bound
from zelda_rm.preference import Preference

CONFIDENCE_Z: Final = 1.6448536269514722
"""Of one side at 95 %."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Gate(BaseModel):
    """What an acceptance was decided on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pairs: Literal["gain", "all"]
    """Which held-out pairs were asked: those that the potential itself is linked to."""
    accuracy: Share | None
    """Share of them ordered as the judges did; None if there are none, or no model to ask."""
    disjoint_pairs: int = Field(ge=0)
    """How many of them can be had without a segment in common."""
    lower_bound: Share | None
    """Wilson's, of the accuracy for that many pairs, one-sided at 95 %."""
    min_accuracy: Share
    """What the lower bound must reach."""
    reason: str | None
    """Why the model is refused; None if it is accepted."""


def judge(
    link: Link,
    preferences: Sequence[Preference],
    metrics: Mapping[str, float | int | None],
    *,
    min_accuracy: float,
    damage: str | None = None,
) -> Gate:
    """Decide whether a model may shape rewards.

    With two heads only `gain` pairs are asked: the level head may be right about everything, and shapes nothing.

    Args:
        link: The model's.
        preferences: The pairs of both sides of the split.
        metrics: Of the fit; see `zelda_rm.fitting.fit`.
        min_accuracy: What the lower bound of the accuracy must reach; 0 asks for finite numbers only.
        damage: Why the model cannot be used whatever it predicts, such as weights that are not finite.
    """
    asked: Literal["gain", "all"] = "gain" if link == "two-head" else "all"
    heldout = [pair for pair in preferences if pair.split == "heldout" and asked in ("all", pair.target)]
    disjoint = min(len(heldout), len({name for pair in heldout for name in (pair.winner, pair.loser)}) // 2)
    accuracy = metrics.get("gain_heldout_accuracy" if asked == "gain" else "heldout_accuracy")
    bound = None if accuracy is None else round(wilson_lower_bound(accuracy, disjoint, CONFIDENCE_Z), 6)
    gate = Gate(
        pairs=asked,
        accuracy=accuracy,
        disjoint_pairs=disjoint,
        lower_bound=bound,
        min_accuracy=min_accuracy,
        reason=None,
    )
    return gate.model_copy(update={"reason": damage or _doubt(gate)})


def _doubt(gate: Gate) -> str | None:
    """Say why the accuracy is not enough, or nothing."""
    kind = "held-out pairs" if gate.pairs == "all" else "held-out gain pairs"
    cure = "score more segments, or lower --min-accuracy (0 accepts whatever is finite)"
    if (gate.lower_bound or 0.0) >= gate.min_accuracy:
        return None
    if gate.accuracy is None:
        return f"there are no {kind} to tell whether it predicts anything; {cure}"
    return (
        f"it orders {gate.accuracy:.3f} of the {kind} as the judges did, but {gate.disjoint_pairs} disjoint ones make "
        f"only {gate.lower_bound:.3f} of that sure, less than {gate.min_accuracy:g}; {cure}"
    )
