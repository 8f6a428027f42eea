"""Recorded segments, read from the store as hostile input.

The format is `segment/1` and `state/1`. Sizes are bounded before anything is parsed, every file is checked against the
size and the hash in the manifest, and what does not fit is refused with what was expected.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zelda_judges.errors import SegmentError
from zelda_judges.png import enlarge
from zelda_judges.store import Store

MAX_STEPS = 4096
"""Most steps of a segment; the format's usual length is 300."""
MAX_MANIFEST_BYTES = 1 << 20
MAX_STATES_BYTES = 16 << 20
MAX_FRAME_BYTES = 1 << 20

EPISODE_ID = re.compile(r"e(\d{4,9})-w(\d{2,9})-v(\d{2,9})-(\d{6,9})", re.ASCII)
SEGMENT_ID = re.compile(r"s(\d{4,9})", re.ASCII)

R = TypeVar("R", bound=BaseModel)
_Byte = Annotated[int, Field(ge=0, le=255)]
_Count = Annotated[int, Field(ge=0, le=2**31)]
_Int = Annotated[int, Field(ge=-(2**31), le=2**31)]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, populate_by_name=True)


class Thing(_Record):
    """An enemy, a person or an item in the room."""

    id: _Int
    subid: _Int
    x: _Int
    y: _Int
    health: _Int | None = None


class State(_Record):
    """The game after a step, `state/1`; units and ranges as the format says (health in quarter hearts)."""

    frame: _Count
    group: _Byte
    room: _Byte
    season: _Int
    dungeon: _Int | None
    x: _Int
    y: _Int
    direction: _Int
    health: _Count
    max_health: _Count
    rupees: _Count
    keys: _Count
    bombs: _Count
    sword: _Count
    shield: _Count
    item_a: _Int
    item_b: _Int
    treasures: Annotated[tuple[_Byte, ...], Field(max_length=256)]
    essences: _Count
    visited_rooms: _Count
    enemies_left: _Count
    enemies_killed: _Count
    deaths: _Count
    stable: bool
    can_act: bool
    dialog: bool
    transition: bool
    dead: bool
    text_id: _Int | None
    menu: _Int
    enemies: Annotated[tuple[Thing, ...], Field(max_length=64)]
    npcs: Annotated[tuple[Thing, ...], Field(max_length=64)]
    items: Annotated[tuple[Thing, ...], Field(max_length=64)]


class Step(_Record):
    """One line of `states.jsonl`."""

    schema_: Literal["state/1"] = Field(alias="schema")
    step: _Count
    action: Annotated[int, Field(ge=0, le=7)]
    reward: float
    state: State


class FileEntry(_Record):
    """Size and hash of a file."""

    bytes: _Count
    sha256: _Sha256


class Manifest(_Record):
    """The parts of `manifest.json` (`segment/1`) that judging needs."""

    schema_: Literal["segment/1"] = Field(alias="schema")
    episode_id: str
    segment_id: str
    epoch: _Count
    index: _Count
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)]
    terminated: bool
    truncated: bool
    frame_skip: Annotated[int, Field(ge=1, le=3600)]
    frames: Annotated[tuple[_Count, ...], Field(max_length=MAX_STEPS)]
    files: Annotated[dict[str, FileEntry], Field(max_length=MAX_STEPS + 16)]

    @model_validator(mode="after")
    def _frames_are_files(self) -> Self:
        if list(self.frames) != sorted({step for step in self.frames if step < self.steps}):
            raise ValueError(f"frames are not rising steps below {self.steps}")
        missing = [step for step in self.frames if frame_name(step) not in self.files]
        if missing or "states.jsonl" not in self.files:
            raise ValueError(f"files does not list {frame_name(missing[0]) if missing else 'states.jsonl'}")
        return self


@dataclass(frozen=True)
class Segment:
    """A segment that was checked; its frames are read when asked for."""

    manifest: Manifest
    sha256: str
    """Of the manifest's bytes; as the manifest holds the hash of every other file, of the whole segment."""
    steps: tuple[Step, ...]
    """One for each step, T of them."""
    _read: Callable[[str], bytes] = field(repr=False, compare=False)

    @property
    def reference(self) -> str:
        """Return `{episode_id}/{segment_id}`."""
        return f"{self.manifest.episode_id}/{self.manifest.segment_id}"

    @property
    def states(self) -> tuple[State, ...]:
        """Return the states alone, T of them."""
        return tuple(step.state for step in self.steps)

    def frame(self, step: int, factor: int = 1) -> bytes:
        """Return the PNG of a step, enlarged by a whole number.

        Raises:
            SegmentError: There is no such frame, or its file is not what the manifest says, or not a PNG.
        """
        if step not in self.manifest.frames:
            raise SegmentError(f"{self.reference} has no frame {step}; it has {list(self.manifest.frames)[:20]}")
        name = frame_name(step)
        data = checked(self.manifest, name, MAX_FRAME_BYTES, self._read)
        try:
            return enlarge(data, factor)
        except ValueError as error:
            raise SegmentError(f"{self.reference}/{name}: {error}") from error


def frame_name(step: int) -> str:
    """Return the path of a frame within its segment."""
    return f"frames/{step:06d}.png"


def read_segment(store: Store, reference: str) -> Segment:
    """Return a segment after checking its manifest and its states.

    Args:
        store: Where it lies.
        reference: `{episode_id}/{segment_id}`.

    Raises:
        SegmentError: It is missing, damaged, too large, of an unknown version, or not the one asked for.
        StoreError: The store itself cannot be read.
    """
    check_reference(reference)

    def read(name: str) -> bytes:
        try:
            return store.read(f"zelda-episodes/{reference}/{name}")
        except FileNotFoundError as error:
            raise SegmentError(f"{reference} has no {name}; the segment is not complete") from error

    data = read("manifest.json")
    if len(data) > MAX_MANIFEST_BYTES:
        raise SegmentError(f"{reference}/manifest.json has {len(data)} bytes; at most {MAX_MANIFEST_BYTES} are read")
    manifest = parse(Manifest, data, f"{reference}/manifest.json")
    if f"{manifest.episode_id}/{manifest.segment_id}" != reference:
        raise SegmentError(f"the manifest of {reference} names {manifest.episode_id}/{manifest.segment_id}")
    steps = _read_steps(manifest, reference, read)
    return Segment(manifest, hashlib.sha256(data).hexdigest(), steps, read)


def manifest_sha256(store: Store, reference: str) -> str | None:
    """Return the hash of a segment's manifest, or None when there is none: what a score is remembered by."""
    check_reference(reference)
    try:
        return hashlib.sha256(store.read(f"zelda-episodes/{reference}/manifest.json")).hexdigest()
    except FileNotFoundError:
        return None


def check_reference(reference: str) -> tuple[str, str]:
    """Return the two ids of a reference; it becomes part of a path, so nothing else may stand in it.

    Raises:
        SegmentError: It is not `{episode_id}/{segment_id}`.
    """
    episode, _, segment = reference.partition("/")
    if not EPISODE_ID.fullmatch(episode) or not SEGMENT_ID.fullmatch(segment):
        raise SegmentError(f"{reference[:80]!r} is not a segment; expected a form like 'e0000-w00-v00-000000/s0000'")
    return episode, segment


def checked(manifest: Manifest, name: str, limit: int, read: Callable[[str], bytes]) -> bytes:
    """Return a file of a segment after comparing it with its entry in the manifest.

    Raises:
        SegmentError: It is larger than `limit`, or its size or hash is not the manifest's.
    """
    entry = manifest.files[name]
    source = f"{manifest.episode_id}/{manifest.segment_id}/{name}"
    if entry.bytes > limit:
        raise SegmentError(f"{source} has {entry.bytes} bytes by its manifest; at most {limit} are read")
    data = read(name)
    found = hashlib.sha256(data).hexdigest()
    if len(data) != entry.bytes or found != entry.sha256:
        raise SegmentError(
            f"{source} has {len(data)} bytes with sha256 {found[:12]}…; "
            f"its manifest says {entry.bytes} bytes with {entry.sha256[:12]}…; record the segment again"
        )
    return data


def parse(model: type[R], data: bytes, source: str) -> R:
    """Return a JSON record as a model, strictly: no text for numbers, no NaN.

    Raises:
        SegmentError: Not that record; the message names the first thing that is wrong.
    """
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise SegmentError(f"{source}: {explain(error)}") from error


def explain(error: ValidationError) -> str:
    """Return the first thing wrong with a record in one line; a wrong schema comes before all else."""
    faults = error.errors(include_url=False)
    fault: Any = next((fault for fault in faults if fault["loc"] == ("schema",)), faults[0])
    where = ".".join(str(part) for part in fault["loc"]) or "the record"
    seen = "" if fault["type"] in {"missing", "json_invalid"} else f" (found {str(fault['input'])[:40]!r})"
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    return f"{where}: {fault['msg']}{seen}{more}"


def _read_steps(manifest: Manifest, reference: str, read: Callable[[str], bytes]) -> tuple[Step, ...]:
    lines = checked(manifest, "states.jsonl", MAX_STATES_BYTES, read).splitlines()
    if len(lines) != manifest.steps:
        raise SegmentError(f"{reference}/states.jsonl has {len(lines)} lines; its manifest says {manifest.steps} steps")
    steps = tuple(parse(Step, line, f"{reference}/states.jsonl line {at + 1}") for at, line in enumerate(lines))
    for at, step in enumerate(steps):
        if step.step != at:
            raise SegmentError(f"{reference}/states.jsonl line {at + 1} is step {step.step}; expected {at}")
    return steps
