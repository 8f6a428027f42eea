"""Shaping by a potential, exactly as Ng, Harada & Russell (1999) require.

    F(s, s') = γ Φ(s') − Φ(s),        Φ(terminal) = 0

leaves the optimal policies of the task unchanged, whatever Φ is. It holds to the letter or not at all: another γ than
the learner's, a Φ that is not zero where an episode *terminates*, a clipped or rectified F each change what is
optimal. Where an episode is merely *truncated* the task goes on out of sight, and Φ(s') is kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]


def shaping(phi: ArrayLike, next_phi: ArrayLike, terminated: ArrayLike, gamma: float) -> FloatArray:
    """Return γΦ(s') − Φ(s) for steps whose potentials are known.

    Args:
        phi: (N,), Φ of the states that were left. A caller that steps on should carry the last `next_phi` over
            rather than evaluate it anew, all the more so if the model may be swapped in between.
        next_phi: (N,), Φ of the states that were reached; on truncation that of the last state, not of the reset one.
        terminated: (N,) bool, whether the task ended there. Not for truncation.
        gamma: The learner's own discount, 0..1.

    Returns:
        float32 (N,).
    """
    kept = np.where(terminated, np.float32(0.0), np.asarray(next_phi, np.float32))
    return np.float32(gamma) * kept - np.asarray(phi, np.float32)


class Potential:
    """Turns a function Φ into rewards.

    Args:
        function: float32 (N, D) → float32 (N,); such as `RewardModel.potential` or `RewardModel.twin()`.
        gamma: The learner's own discount, 0..1.
        weight: What Φ is multiplied by; a multiple of a potential is a potential.

    Raises:
        ValueError: The discount is not within 0..1, or the weight is not finite.
    """

    def __init__(self, function: Callable[[FloatArray], FloatArray], gamma: float, weight: float = 1.0) -> None:
        if not 0.0 <= gamma <= 1.0:
            raise ValueError(f"gamma is {gamma}, expected the learner's discount, within 0..1")
        if not np.isfinite(weight):
            raise ValueError(f"the weight is {weight}, expected a finite number")
        self.gamma = gamma
        self.weight = weight
        self._function = function

    def __call__(self, obs: FloatArray) -> FloatArray:
        """Return weight · Φ: float32 (N,) for float32 (N, D)."""
        return np.float32(self.weight) * self._function(obs)

    def step(self, obs: FloatArray, next_obs: FloatArray, terminated: ArrayLike) -> FloatArray:
        """Return the shaping reward of steps that need not follow one another.

        Args:
            obs: float32 (N, D), the states that were left.
            next_obs: float32 (N, D), the states that were reached.
            terminated: (N,) bool; see `shaping`.

        Returns:
            float32 (N,).
        """
        return shaping(self(obs), self(next_obs), terminated, self.gamma)

    def trajectory(self, obs: FloatArray, terminated: bool) -> FloatArray:
        """Return the shaping reward of each step of one trajectory, evaluating every state once.

        Args:
            obs: float32 (T + 1, D), from the first state to the last one.
            terminated: Whether the task ended at the last one. Not for truncation.

        Returns:
            float32 (T,); Σ γ^t F_t = γ^T Φ(s_T) − Φ(s_0), with Φ(s_T) = 0 if terminated.
        """
        phi = self(obs)
        ended = np.zeros(len(obs) - 1, np.bool_)
        ended[-1:] = terminated
        return shaping(phi[:-1], phi[1:], ended, self.gamma)
