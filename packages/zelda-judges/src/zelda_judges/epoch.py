"""Scoring an epoch: plan, score, merge.

Each step may be killed at any moment and run again. A segment's score is one file, written whole; a file that is there
and belongs to the same segment and panel is not made again. What marks the epoch as scored is `scores.jsonl`; parts are
deleted only after it and the summary are written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from zelda_judges.ballot import failed
from zelda_judges.errors import PlanError, SegmentError
from zelda_judges.judge import Judge
from zelda_judges.layout import part_path, parts_folder, scores_path, summary_path
from zelda_judges.plan import plan_epoch, read_plan
from zelda_judges.record import PART_NAME, ScoreRecord, score_record
from zelda_judges.segment import Segment, manifest_sha256, parse, read_segment
from zelda_judges.store import Store, dump_record
from zelda_judges.summary import summarise
from zelda_judges.verdict import Verdict

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """How far a scoring pass is."""

    planned: int = 0
    """Segments of this pass."""
    scored: int = 0
    """Segments scored by this run."""
    skipped: int = 0
    """Segments that had their score already."""
    failures: int = 0
    """Votes that are not valid, of all segments done."""
    unscored: int = 0
    """Segments without any valid vote."""
    total_sum: float = 0.0
    merged: bool = False
    """Whether the epoch was merged before, so that nothing was looked at."""

    @property
    def done(self) -> int:
        """Segments that have a record."""
        return self.scored + self.skipped

    @property
    def total_mean(self) -> float | None:
        """Mean total of the segments that have one, 0..1."""
        count = 0 if self.merged else self.done - self.unscored
        return self.total_sum / count if count else None

    def add(self, record: ScoreRecord, *, skipped: bool) -> None:
        """Count a record."""
        self.skipped += skipped
        self.scored += not skipped
        self.failures += record.failures
        self.unscored += record.total is None
        self.total_sum += record.total or 0.0


async def score_shard(
    store: Store,
    epoch: int,
    judges: Sequence[Judge],
    *,
    shard: int | None = None,
    workers: int = 16,
    on_progress: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Score the planned segments that have no score yet, each into a file of its own.

    A segment that cannot be read gets a record with failed votes (`invalid`) and no total. A record without any valid
    vote whose requests failed (`timeout`, `http`) is made again when this runs again.

    Args:
        store: With the plan and the segments.
        epoch: Which epoch.
        judges: The panel; all of one source.
        shard: Which part of the plan, or None for all of it.
        workers: Segments worked on at once.
        on_progress: Called after every segment.

    Raises:
        PlanError: There is no plan, or no such shard.
        EndpointError: The judges cannot go on; what is scored stays.
        StoreError: The store cannot be read or written.
    """
    references = _references(store, epoch, shard)
    tally = Tally(planned=len(references))
    if store.exists(scores_path(epoch)):
        tally.skipped, tally.merged = len(references), True
        return tally
    there = await asyncio.to_thread(_parts, store, epoch)
    queue = iter(references)

    async def work() -> None:
        for reference in queue:
            old = None
            if reference in there:
                old = await asyncio.to_thread(_reusable, store, epoch, reference, judges)
            record = old or await _score(store, epoch, reference, judges)
            if old is None:
                data = dump_record(record.as_json())
                await asyncio.to_thread(store.write, part_path(epoch, reference), data)
            tally.add(record, skipped=old is not None)
            on_progress(tally)

    await _run_all([work] * max(1, workers))
    return tally


def merge_epoch(store: Store, epoch: int) -> dict[str, Any]:
    """Gather all scores of an epoch into `scores.jsonl`, write the summary, and delete the parts, in that order.

    Run again after any interruption it finishes what is missing; run again after completion it changes nothing.

    Returns:
        The `evaluation/1` record.

    Raises:
        PlanError: There is no plan, or a planned segment has no valid score yet.
        StoreError: The store cannot be read or written.
    """
    plan = read_plan(store, epoch)
    if plan is None:
        raise PlanError(f"epoch {epoch} has no plan; run `zelda-judge plan` and `zelda-judge score` first")
    if store.exists(scores_path(epoch)):
        records = read_scores(store, epoch)
    else:
        records = _gather(store, epoch, plan.segments)
        store.write(scores_path(epoch), b"".join(dump_record(record.as_json()) for record in records))
    summary = summarise(epoch, records, len(plan.refused))
    store.write_json(summary_path(epoch), summary)
    store.delete(parts_folder(epoch))
    return summary


def read_scores(store: Store, epoch: int) -> list[ScoreRecord]:
    """Return the merged scores of an epoch.

    Raises:
        PlanError: A line is not a `score/1` record.
        FileNotFoundError: They are not merged yet.
    """
    lines = store.read(scores_path(epoch)).splitlines()
    try:
        return [parse(ScoreRecord, line, f"{scores_path(epoch)} line {at + 1}") for at, line in enumerate(lines)]
    except SegmentError as error:
        raise PlanError(f"{error}; delete the file and score the epoch again") from error


async def score_epoch(
    store: Store,
    epoch: int,
    judges: Sequence[Judge],
    *,
    workers: int = 16,
    on_progress: Callable[[Tally], None] = lambda tally: None,
) -> dict[str, Any]:
    """Plan, score and merge an epoch in this process.

    Args:
        store: With the epoch's episodes.
        epoch: Which epoch.
        judges: The panel, such as `rules_panel()`.
        workers: Segments worked on at once.
        on_progress: Called after every segment.

    Returns:
        The `evaluation/1` record.

    Raises:
        JudgeError: See `plan_epoch`, `score_shard` and `merge_epoch`.
        StoreError: The store cannot be read or written.
    """
    plan_epoch(store, epoch)
    await score_shard(store, epoch, judges, workers=workers, on_progress=on_progress)
    return merge_epoch(store, epoch)


def _references(store: Store, epoch: int, shard: int | None) -> Sequence[str]:
    plan = read_plan(store, epoch)
    if plan is None:
        raise PlanError(f"epoch {epoch} has no plan; run `zelda-judge plan --epoch {epoch}` first")
    if shard is None:
        return plan.segments
    if not 0 <= shard < len(plan.shards):
        raise PlanError(f"the plan of epoch {epoch} has shards 0 to {len(plan.shards) - 1}; there is no shard {shard}")
    return plan.shards[shard]


def _parts(store: Store, epoch: int) -> set[str]:
    """Return the references that have a part; leftovers of killed writers have other names."""
    names = (PART_NAME.fullmatch(path.rsplit("/", 1)[-1]) for path in store.list(parts_folder(epoch)))
    return {f"{name[1]}/{name[2]}" for name in names if name}


def _reusable(store: Store, epoch: int, reference: str, judges: Sequence[Judge]) -> ScoreRecord | None:
    """Return a part that is whole, of this very segment and of this panel."""
    try:
        record = _read_part(store, epoch, reference)
    except SegmentError as error:
        logger.warning("scored again: %s", error)
        return None
    voters = [(judge.name, judge.source, judge.model, judge.votes) for judge in judges]
    if record.voters != voters or record.input_sha256 != manifest_sha256(store, reference) or record.transient:
        return None
    return record


def _read_part(store: Store, epoch: int, reference: str) -> ScoreRecord:
    path = part_path(epoch, reference)
    record = parse(ScoreRecord, store.read(path), path)
    if (record.reference, record.epoch) != (reference, epoch):
        raise SegmentError(f"{path} is of {record.reference}, epoch {record.epoch}")
    return record


async def _score(store: Store, epoch: int, reference: str, judges: Sequence[Judge]) -> ScoreRecord:
    panel = judges[0].source
    try:
        segment = await asyncio.to_thread(read_segment, store, reference)
    except SegmentError as error:
        logger.warning("segment refused: %s", error)
        digest = await asyncio.to_thread(manifest_sha256, store, reference)
        return score_record(epoch, reference, panel, digest, [_refuse(judge, error) for judge in judges])
    verdicts: list[Verdict | None] = [None] * len(judges)

    async def ask(place: int) -> None:
        verdicts[place] = await _judge(judges[place], segment)

    await _run_all([partial(ask, place) for place in range(len(judges))])
    return score_record(epoch, reference, panel, segment.sha256, [verdict for verdict in verdicts if verdict])


async def _judge(judge: Judge, segment: Segment) -> Verdict:
    """Return a verdict; a frame that cannot be read costs this judge's votes only."""
    try:
        return await judge.judge(segment)
    except SegmentError as error:
        logger.warning("segment refused: %s", error)
        return _refuse(judge, error)


def _refuse(judge: Judge, error: SegmentError) -> Verdict:
    return Verdict(
        judge.name, judge.source, judge.model, (failed("invalid", f"segment refused: {error}"),) * judge.votes
    )


def _gather(store: Store, epoch: int, references: Sequence[str]) -> list[ScoreRecord]:
    there = _parts(store, epoch)
    missing = [reference for reference in references if reference not in there]
    if missing:
        raise PlanError(
            f"{len(missing)} of {len(references)} segments of epoch {epoch} have no score yet, such as {missing[0]}; "
            f"run `zelda-judge score --epoch {epoch}`, it makes only those"
        )
    try:
        records = [_read_part(store, epoch, reference) for reference in references]
    except SegmentError as error:
        raise PlanError(f"{error}; run `zelda-judge score --epoch {epoch}`, it makes this one again") from error
    if len({record.panel for record in records}) > 1:
        raise PlanError(f"epoch {epoch} has scores of both panels; run `zelda-judge score` again with the one you want")
    return records


async def _run_all(jobs: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Run coroutines together; the first that fails cancels the others, and its error is raised as it is."""
    tasks = [asyncio.ensure_future(job()) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
