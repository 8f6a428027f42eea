"""`progress.json`: what the run is doing now, for a dashboard; best effort, never in the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from zelda_rm.store import Store, StoreError

logger = logging.getLogger(__name__)

PATH = "zelda-models/pipeline/progress.json"


class ProgressFile:
    """Writes `progress/1` about once a second while the phase `fit` runs.

    Args:
        store: The run's store; the last part of its URL names the run.
        epoch: The epoch.
        clock: Seconds since 1970, UTC.
        interval_s: The least time between two writes; the first and the last of a stage are always written.

    Attributes:
        errors: Writes that failed. They are logged, the first one as a warning, and the work goes on.
    """

    def __init__(self, store: Store, epoch: int, clock: Callable[[], float], interval_s: float = 1.0) -> None:
        self.errors = 0
        self._store = store
        self._epoch = epoch
        self._clock = clock
        self._interval_s = interval_s
        self._unit = ""
        self._started = self._written = 0.0

    def __call__(self, unit: str, done: int, total: int, metrics: Mapping[str, float | int | None]) -> None:
        """Tell how far the work is.

        Args:
            unit: What is counted, such as `segments` or `steps`; another unit starts another stage.
            done: How many are done.
            total: How many there are.
            metrics: Numbers worth showing.
        """
        now = self._clock()
        if unit != self._unit:
            self._unit, self._started = unit, now
        elif now - self._written < self._interval_s and done < total:
            return
        self._written = now
        eta_s = (now - self._started) / done * (total - done) if done else None
        record = {
            "schema": "progress/1",
            "run": self._store.url.rsplit("/", 1)[-1],
            "epoch": self._epoch,
            "epochs": None,
            "phase": "fit",
            "done": done,
            "total": total,
            "unit": unit,
            "eta_s": None if eta_s is None else round(eta_s, 1),
            "metrics": dict(metrics),
            "updated": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        try:
            self._store.write_json(PATH, record)
        except StoreError as error:
            self.errors += 1
            level = logging.WARNING if self.errors == 1 else logging.DEBUG
            logger.log(level, "progress is not shown (%d failed writes): %s", self.errors, error)
