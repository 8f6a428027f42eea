"""`progress/1`: how far scoring is, for whoever watches."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from zelda_judges.store import Store, StoreError

logger = logging.getLogger(__name__)

PATH = "zelda-models/pipeline/progress.json"


class Progress:
    """Writes `progress.json` about once a second. A write that fails is counted and logged, never raised.

    Args:
        store: Where to.
        epoch: Of the records.
        total: Segments to score.
        clock: Monotonic seconds.
        now: The wall clock; the only one in any record.
        every_s: Shortest time between two writes.
        enabled: False for a shard that leaves the file to another.
    """

    def __init__(
        self,
        store: Store,
        epoch: int,
        total: int,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        every_s: float = 1.0,
        enabled: bool = True,
    ) -> None:
        self.failures = 0
        """Writes that failed."""
        self._store, self._epoch, self._total = store, epoch, total
        self._clock, self._now, self._every_s, self._enabled = clock, now, every_s, enabled
        self._started = clock()
        self._next = self._started
        self._done_before: int | None = None

    def report(self, done: int, metrics: Mapping[str, Any], *, force: bool = False) -> None:
        """Write the state of things, unless that was done less than a second ago.

        Args:
            done: Segments that have a score.
            metrics: Numbers to show.
            force: Write in any case, as at the end.
        """
        if self._done_before is None:
            self._done_before = done
        time = self._clock()
        if not self._enabled or (time < self._next and not force):
            return
        self._next = time + self._every_s
        record = {
            "schema": "progress/1",
            "run": self._store.url.rsplit("/", 1)[-1],
            "epoch": self._epoch,
            "epochs": None,
            "phase": "score",
            "done": done,
            "total": self._total,
            "unit": "segments",
            "eta_s": self._eta_s(done, time),
            "metrics": dict(metrics),
            "updated": self._now().isoformat(timespec="seconds"),
        }
        try:
            self._store.write_json(PATH, record)
        except StoreError as error:
            self.failures += 1
            logger.warning("progress is not shown (%d failures): %s", self.failures, error)

    def _eta_s(self, done: int, time: float) -> float | None:
        """Return the seconds left at the speed so far, or None before there is one."""
        made = done - (self._done_before or 0)
        return round((time - self._started) / made * (self._total - done), 1) if made > 0 else None
