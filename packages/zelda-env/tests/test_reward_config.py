import math
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError
from zelda_env import PRESETS, TERMS, EnvConfig, RewardConfig, RewardTracker, ZeldaEnv, make_vec
from zelda_env.reward_config import LIMITS, Preset


def test_the_names_are_those_that_a_flag_offers():
    assert tuple(PRESETS) == get_args(Preset)
    assert set(TERMS) | set(LIMITS) == set(RewardConfig.model_fields)


def test_the_default_is_what_a_bare_configuration_is():
    assert RewardConfig.preset("default") == RewardConfig() == EnvConfig().rewards
    new = ("move", "stuck", "start_press", "tile_revisit", "room_revisit")
    assert [getattr(RewardConfig(), name) for name in new] == [0] * 5


def test_october_2025_has_six_terms():
    weights = {name: getattr(RewardConfig.preset("october-2025"), name) for name in TERMS}
    assert {name: weight for name, weight in weights.items() if weight} == {
        "move": 0.1, "room": 20, "tile": 5, "start_press": -0.5, "stuck": -1, "death": -50,
    }  # fmt: skip


def test_a_name_will_do_wherever_a_configuration_will(acorn):
    october = RewardConfig.preset("october-2025")
    assert EnvConfig.model_validate({"rewards": "october-2025"}).rewards == october
    env, envs = ZeldaEnv(rom=acorn, rewards="october-2025"), make_vec(1, rom=acorn, rewards="october-2025")
    assert env.config.rewards == envs.envs[0].config.rewards == october
    env.close()
    envs.close()


def test_unknown_names_are_refused_with_those_that_exist(acorn):
    for refused in (lambda: RewardConfig.preset("october"), lambda: RewardTracker("october")):
        with pytest.raises(ValueError, match="no reward preset 'october'; expected one of default, october-2025"):
            refused()
    with pytest.raises(ValidationError, match="expected one of default, october-2025"):
        ZeldaEnv(rom=acorn, rewards="october")


def test_terms_of_a_played_episode_sum_to_the_reward(acorn):
    env = ZeldaEnv(rom=acorn, rewards="october-2025", episode_length=400)
    env.reset(seed=4)
    actions, paid = np.random.default_rng(4), set()
    for action in np.repeat(actions.integers(0, 8, 20), 20):
        _, reward, *_, info = env.step(action)
        assert reward == math.fsum(info["rewards"].values())
        assert 0.0 not in info["rewards"].values()
        paid |= set(info["rewards"])
    assert {"move", "tile", "stuck", "start_press"} <= paid <= {"move", "tile", "room", "stuck", "start_press"}
    env.close()
