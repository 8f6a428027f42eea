"""Segments: the rows of observations a fit needs, and the scores that rank them."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zelda_rm.errors import SegmentError
from zelda_rm.score import Score, Target
from zelda_rm.store import Store, StoreError, parse_record

OBS_SIZE: Final = 128
"""Numbers in an observation."""

OBS_LIMIT: Final = 1e6
"""The largest number that can be an observation's; features are scaled to about one."""
NPY_MAGIC: Final = b"\x93NUMPY\x01\x00"
NPY_HEADER: Final = 1024
"""The longest NumPy header that is parsed; a header of ours has 118 bytes."""

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A recorded stretch of play, thinned to the rows a fit needs.

    Attributes:
        reference: `{episode_id}/{segment_id}`, or any other name that is unique among the segments of a fit.
        rows: float32 (R, 128), R ≥ 1; the first and the last observation and evenly spaced ones between them.
        steps: T, the number of steps that were recorded, T ≥ R.
        gain: How much the segment achieved, 0..1, or None if nobody could say.
        level: How the segment was throughout, 0..1, or None.
    """

    reference: str
    rows: FloatArray
    steps: int
    gain: float | None = None
    level: float | None = None

    @classmethod
    def from_observations(
        cls,
        reference: str,
        observations: FloatArray,
        *,
        gain: float | None = None,
        level: float | None = None,
        max_rows: int = 32,
    ) -> Segment:
        """Thin a whole segment.

        Args:
            reference: A unique name.
            observations: float32 (T, 128), T ≥ 1, finite.
            gain: See the class.
            level: See the class.
            max_rows: How many rows to keep at most, ≥ 2. The mean of a network over evenly spaced rows stands in
                for its mean over all of them; the ends, which the delta link needs, are always kept.

        Raises:
            SegmentError: The observations are not float32 (T, 128) or not finite.
        """
        _check(observations, reference)
        steps = len(observations)
        keep = np.unique(np.linspace(0, steps - 1, min(steps, max_rows)).round().astype(np.int64))
        return cls(reference, np.ascontiguousarray(observations[keep]), steps, gain, level)

    def score(self, target: Target) -> float | None:
        """Return the score of a target, 0..1, or None."""
        return self.gain if target == "gain" else self.level


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SegmentManifest(BaseModel):
    """The fields of a `segment/1` manifest that a fit depends on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    episode_id: str
    segment_id: str
    steps: int = Field(ge=1)
    layout: str = Field(min_length=1, max_length=64)
    files: dict[str, _File]


def read_manifest(store: Store, score: Score) -> SegmentManifest:
    """Read the manifest of a scored segment and check that it is the one the judges saw.

    Raises:
        SegmentError: It is missing, is not a `segment/1` record, names another segment or no observations, or its
            bytes are not those that were scored.
    """
    source = f"zelda-episodes/{score.reference}/manifest.json"
    try:
        data = store.read(source)
        manifest = SegmentManifest.model_validate(parse_record(data, "segment/1", source))
    except FileNotFoundError as error:
        raise SegmentError(f"{source} is not there, yet the segment was scored; it is left out") from error
    except StoreError as error:
        raise SegmentError(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SegmentError(f"{source}: {field}: {first['msg']}; the segment is left out") from error
    found = f"{manifest.episode_id}/{manifest.segment_id}"
    if found != score.reference:
        raise SegmentError(f"{source} names {found}, expected {score.reference}; the segment is left out")
    _match(data, score.input_sha256, f"{source} is not what was scored: it")
    return manifest


def read_observations(store: Store, reference: str, manifest: SegmentManifest) -> FloatArray:
    """Read the observations of a segment.

    Returns:
        float32 (T, 128), finite.

    Raises:
        SegmentError: They are missing, are not the bytes the manifest names, or are not float32 (T, 128).
    """
    source = f"zelda-episodes/{reference}/observations.npy"
    if "observations.npy" not in manifest.files:
        raise SegmentError(f"{source} is not among the files its manifest lists; the segment is left out")
    try:
        data = store.read(source)
    except FileNotFoundError as error:
        raise SegmentError(f"{source} is not there, yet its manifest lists it; the segment is left out") from error
    _match(data, manifest.files["observations.npy"].sha256, source)
    observations = parse_observations(data, source)
    if len(observations) != manifest.steps:
        raise SegmentError(f"{source} has {len(observations)} rows, its manifest says {manifest.steps} steps")
    return observations


def parse_observations(data: bytes, source: str) -> FloatArray:
    """Return the array in the bytes of an `observations.npy`.

    The header is read and judged before any memory is set aside, so that a file cannot ask for more than it holds,
    and nothing in it is ever unpickled.

    Args:
        data: The file.
        source: Where it came from, for the message.

    Returns:
        float32 (T, 128), T ≥ 1, finite.

    Raises:
        SegmentError: Not a NumPy file, not float32 (T, 128), cut short, or not finite.
    """
    shape, fortran, body = _header(data, source)
    if len(body) != shape[0] * OBS_SIZE * 4:
        raise SegmentError(f"{source} holds {len(body)} bytes of numbers, its header {shape} asks for {shape[0] * 512}")
    observations = np.frombuffer(body, dtype="<f4").reshape(shape, order="F" if fortran else "C")
    _check(observations, source)
    return observations


def _header(data: bytes, source: str) -> tuple[tuple[int, int], bool, bytes]:
    """Return shape, whether the order is Fortran's, and the numbers, if they are said to be float32 (T, 128).

    NumPy's own reader of headers takes more than is ever written: it mends headers of Python 2, and warns.
    """
    size = int.from_bytes(data[8:10], "little")
    if data[:8] != NPY_MAGIC or size > NPY_HEADER:
        raise SegmentError(f"{source} begins with {data[:10]!r}, expected a NumPy file of version 1.0")
    try:
        header = ast.literal_eval(data[10 : 10 + size].decode("latin-1").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise SegmentError(f"{source} has a damaged NumPy header ({type(error).__name__}); record it again") from error
    fields = header if isinstance(header, dict) else {}
    descr, fortran, shape = (fields.get(name) for name in ("descr", "fortran_order", "shape"))
    match shape:
        case (int(steps), int(slots)) if steps >= 1 and slots == OBS_SIZE and descr == "<f4":
            return (steps, slots), bool(fortran), data[10 + size :]
    raise SegmentError(f"{source} holds {descr!r} {shape!r}, expected '<f4', float32, (T, {OBS_SIZE}) with T ≥ 1")


def _check(observations: FloatArray, source: str) -> None:
    """Refuse what is not float32 (T, 128) and finite."""
    shape, dtype = observations.shape, observations.dtype
    if len(shape) != 2 or shape[1] != OBS_SIZE or shape[0] < 1 or dtype != np.float32:
        raise SegmentError(f"{source} holds {dtype} {shape}, expected float32 (T, {OBS_SIZE}) with T ≥ 1")
    bad = np.argwhere(~(np.abs(observations) <= OBS_LIMIT))
    if len(bad):
        row, slot = bad[0]
        raise SegmentError(
            f"{source} holds {len(bad)} numbers that are not finite or beyond ±{OBS_LIMIT:.0e}, "
            f"the first at row {row}, slot {slot}"
        )


def _match(data: bytes, expected: str, subject: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SegmentError(f"{subject} has sha256 {found[:12]}…, expected {expected[:12]}…; the segment is left out")
