"""The learnt potential in NumPy alone, for places where one state is scored at a time and torch is too slow to call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

CLIP: Final = 5.0
"""Normalised features are clipped to ±5, so that one rare slot does not drown the others."""

FloatArray = NDArray[np.float32]


def inverse_std(std: FloatArray) -> FloatArray:
    """Return 1 / std, and 0 where the standard deviation is 0.

    A slot that never varied in training has weights that were never trained: were it to vary later it would add
    noise to the potential. With the factor 0 it is ignored.
    """
    return np.divide(1.0, std, out=np.zeros_like(std), where=std > 0.0)


class NumpyPotential:
    """Φ of a trained `RewardModel`: the same numbers to float32 rounding, several times faster on few states.

    It holds plain arrays, so it pickles small and needs no torch in the process that uses it. An instance keeps
    scratch memory and is for one thread.

    Args:
        mean: float32 (D,), of the input normaliser.
        std: float32 (D,), ≥ 0; a slot with 0 is ignored.
        layers: Weight (out, in) and bias (out,) of each layer, float32, the last one with a single output; ReLU
            between them.
        scale: What the network's output is divided by, > 0.
    """

    def __init__(
        self, mean: FloatArray, std: FloatArray, layers: Sequence[tuple[FloatArray, FloatArray]], scale: float
    ) -> None:
        factor = inverse_std(std)
        self._low, self._high = mean - CLIP * std, mean + CLIP * std
        self._mean = mean
        weights = [weight.T.astype(np.float32) for weight, _ in layers]
        biases = [bias.astype(np.float32) for _, bias in layers]
        weights[0] = factor[:, None] * weights[0]
        weights[-1], biases[-1] = weights[-1] / np.float32(scale), biases[-1] / np.float32(scale)
        self._weights = [np.ascontiguousarray(weight) for weight in weights]
        self._biases = biases
        self._scratch: list[FloatArray] = []

    def __call__(self, obs: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Return Φ of each state.

        Args:
            obs: float32 (N, D), or (D,) for a single state.
            out: float32 (N,) to write to, or None for a new array.

        Returns:
            float32 (N,); `out` if it was given. A single state gives (1,).
        """
        batch = obs if obs.ndim == 2 else obs[None]
        if not self._scratch or len(self._scratch[0]) != len(batch):
            sizes = [self._weights[0].shape[0], *(weight.shape[1] for weight in self._weights)]
            self._scratch = [np.empty((len(batch), size), np.float32) for size in sizes]
        hidden = self._scratch[0]
        np.maximum(batch, self._low, out=hidden)
        np.minimum(hidden, self._high, out=hidden)
        np.subtract(hidden, self._mean, out=hidden)
        last = len(self._weights) - 1
        for index, (weight, bias, target) in enumerate(
            zip(self._weights, self._biases, self._scratch[1:], strict=True)
        ):
            np.matmul(hidden, weight, out=target)
            np.add(target, bias, out=target)
            if index < last:
                np.maximum(target, 0.0, out=target)
            hidden = target
        result = np.empty(len(batch), np.float32) if out is None else out
        result[:] = hidden[:, 0]
        return result

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_scratch": []}
