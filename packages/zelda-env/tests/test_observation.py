import hashlib
import subprocess
import sys
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from PIL import Image
from pydantic import ValidationError
from zelda_env import ACORN_ID, StateEncoder, ZeldaEnv, observation_space
from zelda_env import ram_map as ram

MODES = [
    {"observation": "vector"},
    {"observation": "pixels"},
    {"observation": "pixels", "pixels": "rgb", "frame_stack": 2},
    {"observation": "dict", "frame_stack": 1},
    {"observation": "dict", "ram_access": "public"},
]
in_each_mode = pytest.mark.parametrize("options", MODES, ids=lambda options: "-".join(map(str, options.values())))


@pytest.fixture
def make(acorn):
    made = []

    def one(**options):
        made.append(ZeldaEnv(rom=acorn, **options))
        return made[-1]

    yield one
    for env in made:
        env.close()


def leaves(observation):
    """Return the arrays of an observation."""
    return list(observation.values()) if isinstance(observation, dict) else [observation]


def fingerprint(observation):
    return [hashlib.sha256(array.tobytes()).hexdigest() for array in leaves(observation)]


def gray(env):
    return np.asarray(Image.fromarray(env.frame()).convert("L"))


@in_each_mode
def test_gymnasium_finds_nothing_to_complain_about(options):
    made = gym.make(ACORN_ID, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(made.unwrapped)
    made.close()


@pytest.mark.parametrize(
    ("options", "shape"),
    [({}, (144, 160, 4)), ({"frame_stack": 1}, (144, 160, 1)), ({"pixels": "rgb", "frame_stack": 3}, (144, 160, 9))],
)
def test_the_picture_has_its_frames_in_channels(make, options, shape):
    env = make(observation="pixels", **options)
    assert (env.observation_space.shape, env.observation_space.dtype) == (shape, np.uint8)
    assert env.reset(seed=0)[0].shape == env.step(1)[0].shape == shape


@in_each_mode
def test_arrays_are_new_in_the_space_and_never_change(make, options):
    env = make(**options)
    seen = [env.reset(seed=0)[0]]
    seen += [env.step(action)[0] for action in (3, 3, 1, 4, 5) * 4]
    before = [fingerprint(observation) for observation in seen]
    seen += [env.step(2)[0], env.reset()[0], env.step(3)[0]]
    assert [fingerprint(observation) for observation in seen[: len(before)]] == before
    assert all(env.observation_space.contains(observation) for observation in seen)
    arrays = [array for observation in seen for array in leaves(observation)]
    assert all(array.flags.c_contiguous and array.flags.writeable for array in arrays)
    assert not any(np.shares_memory(one, other) for at, one in enumerate(arrays) for other in arrays[:at])


@pytest.mark.parametrize("frame_skip", [1, 4])
def test_a_stack_holds_the_last_frame_of_each_of_the_last_steps(make, frame_skip):
    env = make(observation="pixels", frame_stack=3, frame_skip=frame_skip)
    observation, _ = env.reset(seed=3)
    frames = [gray(env)] * 3
    for action in (3,) * 8 + (1,) * 8:
        assert np.array_equal(observation, np.stack(frames[-3:], axis=-1))
        observation = env.step(action)[0]
        frames.append(gray(env))
    assert len({frame.tobytes() for frame in frames}) > 8


def test_colours_are_those_of_the_frame(make):
    env = make(observation="pixels", pixels="rgb", frame_stack=2)
    env.reset(seed=3)
    env.step(3)
    before = env.frame()
    observation = env.step(3)[0]
    assert np.array_equal(observation, np.concatenate([before, env.frame()], axis=-1))
    assert not np.array_equal(before, env.frame())


def test_an_episode_begins_with_a_stack_of_its_first_frame(make):
    env = make(observation="pixels")
    env.reset(seed=1)
    for action in (3,) * 20 + (7,) * 5:
        env.step(action)
    observation, _ = env.reset(seed=1)
    assert all(np.array_equal(observation[..., at], gray(env)) for at in range(4))


@in_each_mode
def test_what_is_seen_does_not_depend_on_what_went_before(make, options):
    """The first frame an instance renders can be wrong, and frames between steps are not rendered."""
    one, other = make(**options), make(**options)
    other.reset(seed=5)
    for action in (1, 4, 7, 5) * 5:
        other.step(action)
    ours, theirs = one.reset(seed=8)[0], other.reset(seed=8)[0]
    for action in (3,) * 15 + (1, 5, 2, 7) * 5:
        assert fingerprint(ours) == fingerprint(theirs)
        ours, theirs = one.step(action)[0], other.step(action)[0]


def test_the_last_frame_of_a_step_looks_as_if_all_were_rendered(make, acorn):
    env, whole = make(observation="pixels", frame_stack=1), make(frame_skip=1, noop_max=1, render_mode="rgb_array")
    env.reset(seed=0)
    start = env.save_state()
    observation, _ = env.reset(options={"state": start})
    whole.reset(options={"state": start})
    for _ in range(30):
        assert np.array_equal(observation[..., 0], np.asarray(Image.fromarray(whole.render()).convert("L")))
        observation = env.step(3)[0]
        for _ in range(4):
            whole.step(3)


@in_each_mode
def test_the_game_and_its_rewards_are_the_same_in_each_mode(make, options):
    plain, env = make(), make(**options)
    actions = np.random.default_rng(2).integers(0, 8, 120)
    assert np.array_equal(plain.reset(seed=2)[0], env.reset(seed=2) and env.vector())
    for action in actions:
        observation, *ours = plain.step(action)
        seen, *theirs = env.step(action)
        assert ours == theirs
        assert np.array_equal(env.vector(), observation)
        if isinstance(seen, dict):
            assert np.array_equal(seen["vector"], observation)
    assert plain.ram.dump() == env.ram.dump()


@pytest.mark.parametrize("access", ["zero-copy", "public"])
def test_a_dictionary_holds_numbers_picture_and_collisions(make, access):
    env = make(observation="dict", ram_access=access)
    space = env.observation_space
    assert set(space.spaces) == {"vector", "pixels", "collision"}
    assert space["vector"] == observation_space()
    observation, _ = env.reset(seed=0)
    for action in (3,) * 30 + (1,) * 40:
        cells = np.frombuffer(env.ram.dump(), np.uint8)[ram.COLLISIONS.offset :][:176].reshape(11, 16)
        assert np.array_equal(observation["collision"], cells)
        assert np.array_equal(observation["pixels"][..., -1], gray(env))
        assert np.array_equal(observation["vector"], StateEncoder().encode(env.wram))
        observation = env.step(action)[0]
    # Acorn begins in a small room, which has 8 rows of 10 cells.
    assert (cells[8:] == 0xFF).all()
    assert (cells[:, 10:] == 0xFF).all()
    assert (cells[:8, :10] != 0xFF).all()


def test_a_picture_to_observe_is_no_render_mode(make):
    env = make(observation="pixels")
    env.reset(seed=0)
    assert env.render() is None
    assert make(observation="pixels", render_mode="rgb_array").render_mode == "rgb_array"


def test_numbers_render_no_frame_that_nobody_asked_for(make):
    env = make()
    env.reset(seed=0)
    before = env.frame()
    for _ in range(10):
        env.step(3)
    assert np.array_equal(env.frame(), before)


@pytest.mark.parametrize("wrong", [{"observation": "rgb"}, {"pixels": "L"}, {"frame_stack": 0}, {"frame_stack": 17}])
def test_unknown_modes_are_refused(acorn, wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ZeldaEnv(rom=acorn, **wrong)


PICTURES_OF_A_RUN = """
import hashlib, numpy as np, zelda_env
env = zelda_env.ZeldaEnv(observation="pixels")
actions = np.random.default_rng(8)
digest = hashlib.sha256(env.reset(seed=8)[0].tobytes())
for _ in range(60):
    digest.update(env.step(actions.integers(8))[0].tobytes())
print(digest.hexdigest())
"""


def test_another_process_sees_the_same():
    command = [sys.executable, "-c", PICTURES_OF_A_RUN]
    runs = {subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)}
    assert len(runs) == 1
