"""Link's sword: fights that look ahead, each move the best of those that were tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from director.errors import StuckError
from director.player import FACING
from director.terrain import STEP, Body, Terrain, distance, foes, heading
from director.walker import Walker

_ENEMIES, _HEALTH, _DIRECTION = 0xCC30, 0xC6A2, 0xD008
_GAME_OVER, _FADE = 0xCBB4, 0xC4AB
_FOE_HEALTH, _FOE_RADIUS = 0x29, 0x27
_MOVE, _STROKE, _FORESIGHT = 8, 15, 56
"""Frames of a move in a fight, of a stroke of the sword, and how far a fight is looked ahead."""


class Fighter(Walker):
    """Fights, and knows how to lose."""

    def fight(self, limit: int = 6000) -> None:
        """Fight until the room counts no enemies, looking ahead: each move is the best of those that were tried."""
        start = self.console.inputs.frames
        while self.console.byte(_ENEMIES):
            if self.console.inputs.frames - start > limit:
                raise StuckError(f"{self.console.byte(_ENEMIES)} enemies are left after {limit} frames: {self.where()}")
            if self.console.screen.dead:
                raise StuckError(f"Link died in a fight: {self.where()}")
            if self.console.screen.dialog:
                self.close()
            elif not self.console.screen.can_act or not foes(self.console):
                self.console.frame()
            else:
                self._best_move()
        self.settle()

    def _best_move(self) -> None:
        """Try each move from here and what comes of it, go back, and make the one that ends best."""
        here, room, values = self.console.checkpoint(), self.room, []
        moves = self._moves()
        for move in moves:
            move()
            while self.console.inputs.frames < here.inputs.frames + _FORESIGHT and not self.console.screen.dead:
                if not self._strike_nearest():
                    self.console.frame()
            values.append(self._fortune(room))
            self.console.restore(here)
        moves[max(range(len(moves)), key=values.__getitem__)]()

    def _moves(self) -> list[Callable[[], object]]:
        """List what can be done next: strike, come nearer, wait, or go some steps any way."""
        steps: list[Callable[[], object]] = [partial(self.wait, _MOVE, (way,)) for way in STEP]
        near = [self._strike_nearest] if self._reachable() else [self._towards_nearest]
        return [*near, partial(self.wait, _MOVE), *steps]

    def _fortune(self, room: tuple[int, int]) -> float:
        """Judge a moment of a fight: Link's health above all, then the foes' health, then how near they are."""
        if self.console.screen.dead or self.console.screen.transition or self.room != room:
            return -1000.0
        around = foes(self.console)
        strength = sum(self.console.byte(foe.slot + _FOE_HEALTH) + 1 for foe in around)
        nearest = min((distance((foe.x, foe.y), self.place) for foe in around), default=0)
        return 8.0 * self.console.byte(_HEALTH) - 3.0 * strength - nearest / 32

    def _reachable(self) -> Body | None:
        """Return the nearest foe, if a stroke reaches it."""
        foe = self._nearest()
        if foe is None or not self.console.screen.can_act:
            return None
        dx, dy = abs(foe.x - self.place[0]), abs(foe.y - self.place[1])
        radius = self.console.byte(foe.slot + _FOE_RADIUS)
        return foe if max(dx, dy) <= 20 + radius and min(dx, dy) <= 4 + radius else None

    def _nearest(self) -> Body | None:
        return min(foes(self.console), key=lambda foe: (distance((foe.x, foe.y), self.place), foe.slot), default=None)

    def _strike_nearest(self) -> bool:
        """Strike at the nearest foe if it is in reach; return whether frames have passed."""
        foe = self._reachable()
        if foe is None:
            return False
        direction = heading(self.place, (foe.x, foe.y))
        if self.console.byte(_DIRECTION) != FACING.index(direction):
            self.console.frame((direction,))
        self.press((self.button_of("sword"),), 1)
        self.wait(_STROKE)
        return True

    def _towards_nearest(self) -> None:
        """Walk some pixels towards where the nearest foe can be struck."""
        foe = self._nearest()
        plan = None
        if foe is not None:
            reach = 14 + self.console.byte(foe.slot + _FOE_RADIUS)
            spots = [(foe.x + dx * reach, foe.y + dy * reach) for dx, dy in STEP.values()]
            goals = {((x + 4) // 8 * 8, (y + 4) // 8 * 8) for x, y in spots}
            plan = Terrain(self.console).way(
                self.place, lambda _, place: place in goals, lambda place: min(distance(place, goal) for goal in goals)
            )
        for target in plan or []:
            if target != self.place:
                self.wait(min(_MOVE, distance(self.place, target)), (heading(self.place, target),))
                return
        self.wait(_MOVE)

    def die(self, limit: int = 6000) -> None:
        """Walk into foes until Link dies, and wait for the game-over menu."""
        start = self.console.inputs.frames
        while not self.console.screen.dead:
            if self.console.inputs.frames - start > limit:
                raise StuckError(f"Link is still alive after {limit} frames: {self.where()}")
            around = sorted(foes(self.console), key=lambda foe: (distance((foe.x, foe.y), self.place), foe.slot))
            target = (around[0].x, around[0].y) if around else self.place
            self.console.frame((heading(self.place, target),) if target != self.place else ())
        self.until(lambda: self.console.byte(_GAME_OVER) == 1, "the game-over menu", 300)
        self.until(lambda: not self.console.byte(_FADE), "the light of the game-over menu", 120)
        self.wait(10)
