"""Train two epochs on an environment of one's own: no game, no siblings, a folder for a store.

Run it with `python corridor.py FOLDER`.
"""

from __future__ import annotations

import sys
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from zelda_train import TrainConfig, train_epoch
from zelda_train.store import Store

LENGTH = 12
LEFT, RIGHT = 3, 4


class Corridor(gym.Env[NDArray[np.float32], np.int64]):
    """Walk right to the end of a corridor; every step costs a little.

    Args:
        context: What RLlib passes to every environment; `crash_at` lets the environment raise at that step.
    """

    observation_space = gym.spaces.Box(0.0, 1.0, (128,), np.float32)
    action_space = gym.spaces.Discrete(8)

    def __init__(self, context: dict[str, Any]) -> None:
        self.crash_at = context.get("crash_at")
        self.total = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start in the left half."""
        super().reset(seed=seed)
        self.place, self.steps = int(self.np_random.integers(LENGTH // 2)), 0
        return self._obs(), {}

    def step(self, action: np.int64) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take one step; the terms of the reward go to `info["rewards"]`."""
        self.steps, self.total = self.steps + 1, self.total + 1
        if self.total == self.crash_at:
            raise RuntimeError("the corridor collapsed")
        self.place = max(0, self.place + (action == RIGHT) - (action == LEFT))
        arrived = self.place >= LENGTH
        rewards = {"goal": float(arrived), "time": -0.01}
        return self._obs(), sum(rewards.values()), arrived, self.steps >= 60, {"rewards": rewards}

    def _obs(self) -> NDArray[np.float32]:
        obs = np.zeros(128, np.float32)
        obs[min(self.place, LENGTH)] = 1.0
        return obs


def progress_made(obs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a potential, `(N, 128)` to `(N,)`: how far along the corridor each state is."""
    return obs[:, : LENGTH + 1] @ np.linspace(0.0, 1.0, LENGTH + 1, dtype=np.float32)


def main(folder: str) -> None:
    """Train two epochs, the second with a potential."""
    config = TrainConfig(epoch_steps=4096, ray_workers=0, batch_size=1024, minibatch_size=256, episode_length=60)
    for epoch, potential in enumerate([None, progress_made]):
        manifest = train_epoch(config, Store(folder), epoch, Corridor, potential=potential)
        print(f"epoch {epoch}: return {manifest['metrics']['return_mean']:.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
