"""Reading everything a fit learns from: the scores of the epochs so far and the observations behind them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from zelda_rm.errors import MissingScoresError, SegmentError
from zelda_rm.score import Score, read_scores
from zelda_rm.segment import Segment, SegmentManifest, read_manifest, read_observations
from zelda_rm.store import Store

logger = logging.getLogger(__name__)

READERS = 8
"""Threads that read segments: enough to hide an object store's latency, too few to trouble it."""

NAMED = 20
"""Refusals that are warned of one by one."""

OnRead = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What a fit learns from.

    Attributes:
        segments: Sorted by reference.
        layout: The version of the 128 numbers that all segments share.
        panel: The panel that scored all of them.
        epochs: The epochs whose scores were read, ascending.
        refused: One message for each segment or line that could not be used.
    """

    segments: tuple[Segment, ...]
    layout: str
    panel: str
    epochs: tuple[int, ...]
    refused: tuple[str, ...]


def read_dataset(
    store: Store,
    epoch: int,
    *,
    history: int | None = None,
    max_rows: int = 32,
    on_read: OnRead | None = None,
) -> Dataset:
    """Read the scored segments of an epoch and of those before it.

    A segment that cannot be used is refused by name and counted, and the rest goes on. All segments must have the
    layout and the panel that most segments of the newest epoch have: the slots of two layouts mean different things,
    and the scores of two panels are not on one scale.

    Args:
        store: The run's store.
        epoch: The newest epoch; it must have scores.
        history: How many epochs to read, the newest included; None for all. An older epoch without
            scores is passed over.
        max_rows: Rows kept of each segment; see `Segment.from_observations`.
        on_read: Called with (unit, read, in all) after each, first for `manifests`, then for `segments`.

    Raises:
        MissingScoresError: The newest epoch has no scores.
        StoreError: The store cannot be read.
    """
    first = 0 if history is None else max(0, epoch - history + 1)
    scores, epochs, refused = _gather(store, range(epoch, first - 1, -1))
    panel = _most_common(score.panel for score in scores if score.epoch == epoch)
    usable = []
    for score in scores:
        if score.panel == panel:
            usable.append(score)
        else:
            refused.append(f"{score.reference} was scored by the panel {score.panel!r}, epoch {epoch} by {panel!r}")
    manifests = _manifests(store, usable, refused, on_read)
    layout = _most_common(manifest.layout for score, manifest in manifests if score.epoch == epoch)

    def read(item: tuple[Score, SegmentManifest]) -> Segment | str:
        return _read(store, *item, layout=layout, max_rows=max_rows)

    segments = []
    with _readers() as pool:
        for done, result in enumerate(pool.map(read, manifests), start=1):
            if isinstance(result, str):
                refused.append(result)
            else:
                segments.append(result)
            if on_read is not None:
                on_read("segments", done, len(manifests))
    for index, message in enumerate(refused):
        logger.log(logging.WARNING if index < NAMED else logging.INFO, "refused: %s", message)
    if len(refused) > NAMED:
        logger.warning("refused: %d more, named at the level INFO", len(refused) - NAMED)
    return Dataset(tuple(segments), layout, panel, tuple(sorted(epochs)), tuple(refused))


def _gather(store: Store, epochs: Iterable[int]) -> tuple[list[Score], list[int], list[str]]:
    """Read the scores of the epochs, newest first; only the newest one has to be there."""
    scores: dict[str, Score] = {}
    seen: list[int] = []
    refused: list[str] = []
    for epoch in epochs:
        try:
            found, bad = read_scores(store, epoch)
        except MissingScoresError:
            if not seen:
                raise
            logger.warning("epoch %d has no scores; it is passed over", epoch)
            continue
        seen.append(epoch)
        refused.extend(bad)
        for score in found:
            if score.reference in scores:
                refused.append(f"{score.reference} is in the scores of epoch {epoch} and of a later one")
            else:
                scores[score.reference] = score
    return [scores[reference] for reference in sorted(scores)], seen, refused


def _manifests(
    store: Store, scores: list[Score], refused: list[str], on_read: OnRead | None
) -> list[tuple[Score, SegmentManifest]]:
    """Return the manifests of the scored segments that are still what was scored."""

    def read(score: Score) -> SegmentManifest | str:
        try:
            return read_manifest(store, score)
        except SegmentError as error:
            return str(error)

    found = []
    with _readers() as pool:
        for done, (score, result) in enumerate(zip(scores, pool.map(read, scores), strict=True), start=1):
            if isinstance(result, str):
                refused.append(result)
            else:
                found.append((score, result))
            if on_read is not None:
                on_read("manifests", done, len(scores))
    return found


def _read(store: Store, score: Score, manifest: SegmentManifest, *, layout: str, max_rows: int) -> Segment | str:
    """Return a segment, thinned at once so that only `READERS` whole ones are in memory, or why it is refused."""
    if manifest.layout != layout:
        return f"{score.reference} has the layout {manifest.layout!r}, expected {layout!r}; it is left out"
    try:
        observations = read_observations(store, score.reference, manifest)
    except SegmentError as error:
        return str(error)
    gain, level = score.target("gain"), score.target("level")
    return Segment.from_observations(score.reference, observations, gain=gain, level=level, max_rows=max_rows)


@contextmanager
def _readers() -> Iterator[ThreadPoolExecutor]:
    """Lend threads; when the caller is interrupted, what they have not begun is not begun any more."""
    pool = ThreadPoolExecutor(READERS)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _most_common(names: Iterable[str]) -> str:
    """Return the most frequent name, the first in order among equals, or an empty string."""
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name), default="")
