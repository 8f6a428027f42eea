"""The files of a recorded segment: written from raw recordings, read as hostile input.

The format is `segment/1`, `state/1` and `episode/1`: below `zelda-episodes/{episode_id}/{segment_id}/` lie
`states.jsonl`, `observations.npy`, key frames and, written last, `manifest.json`. The same recording gives the same
bytes.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zelda_env.emulator import ACTIONS, FRAME_SHAPE
from zelda_env.encoder import LAYOUT, OBS_SIZE, Floats
from zelda_env.errors import SegmentError
from zelda_env.ram_map import Bytes
from zelda_env.reward_config import Terms
from zelda_env.state import GameState, decode
from zelda_env.store import Store, StoreError, dump_record, parse_record

EPISODES: Final = "zelda-episodes"
STATES, OBSERVATIONS, MANIFEST = "states.jsonl", "observations.npy", "manifest.json"

MAX_STEPS: Final = 10_000
"""Longest segment that is written or read."""
_MAX_BYTES: Final = {MANIFEST: 4 << 20, STATES: 64 << 20, OBSERVATIONS: 4 * OBS_SIZE * MAX_STEPS + 4096}
_MAX_FRAME_BYTES: Final = 1 << 20
_REFERENCE: Final = re.compile(r"e\d{4,9}-w\d{2,9}-v\d{2,9}-\d{6,9}/s\d{4,9}")

Count = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Rewards = dict[str, Finite]
R = TypeVar("R", bound=BaseModel)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class FileEntry(_Record):
    """Size and hash of one file of a segment."""

    bytes: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class RomEntry(_Record):
    """Which cartridge was played."""

    title: str
    sha1: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


class SegmentManifest(_Record):
    """A `segment/1` record; see the class `Recording` for the fields they share."""

    schema_: Literal["segment/1"] = Field("segment/1", alias="schema")
    episode_id: str
    segment_id: str
    epoch: Count
    worker: Count
    env: Count
    episode: Count
    index: Count
    first_step: Count
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)]
    terminated: bool
    truncated: bool
    seed: int | None
    frame_skip: Annotated[int, Field(ge=1)]
    layout: str
    rom: RomEntry
    return_: Finite = Field(alias="return")
    rewards: Rewards
    rooms: dict[str, Count]
    frames: list[Count]
    files: dict[str, FileEntry]

    @model_validator(mode="after")
    def _frames_have_files(self) -> Self:
        if self.frames != sorted(set(self.frames)) or any(step >= self.steps for step in self.frames):
            raise ValueError(f"frames are not rising steps below {self.steps}")
        missing = {STATES, OBSERVATIONS, *map(frame_name, self.frames)} - self.files.keys()
        if missing:
            raise ValueError(f"files does not list {min(missing)}")
        return self


class EpisodeRecord(_Record):
    """An `episode/1` record: which segments an episode has, written when it ends."""

    schema_: Literal["episode/1"] = Field("episode/1", alias="schema")
    episode_id: str
    epoch: Count
    worker: Count
    env: Count
    episode: Count
    seed: int | None
    segments: list[str]
    steps: Annotated[int, Field(ge=1)]
    return_: Finite = Field(alias="return")
    rewards: Rewards
    unique_rooms: Count
    terminated: bool
    truncated: bool

    @property
    def path(self) -> str:
        """Where it lies below the store's base."""
        return f"{EPISODES}/index/epoch_{self.epoch}/{self.episode_id}.json"


class StepRecord(_Record):
    """A `state/1` record: one step and the world after it."""

    schema_: Literal["state/1"] = Field("state/1", alias="schema")
    step: Count
    action: Annotated[int, Field(ge=0, lt=len(ACTIONS))]
    reward: Finite
    rewards: Rewards
    state: GameState


@dataclass(frozen=True)
class Recording:
    """A segment as it was recorded, before anything is decoded.

    Attributes:
        epoch: Of the training run.
        worker: Counted from 1; 0 is the driver.
        env: Counted from 0 within the worker.
        episode: Counted from 0 within the env.
        index: Of the segment within the episode, from 0.
        first_step: Its first step within the episode.
        terminated: The last step ended the episode.
        truncated: The last step was the episode's last by length.
        seed: Of the episode's reset.
        frame_skip: Frames a step.
        title: Of the cartridge.
        sha1: Of the cartridge.
        actions: (T,) uint8.
        rewards: T rewards.
        terms: The terms of each.
        observations: (T, 128) float32.
        ram: (T, K) uint8, the bytes at `state.STATE_OFFSETS` after each step.
        frames: uint8 (144, 160, 3) RGB after some steps.
    """

    epoch: int
    worker: int
    env: int
    episode: int
    index: int
    first_step: int
    terminated: bool
    truncated: bool
    seed: int | None
    frame_skip: int
    title: str
    sha1: str
    actions: Bytes
    rewards: list[float]
    terms: list[Terms]
    observations: Floats
    ram: Bytes
    frames: Mapping[int, Bytes] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """`{episode_id}/{segment_id}`."""
        return f"{episode_id(self.epoch, self.worker, self.env, self.episode)}/{segment_id(self.index)}"


def episode_id(epoch: int, worker: int, env: int, episode: int) -> str:
    """Return the name of an episode."""
    return f"e{epoch:04d}-w{worker:02d}-v{env:02d}-{episode:06d}"


def segment_id(index: int) -> str:
    """Return the name of a segment within its episode."""
    return f"s{index:04d}"


def frame_name(step: int) -> str:
    """Return the file name of a key frame."""
    return f"frames/{step:06d}.png"


def sum_terms(terms: list[Terms]) -> Terms:
    """Add up terms by name, each sum exactly rounded, names sorted."""
    values: dict[str, list[float]] = {}
    for step in terms:
        for name, value in step.items():
            values.setdefault(name, []).append(value)
    return {name: math.fsum(values[name]) for name in sorted(values)}


def pack(recording: Recording) -> dict[str, bytes]:
    """Return the files of a segment by name, the manifest last."""
    states = decode(recording.ram)
    files = {STATES: _pack_states(recording, states), OBSERVATIONS: _pack_array(recording.observations)}
    files |= {frame_name(step): encode_png(frame) for step, frame in sorted(recording.frames.items())}
    episode, segment = recording.reference.split("/")
    rewards = sum_terms(recording.terms)
    manifest = {
        "schema": "segment/1",
        "episode_id": episode,
        "segment_id": segment,
        "epoch": recording.epoch,
        "worker": recording.worker,
        "env": recording.env,
        "episode": recording.episode,
        "index": recording.index,
        "first_step": recording.first_step,
        "steps": len(states),
        "terminated": recording.terminated,
        "truncated": recording.truncated,
        "seed": recording.seed,
        "frame_skip": recording.frame_skip,
        "layout": LAYOUT,
        "rom": {"title": recording.title, "sha1": recording.sha1},
        "return": math.fsum(rewards.values()),
        "rewards": rewards,
        "rooms": Counter(f"{state['group']}:{state['room']:02x}" for state in states if state["stable"]),
        "frames": sorted(recording.frames),
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
    }
    return files | {MANIFEST: dump_record(manifest)}


def _entry(data: bytes) -> dict[str, int | str]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def encode_png(frame: Bytes) -> bytes:
    """Return a frame (144, 160, 3) uint8 as PNG, with a palette when 256 colours are enough, and they always are."""
    height, width, _ = frame.shape
    wide = frame.astype(np.uint32)
    colours, pixels = np.unique(wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2], return_inverse=True)
    if len(colours) <= 256:
        image = Image.frombytes("P", (width, height), pixels.astype(np.uint8).tobytes())
        image.putpalette(colours.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes())
    else:
        image = Image.frombytes("RGB", (width, height), frame.tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=4)
    return file.getvalue()


def _pack_states(recording: Recording, states: list[dict[str, Any]]) -> bytes:
    steps = zip(recording.actions.tolist(), recording.rewards, recording.terms, states, strict=True)
    return b"".join(
        dump_record(
            {"schema": "state/1", "step": step, "action": action, "reward": reward, "rewards": terms, "state": state}
        )
        for step, (action, reward, terms, state) in enumerate(steps)
    )


def _pack_array(values: Floats) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.ascontiguousarray(values, np.float32), version=(1, 0), allow_pickle=False)
    return file.getvalue()


@dataclass(frozen=True, eq=False)
class Segment:
    """A segment that was read and checked.

    Attributes:
        manifest: Its `segment/1` record.
        steps: T steps.
        observations: (T, 128) float32.
        frames: The key frames as PNG, by step.
    """

    manifest: SegmentManifest
    steps: tuple[StepRecord, ...]
    observations: Floats = field(repr=False)
    frames: Mapping[int, bytes] = field(repr=False)

    def frame(self, step: int) -> NDArray[np.uint8]:
        """Return a key frame, uint8 (144, 160, 3) RGB.

        Raises:
            KeyError: The step has no key frame.
        """
        return decode_png(self.frames[step])


def read_segment(store: Store, reference: str) -> Segment:
    """Read a segment and check every file of it against the manifest and the format.

    Args:
        store: Where it lies.
        reference: `{episode_id}/{segment_id}`.

    Raises:
        SegmentError: It is missing, damaged, or not what the format says.
        StoreError: The store cannot be read.
    """
    if not _REFERENCE.fullmatch(reference):
        raise SegmentError(f"{reference!r} is no reference; expected such as e0000-w00-v00-000000/s0000")
    folder = f"{EPISODES}/{reference}"
    manifest = _read_manifest(store, folder)
    found = f"{manifest.episode_id}/{manifest.segment_id}"
    if found != reference:
        raise SegmentError(f"{folder}/{MANIFEST} names {found}; expected {reference}")
    if manifest.layout != LAYOUT:
        raise SegmentError(f"{folder} has observations laid out as {manifest.layout!r}; this version reads {LAYOUT!r}")
    states = _read_file(store, folder, STATES, manifest, _MAX_BYTES[STATES])
    observations = _read_file(store, folder, OBSERVATIONS, manifest, _MAX_BYTES[OBSERVATIONS])
    frames = {step: _read_file(store, folder, frame_name(step), manifest, _MAX_FRAME_BYTES) for step in manifest.frames}
    for step, data in frames.items():
        _open_png(data, f"{folder}/{frame_name(step)}")
    return Segment(
        manifest,
        tuple(_read_steps(states, manifest.steps, folder)),
        _read_array(observations, manifest.steps, folder),
        frames,
    )


def read_episodes(store: Store, epoch: int) -> Iterator[EpisodeRecord]:
    """Yield the episodes of an epoch, sorted by name, without looking into their segments.

    Raises:
        SegmentError: A record is not what the format says.
        StoreError: The store cannot be read, or a record is of another kind.
    """
    for path in store.list(f"{EPISODES}/index/epoch_{epoch}"):
        if path.endswith(".json"):
            yield _validate(EpisodeRecord, store.read_json(path, "episode/1"), path)


def decode_png(data: bytes) -> NDArray[np.uint8]:
    """Return a key frame, uint8 (144, 160, 3) RGB, from its PNG.

    Raises:
        SegmentError: It is no PNG of 160 x 144 pixels.
    """
    image = _open_png(data, "the frame")
    try:
        return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise SegmentError(f"the frame is a damaged PNG ({error})") from error


def _open_png(data: bytes, source: str) -> Image.Image:
    """Parse the header only: the size is known before any pixel is unpacked."""
    try:
        image = Image.open(io.BytesIO(data), formats=["PNG"])
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise SegmentError(f"{source} is no PNG ({error})") from error
    if image.size != (FRAME_SHAPE[1], FRAME_SHAPE[0]):
        raise SegmentError(f"{source} is {image.size[0]} x {image.size[1]} pixels; expected 160 x 144")
    return image


def _read_manifest(store: Store, folder: str) -> SegmentManifest:
    try:
        data = store.read(f"{folder}/{MANIFEST}")
    except FileNotFoundError as error:
        raise SegmentError(
            f"{folder}/{MANIFEST} is missing: the segment was never finished or is not in this store"
        ) from error
    if len(data) > _MAX_BYTES[MANIFEST]:
        raise SegmentError(f"{folder}/{MANIFEST} has {len(data)} bytes; expected at most {_MAX_BYTES[MANIFEST]}")
    try:
        record = parse_record(data, "segment/1", f"{folder}/{MANIFEST}")
    except StoreError as error:
        raise SegmentError(str(error)) from error
    return _validate(SegmentManifest, record, f"{folder}/{MANIFEST}")


def _read_file(store: Store, folder: str, name: str, manifest: SegmentManifest, limit: int) -> bytes:
    """Read a file that the manifest lists, and check its size and hash."""
    entry = manifest.files[name]
    if entry.bytes > limit:
        raise SegmentError(f"{folder}/{name} is listed with {entry.bytes} bytes; expected at most {limit}")
    try:
        data = store.read(f"{folder}/{name}")
    except FileNotFoundError as error:
        raise SegmentError(f"{folder}/{name} is missing, yet the manifest lists it") from error
    if len(data) != entry.bytes:
        raise SegmentError(f"{folder}/{name} has {len(data)} bytes; the manifest says {entry.bytes}")
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise SegmentError(f"{folder}/{name} has not the sha256 that the manifest says: it was changed or damaged")
    return data


def _read_steps(data: bytes, steps: int, folder: str) -> Iterator[StepRecord]:
    *lines, rest = data.split(b"\n")
    if len(lines) != steps or rest:
        raise SegmentError(f"{folder}/{STATES} has {len(lines)} lines; expected {steps}, each with its line end")
    for number, line in enumerate(lines):
        source = f"{folder}/{STATES} line {number + 1}"
        try:
            record = parse_record(line, "state/1", source)
        except (StoreError, RecursionError) as error:
            raise SegmentError(str(error)) from error
        step = _validate(StepRecord, record, source)
        if step.step != number:
            raise SegmentError(f"{source} is step {step.step}; expected {number}")
        yield step


def _read_array(data: bytes, steps: int, folder: str) -> Floats:
    """Parse the array's header and check it before any memory is taken for its values."""
    expected = f"expected float32 ({steps}, {OBS_SIZE})"
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise SegmentError(f"{folder}/{OBSERVATIONS} has the npy version {version}; expected (1, 0)")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    except ValueError as error:
        if isinstance(error, SegmentError):
            raise
        raise SegmentError(f"{folder}/{OBSERVATIONS} is no npy file ({error}); {expected}") from error
    if shape != (steps, OBS_SIZE) or fortran or dtype != np.dtype("<f4"):
        raise SegmentError(f"{folder}/{OBSERVATIONS} is {dtype} {shape}; {expected}")
    values = data[file.tell() :]
    if len(values) != 4 * steps * OBS_SIZE:
        raise SegmentError(f"{folder}/{OBSERVATIONS} has {len(values)} bytes of values; {expected}")
    array = np.frombuffer(values, np.dtype("<f4")).reshape(shape)  # (T, 128) float32
    if not np.isfinite(array).all():
        raise SegmentError(f"{folder}/{OBSERVATIONS} holds values that are not finite; {expected}")
    return array


def _validate(kind: type[R], record: dict[str, Any], source: str) -> R:
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the record"
        raise SegmentError(f"{source}: {place}: {first['msg']}") from error
