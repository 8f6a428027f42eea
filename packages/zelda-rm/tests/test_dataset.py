import threading

import numpy as np
import pytest
from zelda_rm import MissingScoresError
from zelda_rm.dataset import READERS, read_dataset


def scores_path(epoch):
    return f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl"


def test_all_epochs_so_far_are_read(run_store, add_epoch, make_world):
    add_epoch(run_store, make_world(9, seed=2, steps=5), epoch=2)
    add_epoch(run_store, make_world(7, seed=3, steps=5), epoch=3)
    read = []
    data = read_dataset(run_store, 2, on_read=lambda *news: read.append(news))
    assert data.epochs == (0, 2)
    assert len(data.segments) == 57
    assert [segment.reference for segment in data.segments] == sorted(segment.reference for segment in data.segments)
    assert read == [(unit, done, 57) for unit in ("manifests", "segments") for done in range(1, 58)]
    assert (data.layout, data.panel, data.refused) == ("zelda-obs/2", "rules", ())
    assert read_dataset(run_store, 3, history=2).epochs == (2, 3)
    assert read_dataset(run_store, 3, history=1).epochs == (3,)


def test_segments_carry_their_scores_and_rows(run_store, small_world):
    data = read_dataset(run_store, 0, max_rows=3)
    assert np.array_equal(data.segments[5].rows, small_world.observations[5][[0, 6, 11]]) or np.array_equal(
        data.segments[5].rows, small_world.observations[5][[0, 5, 11]]
    )
    assert data.segments[5].gain == pytest.approx(small_world.gain[5])
    assert data.segments[5].level == pytest.approx(small_world.level[5])
    assert data.segments[5].steps == 12


def test_only_the_newest_epoch_must_be_scored(run_store):
    with pytest.raises(MissingScoresError, match="epoch_1"):
        read_dataset(run_store, 1)


def test_bad_segments_are_refused_by_name_and_the_rest_goes_on(run_store, caplog):
    lines = run_store.read(scores_path(0)).splitlines()
    names = [f"zelda-episodes/e0000-w01-v00-{index:06d}/s0000" for index in range(4)]
    run_store.write(f"{names[0]}/observations.npy", b"junk")
    run_store.delete(f"{names[1]}/manifest.json")
    run_store.delete(f"{names[2]}/observations.npy")
    run_store.write(scores_path(0), b"\n".join([*lines, lines[0], b"{}"]))
    data = read_dataset(run_store, 0)
    assert len(data.segments) == 45
    assert len(data.refused) == 5
    for name in names[:3]:
        assert any(name in message for message in data.refused)
        assert name in caplog.text
    assert not any(names[3] in message for message in data.refused)


def test_another_layout_or_panel_is_refused(run_store, add_epoch, make_world):
    add_epoch(run_store, make_world(5, steps=4), epoch=1, layout="zelda-obs/1")
    data = read_dataset(run_store, 1)
    assert (data.layout, len(data.segments), len(data.refused)) == ("zelda-obs/1", 5, 48)
    assert "zelda-obs/2" in data.refused[0]
    add_epoch(run_store, make_world(5, steps=4), epoch=2, panel="llm")
    data = read_dataset(run_store, 2)
    assert (data.panel, len(data.segments), len(data.refused)) == ("llm", 5, 53)


def test_few_refusals_are_warned_of_one_by_one(run_store, add_epoch, make_world, caplog):
    add_epoch(run_store, make_world(5, steps=4), epoch=1, panel="llm")
    read_dataset(run_store, 1)
    assert len(caplog.records) == 21
    assert "28 more" in caplog.text


def test_a_segment_scored_twice_counts_once(run_store):
    later = run_store.read(scores_path(0)).replace(b'"epoch": 0', b'"epoch": 1')
    run_store.write(scores_path(1), later)
    data = read_dataset(run_store, 1)
    assert len(data.segments) == 48
    assert len(data.refused) == 48


def test_an_interrupt_does_not_wait_for_what_is_not_begun(run_store, monkeypatch):
    line = run_store.read(scores_path(0)).splitlines()[0]
    many = [line.replace(b'"s0000"', b'"s%04d"' % index) for index in range(50 * READERS)]
    run_store.write(scores_path(0), b"\n".join(many))
    reads, read, never = [], run_store.read, threading.Event()

    def read_slowly(path):
        reads.append(path)
        never.wait(0.5 if len(reads) > 2 else 0.0)  # the scores and one segment come at once
        return read(path)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_store, "read", read_slowly)
    with pytest.raises(KeyboardInterrupt):
        read_dataset(run_store, 0, on_read=interrupt)
    assert len(reads) < 25 * READERS
