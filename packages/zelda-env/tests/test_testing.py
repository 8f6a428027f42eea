import hashlib
import json

import pytest
from zelda_env import SegmentError, read_episodes
from zelda_env.testing import check_episode, check_segment

REFERENCE = "e0000-w00-v00-000000/s0000"
PATH = f"zelda-episodes/{REFERENCE}/manifest.json"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"return": 5.0}, "return is 5.0; expected"),
        ({"rewards": {}}, "rewards is {}; expected"),
        ({"rooms": {"0:00": 1}}, "rooms is"),
        ({"env": 3}, "reference is"),
    ],
)
def test_a_manifest_that_contradicts_its_steps_is_found(record, store, change, says):
    record(20)
    manifest = json.loads(store.read(PATH))
    store.write(PATH, json.dumps({**manifest, **change}).encode())
    with pytest.raises(SegmentError, match=says):
        check_segment(store, REFERENCE)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"reward": 9.0}, "reward of step 0 is 9.0"), ({"rewards": {"tile": 0.0}, "reward": 0.0}, "a term that is zero")],
)
def test_a_reward_that_is_not_its_terms_is_found(record, store, change, says):
    record(20)
    folder = PATH.removesuffix("manifest.json")
    first, *rest = store.read(f"{folder}states.jsonl").splitlines(keepends=True)
    data = json.dumps({**json.loads(first), **change}).encode() + b"\n" + b"".join(rest)
    manifest = json.loads(store.read(PATH))
    manifest["files"]["states.jsonl"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    store.write(f"{folder}states.jsonl", data)
    store.write(PATH, json.dumps(manifest).encode())
    with pytest.raises(SegmentError, match=says):
        check_segment(store, REFERENCE)


def test_an_episode_that_contradicts_its_segments_is_found(record, store):
    record(20)
    (episode,) = read_episodes(store, 0)
    with pytest.raises(SegmentError, match="unique_rooms is 7"):
        check_episode(store, episode.model_copy(update={"unique_rooms": 7}))
    with pytest.raises(SegmentError, match="flags"):
        check_episode(store, episode.model_copy(update={"terminated": True}))
