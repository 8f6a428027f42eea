"""The tools for tests are tested against the contract: other packages' readers depend on them."""

import io
import json

import httpx
import pytest
from zelda_judges.testing import FakeEndpoint, state, wander, write_episode

STATE_FIELDS = {
    "frame", "group", "room", "season", "dungeon", "x", "y", "direction", "health", "max_health", "rupees", "keys",
    "bombs", "sword", "shield", "item_a", "item_b", "treasures", "essences", "visited_rooms", "enemies_left",
    "enemies_killed", "deaths", "stable", "can_act", "dialog", "transition", "dead", "text_id", "menu", "enemies",
    "npcs", "items",
}  # fmt: skip

SEGMENT_FIELDS = {
    "schema", "episode_id", "segment_id", "epoch", "worker", "env", "episode", "index", "first_step", "steps",
    "terminated", "truncated", "seed", "frame_skip", "layout", "rom", "return", "rewards", "rooms", "frames", "files",
}  # fmt: skip


def test_states_have_the_fields_of_the_contract():
    assert set(state()) == STATE_FIELDS
    assert state(rupees=5)["rupees"] == 5


def test_walks_repeat():
    assert wander(50, 3) == wander(50, 3)
    assert wander(50, 3) != wander(50, 4)


def test_an_episode_on_disk(store):
    references = write_episode(store, 2, [[state()] * 3, [state()] * 2], episode=7, frames=[0, 2])
    assert references == ["e0002-w00-v00-000007/s0000", "e0002-w00-v00-000007/s0001"]
    manifest = json.loads(store.read(f"zelda-episodes/{references[0]}/manifest.json"))
    assert set(manifest) == SEGMENT_FIELDS
    assert sorted(manifest["files"]) == ["frames/000000.png", "frames/000002.png", "observations.npy", "states.jsonl"]
    episode = json.loads(store.read("zelda-episodes/index/epoch_2/e0002-w00-v00-000007.json"))
    assert (episode["schema"], episode["segments"]) == ("episode/1", ["s0000", "s0001"])


def test_observations_are_a_numpy_file(store):
    numpy = pytest.importorskip("numpy")
    reference = write_episode(store, 0, [[state()] * 3])[0]
    found = numpy.load(io.BytesIO(store.read(f"zelda-episodes/{reference}/observations.npy")), allow_pickle=False)
    assert (found.shape, found.dtype) == ((3, 128), numpy.float32)


def test_the_endpoint_runs_only_inside_with():
    endpoint = FakeEndpoint()
    with pytest.raises(RuntimeError, match="context manager"):
        _ = endpoint.url
    with endpoint:
        assert httpx.get(endpoint.url + "/models", trust_env=False).json() == {"data": [{"id": "judge"}]}
        assert httpx.post(endpoint.url + "/other", json={}, trust_env=False).status_code == 404
