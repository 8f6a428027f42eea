import hashlib
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from zelda_env import LAYOUT, SegmentError, read_episodes, read_segment
from zelda_env.segment import decode_png, encode_png, sum_terms
from zelda_env.testing import check_episode, check_segment

REFERENCE = "e0000-w00-v00-000000/s0000"
FOLDER = f"zelda-episodes/{REFERENCE}"


def test_a_recording_reads_back_and_keeps_every_promise(record, store):
    record(50)
    segment = check_segment(store, REFERENCE)
    assert segment.manifest.steps == len(segment.steps) == len(segment.observations) == 50
    assert segment.manifest.layout == LAYOUT
    assert list(segment.frames) == [0, 30]
    assert segment.frame(0).shape == (144, 160, 3)
    assert [len(check_episode(store, record)) for record in read_episodes(store, 0)] == [1]
    assert list(read_episodes(store, 1)) == []


def test_records_are_canonical_json(record, store):
    record(5)
    for name in ("manifest.json", "states.jsonl"):
        for line in store.read(f"{FOLDER}/{name}").splitlines():
            assert json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode() == line


@given(arrays(np.uint8, (144, 160, 3), elements=st.sampled_from([0, 7, 255])))
@settings(max_examples=10, deadline=None)
def test_png_keeps_every_pixel(frame):
    assert np.array_equal(decode_png(encode_png(frame)), frame)


@pytest.mark.parametrize("colours", [1, 2, 4, 16, 200, 1000])
def test_png_of_any_number_of_colours_keeps_every_pixel(colours):
    palette = np.random.default_rng(colours).integers(0, 256, (colours, 3), dtype=np.uint8)
    frame = palette[np.arange(144 * 160).reshape(144, 160) % colours]
    assert np.array_equal(decode_png(encode_png(frame)), frame)


def test_sums_are_exact_by_name():
    assert sum_terms([{"b": 0.1}, {"a": 1.0, "b": 0.2}, {"b": 0.3}]) == {"a": 1.0, "b": 0.6}
    assert list(sum_terms([{"b": 1.0, "a": 1.0}])) == ["a", "b"]


@pytest.mark.parametrize("reference", ["", "../../etc", "e0-w0-v0-0/s0", REFERENCE + "/x", REFERENCE + "\n"])
def test_a_reference_is_checked_before_anything_is_read(store, reference):
    with pytest.raises(SegmentError, match="no reference"):
        read_segment(store, reference)


def test_without_a_manifest_there_is_no_segment(record, store):
    record(5)
    store.delete(f"{FOLDER}/manifest.json")
    with pytest.raises(SegmentError, match="never finished"):
        read_segment(store, REFERENCE)


def forge(store, name, data):
    """Replace a file and make the manifest agree."""
    manifest = json.loads(store.read(f"{FOLDER}/manifest.json"))
    manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    store.write(f"{FOLDER}/{name}", data)
    store.write(f"{FOLDER}/manifest.json", json.dumps(manifest).encode())


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def png(size):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("observations.npy", b"not an array", "is no npy file"),
        ("observations.npy", npy(np.zeros((5, 128))), "float64"),
        ("observations.npy", npy(np.zeros((4, 128), np.float32)), r"\(4, 128\); expected float32 \(5, 128\)"),
        ("observations.npy", npy(np.array([{}] * 640, object).reshape(5, 128), allow_pickle=True), "object"),
        ("observations.npy", npy(np.zeros((5, 128), np.float32))[:-4], "bytes of values"),
        ("observations.npy", npy(np.full((5, 128), np.nan, np.float32)), "not finite"),
        ("states.jsonl", b"{}\n" * 4, "4 lines; expected 5"),
        ("states.jsonl", b"{}\n" * 5, "expected 'state/1'"),
        ("states.jsonl", b"nonsense\n" * 5, "is not JSON"),
        ("states.jsonl", b'{"schema":"state/2"}\n' * 5, "expected 'state/1'"),
        ("states.jsonl", b'{"schema":"state/1"}\n' * 5, "line 1: step: Field required"),
        ("frames/000000.png", b"GIF89a", "is no PNG"),
        ("frames/000000.png", png((4000, 4000)), "4000 x 4000 pixels; expected 160 x 144"),
    ],
)
def test_hostile_files_are_refused_with_what_was_expected(record, store, name, data, says):
    record(5)
    forge(store, name, data)
    with pytest.raises(SegmentError, match=says):
        read_segment(store, REFERENCE)


def test_steps_out_of_order_are_refused(record, store):
    record(5)
    lines = store.read(f"{FOLDER}/states.jsonl").splitlines(keepends=True)
    forge(store, "states.jsonl", b"".join([lines[1], lines[0], *lines[2:]]))
    with pytest.raises(SegmentError, match="is step 1; expected 0"):
        read_segment(store, REFERENCE)


def test_a_changed_and_a_missing_file_are_refused(record, store):
    record(5)
    data = store.read(f"{FOLDER}/states.jsonl")
    store.write(f"{FOLDER}/states.jsonl", data.replace(b'"action":', b'"Action":', 1))
    with pytest.raises(SegmentError, match="sha256"):
        read_segment(store, REFERENCE)
    store.write(f"{FOLDER}/states.jsonl", data + b" ")
    with pytest.raises(SegmentError, match="bytes; the manifest says"):
        read_segment(store, REFERENCE)
    store.delete(f"{FOLDER}/states.jsonl")
    with pytest.raises(SegmentError, match="missing, yet the manifest lists it"):
        read_segment(store, REFERENCE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "segment/2"}, "expected 'segment/1'"),
        ({"layout": "zelda-obs/1"}, "zelda-obs/1.*reads 'zelda-obs/2'"),
        ({"steps": 0}, "steps"),
        ({"steps": 10**9}, "steps"),
        ({"frames": [3, 0]}, "not rising"),
        ({"frames": [2]}, "files does not list frames/000002.png"),
        ({"index": 1, "segment_id": "s0001"}, "names e0000-w00-v00-000000/s0001"),
        ({"return": "many"}, "return"),
        ({"files": {}}, "files does not list"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(record, store, change, says):
    record(5)
    manifest = json.loads(store.read(f"{FOLDER}/manifest.json"))
    store.write(f"{FOLDER}/manifest.json", json.dumps({**manifest, **change}).encode())
    with pytest.raises(SegmentError, match=says):
        read_segment(store, REFERENCE)


def test_unknown_fields_are_ignored(record, store):
    record(5)
    manifest = json.loads(store.read(f"{FOLDER}/manifest.json"))
    store.write(f"{FOLDER}/manifest.json", json.dumps({**manifest, "mood": "fine"}).encode())
    assert read_segment(store, REFERENCE).manifest.steps == 5


def test_huge_claims_are_refused_before_reading(record, store):
    record(5)
    manifest = json.loads(store.read(f"{FOLDER}/manifest.json"))
    manifest["files"]["states.jsonl"]["bytes"] = 1 << 40
    store.write(f"{FOLDER}/manifest.json", json.dumps(manifest).encode())
    with pytest.raises(SegmentError, match="expected at most"):
        read_segment(store, REFERENCE)
