"""The policy and value network; its numpy twin for the runners is `policy.NumpyPolicy`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis import InferenceOnlyAPI, ValueFunctionAPI
from ray.rllib.core.rl_module.torch import TorchRLModule
from torch import nn

from zelda_train.policy import FloatArray, NumpyPolicy, select


class ActorCritic(TorchRLModule, ValueFunctionAPI, InferenceOnlyAPI):  # type: ignore[misc]
    """Two separate tanh networks of two hidden layers: logits of the policy, and the value.

    Observations are `(N, D)` float32, actions integers below the size of a `Discrete` space. `model_config["hidden"]`
    is the width. Runners hold the policy only, and sample from it with `sample`, which needs no torch: at a batch of
    one to sixteen rows and with caches that the emulator has just emptied, numpy answers several times sooner.
    """

    def setup(self) -> None:
        """Create the networks; RLlib calls this once."""
        width, actions = int(self.observation_space.shape[0]), int(self.action_space.n)
        hidden = int(self.model_config.get("hidden", 256))
        self.policy = _mlp(width, hidden, actions, gain=0.01)
        self.value = _mlp(width, hidden, 1, gain=1.0)

    def get_non_inference_attributes(self) -> list[str]:
        """Return what a runner does not need."""
        return ["value"]

    def compute_values(self, batch: dict[str, Any], embeddings: torch.Tensor | None = None) -> torch.Tensor:
        """Return the values of `batch["obs"]`, `(N, D)` float32, as `(N,)` float32."""
        values: torch.Tensor = self.value(batch[Columns.OBS])
        return values.squeeze(-1)

    def sample(self, obs: FloatArray, rng: np.random.Generator) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
        """Draw one action a row from the same distribution that `forward_exploration` describes.

        Args:
            obs: Observations `(N, D)` float32.
            rng: One uniform number is drawn from it for each row.

        Returns:
            Actions `(N,)` int64, their log-probabilities `(N,)` float32, and the logits `(N, A)` float32.
        """
        logits = self.logits(obs)
        actions, logp = select(logits, rng.random(len(logits)))
        return actions, logp, logits

    def logits(self, obs: FloatArray) -> FloatArray:
        """Return the policy's logits `(N, A)` float32 for observations `(N, D)` float32, computed by numpy."""
        return self._twin().logits(obs)

    def _twin(self) -> NumpyPolicy:
        """Return the policy on arrays that share memory with torch, so that it follows every update."""
        twin: NumpyPolicy | None = self.__dict__.get("_numpy_twin")
        if twin is None:
            twin = NumpyPolicy([parameter.detach().numpy().T for parameter in self.policy.parameters()])
            self.__dict__["_numpy_twin"] = twin
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Leave the twin behind: a copy has weights of its own."""
        return {key: value for key, value in self.__dict__.items() if key != "_numpy_twin"}

    def _forward(self, batch: dict[str, Any], **kwargs: object) -> dict[str, torch.Tensor]:
        return {Columns.ACTION_DIST_INPUTS: self.policy(batch[Columns.OBS])}


def _mlp(inputs: int, hidden: int, outputs: int, gain: float) -> nn.Sequential:
    """Return a tanh network with orthogonal weights, as PPO is usually started (arXiv 2005.12729)."""
    last = nn.Linear(hidden, outputs)
    layers = [nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), last]
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.orthogonal_(layer.weight, gain if layer is last else math.sqrt(2))
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)
