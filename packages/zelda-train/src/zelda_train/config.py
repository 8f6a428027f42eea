"""The parameters of a training epoch."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)


class TrainConfig(BaseModel):
    """The parameters of one training epoch; all of them are recorded in the checkpoint's manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    epoch_steps: PositiveInt = 65_536
    """Environment steps of the epoch, rounded up to whole batches."""
    ray_workers: NonNegativeInt = 2
    """Runner processes; 0 samples in the training process itself."""
    envs_per_worker: PositiveInt = 4
    """Environments that each runner steps in turn."""
    batch_size: PositiveInt = 2048
    """Environment steps of all runners together per PPO update."""
    minibatch_size: PositiveInt = 256
    """Steps per gradient step."""
    ppo_epochs: PositiveInt = 5
    """Passes over each batch."""
    lr: PositiveFloat = 1e-3
    """Learning rate of Adam; high, as an epoch of a first run has few updates."""
    gamma: float = Field(0.99, gt=0, le=1)
    """Discount, of the return and of the shaping alike."""
    gae_lambda: float = Field(0.95, ge=0, le=1)
    """Lambda of generalized advantage estimation."""
    clip: PositiveFloat = 0.2
    """PPO clips the probability ratio to 1 - clip .. 1 + clip."""
    entropy: NonNegativeFloat = 0.01
    """Weight of the entropy bonus."""
    value_weight: NonNegativeFloat = 0.5
    """Weight of the value loss."""
    grad_clip: PositiveFloat = 0.5
    """Largest global norm of the gradient."""
    hidden: PositiveInt = 256
    """Units of each of the two hidden layers, policy and value alike."""
    shaping_weight: NonNegativeFloat = 1.0
    """Weight of the learnt potential's shaping; 0 is off."""
    episode_length: PositiveInt = 1200
    """Steps after which an episode is truncated."""
    frame_skip: PositiveInt = 4
    """Emulator frames per step."""
    seed: NonNegativeInt = 0
    """Seed of the run; each epoch derives its own from it."""
    learner_threads: PositiveInt = 1
    """Torch threads of the learner; sums may round differently with another number."""

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        """Refuse a batch that cannot be filled or cut as asked."""
        if self.minibatch_size > self.batch_size:
            raise ValueError(
                f"minibatch_size {self.minibatch_size} is larger than batch_size {self.batch_size}; "
                "lower --minibatch-size or raise --batch-size"
            )
        if self.batch_size < self.env_count:
            raise ValueError(
                f"batch_size {self.batch_size} gives less than one step to each of the {self.env_count} environments; "
                "raise --batch-size or lower --envs-per-worker"
            )
        return self

    @property
    def env_count(self) -> int:
        """Environments stepped at the same time, all runners together."""
        return max(1, self.ray_workers) * self.envs_per_worker


def epoch_seed(seed: int, epoch: int) -> int:
    """Return the seed of one epoch, 0 .. 2**31 - 1: the same pair always gives the same one.

    Epochs must not share a seed: their runners would draw the same actions and meet the same resets again.
    """
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0] >> 1)
