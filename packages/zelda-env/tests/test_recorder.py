import math

import gymnasium as gym
import numpy as np
import pytest
from zelda_env import (
    RecordingError,
    SegmentRecorder,
    SegmentWriter,
    Store,
    ZeldaEnv,
    read_episodes,
    read_segment,
)
from zelda_env.testing import check_episode


def test_segments_and_episodes_are_numbered_and_complete(run, acorn, store):
    env = ZeldaEnv(rom=acorn, episode_length=25)
    with SegmentWriter(store) as writer:
        rewards = run(env, writer, 60, segment_steps=10, frame_every=4)
    records = list(read_episodes(store, 2))
    assert [record.episode_id for record in records] == [f"e0002-w01-v03-00000{n}" for n in range(3)]
    assert [record.steps for record in records] == [25, 25, 10]
    assert [record.segments for record in records] == [["s0000", "s0001", "s0002"]] * 2 + [["s0000"]]
    assert [(record.terminated, record.truncated) for record in records] == [(False, True)] * 2 + [(False, False)]
    assert math.fsum(record.return_ for record in records) == math.fsum(rewards)
    segments = [segment for record in records for segment in check_episode(store, record)]
    assert [segment.manifest.first_step for segment in segments] == [0, 10, 20, 0, 10, 20, 0]
    assert [segment.manifest.frames for segment in segments[:3]] == [[0, 4, 8], [0, 4, 8], [0, 4]]
    assert [segment.manifest.truncated for segment in segments[:3]] == [False, False, True]
    assert writer.stats.segments == 7
    assert writer.stats.episodes == 3
    assert (writer.stats.dropped, writer.stats.failed) == (0, 0)
    files = [path for path in store.list("")]
    assert writer.stats.bytes == sum(len(store.read(path)) for path in files)
    env.close()


def test_rows_and_lines_and_frames_describe_the_world_after_the_action(acorn, store):
    env = ZeldaEnv(rom=acorn, render_mode="rgb_array")
    with SegmentWriter(store) as writer:
        recorder = SegmentRecorder(env, writer, epoch=0, frame_every=1)
        recorder.reset(seed=6)
        actions, seen = np.random.default_rng(6), []
        for _ in range(40):
            action = int(actions.integers(8))
            observation, reward, *_, info = recorder.step(action)
            state = env.game_state()
            seen.append((action, observation, reward, info["rewards"], state, env.render()))
        recorder.finish()
    segment = read_segment(store, "e0000-w00-v00-000000/s0000")
    for number, (action, observation, reward, terms, state, frame) in enumerate(seen):
        step = segment.steps[number]
        assert (step.action, step.reward, step.rewards, step.state) == (action, reward, terms, state)
        assert np.array_equal(segment.observations[number], observation)
        assert np.array_equal(segment.frame(number), frame)
    env.close()


def test_recording_changes_nothing_that_is_played(run, acorn, store):
    env = ZeldaEnv(rom=acorn)
    with SegmentWriter(store) as writer:
        recorded = run(env, writer, 60, seed=9)
        ram = env.ram.dump()
    env.reset(seed=9)
    actions = np.random.default_rng(9)
    assert [env.step(actions.integers(8))[1] for _ in range(60)] == recorded
    assert env.ram.dump() == ram
    env.close()


@pytest.mark.parametrize("observation", ["pixels", "dict"])
def test_what_an_agent_sees_changes_no_byte_of_the_recording(run, acorn, tmp_path, observation):
    files = []
    for kind in ("vector", observation):
        store = Store(str(tmp_path / kind))
        env = ZeldaEnv(rom=acorn, observation=kind, episode_length=40)
        with SegmentWriter(store) as writer:
            run(env, writer, 60, segment_steps=25, frame_every=7)
        env.close()
        files.append({path: store.read(path) for path in store.list("")})
    assert files[0] == files[1]
    assert len(files[0]) > 10


@pytest.mark.parametrize("observation", ["vector", "pixels"])
def test_observations_that_a_wrapper_changed_are_not_recorded(acorn, store, observation):
    env = ZeldaEnv(rom=acorn, observation=observation)
    space = env.observation_space
    changed = gym.spaces.Box(space.low, space.high + 1, dtype=space.dtype)
    wrapped = gym.wrappers.TransformObservation(env, lambda seen: seen + 1, changed)
    with SegmentWriter(store) as writer, pytest.raises(RecordingError, match="around the recorder"):
        SegmentRecorder(wrapped, writer, epoch=0)
    env.close()


def test_recorders_share_a_writer(acorn, store):
    envs = [ZeldaEnv(rom=acorn) for _ in range(2)]
    with SegmentWriter(store) as writer:
        recorders = [SegmentRecorder(env, writer, epoch=0, env_index=n) for n, env in enumerate(envs)]
        for recorder in recorders:
            recorder.reset(seed=1)
        for _ in range(10):
            for recorder in recorders:
                recorder.step(3)
        for recorder in recorders:
            recorder.close()
    assert [record.env for record in read_episodes(store, 0)] == [0, 1]


def test_resetting_cuts_an_episode_and_empty_ones_take_no_number(env, store):
    with SegmentWriter(store) as writer:
        recorder = SegmentRecorder(env, writer, epoch=0)
        recorder.finish()
        for seed in (1, 2):
            recorder.reset(seed=seed)
        recorder.step(0)
        recorder.reset()
        recorder.step(0)
        recorder.finish()
        recorder.finish()
    found = [(record.episode, record.seed, record.steps) for record in read_episodes(store, 0)]
    assert found == [(0, 2, 1), (1, None, 1)]


def test_misuse_is_refused(env, store):
    with SegmentWriter(store) as writer:
        recorder = SegmentRecorder(env, writer, epoch=0, segment_steps=3)
        with pytest.raises(RecordingError, match="reset first"):
            recorder.step(0)
        recorder.reset()
        recorder.finish()
        with pytest.raises(RecordingError, match="reset first"):
            recorder.step(0)
        for wrong in ({"segment_steps": 0}, {"frame_every": 0}, {"epoch": -1}, {"segment_steps": 10**6}):
            with pytest.raises(RecordingError, match="expected 1 to"):
                SegmentRecorder(env, writer, **{"epoch": 0, **wrong})
        with pytest.raises(RecordingError, match="expected a ZeldaEnv"):
            SegmentRecorder(gym.make("CartPole-v1"), writer, epoch=0)
    with pytest.raises(ValueError, match="capacity 0"):
        SegmentWriter(store, capacity=0)
