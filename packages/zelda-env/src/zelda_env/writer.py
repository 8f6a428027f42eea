"""Writing segments beside the emulator: one background thread with a bounded queue."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from zelda_env.errors import RecordingError
from zelda_env.segment import EPISODES, EpisodeRecord, Recording, pack
from zelda_env.store import Store, dump_record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WriterStats:
    """What a writer has done so far."""

    segments: int = 0
    """Segments written, their manifests included."""
    episodes: int = 0
    """Episode records written."""
    bytes: int = 0
    """Bytes written."""
    dropped: int = 0
    """Segments refused because the queue was full."""
    failed: int = 0
    """Segments and episode records given up because of an error, which `flush` and `close` raise."""


class SegmentWriter:
    """Decodes, encodes and writes segments on one background thread, in the order they came.

    A full queue refuses a segment rather than making the emulator wait; `dropped` counts those. After the first error
    nothing more is written, and `flush` and `close` raise it. One writer serves all recorders of a process.

    Args:
        store: Where to.
        capacity: How many segments may wait, at most, about 600 kB each.
    """

    def __init__(self, store: Store, *, capacity: int = 16) -> None:
        if capacity < 1:
            raise ValueError(f"capacity {capacity}; expected at least 1")
        self._store = store
        self._capacity = capacity
        self._queue: deque[Recording | EpisodeRecord] = deque()
        self._waiting = 0
        self._busy = False
        self._closing = False
        self._error: Exception | None = None
        self._stats = WriterStats()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="segment-writer", daemon=True)
        self._thread.start()

    @property
    def stats(self) -> WriterStats:
        """Counts up to now."""
        return self._stats

    @property
    def dropped(self) -> int:
        """Segments refused because the queue was full."""
        return self._stats.dropped

    def submit(self, recording: Recording) -> bool:
        """Hand over a segment without waiting; return False if the queue is full and it is dropped."""
        with self._changed:
            self._check_open()
            if self._waiting >= self._capacity:
                self._stats = replace(self._stats, dropped=self._stats.dropped + 1)
                log.warning("segment %s dropped: %d wait to be written", recording.reference, self._waiting)
                return False
            self._waiting += 1
            self._queue.append(recording)
            self._changed.notify_all()
            return True

    def submit_episode(self, record: EpisodeRecord) -> None:
        """Hand over the record of an episode, to be written after its segments; it is small and never dropped."""
        with self._changed:
            self._check_open()
            self._queue.append(record)
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait until everything handed over is written.

        Raises:
            StoreError: The store could not be written.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._queue and not self._busy)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Write what is left and stop the thread; may be called again.

        Raises:
            StoreError: The store could not be written.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closing:
            raise RecordingError("the writer is closed; make a new one")

    def _run(self) -> None:
        while (job := self._next()) is not None:
            done = WriterStats(failed=1)
            if self._error is None:
                try:
                    done = self._write(job)
                except Exception as error:  # noqa: BLE001  it is kept for flush and close, on the caller's thread
                    self._error = error
            with self._changed:
                self._stats = _add(self._stats, done)
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> Recording | EpisodeRecord | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            if not self._queue:
                return None
            job = self._queue.popleft()
            self._waiting -= isinstance(job, Recording)
            self._busy = True
            return job

    def _write(self, job: Recording | EpisodeRecord) -> WriterStats:
        if isinstance(job, EpisodeRecord):
            data = dump_record(job.model_dump(by_alias=True))
            self._store.write(job.path, data)
            return WriterStats(episodes=1, bytes=len(data))
        files = pack(job)
        for name, data in files.items():
            self._store.write(f"{EPISODES}/{job.reference}/{name}", data)
            # An emulator on another thread may be waiting for the interpreter; let it have it.
            time.sleep(0)
        return WriterStats(segments=1, bytes=sum(map(len, files.values())))


def _add(one: WriterStats, other: WriterStats) -> WriterStats:
    return WriterStats(*(getattr(one, name) + getattr(other, name) for name in WriterStats.__dataclass_fields__))
