import json
import math
import statistics
import subprocess
import sys

import numpy as np
import pytest
from corridor import Corridor
from zelda_train.epoch import delete_leftovers, train_epoch
from zelda_train.errors import CheckpointError
from zelda_train.evaluation import EvaluationConfig, evaluate_epoch, evaluation_path, play_episode
from zelda_train.policy import NumpyPolicy


class Told(Corridor):
    """A corridor that tells rooms and milestones, and remembers its seeds."""

    def __init__(self, seeds=None):
        super().__init__({})
        self.seeds = [] if seeds is None else seeds

    def reset(self, *, seed=None, options=None):
        self.seeds.append(seed)
        return super().reset(seed=seed, options=options)

    def step(self, action):
        obs, reward, terminated, truncated, info = super().step(action)
        reached = {"start": 0} | ({"end": self.steps} if terminated else {})
        return obs, reward, terminated, truncated, info | {"unique_rooms": 1 + terminated, "milestones": reached}


def runner(right):
    """A policy that goes right with a probability that grows with the number given."""
    bias = np.zeros(8, np.float32)
    bias[4] = right
    shapes = [(128, 4), (4,), (4, 4), (4,), (4, 8)]
    return NumpyPolicy([*(np.zeros(shape, np.float32) for shape in shapes), bias])


@pytest.fixture(scope="module")
def trained(cluster, tmp_path_factory):
    from zelda_train.config import TrainConfig  # noqa: PLC0415
    from zelda_train.store import Store  # noqa: PLC0415

    store = Store(str(tmp_path_factory.mktemp("trained") / "run"))
    config = TrainConfig(
        epoch_steps=512, ray_workers=0, envs_per_worker=2, batch_size=512, minibatch_size=128, hidden=32,
        episode_length=60,
    )  # fmt: skip
    train_epoch(config, store, 0, Corridor)
    return store


@pytest.fixture
def unevaluated(trained):
    trained.delete(evaluation_path(0))
    return trained


def test_it_is_due_after_every_so_many_epochs():
    assert [epoch for epoch in range(6) if EvaluationConfig(eval_interval=2).is_due(epoch)] == [1, 3, 5]
    assert all(EvaluationConfig(eval_interval=1).is_due(epoch) for epoch in range(3))
    assert not any(EvaluationConfig(eval_interval=0).is_due(epoch) for epoch in range(6))


def test_an_episode_adds_up_and_depends_on_its_number_alone():
    env = Told()
    first = play_episode(env, runner(2.0), 3)
    play_episode(env, runner(2.0), 4)
    assert play_episode(env, runner(2.0), 3) == first
    assert env.seeds[0] == env.seeds[2] == first.seed != env.seeds[1]
    assert first.returned == pytest.approx(math.fsum(first.rewards.values()))
    assert first.rewards["time"] == pytest.approx(-0.01 * first.steps)
    assert first.milestones == {"start": 0, "end": first.steps}
    assert (first.terminated, first.unique_rooms) == (True, 2)


def test_a_better_policy_is_told_from_a_worse_one_on_the_same_episodes():
    returns = [[play_episode(Told(), runner(right), number).returned for number in range(8)] for right in (0.0, 4.0)]
    assert all(worse < better for worse, better in zip(*returns, strict=True))


def test_the_record_sums_up_its_results(unevaluated):
    seen = []
    record = evaluate_epoch(unevaluated, 0, Told, episodes=5, on_episode=lambda results: seen.append(len(results)))
    assert seen == [1, 2, 3, 4, 5]
    assert json.loads(unevaluated.read("zelda-models/evaluations/epoch_0/policy.json")) == record
    manifest = unevaluated.read_json("zelda-models/checkpoints/epoch_0/manifest.json", "checkpoint/1")
    assert record["weights_sha256"] == manifest["metrics"]["learner"]["weights_sha256"]
    returns = [each["return"] for each in record["results"]]
    assert (record["episodes"], len(returns)) == (5, 5)
    assert record["return"]["mean"] == pytest.approx(statistics.mean(returns))
    assert record["return"]["std"] == pytest.approx(statistics.stdev(returns))
    assert math.fsum(record["rewards"].values()) == pytest.approx(sum(returns))
    assert set(record["rewards"]) == {"goal", "time"}
    arrived = sum(each["terminated"] for each in record["results"])
    assert record["milestones"] == {"start": 5} | ({"end": arrived} if arrived else {})
    assert record["unique_rooms"]["mean"] == pytest.approx(1 + arrived / 5)


def test_an_environment_that_tells_less_gives_nulls(unevaluated):
    record = evaluate_epoch(unevaluated, 0, lambda: Corridor({}), episodes=1)
    assert record["unique_rooms"] is None
    assert record["milestones"] is None
    assert record["return"]["std"] is None


def test_an_evaluated_epoch_is_left_alone(unevaluated):
    record = evaluate_epoch(unevaluated, 0, Told, episodes=2)
    assert evaluate_epoch(unevaluated, 0, lambda: pytest.fail("it was played again"), episodes=3) == record


def test_interrupted_and_run_again_it_writes_the_same_bytes(unevaluated):
    evaluate_epoch(unevaluated, 0, Told, episodes=3)
    whole = unevaluated.read(evaluation_path(0))
    unevaluated.delete(evaluation_path(0))

    def interrupt(results):
        if len(results) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_epoch(unevaluated, 0, Told, episodes=3, on_episode=interrupt)
    assert not unevaluated.exists(evaluation_path(0))
    evaluate_epoch(unevaluated, 0, Told, episodes=3)
    assert unevaluated.read(evaluation_path(0)) == whole


SCRIPT = """
import sys
from corridor import Corridor
from zelda_train.evaluation import evaluate_epoch
from zelda_train.store import Store
evaluate_epoch(Store(sys.argv[1]), 0, lambda: Corridor({}), episodes=3)
"""


def test_neither_ray_nor_torch_is_needed():
    code = "import sys, zelda_train.evaluation; sys.exit('ray' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_process_writes_the_same_bytes(unevaluated):
    evaluate_epoch(unevaluated, 0, lambda: Corridor({}), episodes=3)
    here = unevaluated.read(evaluation_path(0))
    unevaluated.delete(evaluation_path(0))
    done = subprocess.run([sys.executable, "-c", SCRIPT, unevaluated.url], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert unevaluated.read(evaluation_path(0)) == here


def test_an_epoch_that_is_not_trained_is_refused(store):
    with pytest.raises(CheckpointError, match="train epoch 2 first"):
        evaluate_epoch(store, 2, Told, episodes=1)


def test_training_anew_deletes_the_old_evaluation(store):
    store.write(evaluation_path(0), b"{}")
    store.write("zelda-models/evaluations/epoch_0/summary.json", b"{}")
    delete_leftovers(store, 0)
    assert list(store.list("zelda-models")) == ["zelda-models/evaluations/epoch_0/summary.json"]
