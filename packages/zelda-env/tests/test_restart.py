import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from zelda_env import (
    Archive,
    ArchiveError,
    ArchiveWrapper,
    EmulatorError,
    Origin,
    SegmentRecorder,
    SegmentWriter,
    ZeldaEnv,
    make_vec,
    read_episodes,
    replay,
)
from zelda_env import ram_map as ram
from zelda_env.archive import IDLE, digest
from zelda_env.restart import _RESTART

LENGTH = 60


@pytest.fixture
def wrapped(acorn):
    """Make an environment with an archive around it."""
    made = []

    def make(archive=None, probability=0.7, score=None, **options):
        env = ZeldaEnv(rom=acorn, episode_length=LENGTH, **options)
        archive = Archive(Origin.of(env)) if archive is None else archive
        made.append(ArchiveWrapper(env, archive, probability=probability, score=score))
        return made[-1]

    yield make
    for env in made:
        env.close()


def explore(env, episodes=12, seed=0):
    """Walk and strike at random; return what each reset said, and the RAM at the end of each episode."""
    actions = np.random.default_rng(seed)
    seen = []
    for episode in range(episodes):
        _, info = env.reset(seed=seed if episode == 0 else None)
        action = 0
        for _ in range(LENGTH):
            action = actions.integers(8) if actions.random() < 0.15 else action
            env.step(action)
        seen.append((info["restart_frames"], env.unwrapped.ram.dump()))
    return seen


@pytest.mark.filterwarnings("ignore:.*different from the unwrapped version:UserWarning")
def test_gymnasium_finds_nothing_to_complain_about(wrapped):
    check_env(wrapped(probability=0.0), skip_render_check=True)


def test_inputs_lead_to_the_same_ram_in_another_emulator(acorn, wrapped):
    env = wrapped()
    visit = env.archive.visit
    dumps = {}

    def remember(cell, wram, *rest):
        kept = visit(cell, wram, *rest)
        if kept:
            dumps[cell] = env.unwrapped.ram.dump()
        return kept

    env.archive.visit = remember
    explore(env)
    assert len(env.archive) > 5
    assert env.broken == 0
    assert any(_RESTART in entry.inputs[40:] for entry in env.archive)
    other = ZeldaEnv(rom=acorn)
    for entry in env.archive:
        replay(other.emulator, other.initial_states[entry.start], entry.inputs, 4)
        assert other.ram.dump() == dumps[entry.cell]
        assert digest(other.ram.wram()) == entry.digest
    other.close()


def test_a_kept_state_is_where_the_inputs_lead(acorn, wrapped):
    env = wrapped()
    explore(env)
    kept = [entry for entry in env.archive if entry.state]
    assert kept
    other = ZeldaEnv(rom=acorn)
    for entry in kept:
        replay(other.emulator, other.initial_states[entry.start], entry.inputs + bytes([IDLE]), 4)
        there = other.ram.dump()
        other.emulator.load_state(env.archive.state(entry.cell))
        assert other.ram.dump() == there
    other.close()


def test_the_same_seed_plays_the_same(wrapped):
    one, other = wrapped(), wrapped(ram_access="public")
    assert explore(one) == explore(other)
    assert one.archive.pack(states=False) == other.archive.pack(states=False)


@pytest.mark.parametrize("observation", ["pixels", "dict"])
def test_what_the_agent_sees_makes_no_difference(wrapped, observation):
    env = wrapped(observation=observation)
    assert explore(env) == explore(wrapped())
    seen = [env.reset(seed=3)[0] for _ in range(2)]
    assert all(env.observation_space.contains(one) for one in seen)


def test_an_archive_that_was_saved_plays_on_as_the_one_it_was(wrapped, store):
    one = wrapped()
    explore(one)
    one.archive.save(store, "a.json")
    origin = one.archive.origin
    two, three = (wrapped(Archive.load(store, "a.json", origin, states=states)) for states in (True, False))
    assert sum(entry.state is not None for entry in three.archive) == 0
    expected = explore(one, seed=1)
    assert explore(two, seed=1) == expected
    assert explore(three, seed=1) == expected
    assert sum(frames > 0 for frames, _ in expected) > 4


ARCHIVE_OF_A_RUN = """
import hashlib, numpy as np
from zelda_env import Archive, ArchiveWrapper, Origin, ZeldaEnv
env = ZeldaEnv(episode_length=60)
env = ArchiveWrapper(env, Archive(Origin.of(env)), probability=0.7)
actions = np.random.default_rng(3)
for episode in range(6):
    env.reset(seed=episode)
    for _ in range(60):
        env.step(actions.integers(1, 5))
print(hashlib.sha256(env.archive.pack(states=False)).hexdigest())
"""


def test_another_process_makes_the_same_archive():
    command = [sys.executable, "-c", ARCHIVE_OF_A_RUN]
    found = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)}
    assert len(found) == 1


def test_restarts_go_further_than_starts(wrapped):
    env, alone = wrapped(probability=1.0), wrapped(probability=0.0)
    assert all(frames == 0 for frames, _ in explore(alone))
    assert explore(env)[-1][0] >= 0
    assert max(entry.frames for entry in env.archive) > max(entry.frames for entry in alone.archive)


def test_the_way_to_a_state_begins_at_the_last_one_that_is_known(wrapped):
    env = wrapped(probability=1.0)
    explore(env)
    entry = next(
        entry
        for entry in env.archive
        if any(entry.inputs.startswith(other.inputs + _RESTART) for other in env.archive if other.state)
    )
    state, at = env._nearest(entry)
    assert 0 < at < len(entry.inputs)
    replay(env.unwrapped.emulator, state, entry.inputs[at:], 4)
    assert digest(env.unwrapped.wram) == entry.digest


def test_a_score_decides_which_way_is_kept(wrapped):
    env = wrapped(score=lambda wram: float(wram[ram.RUPEES.offset]))
    explore(env, episodes=2)
    assert all(entry.score >= 0 for entry in env.archive)


def test_a_way_that_leads_elsewhere_is_dropped_and_counted(wrapped):
    env = wrapped(probability=1.0)
    env.reset(seed=0)
    cell = next(iter(env.archive)).cell
    env.archive.drop(cell)
    env.archive.visit(cell, np.zeros(ram.WRAM_BYTES, np.uint8), 0, b"\1\1")
    _, info = env.reset()
    assert (env.broken, info["restart_frames"]) == (1, 0)
    assert all(entry.inputs != b"\1\1" for entry in env.archive)


def test_an_episode_that_begins_at_a_state_of_yours_is_not_archived(wrapped):
    env = wrapped()
    env.reset(seed=0)
    state = env.unwrapped.save_state()
    before = env.archive.pack()
    _, info = env.reset(options={"state": state})
    for _ in range(30):
        env.step(3)
    assert info["start"]["state"] == -1
    assert env.archive.pack() == before


def test_several_environments_share_an_archive(wrapped, acorn):
    archive = wrapped().archive
    envs = make_vec(2, rom=acorn, episode_length=20, wrap=lambda env, _: ArchiveWrapper(env, archive))
    envs.reset(seed=0)
    actions = np.random.default_rng(0)
    for _ in range(60):
        infos = envs.step(actions.integers(1, 5, 2))[-1]
    assert infos.keys() >= {"rewards"}
    assert len(archive) > 1
    envs.close()


def test_recording_goes_on_around_it(wrapped, store):
    env = wrapped()
    with SegmentWriter(store) as writer:
        recorder = SegmentRecorder(env, writer, epoch=0)
        explore(recorder, episodes=3)
    assert [record.steps for record in read_episodes(store, 0)] == [LENGTH] * 3


def test_misuse_is_refused_with_a_reason(wrapped, acorn):
    archive = wrapped().archive
    with pytest.raises(ArchiveError, match="frame_skip 8; expected 4"):
        wrapped(archive, frame_skip=8)
    with pytest.raises(ArchiveError, match="probability 2"):
        wrapped(archive, probability=2)
    with pytest.raises(ArchiveError, match="expected a ZeldaEnv"):
        ArchiveWrapper(gym.make("CartPole-v1"), archive)
    env = wrapped()
    with pytest.raises(EmulatorError, match="call reset first"):
        env.step(0)
