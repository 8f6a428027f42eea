"""What the pressed direction did: did Link move, or does he push against something in vain?"""

from __future__ import annotations

from typing import Final

import numpy as np

from zelda_env import ram_map as ram
from zelda_env.ram_map import Bytes
from zelda_env.state import SCREEN_OFFSETS, Screen

_PLACE = (ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X, ram.LINK_OBJECT, ram.GROUP, ram.ROOM)
_OFFSETS: Final = np.concatenate([SCREEN_OFFSETS, [field.offset for field in _PLACE]]).astype(np.intp)
_DIRECTIONS: Final = range(1, 5)

Spot = tuple[int, int, int, int]
"""Group, room, y and x, in pixels of the room."""


class Motion:
    """Follows where Link is from step to step.

    Args:
        stuck_after: Steps in vain, in a row, that make him stuck.
    """

    def __init__(self, stuck_after: int) -> None:
        self._stuck_after = stuck_after
        self._spot: Spot | None = None
        self._in_vain = 0

    def reset(self, wram: Bytes) -> None:
        """Begin an episode in linear work RAM, uint8 (12288,)."""
        self._spot = _spot(wram)
        self._in_vain = 0

    def step(self, wram: Bytes, action: int) -> tuple[bool, bool]:
        """Look at what a step did.

        Args:
            wram: Linear work RAM after it, uint8 (12288,).
            action: 0 to 7, see `ACTIONS`.

        Returns:
            Whether a direction moved Link, and whether he is stuck, as `RewardConfig` defines both.
        """
        before, now = self._spot, _spot(wram)
        self._spot = now
        if before is None or now is None or now[:2] != before[:2]:
            self._in_vain = 0
            return False, False
        directed = action in _DIRECTIONS
        if now != before:
            self._in_vain = 0
            return directed, False
        self._in_vain += directed
        return False, directed and self._in_vain >= self._stuck_after


def _spot(wram: Bytes) -> Spot | None:
    """Return where Link, or the animal he rides, stands; None while he does not obey the player."""
    values = wram.take(_OFFSETS).tolist()
    if not Screen.of(values[: len(SCREEN_OFFSETS)]).can_act:
        return None
    y, x, other_y, other_x, link, group, room = values[len(SCREEN_OFFSETS) :]
    return (group, room, other_y, other_x) if link == 0xD1 else (group, room, y, x)
