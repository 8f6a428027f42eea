"""Link's eyes and a clock: where he is, what goes on, and frames that pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from director.console import Console
from director.errors import StuckError
from director.inputs import Buttons
from director.symbol import Condition
from director.terrain import Place

BUTTON_ITEMS: Final = {
    "sword": 0x05, "shield": 0x01, "bombs": 0x03, "boomerang": 0x06, "rod": 0x07, "slingshot": 0x13, "bracelet": 0x16,
    "feather": 0x17, "satchel": 0x19,
}  # fmt: skip
"""Items that can lie on a button, and their treasure ids."""
FACING: Final = ("up", "right", "down", "left")
"""Directions by their number in RAM."""
PATIENCE: Final = 600
"""Frames after which what was waited for will not come."""
INVENTORY: Final = {"b": 0xC680, "a": 0xC681}
"""Where the item on each button is kept."""

_LINK_X, _LINK_Y = 0xD00D, 0xD00B
_GROUP, _ROOM, _HEALTH, _TEXT_MODE = 0xCC49, 0xCC4C, 0xC6A2, 0xCBA1


class Player:
    """Watches Link on a console and lets time pass.

    Args:
        console: Where the game runs.
    """

    def __init__(self, console: Console) -> None:
        self.console = console

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
        hearts = self.console.byte(_HEALTH) / 4
        return (
            f"room {group}:{room:02X}, column {x // 16} row {y // 16} (x {x}, y {y}), "
            f"{hearts} hearts, {', '.join(doing) or 'no state'}, frame {self.console.inputs.frames}"
        )

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

    def button_of(self, item: str) -> str:
        """Return the button that an item lies on.

        Raises:
            StuckError: It lies on neither.
        """
        for button, address in INVENTORY.items():
            if self.console.byte(address) == BUTTON_ITEMS[item]:
                return button
        raise StuckError(f"{item} lies on neither button; expected it to be equipped: {self.where()}")
