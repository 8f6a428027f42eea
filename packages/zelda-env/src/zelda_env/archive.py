"""An archive of places that were reached, and how: what Go-Explore restarts episodes from.

After Ecoffet et al., *First return, then explore* (Nature 590, 2021): situations that look alike fall into one cell,
every cell keeps the best way to it that was found, and episodes begin in cells that were seldom visited. The way is
kept as inputs, from which the emulator's state is made wherever it is needed; a state once made is kept as well.
`restart.ArchiveWrapper` fills an archive while an environment is played, and restarts from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Annotated, Final, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_env import ram_map as ram
from zelda_env.env import ZeldaEnv
from zelda_env.errors import ArchiveError
from zelda_env.ram_map import Bytes
from zelda_env.saved_state import MAX_STATE_BYTES
from zelda_env.segment import RomEntry
from zelda_env.state import SCREEN_OFFSETS, STATE_OFFSETS, Screen
from zelda_env.store import Store, StoreError, dump_record, parse_record

SCHEMA: Final = "archive/1"
LAYOUT: Final = "zelda-cell/1"
"""Version of what a `Cell` is made of."""

IDLE: Final = 8
"""The input that is no action: whatever is held is let go, and one frame goes by."""

MAX_FILE_BYTES: Final = 1 << 30
MAX_CELLS: Final = 1 << 20
MAX_INPUTS: Final = 1 << 20

_PLACE = (ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X, ram.LINK_OBJECT, ram.GROUP, ram.ROOM, ram.SWORD)
_BITS = (ram.TREASURES, ram.ESSENCES, ram.BOSS_KEYS)
_OFFSETS: Final = np.array(
    [
        *SCREEN_OFFSETS.tolist(),
        *(field.offset for field in _PLACE),
        *(field.offset + at for field in (*_BITS, ram.KEYS) for at in range(field.size)),
    ],
    dtype=np.intp,
)
_BITS_AT: Final = len(SCREEN_OFFSETS) + len(_PLACE)
_KEYS_AT: Final = _BITS_AT + sum(field.size for field in _BITS)
_SWORD_BIT: Final = 8 * (_KEYS_AT - _BITS_AT)
_SWORDS, _KEYS = 3, 7


class Cell(NamedTuple):
    """Situations that count as the same one."""

    group: int
    """Map, 0 to 255."""
    room: int
    """Room of the map, 0 to 255."""
    column: int
    """Link's x within the room, in squares of the archive's `grid` pixels."""
    row: int
    """Link's y, likewise."""
    progress: int
    """Bits, the more the further: kinds of items owned (128), essences (8), boss keys (16), levels of the sword (3) and
    small keys held (7)."""

    @classmethod
    def read(cls, wram: Bytes, grid: int) -> Self | None:
        """Return the cell the game is in, or None while Link does not obey the player.

        Args:
            wram: Linear work RAM, uint8 (12288,).
            grid: Pixels a square.
        """
        values = wram.take(_OFFSETS).tolist()
        if not Screen.of(values[: len(SCREEN_OFFSETS)]).can_act:
            return None
        y, x, other_y, other_x, link, group, room, sword = values[len(SCREEN_OFFSETS) : _BITS_AT]
        if link == 0xD1:
            y, x = other_y, other_x
        bits = int.from_bytes(bytes(values[_BITS_AT:_KEYS_AT]), "little")
        bits |= ((1 << min(sword, _SWORDS)) - 1) << _SWORD_BIT
        bits |= ((1 << min(sum(values[_KEYS_AT:]), _KEYS)) - 1) << _SWORD_BIT + _SWORDS
        return cls(group, room, x // grid, y // grid, bits)


def digest(wram: Bytes) -> str:
    """Return the BLAKE2 hash, 32 hex digits, of the bytes of RAM that a `GameState` is made from.

    Args:
        wram: Linear work RAM, uint8 (12288,).
    """
    return hashlib.blake2b(wram.take(STATE_OFFSETS).tobytes(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Entry:
    """The best way into a cell that was found.

    Attributes:
        cell: Which.
        start: Number of the initial state the inputs begin at.
        inputs: One byte each: 0 to 7 is a step with that action, `IDLE` one frame in which nothing is held.
        frames: That the inputs last.
        digest: Of the RAM they lead to; see `digest`.
        score: Of that situation; higher is better.
        visits: How often an episode came into the cell.
        state: The emulator's state after the inputs and one `IDLE` frame, compressed (zlib), or None while nobody has
            needed it.
    """

    cell: Cell
    start: int
    inputs: bytes
    frames: int
    digest: str
    score: float = 0.0
    visits: int = 0
    state: bytes | None = None

    @property
    def rank(self) -> tuple[float, int, int, bytes, str, bytes]:
        """Smaller is better: score, then frames; the rest decides ties, so that no two differ and rank alike."""
        return -self.score, self.frames, self.start, self.inputs, self.digest, self.state or b"\xff"

    @property
    def worth(self) -> tuple[int, int, Cell]:
        """What is kept when an archive is full: progress, then the frames it takes to come here again."""
        return self.cell.progress.bit_count(), self.frames, self.cell


class Origin(BaseModel):
    """What an archive belongs to: with anything else, its inputs would lead elsewhere."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    rom: RomEntry
    """The cartridge."""
    pyboy: str
    """Version of the emulator."""
    layout: str = LAYOUT
    """Version of what a cell is made of."""
    frame_skip: Annotated[int, Field(ge=1)]
    """Frames a step."""
    grid: Annotated[int, Field(ge=8, le=256)] = 32
    """Pixels a square of a room, the places in which count as one."""
    starts: Annotated[list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]], Field(min_length=1)]
    """SHA-256 of all RAM in each initial state, by number."""

    @classmethod
    def of(cls, env: ZeldaEnv, grid: int = 32) -> Self:
        """Return the origin of archives for an environment. A running episode of it is lost: reset it afterwards."""
        starts = []
        for state in env.initial_states:
            env.emulator.load_state(state)
            starts.append(hashlib.sha256(env.ram.dump()).hexdigest())
        rom = RomEntry(title=env.rom.title, sha1=env.rom.sha1)
        skip = env.config.frame_skip
        return cls(rom=rom, pyboy=version("pyboy"), frame_skip=skip, grid=grid, starts=starts)

    def expect(self, found: Origin, source: str) -> None:
        """Check that something else has the same origin.

        Raises:
            ArchiveError: It has not; the message names the first difference.
        """
        for name in type(self).model_fields:
            seen, wanted = getattr(found, name), getattr(self, name)
            if seen != wanted:
                raise ArchiveError(
                    f"{source} has {name} {seen!r}; expected {wanted!r}: use the environment it was made with, or "
                    "begin a new archive"
                )


class Archive:
    """Cells, and the best way into each.

    It never holds more than `max_cells` ways of at most `max_inputs` bytes, and as many states. When it is full, the
    cell with the least progress goes, of several the one that takes the fewest frames to come to again: what is near
    the start is soon found once more, and is then not taken in.

    Args:
        origin: What it belongs to; `Origin.of(env)`.
        max_cells: Cells kept.
        max_inputs: Longest way kept; what lies further is not taken in.

    Raises:
        ArchiveError: A limit is out of range.
    """

    def __init__(self, origin: Origin, *, max_cells: int = 4096, max_inputs: int = 20_000) -> None:
        if not (1 <= max_cells <= MAX_CELLS and 1 <= max_inputs <= MAX_INPUTS):
            raise ArchiveError(
                f"max_cells {max_cells}, max_inputs {max_inputs}; expected 1 to {MAX_CELLS} and 1 to {MAX_INPUTS}"
            )
        self.origin = origin
        self.max_cells, self.max_inputs = max_cells, max_inputs
        # Sorted, so that what is drawn or written does not depend on the order in which cells were found.
        self._entries: dict[Cell, Entry] = {}
        self._cells: list[Cell] = []
        self._least: Entry | None = None

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self._cells)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries, sorted by cell."""
        return (self._entries[cell] for cell in self._cells)

    def __contains__(self, cell: object) -> bool:
        """Return whether a cell is known."""
        return cell in self._entries

    def __getitem__(self, cell: Cell) -> Entry:
        """Return the entry of a cell."""
        return self._entries[cell]

    def frames(self, inputs: bytes | bytearray) -> int:
        """Return how many frames inputs last."""
        return len(inputs) * self.origin.frame_skip - inputs.count(IDLE) * (self.origin.frame_skip - 1)

    def visit(self, cell: Cell, wram: Bytes, start: int, inputs: bytes | bytearray, score: float = 0.0) -> bool:
        """Count a visit to a cell, and keep the way there if it is new or better than the one known.

        Args:
            cell: Where the game is.
            wram: Linear work RAM, uint8 (12288,), there.
            start: Number of the initial state.
            inputs: From there to here.
            score: Of the situation; finite.

        Returns:
            Whether the way was kept.
        """
        known = self._entries.get(cell)
        if known is not None:
            known = replace(known, visits=known.visits + 1)
            self._entries[cell] = known
            if score < known.score or (score == known.score and self.frames(inputs) >= known.frames):
                return False
        if len(inputs) > self.max_inputs:
            return False
        visits = known.visits if known else 1
        entry = Entry(cell, start, bytes(inputs), self.frames(inputs), digest(wram), score + 0.0, visits)
        if known is None and len(self) == self.max_cells:
            self._least = self._least or min(self, key=_worth)
            if entry.worth < self._least.worth:
                return False
            self.drop(self._least.cell)
        self._put(entry)
        return True

    def keep_state(self, cell: Cell, state: bytes) -> None:
        """Keep the emulator's state of a cell, as `save_state` returned it after the entry's inputs."""
        self._entries[cell] = replace(self._entries[cell], state=zlib.compress(state))

    def state(self, cell: Cell) -> bytes | None:
        """Return the emulator's state of a cell, if it is kept.

        Raises:
            ArchiveError: It does not decompress.
        """
        packed = self._entries[cell].state
        return None if packed is None else _inflate(packed, MAX_STATE_BYTES, "a state")

    def drop(self, cell: Cell) -> None:
        """Forget a cell."""
        del self._entries[cell]
        del self._cells[bisect_left(self._cells, cell)]
        self._least = None

    def weights(self) -> NDArray[np.float64]:
        """Return the probability of each cell to be drawn, float64 (N,), sorted by cell.

        It is proportional to `1 / sqrt(visits + 1)`, the rule of Go-Explore (Ecoffet et al. 2021, Methods).
        """
        visits = np.fromiter((entry.visits for entry in self), np.float64, len(self))
        weights = 1 / np.sqrt(visits + 1)
        return np.asarray(weights / weights.sum(), np.float64)

    def draw(self, random: np.random.Generator) -> Entry:
        """Draw a cell to start from; the same cells and visits and the same generator give the same one.

        Raises:
            ArchiveError: There is none.
        """
        if not self._cells:
            raise ArchiveError("the archive is empty; expected at least one cell to draw: play an episode first")
        at = int(np.searchsorted(np.cumsum(self.weights()), random.random(), side="right"))
        return self._entries[self._cells[min(at, len(self) - 1)]]

    def merge(self, other: Archive) -> int:
        """Take in another archive.

        Of each cell the better way stays, and the higher count of visits: archives that grew out of one another do not
        count anything twice. So the order of merging does not matter, and merging again changes nothing (only where
        cells have to go because there are too many may a cell that went come back with a longer way).

        Args:
            other: With the same origin; it stays as it is.

        Returns:
            How many of its ways were new or better.

        Raises:
            ArchiveError: It has another origin.
        """
        self.origin.expect(other.origin, "the other archive")
        better = 0
        for entry in other:
            if len(entry.inputs) > self.max_inputs:
                continue
            known = self._entries.get(entry.cell)
            visits = max(entry.visits, known.visits if known else 0)
            best = entry if known is None or entry.rank < known.rank else known
            better += best is entry
            self._put(replace(best, visits=visits))
        # Only now, as what goes shall not depend on the order of merging.
        for entry in sorted(self, key=_worth)[: max(0, len(self) - self.max_cells)]:
            self.drop(entry.cell)
        return better

    def save(self, store: Store, path: str, *, states: bool = True) -> None:
        """Write the archive as an `archive/1` record, JSON; the same cells give the same bytes.

        Args:
            store: Where.
            path: Of the file, such as `zelda-models/archives/epoch_3.json`.
            states: Also the emulator's states that are kept, so that they need not be made again.

        Raises:
            StoreError: The store cannot be written.
        """
        store.write(path, self.pack(states=states))

    def pack(self, *, states: bool = True) -> bytes:
        """Return what `save` writes."""
        record = _Record.model_validate({"origin": self.origin, "cells": [_Way.of(entry, states) for entry in self]})
        return dump_record(record.model_dump(mode="json", by_alias=True))

    @classmethod
    def load(
        cls,
        store: Store,
        path: str,
        origin: Origin,
        *,
        states: bool = False,
        max_cells: int = 4096,
        max_inputs: int = 20_000,
    ) -> Self:
        """Read an archive that was saved.

        Args:
            store: Where it lies.
            path: Of the file.
            origin: What it must belong to.
            states: Also take the emulator's states in the file. PyBoy hardly checks what it loads, so do that only with
                files that you trust; otherwise states are made again from the inputs, which can do no harm.
            max_cells: As for `Archive`.
            max_inputs: As for `Archive`; longer ways are left out.

        Raises:
            ArchiveError: There is no such file, or it is no such archive; the message says what was expected.
            StoreError: The store cannot be read.
        """
        source = f"{store.url}/{path}"
        try:
            data = store.read(path)
        except FileNotFoundError as error:
            raise ArchiveError(f"there is no {source}; expected an {SCHEMA} file: save one first") from error
        archive = cls(origin, max_cells=max_cells, max_inputs=max_inputs)
        archive.merge(cls.unpack(data, source, states=states, origin=origin))
        return archive

    @classmethod
    def unpack(cls, data: bytes, source: str, *, states: bool = False, origin: Origin | None = None) -> Self:
        """Check and decode what `pack` returned; see `load`."""
        if len(data) > MAX_FILE_BYTES:
            raise ArchiveError(f"{source} has {len(data)} bytes; expected at most {MAX_FILE_BYTES}")
        try:
            parsed = parse_record(data, SCHEMA, source)
            found = Origin.model_validate(parsed.get("origin"))
            if origin is not None:
                origin.expect(found, source)
            record = _Record.model_validate(parsed)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the record"
            raise ArchiveError(f"{source}: {place}: {first['msg']}; expected an {SCHEMA} record") from error
        except (StoreError, RecursionError) as error:
            raise ArchiveError(f"{error}: save an archive anew") from error
        archive = cls(found, max_cells=MAX_CELLS, max_inputs=MAX_INPUTS)
        for way in record.cells:
            archive._put(way.entry(archive, source, states))
        if len(archive) != len(record.cells):
            raise ArchiveError(f"{source} lists a cell twice; expected each once")
        return archive

    def _put(self, entry: Entry) -> None:
        if entry.cell not in self._entries:
            insort(self._cells, entry.cell)
        self._entries[entry.cell] = entry
        if self._least is None or entry.cell == self._least.cell or entry.worth < self._least.worth:
            self._least = None


def _worth(entry: Entry) -> tuple[int, int, Cell]:
    return entry.worth


class _Way(BaseModel):
    """An entry as it is written."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    group: Annotated[int, Field(ge=0, le=255)]
    room: Annotated[int, Field(ge=0, le=255)]
    column: Annotated[int, Field(ge=0, le=31)]
    row: Annotated[int, Field(ge=0, le=31)]
    progress: Annotated[str, Field(pattern="^[0-9a-f]{1,41}$")]
    start: Annotated[int, Field(ge=0)]
    inputs: str
    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    score: Annotated[float, Field(allow_inf_nan=False)]
    visits: Annotated[int, Field(ge=0, lt=1 << 53)]
    state: str | None = None

    @classmethod
    def of(cls, entry: Entry, states: bool) -> Self:
        """Return how an entry is written."""
        group, room, column, row, progress = entry.cell
        return cls(
            group=group,
            room=room,
            column=column,
            row=row,
            progress=f"{progress:x}",
            start=entry.start,
            inputs=base64.b64encode(zlib.compress(entry.inputs, 9)).decode(),
            digest=entry.digest,
            score=entry.score,
            visits=entry.visits,
            state=base64.b64encode(entry.state).decode() if states and entry.state else None,
        )

    def entry(self, archive: Archive, source: str, states: bool) -> Entry:
        """Return the entry.

        Raises:
            ArchiveError: The inputs are none, or the state is damaged.
        """
        inputs = _inflate(_decode(self.inputs, source), MAX_INPUTS, f"{source}: inputs")
        if self.start >= len(archive.origin.starts) or any(byte > IDLE for byte in set(inputs)):
            raise ArchiveError(
                f"{source}: a way begins at state {self.start} with inputs up to {max(inputs, default=0)}; expected "
                f"states below {len(archive.origin.starts)} and inputs of 0 to {IDLE}"
            )
        state = _decode(self.state, source) if states and self.state is not None else None
        if state is not None:
            _inflate(state, MAX_STATE_BYTES, f"{source}: a state")
        cell = Cell(self.group, self.room, self.column, self.row, int(self.progress, 16))
        frames = archive.frames(inputs)
        return Entry(cell, self.start, inputs, frames, self.digest, self.score + 0.0, self.visits, state)


class _Record(BaseModel):
    """An `archive/1` record."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal["archive/1"] = Field("archive/1", alias="schema")
    origin: Origin
    cells: Annotated[list[_Way], Field(max_length=MAX_CELLS)]


def _decode(text: str, source: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArchiveError(f"{source}: {error}; expected base64") from error


def _inflate(data: bytes, limit: int, what: str) -> bytes:
    """Decompress at most `limit` bytes."""
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        raise ArchiveError(f"{what} does not decompress ({error}); expected zlib data") from error
    if len(found) > limit or not inflater.eof or inflater.unused_data:
        raise ArchiveError(f"{what} is truncated or too long; expected zlib data of at most {limit} bytes")
    return found
