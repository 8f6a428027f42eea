import hashlib
import json

import pytest
from zelda_judges import SegmentError, read_segment
from zelda_judges.segment import MAX_FRAME_BYTES, MAX_STATES_BYTES, check_reference, manifest_sha256
from zelda_judges.store import dump_record
from zelda_judges.testing import state, write_episode

REFERENCE = "e0000-w00-v00-000000/s0000"
FOLDER = f"zelda-episodes/{REFERENCE}/"


@pytest.fixture
def one(store):
    write_episode(store, 0, [[state(x=step) for step in range(20)]], frames=[0, 7, 19], actions=[4])
    return store


def change_manifest(store, **changes):
    manifest = json.loads(store.read(FOLDER + "manifest.json"))
    store.write(FOLDER + "manifest.json", json.dumps(manifest | changes).encode())


def test_a_recorded_segment(one):
    segment = read_segment(one, REFERENCE)
    assert segment.reference == REFERENCE
    assert [found.x for found in segment.states] == list(range(20))
    assert segment.manifest.frames == (0, 7, 19)
    assert segment.frame(7).startswith(b"\x89PNG")
    assert len(segment.frame(7, 2)) > 0
    assert segment.sha256 == manifest_sha256(one, REFERENCE)


def test_unknown_fields_are_ignored(one):
    change_manifest(one, colour="green")
    assert read_segment(one, REFERENCE).manifest.steps == 20


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "segment/2"}, r"schema: Input should be 'segment/1' \(found 'segment/2'\)"),
        ({"steps": 21}, "20 lines; its manifest says 21"),
        ({"steps": 0}, "steps"),
        ({"steps": "20"}, "steps: Input should be a valid integer"),
        ({"steps": 10**9}, "steps"),
        ({"frame_skip": None}, "frame_skip"),
        ({"frames": [0, 99]}, "rising steps below 20"),
        ({"frames": [7, 0]}, "rising steps"),
        ({"frames": [0, 7, 8]}, "does not list frames/000008.png"),
        ({"files": {}}, "does not list"),
        ({"files": {"states.jsonl": {"bytes": 1, "sha256": "x"}}}, "sha256"),
        ({"segment_id": "s0001"}, "names e0000-w00-v00-000000/s0001"),
        ({"episode_id": "../../etc"}, "names ../../etc"),
    ],
)
def test_a_manifest_that_lies_is_refused(one, changes, message):
    change_manifest(one, **changes)
    with pytest.raises(SegmentError, match=message):
        read_segment(one, REFERENCE)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"3", b"\xff\xfe", b'{"schema":' * 5000, b"{" + b" " * (1 << 20) + b"}"]
)
def test_a_manifest_that_is_none_is_refused(one, data):
    one.write(FOLDER + "manifest.json", data)
    with pytest.raises(SegmentError):
        read_segment(one, REFERENCE)


def replace_states(store, data):
    store.write(FOLDER + "states.jsonl", data)
    manifest = json.loads(store.read(FOLDER + "manifest.json"))
    manifest["files"]["states.jsonl"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    store.write_json(FOLDER + "manifest.json", manifest)


def lines(store):
    return [json.loads(line) for line in store.read(FOLDER + "states.jsonl").splitlines()]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda rows: rows[3].update(schema="state/9"), "line 4: schema"),
        (lambda rows: rows[3].update(step=5), "line 4 is step 5; expected 3"),
        (lambda rows: rows[3].update(action=8), "line 4: action"),
        (lambda rows: rows[3]["state"].pop("health"), "state.health: Field required"),
        (lambda rows: rows[3]["state"].update(room=256), "state.room"),
        (lambda rows: rows[3]["state"].update(dialog=1), "state.dialog"),
        (lambda rows: rows[3]["state"].update(treasures=[0] * 300), "state.treasures"),
        (lambda rows: rows[3]["state"].update(enemies=[{"id": 1}]), "state.enemies.0"),
        (lambda rows: rows[3]["state"].update(rupees=2**40), "state.rupees"),
        (lambda rows: rows.pop(), "19 lines"),
    ],
)
def test_states_that_do_not_fit_are_refused(one, edit, message):
    rows = lines(one)
    edit(rows)
    replace_states(one, b"".join(dump_record(row) for row in rows))
    with pytest.raises(SegmentError, match=message):
        read_segment(one, REFERENCE)


def test_infinite_rewards_are_refused(one):
    data = one.read(FOLDER + "states.jsonl").replace(b'"reward":0.0', b'"reward":NaN')
    replace_states(one, data)
    with pytest.raises(SegmentError, match="reward"):
        read_segment(one, REFERENCE)


def test_files_that_are_not_those_of_the_manifest_are_refused(one):
    one.write(FOLDER + "states.jsonl", one.read(FOLDER + "states.jsonl") + b"\n")
    one.write(FOLDER + "frames/000007.png", b"other")
    with pytest.raises(SegmentError, match="its manifest says"):
        read_segment(one, REFERENCE)


def test_frames_are_checked_when_they_are_read(one):
    segment = read_segment(one, REFERENCE)
    one.write(FOLDER + "frames/000007.png", b"other")
    with pytest.raises(SegmentError, match="its manifest says"):
        segment.frame(7)
    with pytest.raises(SegmentError, match="no frame 3"):
        segment.frame(3)
    one.delete(FOLDER + "frames/000019.png")
    with pytest.raises(SegmentError, match="has no frames/000019"):
        segment.frame(19)


def test_sizes_are_bounded_before_reading(one):
    manifest = json.loads(one.read(FOLDER + "manifest.json"))
    manifest["files"]["frames/000007.png"]["bytes"] = MAX_FRAME_BYTES + 1
    one.write_json(FOLDER + "manifest.json", manifest)
    with pytest.raises(SegmentError, match="at most"):
        read_segment(one, REFERENCE).frame(7)
    manifest["files"]["states.jsonl"]["bytes"] = MAX_STATES_BYTES + 1
    one.write_json(FOLDER + "manifest.json", manifest)
    with pytest.raises(SegmentError, match="at most"):
        read_segment(one, REFERENCE)


def test_missing_files(one):
    one.delete(FOLDER + "states.jsonl")
    with pytest.raises(SegmentError, match=r"no states\.jsonl"):
        read_segment(one, REFERENCE)
    one.delete(FOLDER)
    with pytest.raises(SegmentError, match=r"no manifest\.json"):
        read_segment(one, REFERENCE)
    assert manifest_sha256(one, REFERENCE) is None


@pytest.mark.parametrize(
    "reference",
    ["", "x", "../../etc/passwd", "e0000-w00-v00-000000", "e0000-w00-v00-000000/../s0000", REFERENCE + "/x"],
)
def test_only_references_become_paths(reference):
    with pytest.raises(SegmentError, match="is not a segment"):
        check_reference(reference)
