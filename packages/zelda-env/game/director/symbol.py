"""Names of RAM, from the game's own header, and conditions on them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from director.errors import RouteError

HEADER: Final = Path(__file__).parents[1] / "src" / "ram.h"

_COMPARE: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION: Final = re.compile(
    r"(?P<name>\w+)(?:\[(?P<index>[0-9A-Fa-f]+)\])?(?:\s*&\s*(?P<mask>[0-9A-Fa-f]+))?"
    r"\s*(?P<compare>==|!=|>=|<=|>|<)\s*(?P<value>[0-9A-Fa-f]+)"
)


class Memory(Protocol):
    """Whatever a byte can be read from."""

    def byte(self, address: int) -> int:
        """Return the byte at an address as the game's main loop sees it."""
        ...


@cache
def symbols() -> dict[str, tuple[int, int]]:
    """Return address and size of every variable that the game's header names, also `w1Link_yh` and the like."""
    text = HEADER.read_text()
    found = {
        name: (int(address, 16), 2 if kind == "R16" else int(size or "1", 0))
        for kind, name, address, size in re.findall(r"^(R8|R16|RN)\((\w+), 0x(\w+)(?:, (\w+))?\);", text, re.M)
    }
    fields = {"id": 1, "state": 4, "direction": 8, "angle": 9, "yh": 0xB, "xh": 0xD, "zh": 0xF, "health": 0x29}
    for name, address in re.findall(r"^RO\((\w+), 0x(\w+)\);", text, re.M):
        found |= {f"{name}_{field}": (int(address, 16) + at, 1) for field, at in fields.items()}
    return found


@dataclass(frozen=True)
class Condition:
    """A comparison of one variable with a value, such as `wObtainedTreasureFlags[0] & 20 != 0`.

    Attributes:
        text: As it was written.
        address: Of the first byte.
        size: Bytes, 1 or 2 (low byte first).
        mask: What of them counts.
        compare: `==`, `!=`, `>=`, `<=`, `>` or `<`.
        value: What they are compared with.
    """

    text: str
    address: int
    size: int
    mask: int
    compare: str
    value: int

    def value_in(self, memory: Memory) -> int:
        """Return what the variable holds, after the mask."""
        found = sum(memory.byte(self.address + at) << 8 * at for at in range(self.size))
        return found & self.mask

    def holds(self, memory: Memory) -> bool:
        """Tell whether the condition is true now."""
        return _COMPARE[self.compare](self.value_in(memory), self.value)


def condition(text: str) -> Condition:
    """Read `NAME[INDEX] & MASK == VALUE`; all numbers are hexadecimal, a name may be an address of four digits.

    Raises:
        RouteError: It has another form, or nothing has that name.
    """
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise RouteError(f"{text!r} is no condition; expected NAME[INDEX] & MASK == VALUE, numbers hexadecimal")
    name = match["name"]
    if name in symbols():
        address, size = symbols()[name]
    elif re.fullmatch(r"[C-F][0-9A-Fa-f]{3}", name):
        address, size = int(name, 16), 1
    else:
        raise RouteError(f"{name!r} is no variable of {HEADER.name} and no address such as C6AC")
    size = size if size == 2 and match["index"] is None else 1
    address += int(match["index"] or "0", 16)
    mask = int(match["mask"] or "FFFF", 16)
    return Condition(text.strip(), address, size, mask, match["compare"], int(match["value"], 16))
