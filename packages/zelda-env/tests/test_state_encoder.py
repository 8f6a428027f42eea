"""The encoder and the tracker against the reference, bit by bit, over real play and arbitrary RAM."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_env import EmulatorError, RewardTracker, StateEncoder, ZeldaEnv, fast
from zelda_env import ram_map as ram
from zelda_env.emulator import ACTIONS

_SPEC = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)

SINGLE = sorted(
    {offset for field in ram.CORE if field.size < 64 for offset in range(field.span.start, field.span.stop)}
)
"""The bytes of all small variables that an observation may depend on."""

needs_module = pytest.mark.skipif(fast.MODULE is None, reason=f"the compiled module: {fast.MISSING}")
both_ways = pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_module)])


@pytest.fixture
def without_module(monkeypatch):
    monkeypatch.setattr(fast, "MODULE", None)


def same_bits(one, other):
    return one.tobytes() == other.tobytes()


def random_ram(generator):
    """Return RAM with something or nothing in each object, in or outside of a dungeon, at all densities."""
    wram = generator.integers(0, 256, ram.WRAM_BYTES, dtype=np.uint8)
    wram[generator.random(ram.WRAM_BYTES) > generator.random()] = 0
    for field, values in (
        (ram.DUNGEON, (0xFF, 0xFF, 0, 5, 11, 12, 200)),
        (ram.LINK_OBJECT, (0xD0, 0xD1)),
        (ram.GAME_STATE, (0, 1, 2, 2, 2)),
        (ram.CUTSCENE, (0, 1, 1, 3, 7)),
        (ram.SCROLL, (1, 0x81, 8)),
        (ram.TRANSITION, (2, 2, 5)),
        (ram.LINK_STATE, (1, 1, 3)),
    ):
        wram[field.offset] = generator.choice(values)
    for field in (ram.TEXT, ram.MENU, ram.FADE, ram.DISABLED, ram.DYING, ram.SIMULATED):
        wram[field.offset] *= generator.random() > 0.7
    for base, ids in ((ram.ENEMY, (1, 9, 0x50)), (ram.INTERACTION, (0x24, 0x60, 9)), (ram.PART, (1, 0x28, 2))):
        present = generator.choice((0, 1, 2, 3), ram.SLOTS, p=(0.7, 0.2, 0.05, 0.05))
        wram[ram.object_offsets(base, "enabled")] = present * (generator.random() > 0.3)
        wram[ram.object_offsets(base, "id")] = generator.choice(ids, ram.SLOTS)
    return wram


@both_ways
def test_arbitrary_ram_gives_the_bits_of_the_reference(compiled):
    generator = np.random.default_rng(11)
    expected, encoder = reference.ReferenceEncoder(), StateEncoder(compiled)
    assert encoder.compiled == compiled
    for _ in range(4000):
        wram = random_ram(generator)
        assert same_bits(encoder.encode(wram), expected.encode(wram))


@both_ways
@given(st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=150, deadline=None)
def test_any_bytes_anywhere_give_the_bits_of_the_reference(compiled, seed, data):
    """Random RAM in which hypothesis chooses some of the bytes, and finds the fewest that differ."""
    wram = random_ram(np.random.default_rng(seed))
    chosen = st.dictionaries(st.sampled_from(SINGLE), st.integers(0, 255), max_size=12)
    for offset, value in data.draw(chosen).items():
        wram[offset] = value
    assert same_bits(StateEncoder(compiled).encode(wram), reference.ReferenceEncoder().encode(wram))


@both_ways
def test_small_changes_in_the_same_memory_are_seen(compiled):
    """What an encoder remembers of the last call must not outlive it."""
    generator = np.random.default_rng(12)
    expected, encoder = reference.ReferenceEncoder(), StateEncoder(compiled)
    used = ram.used_offsets()
    for _ in range(20):
        wram = random_ram(generator)
        for _ in range(200):
            changed = generator.choice(used, generator.integers(0, 4))
            wram[changed] = generator.integers(0, 256, len(changed))
            assert same_bits(encoder.encode(wram), expected.encode(wram))


def rewards_equal(tracker, generator, rounds):
    expected = reference.ReferenceTracker()
    used = ram.used_offsets()
    for _ in range(rounds):
        wram = random_ram(generator)
        tracker.reset(wram)
        expected.reset(wram)
        for _ in range(200):
            changed = generator.choice(used, generator.integers(0, 3))
            wram[changed] = generator.integers(0, 256, len(changed))
            terms, due = tracker.step(wram), expected.step(wram)
            assert list(terms.items()) == list(due.items())
            assert (tracker.dead, tracker.rooms, tracker.tiles) == (expected.dead, expected.rooms, expected.tiles)
            terms.clear()


@needs_module
def test_rewards_are_those_of_the_reference():
    rewards_equal(RewardTracker(), np.random.default_rng(13), 40)


def test_rewards_are_those_of_the_reference_without_the_module(without_module):
    rewards_equal(RewardTracker(), np.random.default_rng(14), 40)


def play(acorn, access, steps=3000, **options):
    """Play at random; compare each step with the reference."""
    env = ZeldaEnv(rom=acorn, ram_access=access, episode_length=500, **options)
    encoder, tracker = reference.ReferenceEncoder(), reference.ReferenceTracker()
    actions = np.random.default_rng(15).integers(0, len(ACTIONS), steps)
    observation, _ = env.reset(seed=15)
    tracker.reset(env.wram)
    for number, action in enumerate(actions):
        assert same_bits(observation, encoder.encode(env.wram))
        observation, reward, terminated, truncated, info = env.step(action)
        terms = tracker.step(env.wram)
        assert info["rewards"] == terms
        assert reward == sum(terms.values())
        if terminated or truncated:
            observation, _ = env.reset(seed=number)
            tracker.reset(env.wram)
    env.close()


@pytest.mark.parametrize("access", ["auto", "public"])
@pytest.mark.parametrize("frame_skip", [1, 7])
def test_real_play_gives_the_bits_of_the_reference(acorn, access, frame_skip):
    play(acorn, access, frame_skip=frame_skip)


def test_real_play_gives_the_bits_of_the_reference_without_the_module(acorn, without_module):
    play(acorn, "auto", frame_skip=4)


def test_a_glance_is_all_that_observations_and_rewards_need(acorn):
    """Two environments, one of which never reads all of RAM."""
    envs = [ZeldaEnv(rom=acorn, ram_access=access, frame_skip=8) for access in ("auto", "public")]
    generator = np.random.default_rng(16)
    used = ram.used_offsets()
    for episode in range(10):
        first, second = (env.reset(seed=episode)[0] for env in envs)
        assert same_bits(first, second)
        for _ in range(100):
            action = generator.integers(8)
            offset, value = int(generator.choice(used)), int(generator.integers(256))
            for env in envs:
                # Whatever this makes of the game: it is the same for both.
                base = 0xC000 if offset < 0x1000 else 0xD000
                env._emulator._pyboy.memory[offset >> 12, base + (offset & 0xFFF)] = value
            (first, *one), (second, *other) = (env.step(action) for env in envs)
            assert same_bits(first, second)
            assert one == other
    for env in envs:
        env.close()


@needs_module
@pytest.mark.parametrize("size", [0, 100, ram.WRAM_BYTES - 1, ram.WRAM_BYTES + 1])
def test_ram_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="expected 12288"):
        StateEncoder(compiled=True).encode(np.zeros(size, np.uint8))


def test_what_was_not_built_cannot_be_asked_for(without_module):
    assert not StateEncoder().compiled
    with pytest.raises(EmulatorError, match="no compiled encoder"):
        StateEncoder(compiled=True)
