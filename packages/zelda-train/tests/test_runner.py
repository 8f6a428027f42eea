"""The runner against real environments; no Ray process is needed for one that lives in this process."""

import inspect
from typing import ClassVar

import gymnasium as gym
import numpy as np
import pytest
import torch
from corridor import Corridor
from ray.rllib.core.columns import Columns
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils.metrics import WEIGHTS_SEQ_NO
from zelda_train.algorithm import build_config
from zelda_train.config import TrainConfig
from zelda_train.errors import ConfigError
from zelda_train.runner import SEED_STRIDE, FragmentRunner


class Noted(Corridor):
    """A corridor that notes what happens to it."""

    made: ClassVar[list["Noted"]] = []

    def __init__(self, context):
        super().__init__(context)
        self.context, self.seeds, self.closed, self.history = context, [], False, []
        Noted.made.append(self)

    def reset(self, *, seed=None, options=None):
        self.seeds.append(seed)
        obs, info = super().reset(seed=seed)
        self.history.append((obs, None, None))
        return obs, info

    def step(self, action):
        result = super().step(action)
        self.history.append((result[0], action, result[1]))
        return result

    def finish(self):
        return {"segments": 2, "dropped": 1}

    def close(self):
        self.closed = True


class BadNumbers(Corridor):
    def step(self, action):
        obs, reward, *rest = super().step(action)
        return obs, float("nan") if self.total == 5 else reward, *rest


class NeverCloses(Noted):
    def close(self):
        raise OSError("it is stuck")


@pytest.fixture(autouse=True)
def _forget():
    Noted.made.clear()


def make(env=Noted, *, worker=1, seed=0, envs=3, **env_config):
    config = build_config(
        TrainConfig(seed=seed, ray_workers=0, envs_per_worker=envs, hidden=32), env, env_config=env_config
    )
    torch.manual_seed(0)  # the learner's weights would arrive here
    return FragmentRunner(config=config, worker_index=0 if worker == 0 else None, num_workers=0)


def columns(episodes):
    return [
        (each.id_, each.t_started, each.observations.data.tobytes(), each.actions.data.tobytes(), each.is_done)
        for each in episodes
    ]


def test_the_same_seed_samples_the_same_bytes():
    one, other, third = make(), make(), make(seed=1)
    for _ in range(3):
        torch.manual_seed(0)
        first = columns(one.sample(num_timesteps=150))
        assert first == columns(other.sample(num_timesteps=150))
        assert first != columns(third.sample(num_timesteps=150))


def test_what_is_sampled_is_what_the_environments_saw():
    runner = make()
    chunks = [chunk for _ in range(4) for chunk in runner.sample(num_timesteps=120)]
    assert sum(map(len, chunks)) == 480
    for lane, env in enumerate(Noted.made):
        mine = sorted(
            (each for each in chunks if f"-v{lane:02d}-" in each.id_), key=lambda each: (each.id_, each.t_started)
        )
        seen = iter(env.history)
        for chunk in mine:
            if chunk.t_started == 0:
                obs = next(seen)[0]
            np.testing.assert_array_equal(chunk.observations.data[0], obs)
            for step in range(len(chunk)):
                obs, action, reward = next(seen)
                np.testing.assert_array_equal(chunk.observations.data[step + 1], obs)
                assert chunk.actions.data[step] == action
                assert chunk.rewards.data[step] == np.float32(reward)


def test_log_probabilities_belong_to_the_module_and_the_actions():
    runner = make()
    for chunk in runner.sample(num_timesteps=90):
        obs, actions = torch.from_numpy(chunk.observations.data[:-1]), torch.from_numpy(chunk.actions.data)
        with torch.no_grad():
            logits = runner.module.forward_exploration({Columns.OBS: obs})[Columns.ACTION_DIST_INPUTS]
        expected = torch.distributions.Categorical(logits=logits).log_prob(actions)
        np.testing.assert_allclose(chunk.extra_model_outputs[Columns.ACTION_LOGP].data, expected, atol=1e-5)
        np.testing.assert_allclose(chunk.extra_model_outputs[Columns.ACTION_DIST_INPUTS].data, logits, atol=1e-5)
        assert set(chunk.extra_model_outputs[WEIGHTS_SEQ_NO].data) == {0}


def test_chunks_are_ordinary_episodes_that_own_their_data():
    chunk = make().sample(num_timesteps=30)[0]
    assert isinstance(chunk, SingleAgentEpisode)
    chunk.validate()
    assert chunk.get_return() == pytest.approx(chunk.rewards.data.sum())
    assert len(chunk.get_observations()) == len(chunk) + 1
    assert chunk.observations.data.flags.c_contiguous


def test_seeds_follow_the_documented_rule():
    runner = make(seed=5)
    runner.sample(num_timesteps=600)
    for index, env in enumerate(Noted.made):
        assert env.seeds[0] == runner._seed * SEED_STRIDE + index
        assert set(env.seeds[1:]) == {None}
        assert (env.context.vector_index, env.context.recreated_worker) == (index, False)


def test_totals_count_everything_once():
    runner = make()
    chunks = runner.sample(num_timesteps=600) + runner.sample(num_timesteps=600)
    totals = runner.take_totals()
    ended = [each for each in chunks if each.is_done]
    assert totals.steps == 1200
    assert totals.episodes == len(ended) == len(totals.returns) == len(totals.lengths) > 0
    assert totals.rewards["goal"] == sum(each.is_terminated for each in ended)
    assert totals.rewards["time"] == pytest.approx(-12.0)
    by_episode = {each.id_: 0.0 for each in ended}
    for each in chunks:
        if each.id_ in by_episode:
            by_episode[each.id_] += each.get_return()
    assert sorted(totals.returns) == pytest.approx(sorted(by_episode.values()), abs=1e-5)
    assert runner.take_totals().steps == 0


def test_rllib_sees_the_episodes_too():
    runner = make()
    runner.sample(num_timesteps=600)
    expected = runner.take_totals()
    metrics = runner.get_metrics()
    assert metrics["num_env_steps_sampled"].peek() == 600
    assert metrics["num_episodes"].peek() == expected.episodes


def test_an_environment_without_terms_counts_under_reward():
    class Plain(Corridor):
        def step(self, action):
            return *super().step(action)[:4], {"unique_rooms": 3}

    runner = make(Plain)
    runner.sample(num_timesteps=600)
    totals = runner.take_totals()
    assert set(totals.rewards) == {"reward"}
    assert totals.unique_rooms == [3.0] * totals.episodes


def test_a_failing_environment_costs_one_step_of_its_own(caplog):
    runner = make(crash_at=17)
    chunks = runner.sample(num_timesteps=120)
    totals = runner.take_totals()
    assert totals.failures == 6  # three environments at their 17th step, and their successors at theirs
    assert sum(map(len, chunks)) == totals.steps == 120 - 6
    broken = [each for each in chunks if each.id_.endswith("000000")]
    assert [(len(each), each.is_truncated, each.is_terminated) for each in broken] == [(16, True, False)] * 3
    assert [env.closed for env in Noted.made] == [True] * 6 + [False] * 3
    assert [env.context.recreated_worker for env in Noted.made] == [False] * 3 + [True] * 6
    assert all(isinstance(env.seeds[0], int) for env in Noted.made)
    assert "failed and is made anew" in caplog.text
    assert "the corridor collapsed" in caplog.text
    assert len({(each.id_, each.t_started) for each in chunks}) == len(chunks)


def test_failures_are_as_deterministic_as_the_rest():
    one, other = make(crash_at=17), make(crash_at=17)
    assert columns(one.sample(num_timesteps=120)) == columns(other.sample(num_timesteps=120))


def test_numbers_that_are_not_finite_are_a_failure_of_the_environment():
    runner = make(BadNumbers)
    chunks = runner.sample(num_timesteps=30)
    assert runner.take_totals().failures == 6  # the fifth step of three environments, and of their successors
    assert all(np.isfinite(each.rewards.data).all() for each in chunks)


def test_an_environment_that_does_not_close_is_replaced_all_the_same(caplog):
    runner = make(NeverCloses, crash_at=3, envs=1)
    runner.sample(num_timesteps=5)
    assert runner.take_totals().failures == 1
    assert "did not close" in caplog.text


def test_without_restarts_the_error_is_raised():
    config = build_config(TrainConfig(ray_workers=0, hidden=32), Corridor, env_config={"crash_at": 3})
    config.fault_tolerance(restart_failed_sub_environments=False)
    runner = FragmentRunner(config=config, worker_index=0, num_workers=0)
    with pytest.raises(RuntimeError, match="collapsed"):
        runner.sample(num_timesteps=100)


def test_whole_episodes_can_be_sampled():
    episodes = make().sample(num_episodes=5, random_actions=True)
    done = [each for each in episodes if each.is_done]
    assert len(done) >= 5
    assert {each.id_ for each in episodes} == {each.id_ for each in done}
    for each in done:
        assert sum(len(part) for part in episodes if part.id_ == each.id_) == each.t


def test_without_exploration_the_likeliest_action_is_taken():
    runner = make()
    for chunk in runner.sample(num_timesteps=60, explore=False):
        np.testing.assert_array_equal(chunk.actions.data, runner.module.logits(chunk.observations.data[:-1]).argmax(1))


def test_finish_adds_up_what_the_environments_recorded():
    assert make().finish() == {"segments": 6, "dropped": 3}
    assert make(Corridor).finish() == {}


def test_stop_closes_the_environments():
    runner = make()
    runner.stop()
    assert all(env.closed for env in Noted.made)


@pytest.mark.parametrize(
    ("name", "space", "message"),
    [
        ("observation_space", gym.spaces.Box(0, 1, (2, 2), np.float32), "expected a flat Box"),
        ("action_space", gym.spaces.Box(0, 1, (2,), np.float32), "expected Discrete"),
    ],
)
def test_other_spaces_are_refused_by_name(name, space, message):
    env = type("Odd", (Corridor,), {name: space})
    with pytest.raises(ConfigError, match=message):
        make(env)


def test_the_private_names_of_rllib_that_the_runner_stands_on():
    """RLlib may change these in any release; this says which one broke."""
    used = {
        "_sample": {"num_timesteps", "num_episodes", "explore", "random_actions", "force_reset"},
        "_log_episode_metrics": {"length", "ret", "sec"},
        "_increase_sampled_metrics": {"num_steps", "num_episodes_completed"},
        "_log_env_steps": {"metric", "num_steps"},
    }
    for name, parameters in used.items():
        # Ray adds a parameter of its own once a class has been an actor.
        assert set(inspect.signature(getattr(SingleAgentEnvRunner, name)).parameters) - {"_ray_trace_ctx"} == {
            "self",
            *parameters,
        }
    runner = make()
    for name in ("_seed", "_callbacks", "_weights_seq_no", "_metrics_num_env_steps_sampled", "_env_to_module"):
        assert hasattr(runner, name), name
