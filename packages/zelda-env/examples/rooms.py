"""What the other examples share: counting the rooms of an episode, and the line they print."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean
from typing import Any, SupportsFloat

import gymnasium as gym


class CountRooms(gym.Wrapper[Any, Any, Any, Any]):
    """Puts into `info["rooms"]` how many rooms the episode has seen so far, the first one included.

    The environment pays its `room` term once for each room, when the screen has come to rest in it: that is what is
    counted, so the weight `RewardConfig.room` must not be 0.
    """

    _rooms = 1

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode, in its first room."""
        self._rooms = 1
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, info | {"rooms": 1}

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:  # noqa: ANN401  as Gymnasium
        """Step, and count."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        self._rooms += "room" in info["rewards"]
        return observation, reward, terminated, truncated, info | {"rooms": self._rooms}


def report(returns: Iterable[float], rooms: Iterable[float]) -> str:
    """Return the line that every example prints.

    Args:
        returns: One for each episode that ended.
        rooms: Rooms seen, one for each episode.
    """
    returns, rooms = list(returns), list(rooms)
    if not returns:
        return "no episode ended; give more --steps"
    return f"{len(returns)} episodes: mean return {fmean(returns):.2f}, mean unique rooms {fmean(rooms):.2f}"
