"""`progress.json`: where a run stands, for people and dashboards. The step that runs owns the file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zelda_workflows.commit import is_committed
from zelda_workflows.store import Store, StoreError

PATH = "zelda-models/pipeline/progress.json"


def write_progress(store: Store, now: datetime, **fields: Any) -> None:  # noqa: ANN401 - the fields of progress/1
    """Write the record; `now` is a time in UTC, `fields` are those of `progress/1`."""
    blank: dict[str, Any] = {"done": 0, "total": 0, "unit": "", "eta_s": None, "metrics": {}}
    record = blank | fields | {"schema": "progress/1", "updated": now.isoformat(timespec="seconds")}
    store.write_json(PATH, record)


def write_end(store: Store, now: datetime, *, run: str, epochs: int, succeeded: bool) -> None:
    """Write that a run has ended: `done` at its last committed epoch, or `failed` where the last step left off.

    Args:
        store: The run's store.
        now: A time in UTC.
        run: The run's name.
        epochs: How many were wanted.
        succeeded: Whether everything that was begun ended well.
    """
    committed = sum(is_committed(store, epoch) for epoch in range(epochs))
    last = read_progress(store)
    if succeeded or last is None:
        epoch = max(0, committed - 1) if succeeded else min(committed, epochs - 1)
        write_progress(store, now, run=run, epoch=epoch, epochs=epochs, phase="done" if succeeded else "failed")
    else:
        write_progress(store, now, **{**last, "run": run, "epochs": epochs, "phase": "failed"})


def read_progress(store: Store) -> dict[str, Any] | None:
    """Return the record, or None before a run has written one."""
    try:
        return store.read_json(PATH, "progress/1")
    except FileNotFoundError:
        return None


def peek_progress(store: Store) -> dict[str, Any] | None:
    """Return the record for a display that must go on when the store does not answer: None then."""
    try:
        return read_progress(store)
    except StoreError:
        return None
