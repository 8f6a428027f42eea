from datetime import UTC, datetime

from zelda_workflows.commit import commit_path
from zelda_workflows.progress import read_progress, write_end, write_progress

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_run_that_failed_keeps_where_it_was(store):
    write_progress(store, NOW, run="mine", epoch=1, epochs=3, phase="score", done=4, total=9, unit="segments")
    write_end(store, NOW, run="mine", epochs=3, succeeded=False)
    record = read_progress(store)
    assert (record["phase"], record["epoch"], record["done"], record["unit"]) == ("failed", 1, 4, "segments")


def test_a_run_that_failed_before_it_wrote_anything_is_recorded_too(store):
    write_end(store, NOW, run="mine", epochs=3, succeeded=False)
    assert (read_progress(store)["phase"], read_progress(store)["epoch"]) == ("failed", 0)


def test_a_run_that_ended_well_is_done_at_its_last_commit(store):
    for epoch in range(2):
        store.create(commit_path(epoch), b"done")
    write_end(store, NOW, run="mine", epochs=3, succeeded=True)
    assert (read_progress(store)["phase"], read_progress(store)["epoch"]) == ("done", 1)
