"""Choosing actions: the policy's numpy twin, against its torch forward and torch's own categorical distribution."""

from __future__ import annotations

import time

import gymnasium as gym
import numpy as np
import pytest
import torch
from ray.rllib.core.columns import Columns
from zelda_train.module import ActorCritic

CALLS = 200


@pytest.mark.benchmark(group="sampling", timer=time.process_time)
@pytest.mark.parametrize("environments", [1, 4, 8])
def test_sampling(ratio, environments):
    module = ActorCritic(
        observation_space=gym.spaces.Box(-1, 1, (128,), np.float32),
        action_space=gym.spaces.Discrete(8),
        model_config={"hidden": 256},
    )
    obs = np.random.default_rng(0).random((environments, 128), np.float32)
    rng = np.random.default_rng(1)
    torch.set_num_threads(1)

    def ours() -> None:
        for _ in range(CALLS):
            module.sample(obs, rng)

    @torch.inference_mode()
    def with_torch() -> None:
        for _ in range(CALLS):
            logits = module.forward_exploration({Columns.OBS: torch.from_numpy(obs)})[Columns.ACTION_DIST_INPUTS]
            distribution = torch.distributions.Categorical(logits=logits)
            actions = distribution.sample()
            actions.numpy(), distribution.log_prob(actions).numpy()

    ratio(ours, with_torch, "call", CALLS)
