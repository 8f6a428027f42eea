"""Planning a scoring pass: which segments an epoch has, and how they are shared out."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from zelda_judges.ballot import clean
from zelda_judges.errors import PlanError, SegmentError
from zelda_judges.layout import index_folder, plan_path, scores_path
from zelda_judges.record import EpisodeRecord, Plan, Refusal
from zelda_judges.segment import EPISODE_ID, check_reference, parse
from zelda_judges.store import Store

logger = logging.getLogger(__name__)

READERS = 16
"""Episode records read at once; on an object store each is a round trip."""


def plan_epoch(store: Store, epoch: int, shards: int = 1) -> Plan:
    """Share out the segments of an epoch and write `plan.json`. The same episodes always give the same plan.

    An episode record that cannot be read is refused: it is named in the plan and the log, and the others are planned.
    Once the epoch's scores are merged, its plan stays as it is.

    Args:
        store: With the epoch's index.
        epoch: Which epoch.
        shards: Into how many parts to share; some are empty where there are fewer segments.

    Raises:
        PlanError: The epoch has no episodes, or none that holds a segment.
        StoreError: The store cannot be read or written.
    """
    if store.exists(scores_path(epoch)) and (plan := read_plan(store, epoch)):
        return plan
    plan = _make_plan(store, epoch, shards)
    store.write_json(plan_path(epoch), plan.as_json())
    return plan


def read_plan(store: Store, epoch: int) -> Plan | None:
    """Return the plan of an epoch, or None when none was made.

    Raises:
        PlanError: There is one that cannot be read.
    """
    try:
        data = store.read(plan_path(epoch))
    except FileNotFoundError:
        return None
    try:
        return parse(Plan, data, f"{store.url}/{plan_path(epoch)}")
    except SegmentError as error:
        raise PlanError(f"{error}; run `zelda-judge plan` again") from error


def _make_plan(store: Store, epoch: int, shards: int) -> Plan:
    names = {path.rsplit("/", 1)[-1] for path in store.list(index_folder(epoch))}
    episodes = sorted(
        name for name in names if EPISODE_ID.fullmatch(name.removesuffix(".json")) and name[-5:] == ".json"
    )
    if not episodes:
        raise PlanError(
            f"{store.url}/{index_folder(epoch)} lists no episodes; "
            f"record epoch {epoch} first (zelda-train epoch --epoch {epoch}), or correct --store or --epoch"
        )
    with ThreadPoolExecutor(READERS) as pool:
        read = list(pool.map(lambda name: _segments(store, epoch, name), episodes))
    refused = tuple(found for found in read if isinstance(found, Refusal))
    for refusal in refused:
        logger.warning("episode left out: %s", refusal.reason)
    references = sorted(reference for found in read if not isinstance(found, Refusal) for reference in found)
    if not references:
        why = f"the first is refused: {refused[0].reason}" if refused else "they were cut before the first was whole"
        raise PlanError(
            f"the {len(episodes)} episodes of epoch {epoch} hold no segment ({why}); record the epoch again"
        )
    return Plan(epoch=epoch, shards=tuple(tuple(references[at::shards]) for at in range(shards)), refused=refused)


def _segments(store: Store, epoch: int, name: str) -> list[str] | Refusal:
    """Return the references of one episode, or why its record is refused."""
    path = index_folder(epoch) + name
    try:
        record = parse(EpisodeRecord, store.read(path), path)
        return _checked(record, epoch, name.removesuffix(".json"))
    except (SegmentError, FileNotFoundError) as error:
        return Refusal(path=path, reason=clean(str(error)))


def _checked(record: EpisodeRecord, epoch: int, episode_id: str) -> list[str]:
    if (record.episode_id, record.epoch) != (episode_id, epoch):
        found = f"{record.episode_id[:40]!r} of epoch {record.epoch}"
        raise SegmentError(f"the record of {episode_id} of epoch {epoch} says it is {found}")
    references = [f"{episode_id}/{segment}" for segment in record.segments]
    for reference in references:
        check_reference(reference)
    if len(set(references)) != len(references):
        raise SegmentError(f"the record of {episode_id} lists a segment twice")
    return references
