"""The words of a route: what each line means, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from director.actor import SEASONS, Actor
from director.errors import RouteError, StuckError
from director.inputs import BUTTONS
from director.player import BUTTON_ITEMS, PATIENCE
from director.symbol import condition
from director.terrain import STEP


@dataclass(frozen=True)
class Step:
    """A line of a route: its words and where it stands."""

    words: tuple[str, ...]
    where: str

    @property
    def text(self) -> str:
        """The line as it was written, without comment."""
        return " ".join(self.words)


Play = Callable[[Actor], None]
"""What a line does."""


def compile_step(step: Step) -> Play:
    """Turn a line into what it does.

    Raises:
        RouteError: There is no such word, or its arguments are others.
    """
    word, *arguments = step.words
    if word not in _WORDS:
        raise RouteError(f"{step.where}: no word {word!r}; expected one of {', '.join(sorted(_WORDS))}")
    try:
        return _WORDS[word](arguments)
    except (ValueError, IndexError, KeyError) as error:
        raise RouteError(f"{step.where}: {step.text!r} is not {_FORMS[word]}") from error
    except RouteError as error:
        raise RouteError(f"{step.where}: {error}") from error


def _direction(word: str) -> str:
    if word not in STEP:
        raise ValueError(word)
    return word


def _go(arguments: list[str]) -> Play:
    column, row = map(float, arguments)
    return lambda actor: actor.go(column, row)


def _leave(arguments: list[str]) -> Play:
    direction, at = _direction(arguments[0]), int(arguments[1]) if arguments[1:] else None
    return lambda actor: actor.leave(direction, at)


def _warp(arguments: list[str]) -> Play:
    column, row = map(int, arguments)
    return lambda actor: actor.warp(column, row)


def _use(arguments: list[str]) -> Play:
    column, row = map(int, arguments[:2])
    answer = int(arguments[3]) if arguments[2:3] == ["answer"] else None
    if len(arguments) not in {2, 4} or (answer is None) != (len(arguments) == 2):
        raise ValueError(arguments)
    return lambda actor: actor.use(column, row, answer)


def _close(arguments: list[str]) -> Play:
    answer = int(arguments[1]) if arguments[:1] == ["answer"] else None
    return lambda actor: actor.close(answer)


def _one_way(method: str) -> Callable[[list[str]], Play]:
    def make(arguments: list[str]) -> Play:
        (direction,) = map(_direction, arguments)
        return lambda actor: getattr(actor, method)(direction)

    return make


def _press(arguments: list[str]) -> Play:
    buttons = tuple(arguments[0].split("+"))
    frames = int(arguments[1]) if arguments[1:] else 2
    if not set(buttons) <= set(BUTTONS):
        raise ValueError(buttons)
    return lambda actor: actor.press(buttons, frames)


def _wait(arguments: list[str]) -> Play:
    if arguments[0] == "until":
        text, _, limit = " ".join(arguments[1:]).partition(" within ")
        wanted, frames = condition(text), int(limit or PATIENCE)
        return lambda actor: actor.wait_until(wanted, frames)
    frames = int(arguments[0])
    return lambda actor: actor.wait(frames)


def _expect(arguments: list[str]) -> Play:
    wanted = condition(" ".join(arguments))

    def check(actor: Actor) -> None:
        if not wanted.holds(actor.console):
            raise StuckError(f"it is {wanted.value_in(actor.console):02X}: {actor.where()}")

    return check


def _equip(arguments: list[str]) -> Play:
    item, button = arguments
    if item not in BUTTON_ITEMS or button not in ("a", "b"):
        raise ValueError(arguments)
    return lambda actor: actor.equip(item, button)


def _bomb(arguments: list[str]) -> Play:
    column, row, direction = int(arguments[0]), int(arguments[1]), _direction(arguments[2])
    return lambda actor: actor.bomb(column, row, direction)


def _apply(arguments: list[str]) -> Play:
    item, column, row, direction = arguments[0], int(arguments[1]), int(arguments[2]), _direction(arguments[3])
    if item not in BUTTON_ITEMS:
        raise ValueError(item)
    return lambda actor: actor.apply(item, column, row, direction)


def _alone(method: str) -> Callable[[list[str]], Play]:
    def make(arguments: list[str]) -> Play:
        if arguments:
            raise ValueError(arguments)
        return lambda actor: getattr(actor, method)()

    return make


def _season(arguments: list[str]) -> Play:
    name, column, row = arguments[0], int(arguments[1]), int(arguments[2])
    if name not in SEASONS:
        raise ValueError(name)
    return lambda actor: actor.season(name, column, row)


_WORDS: Final[dict[str, Callable[[list[str]], Play]]] = {
    "go": _go,
    "leave": _leave,
    "warp": _warp,
    "talk": _use,
    "read": _use,
    "open": _use,
    "buy": _use,
    "use": _apply,
    "settle": _alone("settle"),
    "close": _close,
    "face": _one_way("face"),
    "push": _one_way("push"),
    "jump": _one_way("jump"),
    "lift": _one_way("lift"),
    "throw": _one_way("throw"),
    "strike": _one_way("strike"),
    "press": _press,
    "wait": _wait,
    "expect": _expect,
    "equip": _equip,
    "bomb": _bomb,
    "season": _season,
    "fight": _alone("fight"),
    "take": _alone("take"),
    "meet": _alone("meet"),
    "die": _alone("die"),
}

_USE = "COLUMN ROW [answer N]"
_FORMS: Final = {
    "go": "`go COLUMN ROW`, halves allowed",
    "leave": "`leave up|right|down|left [COLUMN-OR-ROW]`",
    "warp": "`warp COLUMN ROW`",
    "talk": f"`talk {_USE}`",
    "read": f"`read {_USE}`",
    "open": f"`open {_USE}`",
    "buy": f"`buy {_USE}`",
    "use": f"`use ITEM COLUMN ROW DIRECTION`, of {', '.join(BUTTON_ITEMS)}",
    "settle": "`settle`",
    "close": "`close [answer N]`",
    "face": "`face DIRECTION`",
    "push": "`push DIRECTION`",
    "jump": "`jump DIRECTION`",
    "lift": "`lift DIRECTION`",
    "throw": "`throw DIRECTION`",
    "strike": "`strike DIRECTION`",
    "press": "`press BUTTON[+BUTTON] [FRAMES]`",
    "wait": "`wait FRAMES` or `wait until CONDITION [within FRAMES]`",
    "expect": "`expect CONDITION`",
    "equip": f"`equip ITEM a|b`, of {', '.join(BUTTON_ITEMS)}",
    "bomb": "`bomb COLUMN ROW DIRECTION`",
    "season": f"`season {'|'.join(SEASONS)} COLUMN ROW`",
    "fight": "`fight`",
    "take": "`take`",
    "meet": "`meet`",
    "die": "`die`",
}
