import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_judges import PlanError, Store, plan_epoch
from zelda_judges.layout import plan_path
from zelda_judges.plan import read_plan
from zelda_judges.testing import state, write_episode

INDEX = "zelda-episodes/index/epoch_3/"


def test_the_same_episodes_give_the_same_plan(epoch):
    first = plan_epoch(epoch, 3, shards=4)
    data = epoch.read(plan_path(3))
    assert plan_epoch(epoch, 3, shards=4) == first
    assert epoch.read(plan_path(3)) == data
    assert json.loads(data)["schema"] == "plan/1"
    assert first.segments[0] == "e0003-w00-v00-000000/s0000"
    assert len(first.segments) == 12
    assert sorted(len(shard) for shard in first.shards) == [3, 3, 3, 3]


@given(st.integers(1, 40))
def test_every_segment_is_in_one_shard(tmp_path_factory, shards):
    store = Store(str(tmp_path_factory.getbasetemp() / "shared"))
    if not store.exists("zelda-episodes/index/epoch_0/e0000-w00-v00-000000.json"):
        write_episode(store, 0, [[state()]] * 9)
    plan = plan_epoch(store, 0, shards)
    assert len(plan.shards) == shards
    assert len(set(plan.segments)) == len(plan.segments) == sum(map(len, plan.shards)) == 9
    sizes = [len(shard) for shard in plan.shards]
    assert max(sizes) - min(sizes) <= 1


def test_an_epoch_without_episodes(store):
    with pytest.raises(PlanError, match="lists no episodes; record epoch 3 first"):
        plan_epoch(store, 3)
    assert read_plan(store, 3) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "episode/2"},
        {"epoch": 4},
        {"episode_id": "e0003-w00-v00-000005"},
        {"segments": ["s0000", "s0000"]},
        {"segments": ["../../x"]},
        {"segments": "s0000"},
        {"segments": None},
    ],
)
def test_an_episode_record_that_lies_is_left_out_and_named(epoch, changes):
    path = INDEX + "e0003-w00-v00-000001.json"
    epoch.write(path, json.dumps(json.loads(epoch.read(path)) | changes).encode())
    plan = plan_epoch(epoch, 3)
    assert [refusal.path for refusal in plan.refused] == [path]
    assert len(plan.segments) == 10
    assert read_plan(epoch, 3) == plan


def test_files_that_are_no_episodes_are_passed_over(epoch):
    epoch.write(INDEX + "e0003-w00-v00-000001.json.77.partial", b"{")
    epoch.write(INDEX + "notes.txt", b"hello")
    epoch.write(INDEX + "e0003-w00-v00-000009.json", b"not json")
    plan = plan_epoch(epoch, 3)
    assert len(plan.segments) == 12
    assert [refusal.path for refusal in plan.refused] == [INDEX + "e0003-w00-v00-000009.json"]


def test_an_epoch_whose_episodes_hold_nothing(store):
    write_episode(store, 0, [])
    with pytest.raises(PlanError, match="hold no segment"):
        plan_epoch(store, 0, 4)
    store.write("zelda-episodes/index/epoch_0/e0000-w00-v00-000000.json", b"{}")
    with pytest.raises(PlanError, match=r"the first is refused: .*schema"):
        plan_epoch(store, 0, 4)


@pytest.mark.parametrize("data", [b"{}", b"", b'{"schema": "plan/2", "epoch": 3, "shards": []}'])
def test_a_plan_that_cannot_be_read(epoch, data):
    epoch.write(plan_path(3), data)
    with pytest.raises(PlanError, match="zelda-judge plan"):
        read_plan(epoch, 3)
    assert len(plan_epoch(epoch, 3).segments) == 12


def test_a_plan_with_paths_in_it(epoch):
    epoch.write_json(plan_path(3), {"schema": "plan/1", "epoch": 3, "shards": [["../../etc/passwd"]]})
    with pytest.raises(PlanError, match="is not a segment"):
        read_plan(epoch, 3)
