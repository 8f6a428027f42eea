"""What RAM says at which moment: the rows of `facts.txt`, read and held against what recipes did."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

TABLE = Path(__file__).with_name("facts.txt")


class Fact(NamedTuple):
    """One row: wherever `when` holds in a recipe's frames, `then` must."""

    symbol: str
    address: int
    size: int
    """Bytes of the variable."""
    slots: int
    """Objects that have it, 100h apart; 0 for what is no object."""
    bank: int
    when: str
    then: str

    @property
    def offsets(self):
        """Linear offsets, or addresses of high RAM."""
        first = self.address if self.address >= 0xFF80 else self.bank * 0x1000 + (self.address & 0xFFF)
        if self.slots:
            return [first + 0x100 * slot for slot in range(self.slots)]
        return list(range(first, first + self.size))


_WHERE = re.compile(r"([0-9A-F]{4})(?:\+(\d+))?(?:/(\d+))?(?:@(\d))?")


def read(text):
    """Return the rows, and why other symbols have none."""
    facts, missing = [], {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("!"):
            why, symbols = line[1:].split(": ")
            missing |= dict.fromkeys(symbols.split(), why.strip())
            continue
        symbol, where, when, then = (part.strip() for part in line.split(" ; "))
        address, size, slots, bank = _WHERE.fullmatch(where).groups()
        number = int(address, 16)
        in_bank = int(bank or (0xD000 <= number < 0xE000))
        facts.append(Fact(symbol, number, int(size or 1), int(slots or 0), in_bank, when, then))
    return facts, missing


FACTS, MISSING = read(TABLE.read_text())
OFFSETS = sorted({offset for fact in FACTS for offset in fact.offsets})


def _was(values, frames=1):
    """Return the values some frames before; those of the first frame before it."""
    values = np.asarray(values)
    return np.concatenate([np.repeat(values[:1], frames, axis=0), values])[: len(values)]


def _soon(values, frames):
    """Tell whether something holds within the next frames."""
    return np.array([values[at : at + frames + 1].any() for at in range(len(values))])


def _lately(values, frames):
    """Tell whether something held within the last frames."""
    return np.any([_was(values, back) for back in range(1, frames + 1)], axis=0)


def _steady(values, frames):
    return np.all([values == _was(values, back) for back in range(1, frames + 1)], axis=0)


def _series(values, *expected):
    """Tell whether a variable took on these values in this order, others between them allowed; one answer for all."""
    rest = iter(values.tolist())
    return np.full(len(values), all(any(value == wanted for value in rest) for wanted in expected))


def _at(table, where):
    """Return of each frame's row the value at a place."""
    return table[np.arange(len(table)), np.clip(where, 0, table.shape[1] - 1)]


def _word(values):
    return values[:, 0] + 256 * values[:, 1]


def _decimal(values):
    values = values[:, None] if values.ndim == 1 else values
    return sum(((values[:, at] >> 4) * 10 + (values[:, at] & 15)) * 100**at for at in range(values.shape[1]))


def _choose(index, *values):
    return np.array(values)[index & 3]


def _pad(held):
    """Return the facing that a direction of the cross pad gives: up, right, down, left."""
    return np.select([held == 0x40, held == 0x10, held == 0x80, held == 0x20], [0, 1, 2, 3], -1)


WORDS = {
    "was": _was,
    "just": lambda values: values & ~_was(values),
    "soon": _soon,
    "lately": _lately,
    "steady": _steady,
    "series": _series,
    "at": _at,
    "bit": lambda table, number: _at(table, number >> 3) >> (number & 7) & 1 == 1,
    "word": _word,
    "signed": lambda values: (_word(values) ^ 0x8000) - 0x8000,
    "decimal": _decimal,
    "digits": lambda values: ((values & 15 <= 9) & (values >> 4 <= 9)).all(axis=1),
    "choose": _choose,
    "pad": _pad,
    "where": np.where,
    "clip": np.clip,
}

MOMENTS = {
    "START": "frame == 0",
    "ALWAYS": "frame >= 0",
    "STABLE": "(wGameState == 2) & (wCutsceneIndex == 1) & (wScrollMode & 0x7F == 1) & (wScreenTransitionState == 2)",
    "ACT": "STABLE & (wTextIsActive == 0) & (wOpenedMenuType == 0) & (wPaletteThread_mode == 0)"
    " & (wDisabledObjects & 0x81 == 0) & (w1Link.state == 1) & (wLinkDeathTrigger == 0)",
    "LARGE": "wRoomIsLarge == 1",
    "SMALL": "wRoomIsLarge == 0",
    "WARPING": "(wScrollMode == 0) & (wGameState == 2)",
    "DUNGEON": "wDungeonIndex < 12",
    "ADVANCED": "(wFrameCounter - was(wFrameCounter)) % 256 == 1",
    "WALKING": "ACT & was(ACT, 2) & steady(held, 3) & (pad(held) >= 0) & ~lately(w1Link.knockbackCounter != 0, 3)"
    " & (wLinkImmobilized == 0) & was(wLinkImmobilized == 0) & ((wLinkGrabState | was(wLinkGrabState)) & 0x40 == 0)",
    "ENEMIES": "(w1Enemy.enabled & 3 == 1).sum(axis=1)",
    "PUFFS": "((w1Part.enabled & 3 == 1) & (w1Part.id == 2)).sum(axis=1)",
    "HELD": "np.array([ids[row][0] if row.any() else 2 for ids, row in"
    " zip(w1Interaction.subid, (w1Interaction.id == 0x60) & (w1Interaction.state == 3))])",
}
"""Words for moments and counts, in terms of the variables and of the words before them."""


class Trace:
    """What a recipe did, as names for the expressions of the rows: an int64 array (T,) or (T, bytes) each.

    Args:
        frame: Frames since power-on, (T,).
        held: Bits of the buttons held in each frame, (T,).
        rows: The bytes at `OFFSETS` after each frame, uint8 (T, K).
    """

    def __init__(self, frame, held, rows):
        columns = {offset: number for number, offset in enumerate(OFFSETS)}
        self.names = {**WORDS, "np": np, "held": held, "frame": frame}
        for fact in FACTS:
            values = rows[:, [columns[offset] for offset in fact.offsets]].astype(np.int64)
            self._add(fact.symbol, values if len(fact.offsets) > 1 else values[:, 0])
        for name, text in MOMENTS.items():
            self.names[name] = self.value(text)

    def _add(self, symbol, values):
        owner, _, name = symbol.partition(".")
        if name:
            setattr(self.names.setdefault(owner, SimpleNamespace()), name, values)
        else:
            self.names[owner] = values

    def value(self, text):
        """Return the value of an expression in every frame."""
        return eval(text, self.names)

    def holds(self, fact):
        """Return the frames where the moment is, and those of them where the row is wrong."""
        when = np.flatnonzero(self.value(fact.when))
        then = np.broadcast_to(self.value(fact.then), len(self.names["frame"]))
        return when.tolist(), when[~then[when].astype(bool)].tolist()
