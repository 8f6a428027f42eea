import json
from datetime import UTC, datetime

from zelda_judges import StoreError
from zelda_judges.progress import PATH, Progress


class Clock:
    def __init__(self):
        self.time = 100.0

    def __call__(self):
        return self.time


def make(store, **options):
    clock = Clock()
    now = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    return clock, Progress(store, 3, 10, clock=clock, now=lambda: now, **options)


def read(store):
    return json.loads(store.read(PATH))


def test_a_record(store):
    clock, progress = make(store)
    progress.report(2, {"failures": 0})
    clock.time += 4
    progress.report(4, {"failures": 1, "total_mean": None})
    assert read(store) == {
        "schema": "progress/1", "run": "run", "epoch": 3, "epochs": None, "phase": "score", "done": 4, "total": 10,
        "unit": "segments", "eta_s": 12.0, "metrics": {"failures": 1, "total_mean": None},
        "updated": "2026-05-04T03:02:01+00:00",
    }  # fmt: skip


def test_not_more_than_once_a_second_unless_forced(store):
    clock, progress = make(store)
    progress.report(1, {})
    clock.time += 0.5
    progress.report(2, {})
    assert read(store)["done"] == 1
    progress.report(3, {}, force=True)
    assert read(store)["done"] == 3


def test_a_write_that_fails_is_counted_and_the_rest_goes_on(store, monkeypatch, caplog):
    def full(path, record):
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "write_json", full)
    _, progress = make(store)
    progress.report(1, {})
    assert progress.failures == 1
    assert "the disk is full" in caplog.text


def test_a_shard_that_leaves_the_file_to_another(store):
    _, progress = make(store, enabled=False)
    progress.report(1, {}, force=True)
    assert not store.exists(PATH)
