import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from zelda_env import ACORN_ID, SEASONS_ID, EmulatorError, RomError, SegmentRecorder, SegmentWriter, read_episodes
from zelda_env.reward import TERMS
from zelda_env.vector import ZeldaVectorEnv, make_vec


@pytest.fixture
def vec(acorn):
    made = []

    def make(num_envs=2, **options):
        made.append(make_vec(num_envs, rom=acorn, **options))
        return made[-1]

    yield make
    for envs in made:
        envs.close()


def assert_same(ours, theirs):
    """Compare what two vector environments returned, infos and their types included."""
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_same(ours[key], theirs[key])
    elif isinstance(ours, np.ndarray):
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        if ours.dtype == object:
            for one, other in zip(ours, theirs, strict=True):
                assert_same(one, other)
        else:
            assert np.array_equal(ours, theirs)
    elif isinstance(ours, tuple):
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
    else:
        assert ours == theirs


@pytest.mark.parametrize("observation", ["vector", "pixels", "dict"])
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_it_returns_what_gymnasium_s_own_vector_returns(vec, mode, observation):
    options = {"episode_length": 7, "state_in_info": True, "observation": observation}
    ours = vec(3, autoreset_mode=mode, **options)
    theirs = SyncVectorEnv([lambda: gym.make(ACORN_ID, **options).unwrapped] * 3, autoreset_mode=mode)
    assert ours.single_observation_space == theirs.single_observation_space
    assert (ours.observation_space, ours.action_space) == (theirs.observation_space, theirs.action_space)
    assert_same(ours.reset(seed=5), theirs.reset(seed=5))
    actions = np.random.default_rng(0)
    for _ in range(30):
        action = actions.integers(8, size=3)
        assert_same(ours.step(action), theirs.step(action))
    theirs.close()


def test_every_array_is_new_and_never_changes(vec):
    envs = vec(2, episode_length=4, autoreset_mode="SameStep")
    kept = [envs.reset(seed=0)[0]]
    copies = [kept[0].copy()]
    for step in range(9):
        observation, rewards, terminated, truncated, infos = envs.step([3, 4])
        kept += [observation, rewards, terminated, truncated]
        kept.append(infos["final_obs"][0] if step % 4 == 3 else infos["rewards"]["step"])
        copies += [array.copy() for array in kept[len(copies) :]]
    assert all(np.array_equal(one, other) for one, other in zip(kept, copies, strict=True))
    assert not any(np.shares_memory(one, other) for at, one in enumerate(kept) for other in kept[:at])


def test_every_array_of_a_dictionary_is_new_and_never_changes(vec):
    envs = vec(2, episode_length=4, autoreset_mode="SameStep", observation="dict")
    observation, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observation)
    kept = list(observation.values())
    for _ in range(9):
        observation, *_, infos = envs.step([3, 4])
        kept += observation.values()
        kept += infos["final_obs"][0].values() if "final_obs" in infos else ()
    copies = [array.copy() for array in kept]
    envs.step([1, 2])
    assert all(np.array_equal(one, other) for one, other in zip(kept, copies, strict=True))
    assert not any(np.shares_memory(one, other) for at, one in enumerate(kept) for other in kept[:at])


def test_terms_of_the_reward_are_arrays_that_sum_to_it(vec):
    envs = vec(3)
    envs.reset(seed=1)
    actions = np.random.default_rng(1)
    for _ in range(40):
        _, rewards, *_, infos = envs.step(actions.choice([1, 2, 3, 4], size=3))
        terms = {name: values for name, values in infos["rewards"].items() if not name.startswith("_")}
        assert terms.keys() <= set(TERMS)
        assert all(values.dtype == np.float64 and values.shape == (3,) for values in terms.values())
        assert np.array_equal(sum(terms.values()), rewards)
        assert all(np.array_equal(infos["rewards"][f"_{name}"], values != 0) for name, values in terms.items())


def test_seeds_are_one_for_each_environment(vec):
    envs = vec(3)
    counted, _ = envs.reset(seed=4)
    listed, _ = envs.reset(seed=[4, 5, 6])
    assert np.array_equal(counted, listed)
    first, info = envs.reset(seed=[4, None, 4])
    assert np.array_equal(first[0], first[2])
    assert info["start"]["idle_frames"][0] == info["start"]["idle_frames"][2]


def test_without_autoreset_those_of_a_mask_are_reset(vec):
    envs = vec(2, autoreset_mode=AutoresetMode.DISABLED, episode_length=2)
    envs.reset(seed=0)
    envs.step([0, 0])
    last, _, _, truncated, _ = envs.step([3, 3])
    assert truncated.all()
    with pytest.raises(EmulatorError, match=r"\[0, 1\] have no episode"):
        envs.step([0, 0])
    observations, infos = envs.reset(options={"reset_mask": np.array([False, True])})
    assert np.array_equal(observations[0], last[0])
    assert infos["_start"].tolist() == [False, True]
    with pytest.raises(EmulatorError, match=r"\[0\] have no episode"):
        envs.step([0, 0])


def test_gymnasium_makes_it_without_a_warning():
    envs = gym.make_vec(ACORN_ID, num_envs=2, vectorization_mode="vector_entry_point", frame_skip=8)
    assert isinstance(envs, ZeldaVectorEnv)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert envs.get_attr("config")[1].frame_skip == 8
    assert envs.spec.id == ACORN_ID
    counted = RecordEpisodeStatistics(envs)
    counted.reset(seed=0)
    counted.step(counted.action_space.sample())
    counted.close()
    with pytest.raises(EmulatorError, match="closed"):
        envs.envs[0].reset()


def test_seasons_needs_a_cartridge(monkeypatch):
    monkeypatch.delenv("ZELDA_ROM", raising=False)
    with pytest.raises(RomError, match="pass rom=PATH or set ZELDA_ROM"):
        gym.make_vec(SEASONS_ID, num_envs=2, vectorization_mode="vector_entry_point")


def test_wrappers_go_around_each(vec, store):
    with SegmentWriter(store) as writer:
        envs = vec(2, wrap=lambda env, at: SegmentRecorder(env, writer, epoch=0, env_index=at), episode_length=5)
        envs.reset(seed=0)
        for _ in range(6):
            envs.step([1, 2])
        envs.close()
    assert sorted((record.env, record.steps) for record in read_episodes(store, 0)) == [(0, 5), (1, 5)]


def test_rendering(vec):
    assert vec(1).render() is None
    envs = vec(2, render_mode="rgb_array")
    envs.reset(seed=0)
    assert [frame.shape for frame in envs.render()] == [(144, 160, 3)] * 2


def test_misuse_is_refused_with_a_reason(vec):
    with pytest.raises(ValueError, match="at least 1"):
        make_vec(0)
    envs = vec(2)
    with pytest.raises(EmulatorError, match="reset them first"):
        envs.step([0, 0])
    with pytest.raises(EmulatorError, match="never reset"):
        envs.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(ValueError, match="3 seeds for 2"):
        envs.reset(seed=[1, 2, 3])
    with pytest.raises(ValueError, match="int64"):
        envs.reset(options={"reset_mask": np.array([1, 0])})
    with pytest.raises(ValueError, match="list"):
        envs.reset(options={"reset_mask": [True, False]})
    with pytest.raises(ValueError, match="all False"):
        envs.reset(options={"reset_mask": np.zeros(2, np.bool_)})
    envs.reset()
    with pytest.raises(ValueError, match="1 actions for 2"):
        envs.step([0])
    with pytest.raises(ValueError, match="expected 0 to 7"):
        envs.step([0, 8])
