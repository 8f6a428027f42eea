"""Link's legs: over a room, out of it, through doors, against blocks and over holes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from director.errors import StuckError
from director.player import FACING, Player
from director.terrain import STEP, Place, Terrain, distance, foes, heading

Goal = Callable[[Terrain, Place], bool]
"""Whether a place is one to end at."""

_DIRECTION, _KNOCKBACK, _IN_AIR, _ENTERED = 0xD008, 0xD02D, 0xCC77, 0xCCA8
_LAYOUT, _PUSHED_BLOCK = 0xCF00, 0xD140
_GRAB, _HOLDING, _CARRIED = 0xCC75, 0x83, 0xDC00
_OFF: Final = 24
"""Pixels from a warp at which Link has left it."""
_STUCK: Final = 4
"""Frames without a step that mean that something stands in the way; now and then a frame of the game is lost."""


class Walker(Player):
    """Walks."""

    def go(self, column: float, row: float) -> None:
        """Walk to the middle of a cell; halves are allowed."""
        goal = (int(column * 16) + 8, int(row * 16) + 8)
        self.walk(lambda _, place: place == goal, lambda place: distance(place, goal), f"go {column:g} {row:g}")

    def leave(self, direction: str, at: int | None = None) -> None:
        """Walk over an edge of the room into the next one; `at` is the column or row of the opening."""
        before = self.room

        self.walk(
            lambda terrain, place: terrain.leads_out(place, direction, at),
            lambda place: 0,
            f"leave {direction}",
        )
        self.until(lambda: self.room != before, f"leaving {direction}", 60, (direction,))
        self.settle()

    def warp(self, column: int, row: int) -> None:
        """Walk onto a door, stairs or a mat and through it."""
        before = self.room
        goal = (column * 16 + 8, row * 16 + 8)
        if self.console.byte(_ENTERED) == row * 16 + column:
            self._step_off(goal)
        left = self.walk(
            lambda _, place: place == goal,
            lambda place: distance(place, goal),
            f"warp {column} {row}",
            open_cells=[(column, row)],
            may_leave=True,
        )
        if not left:
            # What lies at the edge may work only when he walks on outwards.
            terrain = Terrain(self.console)
            edges = {"up": row, "down": terrain.rows - 1 - row, "left": column, "right": terrain.columns - 1 - column}
            outwards = min(edges, key=lambda direction: edges[direction])
            self.until(lambda: self.console.screen.transition or self.room != before, "a warp", 30, (outwards,))
        self.until(lambda: self.room != before, f"warp {column} {row}")
        self.settle()

    def _step_off(self, warp: Place) -> None:
        """Leave the warp on which Link arrived, which sleeps until he does."""
        if Terrain(self.console).way(self.place, lambda _, place: distance(place, warp) >= _OFF, lambda _: 0):
            self.walk(lambda _, place: distance(place, warp) >= _OFF, lambda _: 0, "stepping off")

    def face(self, direction: str) -> None:
        """Look a way; where nothing stands there, that is a step of a pixel."""
        wanted = FACING.index(direction)
        self.until(lambda: self.console.byte(_DIRECTION) == wanted, f"facing {direction}", 10, (direction,))

    def against(self, direction: str) -> None:
        """Walk a way until something stops Link."""
        still, last = 0, self.place
        for _ in range(40):
            self.console.frame((direction,))
            still = still + 1 if self.place == last else 0
            last = self.place
            if still == 2 and self.console.byte(_DIRECTION) == FACING.index(direction):
                return
        raise StuckError(f"nothing stops Link {direction}: {self.where()}")

    def push(self, direction: str) -> None:
        """Push the block or door that way until it is gone from its cell."""
        dx, dy = STEP[direction]
        self.against(direction)
        x, y = self.place
        cell = ((y + 2 + dy * 11) // 16 << 4) + (x + dx * 11) // 16
        tile = self.console.byte(_LAYOUT + cell)
        self.until(lambda: self.console.byte(_LAYOUT + cell) != tile, f"pushing {direction}", 60, (direction,))
        self.until(lambda: not self.console.byte(_PUSHED_BLOCK) & 3, "the block at rest", 60)
        self.settle()

    def jump(self, direction: str) -> None:
        """Run that way and jump over the hole that begins there, with the feather on A or B."""
        button = self.button_of("feather")
        dx, dy = STEP[direction]

        def at_brink() -> bool:
            terrain = Terrain(self.console)
            return not terrain.safe((self.place[0] + 2 * dx, self.place[1] + 2 * dy))

        self.until(at_brink, f"a hole {direction}", 120, (direction,))
        self.wait(2, (direction, button))
        self.until(lambda: not self.console.byte(_IN_AIR), "landing", 60, (direction,))
        self.settle()

    def lift(self, direction: str) -> None:
        """Lift the bush, rock or pot that way, with the bracelet on A or B."""
        self.against(direction)
        self.press((self.button_of("bracelet"),))
        self.until(lambda: self.console.byte(_GRAB) == _HOLDING, f"lifting {direction}", 60)

    def throw(self, direction: str) -> None:
        """Throw what Link carries a way, and see it break."""
        self.face(direction)
        self.press(("a",))
        self.until(lambda: not self.console.byte(_CARRIED) & 3, "the end of what was thrown", 60)
        self.settle()

    def walk(
        self,
        goal: Goal,
        near: Callable[[Place], int],
        what: str,
        *,
        open_cells: Iterable[Place] = (),
        may_leave: bool = False,
    ) -> bool:
        """Walk to a place, looking anew at each half cell while foes are about; return whether the room changed."""
        open_cells = list(open_cells)
        room, patience = self.room, 4000
        plan: list[Place] = []
        while patience > 0:
            patience -= 1
            screen = self.console.screen
            if screen.dead:
                raise StuckError(f"Link died on the way: {what}: {self.where()}")
            if may_leave and (screen.transition or self.room != room):
                return True
            if screen.dialog:
                self.close()
                continue
            if not screen.can_act or self.console.byte(_KNOCKBACK):
                self.console.frame()
                plan = []
                continue
            if goal(Terrain(self.console, open_cells), self.place):
                return False
            if not plan or foes(self.console):
                plan = self._plan(goal, near, what, open_cells)
            while plan and plan[0] == self.place:
                plan.pop(0)
            if plan:
                plan = self._follow(plan)
        raise StuckError(f"{what} takes too long: {self.where()}")

    def _plan(
        self,
        goal: Goal,
        near: Callable[[Place], int],
        what: str,
        open_cells: list[Place],
    ) -> list[Place]:
        """Find the way of this moment; wait for one a little, since people and foes move."""
        for _ in range(12):
            terrain = Terrain(self.console, open_cells)
            plan = terrain.way(self.place, goal, near)
            if plan is not None:
                return plan
            self.wait(10)
        raise StuckError(f"there is no way: {what}: {self.where()}")

    def _follow(self, plan: list[Place]) -> list[Place]:
        """Walk to the next place of a plan; return what is left of it, nothing if something came between."""
        target = plan[0]
        direction = heading(self.place, target)
        step, still = STEP[direction], 0
        while still < _STUCK:
            before = self.place
            self.console.frame((direction,))
            if self.place == target:
                return plan[1:]
            moved = (self.place[0] - before[0], self.place[1] - before[1])
            if moved not in (step, (0, 0)) or not self.console.screen.can_act:
                return []
            still = still + 1 if moved == (0, 0) else 0
        return []
