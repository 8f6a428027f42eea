"""Link, played from what RAM says: each method is a word of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from director.console import Console
from director.errors import StuckError
from director.inputs import Buttons
from director.symbol import Condition
from director.terrain import STEP, Body, Place, Terrain, bodies, foes, heading

BUTTON_ITEMS: Final = {"sword": 0x05, "shield": 0x01, "bombs": 0x03, "rod": 0x07, "feather": 0x17, "satchel": 0x19}
"""Items that can lie on a button, and their treasure ids."""
SEASONS: Final = ("spring", "summer", "autumn", "winter")

_FACING: Final = ("up", "right", "down", "left")
_LINK_X, _LINK_Y, _LINK_DIRECTION = 0xD00D, 0xD00B, 0xD008
_TEXT_MODE, _TEXT_OPTION, _ENEMIES = 0xCBA1, 0xCBA5, 0xCC30
_GROUP, _ROOM, _SEASON, _IN_AIR, _DYING = 0xCC49, 0xCC4C, 0xCC4E, 0xCC77, 0xCC34
_MENU, _MENU_STATE, _CURSOR, _STORAGE = 0xCBCB, 0xCBCC, 0xCBD0, 0xC682
_ENTERED = 0xCCA8
_OFF: Final = 24
_GAME_OVER, _FADE, _HEALTH = 0xCBB4, 0xC4AB, 0xC6A2
_INVENTORY: Final = {"b": 0xC680, "a": 0xC681}
PATIENCE: Final = 600
_MOVE, _STROKE, _FORESIGHT = 8, 15, 56
"""Frames of a move in a fight, of a stroke of the sword, and how far a fight is looked ahead."""
_STUCK: Final = 4
"""Frames without a step that mean that something stands in the way; now and then a frame of the game is lost."""

Goal = Callable[[Terrain, Place], bool]


class Actor:
    """Plays Link on a console.

    Args:
        console: Where the game runs.
    """

    def __init__(self, console: Console) -> None:
        self.console = console

    # ---- what is seen

    @property
    def place(self) -> Place:
        """Link's middle in pixels of the room, (x, y)."""
        return self.console.byte(_LINK_X), self.console.byte(_LINK_Y)

    @property
    def room(self) -> tuple[int, int]:
        """Group and number."""
        return self.console.byte(_GROUP), self.console.byte(_ROOM)

    def where(self) -> str:
        """Say where Link is and what is going on, for a message."""
        (x, y), (group, room), screen = self.place, self.room, self.console.screen
        doing = [name for name, value in zip(screen._fields, screen, strict=True) if value]
        hearts = self.console.byte(0xC6A2) / 4
        return (
            f"room {group}:{room:02X}, column {x // 16} row {y // 16} (x {x}, y {y}), "
            f"{hearts} hearts, {', '.join(doing) or 'no state'}, frame {self.console.inputs.frames}"
        )

    # ---- time

    def wait(self, frames: int, buttons: Buttons = ()) -> None:
        """Let frames pass, one by one, with some buttons held."""
        for _ in range(frames):
            self.console.frame(buttons)

    def until(self, done: Callable[[], bool], what: str, limit: int = PATIENCE, buttons: Buttons = ()) -> None:
        """Let frames pass until something is so.

        Raises:
            StuckError: It was not so within `limit` frames.
        """
        for _ in range(limit):
            if done():
                return
            self.console.frame(buttons)
        if not done():
            raise StuckError(f"{what} did not come about within {limit} frames: {self.where()}")

    def wait_until(self, condition: Condition, limit: int = PATIENCE) -> None:
        """Wait for a condition on RAM."""
        self.until(lambda: condition.holds(self.console), condition.text, limit)

    def settle(self, limit: int = 3 * PATIENCE) -> None:
        """Wait until the player can act, whatever room or fade lies between."""
        self.until(lambda: self.console.screen.can_act, "being able to act", limit)

    def press(self, buttons: Buttons, frames: int = 2) -> None:
        """Hold buttons for some frames, then let go for one."""
        self.wait(frames, buttons)
        self.wait(1)

    # ---- walking

    def go(self, column: float, row: float) -> None:
        """Walk to the middle of a cell; halves are allowed."""
        goal = (int(column * 16) + 8, int(row * 16) + 8)
        self._walk(lambda _, place: place == goal, lambda place: _distance(place, goal), f"go {column:g} {row:g}")

    def leave(self, direction: str, at: int | None = None) -> None:
        """Walk over an edge of the room into the next one; `at` is the column or row of the opening."""
        before = self.room

        self._walk(
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
        left = self._walk(
            lambda _, place: place == goal,
            lambda place: _distance(place, goal),
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
        if Terrain(self.console).way(self.place, lambda _, place: _distance(place, warp) >= _OFF, lambda _: 0):
            self._walk(lambda _, place: _distance(place, warp) >= _OFF, lambda _: 0, "stepping off")

    def face(self, direction: str) -> None:
        """Look a way; where nothing stands there, that is a step of a pixel."""
        wanted = _FACING.index(direction)
        self.until(lambda: self.console.byte(_LINK_DIRECTION) == wanted, f"facing {direction}", 10, (direction,))

    def against(self, direction: str) -> None:
        """Walk a way until something stops Link."""
        still, last = 0, self.place
        for _ in range(40):
            self.console.frame((direction,))
            still = still + 1 if self.place == last else 0
            last = self.place
            if still == 2 and self.console.byte(_LINK_DIRECTION) == _FACING.index(direction):
                return
        raise StuckError(f"nothing stops Link {direction}: {self.where()}")

    def push(self, direction: str) -> None:
        """Push the block or door that way until it is gone from its cell."""
        dx, dy = STEP[direction]
        self.against(direction)
        x, y = self.place
        cell = ((y + 2 + dy * 11) // 16 << 4) + (x + dx * 11) // 16
        tile = self.console.byte(0xCF00 + cell)
        self.until(lambda: self.console.byte(0xCF00 + cell) != tile, f"pushing {direction}", 60, (direction,))
        self.until(lambda: not self.console.byte(0xD140) & 3, "the block at rest", 60)
        self.settle()

    def jump(self, direction: str) -> None:
        """Run that way and jump over the hole that begins there, with the feather on A or B."""
        button = self._button_of("feather")
        dx, dy = STEP[direction]

        def at_brink() -> bool:
            terrain = Terrain(self.console)
            return not terrain.safe((self.place[0] + 2 * dx, self.place[1] + 2 * dy))

        self.until(at_brink, f"a hole {direction}", 120, (direction,))
        self.wait(2, (direction, button))
        self.until(lambda: not self.console.byte(_IN_AIR), "landing", 60, (direction,))
        self.settle()

    def _walk(
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
            if not screen.can_act or self.console.byte(0xD02D):
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

    # ---- people, signs and chests

    def use(self, column: int, row: int, answer: int | None = None) -> None:
        """Go up to a person, a sign or a chest, press A, and read on until Link may act again.

        Args:
            column: Of its cell.
            row: Of its cell.
            answer: Which answer to give to the questions that come, 0 the first.
        """
        self.approach(column, row)
        self.console.frame(("a",))
        self.until(lambda: not self.console.screen.can_act, f"an answer from {column} {row}", 20)
        self.until(lambda: self.console.screen.dialog or self.console.screen.can_act, "text", 120)
        self.close(answer)

    def approach(self, column: int, row: int, sides: Iterable[str] = ("down",)) -> None:
        """Go next to a cell and face it: a tile from one of some sides, a person from wherever one can get to them."""
        cell = (column * 16 + 8, row * 16 + 8)
        person = [body for body in bodies(self.console, 0x40, 2) if _distance((body.x, body.y), cell) <= 12]
        middle = (person[0].x, person[0].y) if person else cell
        sides = ("down", "left", "right", "up") if person else tuple(sides)
        targets = {(middle[0] + 16 * STEP[side][0], middle[1] + 16 * STEP[side][1]): side for side in sides}
        targets = {((x + 4) // 8 * 8, (y + 4) // 8 * 8): side for (x, y), side in targets.items()}
        self._walk(
            lambda _, place: place in targets,
            lambda place: min(_distance(place, target) for target in targets),
            f"going to {column} {row}",
        )
        self.against(_FACING[(_FACING.index(targets[self.place]) + 2) % 4])

    def close(self, answer: int | None = None) -> None:
        """Press A until no text is shown.

        Raises:
            StuckError: A question came and the route gives no answer.
        """
        for _ in range(PATIENCE * 4):
            if not self.console.screen.dialog:
                break
            if self.console.byte(_TEXT_MODE) == 1:
                self._answer(answer)
            self.console.frame(("a",))
            self.console.frame()
        self.settle()

    def _answer(self, answer: int | None) -> None:
        if answer is None:
            raise StuckError(f"a question waits and the route gives no answer (add `answer N`): {self.where()}")
        self.wait(2)
        for _ in range(answer):
            self.press(("right",))
        self.wait(2)

    # ---- fighting

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
        strength = sum(self.console.byte(foe.slot + 0x29) + 1 for foe in around)
        distance = min((_distance((foe.x, foe.y), self.place) for foe in around), default=0)
        return 8.0 * self.console.byte(_HEALTH) - 3.0 * strength - distance / 32

    def _reachable(self) -> Body | None:
        """Return the nearest foe, if a stroke reaches it."""
        foe = self._nearest()
        if foe is None or not self.console.screen.can_act:
            return None
        dx, dy = abs(foe.x - self.place[0]), abs(foe.y - self.place[1])
        radius = self.console.byte(foe.slot + 0x27)
        return foe if max(dx, dy) <= 20 + radius and min(dx, dy) <= 4 + radius else None

    def _nearest(self) -> Body | None:
        return min(foes(self.console), key=lambda foe: (_distance((foe.x, foe.y), self.place), foe.slot), default=None)

    def _strike_nearest(self) -> bool:
        """Strike at the nearest foe if it is in reach; return whether frames have passed."""
        foe = self._reachable()
        if foe is None:
            return False
        direction = heading(self.place, (foe.x, foe.y))
        if self.console.byte(_LINK_DIRECTION) != _FACING.index(direction):
            self.console.frame((direction,))
        self.press((self._button_of("sword"),), 1)
        self.wait(_STROKE)
        return True

    def _towards_nearest(self) -> None:
        """Walk some pixels towards where the nearest foe can be struck."""
        foe = self._nearest()
        plan = None
        if foe is not None:
            reach = 14 + self.console.byte(foe.slot + 0x27)
            spots = [(foe.x + dx * reach, foe.y + dy * reach) for dx, dy in STEP.values()]
            goals = {((x + 4) // 8 * 8, (y + 4) // 8 * 8) for x, y in spots}
            plan = Terrain(self.console).way(
                self.place, lambda _, place: place in goals, lambda place: min(_distance(place, goal) for goal in goals)
            )
        for target in plan or []:
            if target != self.place:
                self.wait(min(_MOVE, _distance(self.place, target)), (heading(self.place, target),))
                return
        self.wait(_MOVE)

    def die(self, limit: int = 6000) -> None:
        """Walk into foes until Link dies, and wait for the game-over menu."""
        start = self.console.inputs.frames
        while not self.console.screen.dead:
            if self.console.inputs.frames - start > limit:
                raise StuckError(f"Link is still alive after {limit} frames: {self.where()}")
            around = sorted(foes(self.console), key=lambda foe: (_distance((foe.x, foe.y), self.place), foe.slot))
            target = (around[0].x, around[0].y) if around else self.place
            self.console.frame((heading(self.place, target),) if target != self.place else ())
        self.until(lambda: self.console.byte(_GAME_OVER) == 1, "the game-over menu", 300)
        self.until(lambda: not self.console.byte(_FADE), "the light of the game-over menu", 120)
        self.wait(10)

    # ---- items

    def strike(self, direction: str) -> None:
        """Swing the sword a way: cuts the bush that stands there."""
        self.face(direction)
        self.press((self._button_of("sword"),), 1)
        self.wait(16)

    def apply(self, item: str, column: int, row: int, direction: str) -> None:
        """Use what lies on a button, from a cell against what stands that way: seeds on a torch, a bomb on a wall."""
        self.go(column, row)
        self.against(direction)
        self.press((self._button_of(item),))

    def bomb(self, column: int, row: int, direction: str) -> None:
        """Lay a bomb before Link on a cell, facing a way, go off and wait until it is over."""
        self.apply("bombs", column, row, direction)
        back = _FACING[(_FACING.index(direction) + 2) % 4]
        terrain = Terrain(self.console)
        for _ in range(44):
            if not terrain.free(self.place, back) or not terrain.safe(
                (self.place[0] + STEP[back][0] * 2, self.place[1] + STEP[back][1] * 2)
            ):
                break
            self.console.frame((back,))
        bombs = [0xD000 + 0x100 * slot for slot in range(7, 12)]
        self.until(lambda: not any(self.console.byte(slot) for slot in bombs), "the end of the bomb", 200)
        self.settle()

    def equip(self, item: str, button: str) -> None:
        """Put an item on A or B by way of the inventory."""
        wanted = BUTTON_ITEMS[item]
        if self.console.byte(_INVENTORY[button]) == wanted:
            return
        self.settle()
        self.press(("start",))
        self.until(lambda: self.console.byte(_MENU) == 1 and self.console.byte(_MENU_STATE) == 1, "the inventory", 90)
        other = "a" if button == "b" else "b"
        if self.console.byte(_INVENTORY[other]) == wanted:
            self.press((other,))
            self.wait(6)
        stored = [self.console.byte(_STORAGE + at) for at in range(16)]
        if wanted not in stored:
            raise StuckError(f"{item} ({wanted:02X}) is not carried, so it cannot be put on {button.upper()}")
        for _ in range(20):
            if self.console.byte(_CURSOR) == stored.index(wanted):
                break
            self.press(("right",))
            self.wait(6)
        self.press((button,))
        self.wait(6)
        self.press(("start",))
        self.until(lambda: not self.console.byte(_MENU), "the end of the inventory", 90)
        self.settle()
        if self.console.byte(_INVENTORY[button]) != wanted:
            raise StuckError(f"{item} does not lie on {button.upper()} after the inventory was closed: {self.where()}")

    def season(self, name: str, column: int, row: int) -> None:
        """Swing the rod on a stump, or at it, until the season has come."""
        wanted, button = SEASONS.index(name), self._button_of("rod")
        if self.console.byte(0xCE00 + row * 16 + column):
            self.approach(column, row, STEP)
        else:
            self.go(column, row)
        for _ in range(len(SEASONS)):
            before = self.console.byte(_SEASON)
            if before == wanted:
                return
            self.press((button,))
            self.until(partial(self._season_is_not, before), "another season", 180)
            self.settle()
        raise StuckError(f"the rod does not bring {name}: {self.where()}")

    def _season_is_not(self, season: int) -> bool:
        return self.console.byte(_SEASON) != season

    def _button_of(self, item: str) -> str:
        for button, address in _INVENTORY.items():
            if self.console.byte(address) == BUTTON_ITEMS[item]:
                return button
        raise StuckError(f"{item} lies on neither button; expected it to be equipped: {self.where()}")


def _distance(one: Place, other: Place) -> int:
    """Return how many frames a walk in two straight parts takes."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
