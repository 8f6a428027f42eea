"""The JSON records that a scoring pass reads and writes; the format is that of the store's contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from zelda_judges.ballot import Ballot
from zelda_judges.rubric import RUBRICS
from zelda_judges.segment import check_reference
from zelda_judges.verdict import Source, Verdict, combine, total_score

MAX_SEGMENTS_OF_EPISODE = 100_000
PART_NAME = re.compile(r"(e[\d]+-w\d+-v\d+-\d+)\.(s\d+)\.json", re.ASCII)

_Unit = Annotated[float, Field(ge=0, le=1)]
_Digit = Annotated[int, Field(ge=0, le=5)]
_Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, populate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """Return the record with the names it has in files."""
        return self.model_dump(mode="json", by_alias=True)


class EpisodeRecord(_Record):
    """What planning needs of an `episode/1` record."""

    schema_: Literal["episode/1"] = Field(alias="schema")
    episode_id: str
    epoch: _Count
    segments: Annotated[tuple[str, ...], Field(max_length=MAX_SEGMENTS_OF_EPISODE)]


class Refusal(_Record):
    """A file that planning could not use."""

    path: str
    reason: str


class Plan(_Record):
    """`plan/1`: which segments an epoch has and how they are shared out."""

    schema_: Literal["plan/1"] = Field(alias="schema", default="plan/1")
    epoch: _Count
    shards: tuple[tuple[str, ...], ...]
    """References, sorted; element i are those of shard i."""
    refused: tuple[Refusal, ...] = ()
    """Episode records that could not be read; their segments are not scored."""

    @model_validator(mode="after")
    def _references(self) -> Self:
        for reference in self.segments:
            check_reference(reference)
        if len(set(self.segments)) != len(self.segments):
            raise ValueError("a segment stands twice")
        return self

    @property
    def segments(self) -> list[str]:
        """Return the references of all shards, sorted."""
        return sorted(reference for shard in self.shards for reference in shard)


class JudgeVotes(_Record):
    """The votes of one judge in a `score/1` record."""

    judge: str
    source: Source
    model: str
    votes: tuple[Ballot, ...]


class ScoreRecord(_Record):
    """`score/1`: all that was voted on one segment and what it comes to."""

    schema_: Literal["score/1"] = Field(alias="schema", default="score/1")
    epoch: _Count
    episode_id: str
    segment_id: str
    panel: Source
    input_sha256: str | None
    judges: tuple[JudgeVotes, ...]
    scores: Mapping[str, _Unit]
    weights: Mapping[str, float]
    total: _Unit | None
    failures: _Count

    @property
    def reference(self) -> str:
        """Return `{episode_id}/{segment_id}`."""
        return f"{self.episode_id}/{self.segment_id}"

    @property
    def voters(self) -> list[tuple[str, str, str, int]]:
        """Return who voted and how often: the same for every segment of a panel."""
        return [(entry.judge, entry.source, entry.model, len(entry.votes)) for entry in self.judges]

    @property
    def transient(self) -> bool:
        """Return whether no vote is valid and it was the connection that failed: worth another try."""
        statuses = {vote.status for entry in self.judges for vote in entry.votes}
        return self.total is None and bool(statuses & {"timeout", "http"})


def score_record(
    epoch: int, reference: str, panel: Source, input_sha256: str | None, verdicts: Sequence[Verdict]
) -> ScoreRecord:
    """Return the record of a panel's verdicts on one segment; a rubric without a valid vote is absent.

    Args:
        epoch: The epoch the segment belongs to.
        reference: `{episode_id}/{segment_id}`.
        panel: What stands behind the judges.
        input_sha256: Hash of the segment's manifest, or None where there is none.
        verdicts: One for each judge.
    """
    episode_id, segment_id = check_reference(reference)
    scores = combine(verdicts)
    return ScoreRecord(
        epoch=epoch,
        episode_id=episode_id,
        segment_id=segment_id,
        panel=panel,
        input_sha256=input_sha256,
        judges=tuple(JudgeVotes(judge=v.judge, source=v.source, model=v.model, votes=v.votes) for v in verdicts),
        scores=scores,
        weights={rubric.name: rubric.weight for rubric in RUBRICS},
        total=total_score(scores),
        failures=sum(verdict.failures for verdict in verdicts),
    )


def part_name(reference: str) -> str:
    """Return the file name of a segment's part."""
    return f"{reference.replace('/', '.')}.json"
