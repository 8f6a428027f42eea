import hashlib
import math
import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pydantic import ValidationError
from zelda_env import EmulatorError, EnvConfig, GameState, RewardConfig, StateEncoder, ZeldaEnv, observation_space
from zelda_env import ram_map as ram


def play(env, seed, steps=60):
    actions = np.random.default_rng(seed)
    observations = [env.reset(seed=seed)[0]]
    rewards = []
    for _ in range(steps):
        observation, reward, terminated, truncated, _ = env.step(actions.integers(8))
        observations.append(observation)
        rewards.append(reward)
        if terminated or truncated:
            break
    return np.stack(observations), rewards, env.ram.dump()


def test_gymnasium_finds_nothing_to_complain_about():
    made = gym.make("zelda_env/Acorn-v0", render_mode="rgb_array")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(made.unwrapped)
    made.close()


def test_spaces(env):
    assert env.action_space == gym.spaces.Discrete(8)
    assert env.observation_space == observation_space()


def test_the_same_seed_plays_the_same_and_another_seed_another(env):
    first, again, other = play(env, 1), play(env, 1), play(env, 2)
    assert np.array_equal(first[0], again[0])
    assert first[1:] == again[1:]
    assert first[2] != other[2]


def test_seeds_draw_the_start(env):
    starts = set()
    for seed in range(8):
        env.reset(seed=seed)
        starts.add(env.game_state().frame)
    assert len(starts) > 2
    env.reset(seed=3)
    one = [env.reset() and env.game_state().frame for _ in range(4)]
    env.reset(seed=3)
    assert one == [env.reset() and env.game_state().frame for _ in range(4)]


def test_seeds_draw_one_of_several_initial_states(acorn, env):
    env.reset(seed=0)
    states = []
    for _ in range(3):
        for _ in range(6):
            env.step(3)
        states.append(env.save_state())
    several = ZeldaEnv(rom=acorn, state=states)

    def starts(seed):
        several.reset(seed=seed)
        return [several.reset()[1]["start"]["state"] for _ in range(60)]

    drawn = starts(1)
    assert np.bincount(drawn, minlength=3).min() > 8
    assert starts(1) == drawn != starts(2)
    places = {several.reset()[1]["start"]["state"]: several.game_state().x for _ in range(20)}
    assert places[0] > places[1] > places[2]
    several.close()


def test_a_reset_can_begin_at_a_given_state(env):
    env.reset(seed=0)
    for _ in range(10):
        env.step(3)
    state = env.save_state()
    for _ in range(2):
        observation, info = env.reset(seed=5, options={"state": state})
        dump = env.ram.dump()
        assert info["start"] == {"state": -1, "idle_frames": 1}
    env.reset(seed=6)
    again, _ = env.reset(options={"state": state})
    assert np.array_equal(observation, again)
    assert env.ram.dump() == dump


def test_the_way_ram_is_read_makes_no_difference(acorn, env):
    public = ZeldaEnv(rom=acorn, ram_access="public")
    assert (env.ram.access, public.ram.access) == ("zero-copy", "public")
    ours, theirs = play(env, 5), play(public, 5)
    assert np.array_equal(ours[0], theirs[0])
    assert ours[1:] == theirs[1:]
    public.close()


def test_every_step_gives_a_new_array_within_the_space_and_terms_that_sum(env):
    env.reset(seed=0)
    seen = []
    actions = np.random.default_rng(0)
    for _ in range(100):
        observation, reward, *_, info = env.step(actions.integers(8))
        assert env.observation_space.contains(observation)
        assert all(observation is not other for other in seen)
        assert reward == math.fsum(info["rewards"].values())
        seen.append(observation)


def test_walking_on_pays(env):
    env.reset(seed=0)
    terms = {}
    for action in (3,) * 30 + (1,) * 30:
        for name, value in env.step(action)[4]["rewards"].items():
            terms[name] = terms.get(name, 0) + value
    assert terms["tile"] > 0


def test_an_episode_is_truncated_at_its_length(acorn):
    env = ZeldaEnv(rom=acorn, episode_length=5)
    env.reset(seed=0)
    assert [env.step(0)[3] for _ in range(5)] == [False] * 4 + [True]
    env.reset(seed=0)
    assert env.step(0)[2:4] == (False, False)
    env.close()


@pytest.mark.parametrize("ends", [True, False])
def test_death_ends_the_episode_if_asked(acorn, ends):
    env = ZeldaEnv(rom=acorn, terminate_on_death=ends, episode_length=3)
    env.reset(seed=0)
    env._emulator._pyboy.memory[ram.DYING.address] = 0xFF
    env._emulator._pyboy.memory[ram.HEALTH.address] = 0
    *_, terminated, truncated, info = env.step(0)
    assert (terminated, truncated) == (ends, False)
    assert info["rewards"]["death"] == RewardConfig().death
    env.close()


def test_the_state_comes_in_info_when_asked(acorn):
    env = ZeldaEnv(rom=acorn, state_in_info=True)
    _, info = env.reset(seed=0)
    assert info["state"] == env.game_state().model_dump()
    assert info["rewards"] == {}
    info = env.step(0)[4]
    assert GameState.model_validate(info["state"]).can_act
    env.close()


def test_a_snapshot_holds_state_and_observation(env):
    env.reset(seed=0)
    observation = env.step(3)[0]
    snapshot = env.snapshot()
    env.step(4)
    assert GameState.from_ram(snapshot) != env.game_state()
    assert np.array_equal(StateEncoder().encode(np.frombuffer(snapshot, np.uint8)), observation)


def test_rendering(acorn):
    env = ZeldaEnv(rom=acorn, render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    assert (first.shape, first.dtype) == ((144, 160, 3), np.uint8)
    for _ in range(5):
        env.step(3)
    assert not np.array_equal(env.render(), first)
    assert first is not env.render()
    env.close()


def test_a_requested_frame_is_the_one_that_rendering_shows(acorn, env):
    always = ZeldaEnv(rom=acorn, render_mode="rgb_array")
    for made in (env, always):
        made.reset(seed=4)
        for _ in range(7):
            made.step(1)
    env.request_frame()
    env.step(3)
    always.step(3)
    assert env.render() is None
    assert np.array_equal(env.frame(), always.render())
    always.close()


def test_render_fps_follows_the_frame_skip(acorn):
    env = ZeldaEnv(rom=acorn, frame_skip=12)
    assert env.metadata["render_fps"] == 5
    assert ZeldaEnv.metadata["render_fps"] == 15
    env.close()


def test_misuse_is_refused_with_a_reason(acorn):
    env = ZeldaEnv(rom=acorn)
    with pytest.raises(EmulatorError, match="before reset"):
        env.step(0)
    with pytest.raises(EmulatorError, match="before the first reset"):
        env.snapshot()
    env.reset()
    with pytest.raises(ValueError, match="expected 0 to 7"):
        env.step(8)
    env.close()
    env.close()
    with pytest.raises(EmulatorError, match="closed"):
        env.reset()
    with pytest.raises(ValueError, match="rgb_array"):
        ZeldaEnv(rom=acorn, render_mode="human")
    with pytest.raises(ValidationError):
        ZeldaEnv(rom=acorn, frame_skip=0)
    with pytest.raises(ValidationError):
        ZeldaEnv(rom=acorn, frameskip=4)


def test_overrides_change_a_config(acorn):
    config = EnvConfig(frame_skip=8, rewards=RewardConfig(tile=1.0))
    env = ZeldaEnv(config, rom=acorn, episode_length=7)
    assert (env.config.frame_skip, env.config.episode_length, env.config.rewards.tile) == (8, 7, 1.0)
    env.close()


def test_vector_environments_keep_final_observations_apart(acorn):
    envs = gym.vector.SyncVectorEnv([lambda: ZeldaEnv(rom=acorn, episode_length=3)] * 2)
    envs.reset(seed=1)
    batches = [envs.step(np.array([3, 4]))[0].copy() for _ in range(3)]
    assert not np.array_equal(batches[0], batches[2])
    envs.close()


RAM_OF_A_RUN = """
import hashlib, numpy as np, zelda_env
env = zelda_env.ZeldaEnv()
actions = np.random.default_rng(8)
env.reset(seed=8)
for _ in range(150):
    env.step(actions.integers(8))
print(hashlib.sha256(env.ram.dump()).hexdigest())
"""


def test_another_process_ends_with_the_same_ram(env):
    command = [sys.executable, "-c", RAM_OF_A_RUN]
    theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert hashlib.sha256(play(env, 8, steps=150)[2]).hexdigest() == theirs


def test_ram_after_a_step_is_whole_however_it_is_read(acorn, env):
    public = ZeldaEnv(rom=acorn, ram_access="public")
    used = ram.used_offsets()
    for made in (env, public):
        made.reset(seed=2)
        made._emulator._pyboy.memory[1, 0xD38B] = 77  # a foe's y where there is no foe: no observation needs it
        made._emulator._pyboy.memory[0xCA05] = 0x10  # and a room flag of another group
        made.step(0)
    assert np.array_equal(env.wram[used], public.wram[used])
    public.close()
