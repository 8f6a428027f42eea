"""Link as routes play him: with people, signs and chests, and with what lies on his buttons."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from director.errors import StuckError
from director.fighter import Fighter
from director.player import BUTTON_ITEMS, FACING, INVENTORY
from director.terrain import STEP, Terrain, bodies, distance

SEASONS: Final = ("spring", "summer", "autumn", "winter")
"""Seasons by their number in RAM."""

_SEASON, _COLLISIONS = 0xCC4E, 0xCE00
_MENU, _MENU_STATE, _CURSOR, _STORAGE = 0xCBCB, 0xCBCC, 0xCBD0, 0xC682
_BOMBS: Final = [0xD000 + 0x100 * slot for slot in range(7, 12)]
_TREASURE, _VISIBLE = 0x60, 0x1A
_VISITOR, _VISITOR_X, _VISITOR_Y = 0xD100, 0xD10D, 0xD10B
_RETREAT: Final = 44
"""Frames that Link walks away from a bomb."""
_REACH: Final = 8
"""Pixels across and down from a thing at which Link takes it."""
_CHASE: Final = 60
"""Pixels from which Link goes towards somebody who comes his way."""


class Actor(Fighter):
    """Plays Link; each public method is a word of a route."""

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
        person = [body for body in bodies(self.console, 0x40, 2) if distance((body.x, body.y), cell) <= 12]
        middle = (person[0].x, person[0].y) if person else cell
        sides = ("down", "left", "right", "up") if person else tuple(sides)
        targets = {(middle[0] + 16 * STEP[side][0], middle[1] + 16 * STEP[side][1]): side for side in sides}
        targets = {((x + 4) // 8 * 8, (y + 4) // 8 * 8): side for (x, y), side in targets.items()}
        self.walk(
            lambda _, place: place in targets,
            lambda place: min(distance(place, target) for target in targets),
            f"going to {column} {row}",
        )
        self.against(FACING[(FACING.index(targets[self.place]) + 2) % 4])

    def take(self) -> None:
        """Walk to what lies in the room, wherever that is, and read on until Link may act again.

        Raises:
            StuckError: Nothing lies there.
        """
        lying = [body for body in bodies(self.console, 0x40, 2) if body.id == _TREASURE]
        lying = [body for body in lying if self.console.byte(body.slot + _VISIBLE)]
        if not lying:
            raise StuckError(f"nothing lies in the room: {self.where()}")
        nearest = min(lying, key=lambda body: (distance((body.x, body.y), self.place), body.slot))
        thing = (nearest.x, nearest.y)
        self.walk(
            lambda _, place: max(abs(place[0] - thing[0]), abs(place[1] - thing[1])) <= _REACH,
            lambda place: distance(place, thing),
            "taking what lies there",
        )
        self.wait(2)
        self.close()

    def meet(self, limit: int = 400) -> None:
        """Get in the way of the visitor who crosses the room, and read what she says.

        Raises:
            StuckError: She is not there, or came past.
        """
        self.until(lambda: bool(self.console.byte(_VISITOR)), "a visitor", 60)
        for _ in range(limit):
            if self.console.screen.dialog or not self.console.byte(_VISITOR):
                break
            across = self.console.byte(_VISITOR_X) - self.place[0]
            down = self.console.byte(_VISITOR_Y) - self.place[1]
            if abs(down) > _REACH:
                self.console.frame(("down" if down > 0 else "up",))
            else:
                self.console.frame(("right" if across > 0 else "left",) if abs(across) < _CHASE else ())
        if not self.console.screen.dialog:
            raise StuckError(f"the visitor came past: {self.where()}")
        self.close()

    def strike(self, direction: str) -> None:
        """Swing the sword a way: cuts the bush that stands there."""
        self.face(direction)
        self.press((self.button_of("sword"),), 1)
        self.wait(16)

    def apply(self, item: str, column: int, row: int, direction: str) -> None:
        """Use what lies on a button, from a cell against what stands that way: seeds on a torch, a bomb on a wall."""
        self.go(column, row)
        self.against(direction)
        self.press((self.button_of(item),))

    def bomb(self, column: int, row: int, direction: str) -> None:
        """Lay a bomb before Link on a cell, facing a way, go off and wait until it is over."""
        self.apply("bombs", column, row, direction)
        back = FACING[(FACING.index(direction) + 2) % 4]
        terrain = Terrain(self.console)
        for _ in range(_RETREAT):
            if not terrain.free(self.place, back) or not terrain.safe(
                (self.place[0] + STEP[back][0] * 2, self.place[1] + STEP[back][1] * 2)
            ):
                break
            self.console.frame((back,))
        self.until(lambda: not any(self.console.byte(slot) for slot in _BOMBS), "the end of the bomb", 200)
        self.settle()

    def equip(self, item: str, button: str) -> None:
        """Put an item on A or B by way of the inventory."""
        wanted = BUTTON_ITEMS[item]
        if self.console.byte(INVENTORY[button]) == wanted:
            return
        self.settle()
        self.press(("start",))
        self.until(lambda: self.console.byte(_MENU) == 1 and self.console.byte(_MENU_STATE) == 1, "the inventory", 90)
        other = "a" if button == "b" else "b"
        if self.console.byte(INVENTORY[other]) == wanted:
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
        if self.console.byte(INVENTORY[button]) != wanted:
            raise StuckError(f"{item} does not lie on {button.upper()} after the inventory was closed: {self.where()}")

    def season(self, name: str, column: int, row: int) -> None:
        """Swing the rod on a stump, or at it, until the season has come."""
        wanted, button = SEASONS.index(name), self.button_of("rod")
        if self.console.byte(_COLLISIONS + row * 16 + column):
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
