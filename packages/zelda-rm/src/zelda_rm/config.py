"""What a fit can be told. The command line's flags, its help and its environment variables come from here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from zelda_rm.link import Link


class FitConfig(BaseModel):
    """How a model is fitted to pairs."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    link: Link = "two-head"
    """How a segment's value comes from the model: two-head (change on Φ, level on a second output), delta, mean, sum
    or last."""
    learning_rate: float = Field(default=1e-2, gt=0.0)
    """Of AdamW, constant."""
    weight_decay: float = Field(default=3.0, ge=0.0)
    """Of AdamW, decoupled from the gradient; times the learning rate, the part taken off a weight each step. Strong,
    for segments are few."""
    max_steps: int = Field(default=800, ge=1)
    """The most steps, each over all pairs."""
    patience: int = Field(default=40, ge=1)
    """Steps without a new least held-out loss after which training ends."""


class EpochConfig(BaseModel):
    """Which epoch is fitted, and which pairs are made of its scores."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    epoch: int = Field(ge=0)
    """The epoch, from 0; its scores must be merged."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """Of the split, the pairs and the first weights. With one seed through a run, a segment that is held out stays
    held out."""
    history: int | None = Field(default=None, ge=1)
    """Epochs to learn from, this one included; all if not given."""
    pairs: int = Field(default=20_000, ge=2)
    """The most pairs to draw, over both targets and both sides of the split."""
    margin: float = Field(default=0.05, ge=0.0, le=1.0)
    """Scores (0 to 1) closer than this are a tie, and left out."""
    temperature: float = Field(default=0.1, gt=0.0, allow_inf_nan=False)
    """The margin at which a win is .73 sure: P = sigmoid(margin / temperature)."""
    heldout_fraction: float = Field(default=0.2, ge=0.0, lt=1.0)
    """Share of the segments that is held out, to tell when to stop."""
    min_accuracy: float = Field(default=0.55, ge=0.0, le=1.0)
    """The model is accepted, and may shape rewards, if surely (95 %) more than this share of held-out pairs is
    predicted; 0 accepts whatever is finite. A refused model is written too, and the one before stays in force."""
    max_rows: int = Field(default=32, ge=2)
    """Observations of a segment that are looked at, evenly spaced, its first and last always."""


class StepConfig(FitConfig, EpochConfig):
    """Everything the fit of an epoch depends on, beside the scores."""
