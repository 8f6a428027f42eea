import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from zelda_workflows.commit import commit_epoch, commit_path, is_committed
from zelda_workflows.errors import MissingRecordError


def test_a_commit_names_what_the_epoch_made(finished):
    assert commit_epoch(finished, 1)
    record = json.loads(finished.read(commit_path(1)))
    assert record["schema"] == "commit/1"
    assert record["segments"] == 2
    assert record["pairs"] == 11
    assert (
        record["reward_model"]
        == finished.read_json("zelda-models/reward_model/epoch_1/manifest.json", "reward-model/1")["sha256"]
    )


def test_a_second_commit_does_nothing(finished):
    assert commit_epoch(finished, 0)
    first = finished.read(commit_path(0))
    assert not commit_epoch(finished, 0)
    assert finished.read(commit_path(0)) == first


def test_of_many_committers_one_wins(finished):
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: commit_epoch(finished, 0), range(8))) == 1


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        ("zelda-models/checkpoints/epoch_0/manifest.json", "zelda-train epoch"),
        ("zelda-episodes/scores/epoch_0/scores.jsonl", "zelda-judge merge"),
        ("zelda-models/reward_model/epoch_0/rm.pt", "zelda-rm fit"),
    ],
)
def test_an_unfinished_epoch_is_refused_with_the_command_to_run(finished, missing, command):
    finished.delete(missing)
    with pytest.raises(MissingRecordError, match=command):
        commit_epoch(finished, 0)
    assert not is_committed(finished, 0)
