"""The live record of an epoch, `zelda-models/pipeline/progress.json`."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from zelda_train.store import Store, StoreError

if TYPE_CHECKING:
    from zelda_train.metric import Progress

logger = logging.getLogger(__name__)

PATH = "zelda-models/pipeline/progress.json"


class ProgressFile:
    """Writes `progress/1` about once a second; what cannot be written is counted, and the epoch goes on.

    Args:
        store: Where to.
        epoch: The epoch in training.
        clock: Seconds that only go forward.
        now: The time of day, UTC.
        interval_s: Least time between two writes.
    """

    def __init__(
        self,
        store: Store,
        epoch: int,
        clock: Callable[[], float],
        now: Callable[[], datetime.datetime],
        interval_s: float = 1.0,
    ) -> None:
        self._store, self._epoch, self._clock, self._now, self._interval_s = store, epoch, clock, now, interval_s
        self._due = clock()
        self.errors = 0

    def __call__(self, progress: Progress) -> None:
        """Write the record unless the last one is too young; the last batch is always written."""
        if progress.steps < progress.total and self._clock() < self._due:
            return
        self._due = self._clock() + self._interval_s
        rate = progress.steps_per_second
        metrics = {"return_mean": progress.return_mean, "steps_per_second": round(rate, 1)}
        self.note(
            done=progress.steps,
            total=progress.total,
            eta_s=round(max(0, progress.total - progress.steps) / rate, 1) if rate else None,
            metrics={**metrics, "rewards": dict(progress.rewards)},
        )

    def note(self, *, done: int, total: int, eta_s: float | None, metrics: dict[str, Any], unit: str = "steps") -> None:
        """Write a record now; if that cannot be done, it is counted."""
        try:
            self.write(done=done, total=total, eta_s=eta_s, metrics=metrics, unit=unit)
        except (StoreError, ValueError) as error:
            self.errors += 1
            logger.warning("cannot write %s (%d so far): %s", PATH, self.errors, error)

    def write(
        self, *, done: int, total: int, eta_s: float | None, metrics: dict[str, Any], unit: str = "steps"
    ) -> None:
        """Write a record now.

        Raises:
            StoreError: The store cannot be written.
        """
        record = {
            "schema": "progress/1",
            "run": self._store.url.rsplit("/", 1)[-1],
            "epoch": self._epoch,
            "epochs": None,
            "phase": "train",
            "done": done,
            "total": total,
            "unit": unit,
            "eta_s": eta_s,
            "metrics": metrics,
            "updated": self._now().isoformat(timespec="seconds"),
        }
        self._store.write_json(PATH, record)
