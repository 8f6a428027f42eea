from datetime import UTC, datetime, timedelta

import pytest
from zelda_workflows.commit import commit_path
from zelda_workflows.decision import ROUNDS, decide

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def decision(store, epochs=3, after=0.0, hours=0.0, rounds_done=0, uid="0123456789"):
    now = BEGAN + timedelta(hours=after)
    return decide(
        store, "mine", range(epochs), hours=hours, began=BEGAN, now=now, rounds_done=rounds_done, workflow_uid=uid
    )


def commit(store, *epochs):
    for epoch in epochs:
        store.create(commit_path(epoch), b"done")


def test_the_first_epoch_without_a_commit_comes_next(store):
    assert (decision(store).action, decision(store).epoch) == ("train", 0)
    commit(store, 0)
    assert (decision(store).epoch, decision(store).rayjob) == (1, "mine-e1")


def test_a_gap_is_filled_first(store):
    commit(store, 0, 2)
    assert decision(store).epoch == 1


def test_when_all_are_committed_it_stops(store):
    commit(store, 0, 1, 2)
    assert decision(store).action == "stop"
    assert decision(store, epochs=4).action == "train"


def test_it_stops_when_the_hours_are_over_and_never_without_a_limit(store):
    assert decision(store, hours=2, after=1.9).action == "train"
    assert decision(store, hours=2, after=2).action == "stop"
    assert decision(store, hours=0, after=10_000).action == "train"


def test_after_its_rounds_a_workflow_hands_over_what_is_left(store):
    assert decision(store, rounds_done=ROUNDS - 1).action == "train"
    last = decision(store, rounds_done=ROUNDS, hours=10, after=4)
    assert last.action == "succeed"
    assert last.hours_left == pytest.approx(6)
    assert decision(store, rounds_done=ROUNDS).hours_left == 0


def test_a_workflow_that_is_done_hands_nothing_over(store):
    commit(store, 0, 1, 2)
    assert decision(store, rounds_done=ROUNDS).action == "stop"


def test_the_successor_has_one_name_however_often_it_is_decided(store):
    first = decision(store, rounds_done=ROUNDS)
    assert decision(store, rounds_done=ROUNDS).successor == first.successor
    assert decision(store, rounds_done=ROUNDS, uid="another-uid").successor != first.successor


def test_each_output_is_a_file(store, tmp_path):
    decision(store, hours=10, after=4).write(tmp_path / "out")
    found = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert found == {
        "action": "train", "epoch": "0", "rayjob": "mine-e0", "round": "1", "hours-left": "6.0",
        "successor": "mine-01234567-e0",
    }  # fmt: skip
