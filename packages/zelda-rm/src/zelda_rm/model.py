"""The reward model: a small network with a potential for what changes and a level for what lasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zelda_rm.link import Link
from zelda_rm.segment import OBS_SIZE
from zelda_rm.twin import CLIP, FloatArray, NumpyPotential, inverse_std

SIZES: Final = (OBS_SIZE, 64, 64, 1)
"""Widths of the network: the observation, two hidden layers, one output a head."""

CONSTANT_STD: Final = 1e-6
"""A slot whose standard deviation is below this part of its size (or of one) never varied."""


LEAST_SCALE: Final = 1e-6
"""A spread of Φ below this is none: such a model has learnt nothing, and is not blown up to have."""


class RewardModel(nn.Module):
    """Φ: observation → potential, with a second head for the level.

    Φ(s) = gain(z) / scale with z = clip((s − mean) / std, ±5); slots with std 0 are ignored. After a fit, Φ has the
    standard deviation 1 over the training observations, so that a shaping weight means the same in every epoch.

    Args:
        layout: The version of the 128 numbers, such as `zelda-obs/2`.
        link: How a segment's value comes from Φ; see `zelda_rm.link`.
        seed: Of the initial weights. The global random state is left as it was.

    Attributes:
        scale: See above; 1 until fitted.
        epoch: The epoch it was fitted in, or None.
        metrics: What the fit measured.
    """

    mean: Tensor
    std: Tensor
    factor: Tensor

    def __init__(self, layout: str, link: Link = "two-head", seed: int = 0) -> None:
        super().__init__()
        self.layout = layout
        self.link: Link = link
        self.scale = 1.0
        self.epoch: int | None = None
        self.metrics: Mapping[str, float | int | None] = {}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.trunk = nn.Sequential(
                nn.Linear(SIZES[0], SIZES[1]), nn.ReLU(), nn.Linear(SIZES[1], SIZES[2]), nn.ReLU()
            )
            self.gain_head = nn.Linear(SIZES[2], SIZES[3])
            self.level_head = nn.Linear(SIZES[2], SIZES[3]) if link == "two-head" else None
        for name in ("mean", "std", "factor"):
            self.register_buffer(name, torch.zeros(SIZES[0]), persistent=False)
        self.normalise_by(np.zeros(SIZES[0], np.float32), np.ones(SIZES[0], np.float32))

    def normalise_by(self, mean: FloatArray, std: FloatArray) -> None:
        """Set the input normaliser.

        Args:
            mean: float32 (128,).
            std: float32 (128,), ≥ 0; a slot with 0 is ignored from now on.
        """
        self.mean.copy_(torch.from_numpy(mean))
        self.std.copy_(torch.from_numpy(std))
        self.factor.copy_(torch.from_numpy(inverse_std(std)))

    def normalise(self, obs: Tensor) -> Tensor:
        """Return the network's input: float32 (N, 128), within ±5."""
        return ((obs - self.mean) * self.factor).clamp(-CLIP, CLIP)

    def heads(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return both outputs for normalised inputs.

        Args:
            inputs: float32 (N, 128), from `normalise`.

        Returns:
            gain: float32 (N,), Φ before scaling, in units of log-odds.
            level: float32 (N,); the gain again if the link has one head.
        """
        hidden = self.trunk(inputs)
        gain = self.gain_head(hidden).squeeze(-1)
        return gain, gain if self.level_head is None else self.level_head(hidden).squeeze(-1)

    def forward(self, obs: Tensor) -> Tensor:
        """Return Φ, scaled: float32 (N,) for float32 (N, 128)."""
        return self.heads(self.normalise(obs))[0] / self.scale

    @torch.inference_mode()
    def potential(self, obs: FloatArray) -> FloatArray:
        """Return Φ of each state.

        Args:
            obs: float32 (N, 128).

        Returns:
            float32 (N,).
        """
        result: FloatArray = self(torch.from_numpy(np.ascontiguousarray(obs, np.float32))).numpy()
        return result

    def twin(self) -> NumpyPotential:
        """Return Φ as it is now in NumPy alone: faster on few states, and free of torch."""
        linears = [self.trunk[0], self.trunk[2], self.gain_head]
        layers = [(_array(linear.weight), _array(linear.bias)) for linear in linears if isinstance(linear, nn.Linear)]
        return NumpyPotential(_array(self.mean), _array(self.std), layers, self.scale)


def fit_normaliser(rows: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
    """Return the mean and standard deviation of each slot.

    Args:
        rows: float32 (N, 128), N ≥ 1.

    Returns:
        mean: float32 (128,).
        std: float32 (128,); exactly 0 for a slot that does not vary.
    """
    mean = rows.mean(axis=0, dtype=np.float64)
    std = rows.std(axis=0, dtype=np.float64)
    std[std <= CONSTANT_STD * np.maximum(1.0, np.abs(mean))] = 0.0
    return mean.astype(np.float32), std.astype(np.float32)


def _array(tensor: Tensor) -> FloatArray:
    copy: FloatArray = tensor.detach().numpy().copy()
    return copy
