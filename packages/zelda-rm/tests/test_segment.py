import contextlib
import hashlib
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_rm import Segment, SegmentError
from zelda_rm.score import read_scores
from zelda_rm.segment import parse_observations, read_manifest, read_observations

OBS = np.random.default_rng(0).random((7, 128), np.float32)


@pytest.mark.parametrize("array", [OBS, np.asfortranarray(OBS), OBS[:1]])
def test_observations_read_back(array, as_npy):
    assert np.array_equal(parse_observations(as_npy(array), "x"), array)


@pytest.mark.parametrize(
    "array",
    [
        OBS.astype(np.float64),
        OBS.astype(">f4"),
        OBS[:, :127],
        OBS[:0],
        OBS[0],
        OBS[None],
        np.where(np.arange(128) == 5, np.nan, OBS).astype(np.float32),
        np.where(np.arange(128) == 5, np.inf, OBS).astype(np.float32),
    ],
)
def test_arrays_of_another_kind_are_refused(array, as_npy):
    with pytest.raises(SegmentError, match=r"float32, \(T, 128\)|not finite"):
        parse_observations(as_npy(array), "there")


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


def test_nothing_is_unpickled(as_npy):
    with pytest.raises(SegmentError):
        parse_observations(as_npy(np.array([Bomb()], dtype=object)), "x")
    with pytest.raises(SegmentError):
        parse_observations(pickle.dumps(Bomb()), "x")


def with_header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + OBS.tobytes()


@pytest.mark.parametrize(
    "shape", [b"(99999999999999, 128)", b"(-1, 128)", b"(7, 128", b"(1.5, 128)", b"(7.0, 128)", b"(8, 128)", b"7"]
)
def test_a_header_that_asks_for_what_is_not_there_costs_nothing(shape):
    with pytest.raises(SegmentError):
        parse_observations(with_header(b"{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + b"}"), "x")


@pytest.mark.parametrize("text", [b"", b"(" * 900, b"{" * 2000, b"[]", b"open('x')", b"{'descr': '|O'}", b"\xff\x00"])
def test_a_header_that_is_no_header_is_refused(text):
    with pytest.raises(SegmentError):
        parse_observations(with_header(text), "x")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(data):
    with pytest.raises(SegmentError):
        parse_observations(data, "x")


@given(st.integers(0, 127), st.integers(0, 255))
def test_a_damaged_header_is_refused_or_harmless(position, value):
    stream = bytearray(b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (7, 128), }")
    stream += b" " * (127 - len(stream)) + b"\n" + OBS.tobytes()
    stream[position] = value
    with contextlib.suppress(SegmentError):
        assert parse_observations(bytes(stream), "x").shape == (7, 128)


@given(st.integers(1, 400), st.integers(2, 40))
def test_thinning_keeps_the_ends_and_the_order(steps, max_rows):
    obs = np.zeros((steps, 128), np.float32)
    obs[:, 0] = np.arange(steps)
    segment = Segment.from_observations("x", obs, max_rows=max_rows)
    kept = segment.rows[:, 0]
    assert len(kept) == min(steps, max_rows)
    assert kept[0] == 0
    assert kept[-1] == steps - 1
    assert (np.diff(kept) > 0).all()
    assert segment.steps == steps


def first(store):
    score = read_scores(store, 0)[0][0]
    return score, read_manifest(store, score)


def test_a_segment_reads_back(run_store, small_world):
    score, manifest = first(run_store)
    assert np.array_equal(read_observations(run_store, score.reference, manifest), small_world.observations[0])


def test_a_segment_that_changed_since_it_was_scored_is_refused(run_store):
    score, _ = first(run_store)
    path = f"zelda-episodes/{score.reference}/manifest.json"
    run_store.write(path, run_store.read(path).replace(b"zelda-obs/2", b"zelda-obs/1"))
    with pytest.raises(SegmentError, match="not what was scored"):
        read_manifest(run_store, score)


def test_observations_other_than_the_manifest_says_are_refused(run_store, as_npy):
    score, manifest = first(run_store)
    path = f"zelda-episodes/{score.reference}/observations.npy"
    run_store.write(path, as_npy(OBS))
    with pytest.raises(SegmentError, match="sha256"):
        read_observations(run_store, score.reference, manifest)
    run_store.delete(path)
    with pytest.raises(SegmentError, match="not there"):
        read_observations(run_store, score.reference, manifest)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "segment/2"}, "segment/1"),
        ({"segment_id": "s0009"}, "s0009"),
        ({"steps": 0}, "steps"),
        ({"files": {"observations.npy": {"sha256": "x"}}}, "sha256"),
    ],
)
def test_a_bad_manifest_is_refused_by_name(run_store, changes, told):
    score, _ = first(run_store)
    path = f"zelda-episodes/{score.reference}/manifest.json"
    data = json.dumps(json.loads(run_store.read(path)) | changes).encode()
    run_store.write(path, data)
    honest = score.model_copy(update={"input_sha256": hashlib.sha256(data).hexdigest()})
    with pytest.raises(SegmentError, match=told):
        read_manifest(run_store, honest)


def test_a_manifest_without_observations_or_with_other_steps_is_refused(run_store):
    score, manifest = first(run_store)
    with pytest.raises(SegmentError, match="not among the files"):
        read_observations(run_store, score.reference, manifest.model_copy(update={"files": {}}))
    with pytest.raises(SegmentError, match="12 rows"):
        read_observations(run_store, score.reference, manifest.model_copy(update={"steps": 300}))
