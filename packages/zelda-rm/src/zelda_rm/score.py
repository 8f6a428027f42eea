"""Judges' scores as the reward model sees them: two targets for each segment.

The rubrics of a `score/1` record fall into two targets, because they measure two different things. `gain` gathers
those that score how much *changed* over the segment; `level` those that score how the segment *was* throughout.
What each is linked to in the model is told in `zelda_rm.link`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_rm.errors import MissingScoresError, ScoreError
from zelda_rm.store import Store, StoreError, parse_record

Target = Literal["gain", "level"]

TARGETS: Final[Mapping[Target, tuple[str, ...]]] = {
    "gain": ("progress", "puzzle", "dialog"),
    "level": ("efficiency", "novelty"),
}
"""The rubrics of each target."""

TARGET_NAMES: Final[tuple[Target, ...]] = get_args(Target)

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Score(BaseModel):
    """What one line of `scores.jsonl` says of one segment; fields not listed here are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    epoch: int = Field(ge=0)
    episode_id: str = Field(pattern=r"^e\d{4,}-w\d{2,}-v\d{2,}-\d{6,}$")
    segment_id: str = Field(pattern=r"^s\d{4,}$")
    panel: str
    input_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the segment's manifest as the judges saw it."""
    scores: dict[str, Share]
    """Score of each rubric, 0..1; a rubric nobody voted on is absent."""
    weights: dict[str, Weight]
    """Weight of each rubric, not negative."""

    @property
    def reference(self) -> str:
        """The segment's reference, `{episode_id}/{segment_id}`."""
        return f"{self.episode_id}/{self.segment_id}"

    def target(self, target: Target) -> float | None:
        """Return the weighted mean over the target's rubrics that are present, 0..1.

        Args:
            target: `gain` or `level`.

        Returns:
            The mean, or None if no rubric of the target has both a score and a positive weight: a missing vote
            is left out, never imputed.
        """
        present = [name for name in TARGETS[target] if name in self.scores and self.weights.get(name, 0.0) > 0.0]
        if not present:
            return None
        total = sum(self.weights[name] for name in present)
        return sum(self.weights[name] * self.scores[name] for name in present) / total


def parse_score(line: bytes | str, epoch: int, source: str) -> Score:
    """Return the score on one line of `scores.jsonl`.

    Args:
        line: The JSON text.
        epoch: The epoch the file belongs to.
        source: Where the line came from, for the message.

    Raises:
        ScoreError: Not a `score/1` record, a field is missing or out of range, or it is of another epoch.
    """
    try:
        score = Score.model_validate(parse_record(line, "score/1", source))
    except StoreError as error:
        raise ScoreError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ScoreError(f"{source}: {field}: {first['msg']}; the segment is left out") from error
    if score.epoch != epoch:
        raise ScoreError(f"{source} is of epoch {score.epoch}, expected {epoch}; the segment is left out")
    return score


def read_scores(store: Store, epoch: int) -> tuple[list[Score], list[str]]:
    """Read the merged scores of one epoch.

    Args:
        store: The run's store.
        epoch: The epoch, from 0.

    Returns:
        The scores sorted by reference, and one message for each line that was refused.

    Raises:
        MissingScoresError: The epoch has no `scores.jsonl`.
    """
    path = f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl"
    try:
        data = store.read(path)
    except FileNotFoundError as error:
        raise MissingScoresError(
            f"{store.url}/{path} is not there: epoch {epoch} has no merged scores; make them with "
            f"`zelda-judge score --store {store.url} --epoch {epoch}` and `zelda-judge merge`"
        ) from error
    found: dict[str, Score] = {}
    refused: list[str] = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            score = parse_score(line, epoch, f"{path}:{number}")
        except ScoreError as error:
            refused.append(str(error))
            continue
        if score.reference in found:
            refused.append(f"{path}:{number}: {score.reference} was scored on an earlier line; the first one counts")
            continue
        found[score.reference] = score
    return [found[reference] for reference in sorted(found)], refused
