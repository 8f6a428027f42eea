import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_train.metric import EpochMetrics, Progress
from zelda_train.runner import Totals


def result(shaping_sum=0.5, loss=1.0, skipped=0, stale=0):
    names = ("policy_loss", "value_loss", "entropy", "approx_kl", "clip_fraction", "reward_sum")
    module = {name: np.float64(loss) for name in names} | {"shaping_sum": np.float64(shaping_sum)}
    return {
        "learners": {"default_policy": module, "__all_modules__": {"skipped_updates": skipped, "stale_steps": stale}}
    }


ONE = Totals(steps=10, episodes=1, returns=[2.0], lengths=[7], unique_rooms=[3], failures=1, rewards={"room": 2.0})
TWO = Totals(
    steps=12, episodes=2, returns=[4.0, 6.0], lengths=[5, 3], unique_rooms=[1, 2], rewards={"room": 1.0, "step": -0.5}
)


def test_an_epoch_adds_up_its_batches():
    metrics = EpochMetrics()
    metrics.add([ONE], result(skipped=2))
    metrics.add([TWO], result(shaping_sum=-0.25, loss=2.0, skipped=1))
    record = metrics.record(seconds=4.0, recorded={"segments": 6, "dropped": 1}, deaths=2)
    learner = record.pop("learner")
    assert record == {
        "steps": 22, "episodes": 3, "segments": 6, "dropped": 1, "failures": 3, "return_mean": 4.0,
        "unique_rooms_mean": 2.0, "length_mean": 5.0, "steps_per_second": 5.5,
        "rewards": {"room": 3.0, "step": -0.5, "shaping": 0.25},
    }  # fmt: skip
    assert learner["skipped_updates"] == 3
    assert learner["policy_loss"] == 1.5
    assert metrics.rewards(since=1)["room"] == 1.0


def test_nothing_measured_is_null_and_not_a_number_out_of_the_air():
    metrics = EpochMetrics()
    metrics.add([Totals(steps=5)], result(loss=float("nan")))
    record = metrics.record(seconds=0.0, recorded={}, deaths=0)
    assert [record[name] for name in ("return_mean", "unique_rooms_mean", "length_mean", "steps_per_second")] == [
        None
    ] * 4
    assert record["learner"]["policy_loss"] is None
    assert (record["segments"], record["dropped"]) == (0, 0)


@given(st.permutations(range(6)), st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6))
def test_the_order_of_runners_makes_no_difference(order, values):
    totals = [Totals(returns=[value], rewards={"room": value}) for value in values]
    one, other = EpochMetrics(), EpochMetrics()
    one.add(totals, result())
    other.add([totals[index] for index in order], result())
    assert one.rewards() == other.rewards()
    assert one.return_mean == other.return_mean


def test_old_weights_are_reported(caplog):
    EpochMetrics().add([ONE], result(stale=100))
    assert "100 steps of a batch were sampled with older weights" in caplog.text


def test_speed_is_steps_per_second():
    assert Progress(100, 200, 4.0, None, {}, {}).steps_per_second == pytest.approx(25.0)
    assert Progress(0, 200, 0.0, None, {}, {}).steps_per_second == 0.0
