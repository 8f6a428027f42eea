"""Inputs as run lengths: which buttons, for how many frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from director.errors import RouteError

BUTTONS: Final = ("up", "down", "left", "right", "a", "b", "start", "select")
IDLE: Final = "wait"

Buttons = tuple[str, ...]
"""Buttons held together, in the order of `BUTTONS`; none is ()."""


@dataclass
class Inputs:
    """A play from power-on: buttons and frames, one after the other.

    Attributes:
        runs: Each (buttons, frames); neighbours differ.
    """

    runs: list[tuple[Buttons, int]] = field(default_factory=list)

    def add(self, buttons: Buttons, frames: int = 1) -> None:
        """Hold some buttons for some more frames."""
        if self.runs and self.runs[-1][0] == buttons:
            self.runs[-1] = (buttons, self.runs[-1][1] + frames)
        else:
            self.runs.append((buttons, frames))

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return sum(frames for _, frames in self.runs)

    def copy(self) -> Inputs:
        """Return one that can be added to without changing this one."""
        return Inputs(list(self.runs))

    def words(self) -> Iterator[str]:
        """Yield `left:12`, `left+b:3`, `wait:40` and so on."""
        for buttons, frames in self.runs:
            yield f"{'+'.join(buttons) or IDLE}:{frames}"


def parse(words: Iterable[str]) -> Inputs:
    """Read what `Inputs.words` wrote.

    Raises:
        RouteError: A word has another form.
    """
    inputs = Inputs()
    for word in words:
        names, colon, frames = word.partition(":")
        buttons = () if names == IDLE else tuple(names.split("+"))
        if not colon or not frames.isdigit() or not set(buttons) <= set(BUTTONS):
            raise RouteError(f"{word!r} is no input; expected BUTTON+BUTTON:FRAMES with {', '.join(BUTTONS)} or {IDLE}")
        inputs.add(buttons, int(frames))
    return inputs
