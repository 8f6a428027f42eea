"""Demonstrations: what somebody pressed, frame by frame, from a known start, so that a game can be shown again.

The file `demonstration/1` is JSON lines, UTF-8. The first line says what was played:

    {"schema": "demonstration/1", "rom": {"title": "ACORN", "sha1": "…"}, "pyboy": "2.8.1",
     "start": null, "frames": 320, "ram": "…"}

`start` is null for power-on, or the SHA-256 of the save state (as PyBoy saves it, without our note) that was loaded;
`frames` is their number and `ram` the SHA-256 of all work and high RAM after the last one, see `Ram.dump`. Each
further line is a run of frames with the same buttons held, named as in `BUTTONS` and in that order:

    {"buttons": ["left", "b"], "frames": 12}

A reader refuses another major version and ignores fields it does not know.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_env.emulator import BUTTONS, Emulator
from zelda_env.errors import DemonstrationError
from zelda_env.rom import Rom
from zelda_env.saved_state import PYBOY, unseal
from zelda_env.store import Store, StoreError, dump_record, parse_record

SCHEMA: Final = "demonstration/1"
MAX_BYTES: Final = 16 << 20
MAX_FRAMES: Final = 24 * 60 * 60 * 60
"""A day of play."""

_HASH = "^[0-9a-f]{64}$"


class Run(NamedTuple):
    """Frames in which the same buttons are held."""

    buttons: tuple[str, ...]
    """Some of `BUTTONS`, in their order."""
    frames: int
    """How many, at least 1."""


class _Rom(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    sha1: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal["demonstration/1"] = Field("demonstration/1", alias="schema")
    rom: _Rom
    pyboy: str
    start: Annotated[str, Field(pattern=_HASH)] | None
    frames: Annotated[int, Field(ge=0, le=MAX_FRAMES)]
    ram: Annotated[str, Field(pattern=_HASH)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    buttons: Annotated[list[str], Field(max_length=len(BUTTONS))]
    frames: Annotated[int, Field(ge=1, le=MAX_FRAMES)]


@dataclass(frozen=True)
class Demonstration:
    """Recorded play.

    Attributes:
        title: Of the cartridge.
        sha1: Of the cartridge.
        pyboy: The version it was recorded with.
        start: SHA-256 of the save state it begins at, None for power-on.
        runs: What was held, for how long.
        ram: SHA-256 of RAM after the last frame, see `ram_hash`.
    """

    title: str
    sha1: str
    pyboy: str
    start: str | None
    runs: tuple[Run, ...]
    ram: str

    @property
    def frames(self) -> int:
        """Frames it lasts."""
        return sum(run.frames for run in self.runs)

    def fits(self, rom: Rom, state: bytes | None) -> None:
        """Check that a cartridge and a start are those it was recorded with.

        Args:
            rom: The cartridge.
            state: A save state, or None for power-on.

        Raises:
            DemonstrationError: They are not.
        """
        if rom.sha1 != self.sha1:
            raise DemonstrationError(
                f"the demonstration was recorded with the cartridge {self.title}, sha1 {self.sha1}, and this is "
                f"{rom.title}, sha1 {rom.sha1}: name that cartridge, or record it again"
            )
        given = state_hash(state) if state is not None else None
        if given != self.start:
            raise DemonstrationError(
                f"the demonstration begins at {_named(self.start)}, and this is {_named(given)}: pass the state it "
                "was recorded from (--state), or none for power-on"
            )


def _named(start: str | None) -> str:
    return "power-on" if start is None else f"the save state with sha256 {start}"


def state_hash(state: bytes) -> str:
    """Return the SHA-256 of a save state as PyBoy saves it, without a note behind it."""
    return hashlib.sha256(unseal(state)[0]).hexdigest()


def ram_hash(emulator: Emulator) -> str:
    """Return the SHA-256 of all work RAM and high RAM."""
    return hashlib.sha256(emulator.ram.dump()).hexdigest()


class Tape:
    """Records what is played on an emulator, frame by frame.

    Args:
        emulator: Just created, or with a state just loaded.
        state: The state that was loaded; None after power-on.
    """

    def __init__(self, emulator: Emulator, state: bytes | None = None) -> None:
        self._emulator = emulator
        self._start = state_hash(state) if state is not None else None
        self._runs: list[list[Any]] = []

    def tick(self, render: bool = False) -> bool:
        """Run a frame with whatever is pressed, here or in the window; return False once the window was closed."""
        running, frames = self._emulator.listen(render)
        buttons = self._emulator.buttons
        if frames and self._runs and self._runs[-1][0] == buttons:
            self._runs[-1][1] += frames
        elif frames:
            self._runs.append([buttons, frames])
        return running

    def finish(self) -> Demonstration:
        """Return what was recorded; the emulator must not have run otherwise since."""
        rom = self._emulator.rom
        runs = tuple(Run(buttons, frames) for buttons, frames in self._runs)
        return Demonstration(rom.title, rom.sha1, PYBOY, self._start, runs, ram_hash(self._emulator))


def replay_demonstration(
    emulator: Emulator, demonstration: Demonstration, tick: Callable[[], bool] | None = None
) -> bool:
    """Play a demonstration on an emulator that is where it begins, and check where it leads.

    Args:
        emulator: Just created, or with the state loaded that the demonstration begins at; see `Demonstration.fits`.
        demonstration: What to play.
        tick: Runs a frame and returns False to stop, such as `lambda: emulator.tick(1, render=True)` for a window;
            without it, frames run as fast as they can.

    Returns:
        Whether it was played to its end; False if `tick` stopped it.

    Raises:
        DemonstrationError: RAM is not what it was when this was recorded.
    """
    for buttons, frames in demonstration.runs:
        emulator.hold(buttons)
        if tick is None:
            emulator.tick(frames)
        elif not all(tick() for _ in range(frames)):
            return False
    found = ram_hash(emulator)
    if found != demonstration.ram:
        raise DemonstrationError(
            f"after {demonstration.frames} frames RAM has the sha256 {found}, expected {demonstration.ram}: the "
            f"demonstration was recorded with PyBoy {demonstration.pyboy} (this is {PYBOY}) or its file was changed"
        )
    return True


def write_demonstration(path: str | os.PathLike[str], demonstration: Demonstration) -> None:
    """Write a `demonstration/1` file. The same demonstration gives the same bytes.

    Raises:
        StoreError: It cannot be written.
    """
    folder, name = os.path.split(os.path.abspath(os.fspath(path)))
    Store(folder).write(name, pack(demonstration))


def pack(demonstration: Demonstration) -> bytes:
    """Return the file of a demonstration."""
    header = {
        "schema": SCHEMA,
        "rom": {"title": demonstration.title, "sha1": demonstration.sha1},
        "pyboy": demonstration.pyboy,
        "start": demonstration.start,
        "frames": demonstration.frames,
        "ram": demonstration.ram,
    }
    lines = (dump_record({"buttons": list(run.buttons), "frames": run.frames}) for run in demonstration.runs)
    return dump_record(header) + b"".join(lines)


def read_demonstration(path: str | os.PathLike[str]) -> Demonstration:
    """Read and check a `demonstration/1` file.

    Raises:
        DemonstrationError: It is missing, too large, or not what the format says.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DemonstrationError(
            f"cannot read the demonstration {name!r} ({error.strerror}): record one with `zelda-env play --record FILE`"
        ) from error
    if len(data) > MAX_BYTES:
        raise DemonstrationError(f"the demonstration {name!r} has more than {MAX_BYTES} bytes, the most that is read")
    return unpack(data, name)


def unpack(data: bytes, source: str) -> Demonstration:
    """Return the demonstration in a file.

    Args:
        data: The file.
        source: Where it came from, for the messages.

    Raises:
        DemonstrationError: It is not what the format says.
    """
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    try:
        header = _Header.model_validate(parse_record(first, SCHEMA, f"{source} line 1"))
    except StoreError as error:
        raise DemonstrationError(str(error)) from error
    except ValidationError as error:
        raise DemonstrationError(_fault(f"{source} line 1", error)) from error
    runs = tuple(_read_runs(lines, source))
    found = Demonstration(header.rom.title, header.rom.sha1, header.pyboy, header.start, runs, header.ram)
    if found.frames != header.frames:
        raise DemonstrationError(f"{source} has {found.frames} frames; its first line says {header.frames}: it was cut")
    return found


def _read_runs(lines: list[bytes], source: str) -> Iterator[Run]:
    for number, line in enumerate(lines, start=2):
        try:
            run = _Line.model_validate(json.loads(line))
        except ValidationError as error:
            raise DemonstrationError(_fault(f"{source} line {number}", error)) from error
        except (ValueError, RecursionError) as error:
            raise DemonstrationError(f"{source} line {number} is no JSON ({error})") from error
        buttons = in_order(run.buttons)
        if list(buttons) != run.buttons:
            raise DemonstrationError(
                f"{source} line {number} holds {run.buttons}; expected each at most once, in the order of "
                f"{', '.join(BUTTONS)}"
            )
        yield Run(buttons, run.frames)


def _fault(source: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{source}: {'.'.join(map(str, first['loc'])) or 'the record'}: {first['msg']}"


def in_order(buttons: Iterable[str]) -> tuple[str, ...]:
    """Return those of `BUTTONS` that are among some names, each once, in their order."""
    wanted = set(buttons)
    return tuple(button for button in BUTTONS if button in wanted)
