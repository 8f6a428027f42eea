import gymnasium as gym
import numpy as np
import pytest
from zelda_train.errors import ConfigError
from zelda_train.fragment import Fragment, check_spaces

BOX = gym.spaces.Box(0, 1, (128,), np.float32)


def test_a_fragment_is_time_major_with_one_more_observation():
    fragment = Fragment.empty(5, 3, BOX, gym.spaces.Discrete(8))
    assert fragment.obs.shape == (6, 3, 128)
    assert fragment.logits.shape == (5, 3, 8)
    assert {column.shape for column in (fragment.actions, fragment.rewards, fragment.logp)} == {(5, 3)}
    assert fragment.obs.dtype == fragment.rewards.dtype == np.float32
    assert fragment.actions.dtype == np.int64
    assert not fragment.rewards.any()  # a failed environment leaves a row that nobody wrote


def test_actions_have_to_count_from_zero():
    assert check_spaces(BOX, gym.spaces.Discrete(8)) == (128, 8)
    with pytest.raises(ConfigError, match="count from 0"):
        check_spaces(BOX, gym.spaces.Discrete(8, start=1))
