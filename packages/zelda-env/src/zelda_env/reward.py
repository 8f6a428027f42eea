"""The reward: named terms that are paid when something happens in the game.

Each step gives a dictionary of the terms that are not zero; the reward is `math.fsum` of its values. The default
weights are multiples of 1/1024, so every sum of terms, in any order and over any number of steps, is exact in binary.

With them, what can be repeated does not pay: a place, a text or a treasure counts once in an episode, money only above
the most that was held so far, kills only a few in each room, and getting hurt costs at least what healing gives.
`reward_config` defines the terms; of them `move`, which is off by default, pays for what can be repeated.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from zelda_env import fast
from zelda_env import ram_map as ram
from zelda_env.emulator import ACTIONS
from zelda_env.motion import Motion
from zelda_env.ram_map import Bytes
from zelda_env.reward_config import TERMS, RewardConfig, Terms
from zelda_env.state import SCREEN_OFFSETS, Screen

_NUMBERS = (
    ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X, ram.LINK_OBJECT, ram.GROUP, ram.ROOM, ram.HEALTH,
    ram.SWORD, ram.ESSENCES, ram.MENU, ram.TEXT_LOW, ram.TEXT_HIGH,
)  # fmt: skip
_OFFSETS = np.concatenate(
    [
        SCREEN_OFFSETS,
        [field.offset for field in _NUMBERS],
        [field.offset + at for field in (ram.RUPEES, ram.KILLS) for at in range(2)],
    ]
).astype(np.intp)
_IN_GAME: Final = 2
_START: Final = ACTIONS.index("Start")

_WATCHED = np.concatenate(
    [_OFFSETS, *(np.arange(field.offset, field.offset + field.size) for field in (ram.TREASURES, ram.KEYS))]
).astype(np.intp)
"""Every byte a term depends on; as long as none changes, a step earns what the one before did at most."""
_POSITIONS = (ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X)
_BITS = np.where(np.isin(_WATCHED, [field.offset for field in _POSITIONS]), 0xF0, 0xFF).astype(np.uint8)
"""The bits of each that matter: of a position only which cell it is in."""


class _Watch:
    """Remembers the watched bytes; `fast.MODULE.Watch` does the same."""

    def __init__(self) -> None:
        self._now = np.zeros(len(_WATCHED), np.uint8)
        self._last = b""

    def changed(self, wram: Bytes) -> bool:
        """Tell whether one differs from the last call."""
        wram.take(_WATCHED, None, self._now, "clip")
        np.bitwise_and(self._now, _BITS, self._now)
        now = self._now.tobytes()
        if now == self._last:
            return False
        self._last = now
        return True


class RewardTracker:
    """Follows an episode and says what each step earned.

    Args:
        config: The weights, or the name of a preset.

    Raises:
        ValueError: There is no preset of that name.
    """

    def __init__(self, config: RewardConfig | str = "default") -> None:
        config = RewardConfig.preset(config) if isinstance(config, str) else config
        self._weights: Terms = {name: getattr(config, name) for name in TERMS}
        self._kills_per_room = config.kills_per_room
        self._changed = _Watch().changed if fast.MODULE is None else fast.MODULE.Watch(_WATCHED, _BITS).changed
        # It costs a look at RAM in each step, so only those who pay for it have it.
        acted = config.move or config.stuck or config.start_press
        self._motion = Motion(config.stuck_after) if acted else None
        self._again: Terms = {}
        self._forget()

    @property
    def rooms(self) -> int:
        """Rooms seen in this episode, the first one included."""
        return len(self._rooms)

    @property
    def tiles(self) -> int:
        """Cells stood in in this episode, the first one included."""
        return len(self._tiles)

    @property
    def dead(self) -> bool:
        """Whether Link was dying after the last step."""
        return self._dead

    def reset(self, wram: Bytes) -> None:
        """Begin an episode: what RAM (uint8 (12288,), linear) shows now earns nothing."""
        self._forget()
        self._changed(wram)
        self._measure(wram, {})
        self._again = self._due_again(wram)
        if self._motion is not None:
            self._motion.reset(wram)

    def step(self, wram: Bytes, action: int = 0) -> Terms:
        """Return what the step that led to this RAM earned: the terms that are not zero, by name.

        Args:
            wram: Linear work RAM, uint8 (12288,).
            action: What was pressed, 0 to 7, see `ACTIONS`.
        """
        if self._changed(wram):
            paid: dict[str, int] = {"step": 1}
            self._measure(wram, paid)
            self._again = self._due_again(wram)
            terms = self._priced(paid)
        else:
            terms = self._again.copy()
        if self._motion is not None:
            moved, stuck = self._motion.step(wram, action)
            terms |= self._priced({"move": moved, "stuck": stuck, "start_press": action == _START})
        return terms

    def _priced(self, paid: dict[str, int]) -> Terms:
        weights = self._weights
        terms = {name: weights[name] * count for name, count in paid.items() if count}
        return {name: value for name, value in terms.items() if value}

    def _due_again(self, wram: Bytes) -> Terms:
        """Return what another step earns as long as nothing that is watched changes."""
        in_menu = wram[ram.GAME_STATE.offset] == _IN_GAME and wram[ram.MENU.offset] != 0
        return self._priced({"step": 1, "menu": int(in_menu)})

    def _forget(self) -> None:
        self._rooms: set[int] = set()
        self._tiles: set[int] = set()
        self._tile = -1
        self._texts: set[int] = set()
        self._kills_in: dict[int, int] = {}
        self._text = -1
        self._health = self._kills = -1
        self._keys = b""
        self._treasures: int = 0
        self._rupees = self._sword = self._essences = 0
        self._dead = False

    def _measure(self, wram: Bytes, paid: dict[str, int]) -> None:
        """Add to `paid` how often each term is due, and remember what is now known."""
        values = wram.take(_OFFSETS).tolist()
        screen = Screen.of(values[:11])
        y, x, other_y, other_x, link, group, room, health, sword, essences, menu, low, high = values[11:24]
        if link == 0xD1:
            y, x = other_y, other_x
        if values[0] == _IN_GAME:
            place = group << 8 | room
            if screen.stable:
                self._explore(paid, place, y & 0xF0 | x >> 4)
            self._count_health(paid, 0 if health >= 0x80 else health)
            self._count_kills(paid, place, values[26] | values[27] << 8)
            self._count_belongings(paid, wram, _rupees(values[24], values[25]), sword, essences)
            self._listen(paid, screen.dialog, (high << 8) | low)
            paid["menu"] = int(menu != 0)
        if screen.dead and not self._dead:
            paid["death"] = 1
        self._dead = screen.dead

    def _explore(self, paid: dict[str, int], place: int, cell: int) -> None:
        tile = place << 8 | cell
        if tile == self._tile:
            return
        if place != self._tile >> 8:
            paid["room_revisit" if place in self._rooms else "room"] = 1
            self._rooms.add(place)
        paid["tile_revisit" if tile in self._tiles else "tile"] = 1
        self._tiles.add(tile)
        self._tile = tile

    def _count_health(self, paid: dict[str, int], health: int) -> None:
        if self._health >= 0 and health != self._health:
            change = health - self._health
            paid["health_gained" if change > 0 else "health_lost"] = abs(change)
        self._health = health

    def _count_kills(self, paid: dict[str, int], place: int, kills: int) -> None:
        if kills > self._kills >= 0:
            before = self._kills_in.get(place, 0)
            self._kills_in[place] = before + kills - self._kills
            limit = self._kills_per_room
            paid["kill"] = min(self._kills_in[place], limit) - min(before, limit)
        self._kills = kills

    def _count_belongings(self, paid: dict[str, int], wram: Bytes, rupees: int, sword: int, essences: int) -> None:
        paid["rupees"] = max(0, rupees - self._rupees)
        self._rupees = max(self._rupees, rupees)
        paid["sword"] = max(0, sword - self._sword)
        self._sword = max(self._sword, sword)
        paid["essence"] = (essences & ~self._essences).bit_count()
        self._essences |= essences
        treasures = int.from_bytes(wram[ram.TREASURES.span].tobytes(), "little")
        paid["treasure"] = (treasures & ~self._treasures).bit_count()
        self._treasures |= treasures
        keys = wram[ram.KEYS.span].tobytes()
        if keys != self._keys:
            paid["keys"] = sum(max(0, now - before) for now, before in zip(keys, self._keys, strict=False))
            self._keys = keys

    def _listen(self, paid: dict[str, int], dialog: bool, text: int) -> None:
        if not dialog:
            if self._text >= 0:
                paid["dialog"] = 1
            self._text = -1
        elif text not in self._texts:
            self._texts.add(text)
            paid["talk"] = 1
            self._text = text


def total(terms: Terms) -> float:
    """Return the reward of a step: the exactly rounded sum of its terms."""
    return math.fsum(terms.values())


def _rupees(low: int, high: int) -> int:
    return (high >> 4) * 1000 + (high & 15) * 100 + (low >> 4) * 10 + (low & 15)
