"""`rm.pt`: the reward model as a file that can be trusted as far as it can be checked.

A dict of plain values and tensors, saved by torch:

    schema      "reward-model/1"
    layout      version of the 128 numbers
    sizes       [128, 64, 64, 1]
    link        delta | mean | sum | last | two-head
    state_dict  weights; `level_head.*` with two heads only
    mean, std   float32 (128,), the input normaliser; a slot with std 0 is ignored
    scale       what the gain head's output is divided by, > 0
    epoch       int
    metrics     {name: number or None}

It is read with `weights_only=True` and every field is checked, so that a file from elsewhere can be refused but can
run nothing.
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
import struct
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import torch
from torch import Tensor

from zelda_rm.errors import ArtifactError
from zelda_rm.link import LINKS
from zelda_rm.manifest import SCHEMA, Manifest, folder, read_manifest
from zelda_rm.model import LEAST_SCALE, SIZES, RewardModel
from zelda_rm.store import Store

MAX_BYTES: Final = 16 * 2**20
"""An artifact has about 60 kB; what claims to be hundreds of times larger is not read."""

LIMIT: Final = 1e6
"""The largest weight: with the inputs clipped, Φ then stays finite whatever the observation."""
LEAST_STD: Final = 1e-9

_UNREADABLE: Final = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    struct.error,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    OSError,
    ArithmeticError,
    AssertionError,
    ImportError,
    MemoryError,
    Warning,  # where the caller has made errors of them
)


def dump_model(model: RewardModel) -> bytes:
    """Return the bytes of `rm.pt`; the same model gives the same bytes.

    Raises:
        ArtifactError: The model has no epoch yet.
    """
    if model.epoch is None:
        raise ArtifactError("the model has no epoch; set `model.epoch` to the one it was fitted in before saving it")
    # Pickle writes a string it has met before, the very object, as a reference: interned, equal strings are one object.
    record = {
        "schema": SCHEMA,
        "layout": sys.intern(model.layout),
        "sizes": list(SIZES),
        "link": sys.intern(model.link),
        "state_dict": {sys.intern(name): tensor.detach().clone() for name, tensor in model.state_dict().items()},
        "mean": model.mean.clone(),
        "std": model.std.clone(),
        "scale": model.scale,
        "epoch": model.epoch,
        "metrics": {sys.intern(name): value for name, value in sorted(model.metrics.items())},
    }
    stream = io.BytesIO()
    torch.save(record, stream)
    return stream.getvalue()


def load_model(source: bytes | str | Path, layout: str | None = None) -> RewardModel:
    """Load `rm.pt` from its bytes or from a local path.

    Args:
        source: The bytes, or where they lie.
        layout: The layout the caller's observations have; None to take any.

    Returns:
        The model on the CPU, in evaluation mode.

    Raises:
        ArtifactError: Missing, damaged, of another schema or layout, of other shapes, or not finite.
    """
    data, name = _bytes(source)
    record = _unpack(data, name)
    _expect(name, "schema", record.get("schema"), SCHEMA)
    _expect(name, "sizes", record.get("sizes"), list(SIZES))
    if layout is not None:
        _expect(name, "layout", record.get("layout"), layout)
    if not isinstance(record.get("layout"), str):
        raise ArtifactError(f"{name}: layout is {record.get('layout')!r}, expected a string")
    if record.get("link") not in LINKS:
        raise ArtifactError(f"{name}: link is {record.get('link')!r}, expected one of {', '.join(LINKS)}")
    model = RewardModel(record["layout"], record["link"])
    model.load_state_dict(_weights(name, record.get("state_dict"), model.state_dict()))
    normaliser = _weights(
        name, {key: record.get(key) for key in ("mean", "std")}, {"mean": model.mean, "std": model.std}
    )
    if bool(((normaliser["std"] != 0) & (normaliser["std"] < LEAST_STD)).any()):
        raise ArtifactError(f"{name}: std is below {LEAST_STD} somewhere, expected 0 or more than that")
    model.normalise_by(normaliser["mean"].numpy(), normaliser["std"].numpy())
    model.scale = _number(name, "scale", record.get("scale"))
    if not LEAST_SCALE <= model.scale <= LIMIT:
        raise ArtifactError(f"{name}: scale is {model.scale}, expected {LEAST_SCALE} to {LIMIT:.0e}")
    model.epoch = _epoch(name, record.get("epoch"))
    model.metrics = _metrics(name, record.get("metrics"))
    return model.eval()


def read_model(store: Store, epoch: int, layout: str | None = None) -> RewardModel:
    """Load the model of an epoch from the store, if the epoch is fitted and the file is the one the manifest names.

    Args:
        store: The run's store.
        epoch: The epoch.
        layout: See `load_model`.

    Raises:
        ArtifactError: The epoch is not fitted, or as `load_model`.
    """
    return load_model(read_bytes(store, read_manifest(store, epoch)), layout)


def read_bytes(store: Store, manifest: Manifest) -> bytes:
    """Return `rm.pt` as it lies in the store, once it is sure to be the file that the manifest names.

    Raises:
        ArtifactError: The file is missing, or another one.
    """
    place = folder(manifest.epoch)
    path = f"{place}/rm.pt"
    try:
        data = store.read(path)
    except FileNotFoundError as error:
        raise ArtifactError(f"{path} is not there, yet its manifest is; delete {place} and fit again") from error
    found = hashlib.sha256(data).hexdigest()
    if found != manifest.sha256:
        raise ArtifactError(
            f"{path} has sha256 {found[:12]}…, its manifest says {manifest.sha256[:12]}…; delete {place} and fit again"
        )
    return data


def _bytes(source: bytes | str | Path) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "rm.pt"
    try:
        return Path(source).read_bytes(), str(source)
    except OSError as error:
        raise ArtifactError(f"cannot read the reward model {source}: {error.strerror}; check the path") from error


def _unpack(data: bytes, name: str) -> dict[str, Any]:
    """Return the dict in the file without running anything in it or taking more memory than it may."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = max(len(data), sum(entry.file_size for entry in archive.infolist()))
        record = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True) if size <= MAX_BYTES else None
    except _UNREADABLE as error:
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise ArtifactError(f"{name} is no reward model ({len(data)} bytes; {reason}); expected {SCHEMA}") from error
    if size > MAX_BYTES:
        raise ArtifactError(f"{name} has {size} bytes, unpacked, expected at most {MAX_BYTES}")
    if not isinstance(record, dict):
        raise ArtifactError(f"{name} holds a {type(record).__name__}, expected a {SCHEMA} dict")
    return cast("dict[str, Any]", record)


def _weights(name: str, found: object, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors if they have the names, shapes and type expected and are finite."""
    keys = sorted(map(str, found)) if isinstance(found, dict) else type(found).__name__
    if not isinstance(found, dict) or keys != sorted(expected):
        raise ArtifactError(f"{name} has the weights {keys}, expected {sorted(expected)}")
    for key, like in expected.items():
        tensor = found[key]
        if not isinstance(tensor, Tensor) or tensor.layout != torch.strided:
            raise ArtifactError(f"{name}: {key} is a {type(tensor).__name__}, expected a dense tensor")
        if tensor.shape != like.shape or tensor.dtype != like.dtype:
            seen, wanted = (tuple(tensor.shape), tensor.dtype), (tuple(like.shape), like.dtype)
            raise ArtifactError(f"{name}: {key} is {seen[1]} {seen[0]}, expected {wanted[1]} {wanted[0]}")
        if not bool((tensor.abs() <= LIMIT).all()):
            raise ArtifactError(f"{name}: {key} holds numbers that are not finite or beyond ±{LIMIT:.0e}")
    return {key: found[key].contiguous() for key in expected}


def _expect(name: str, field: str, found: object, expected: object) -> None:
    if type(found) is not type(expected) or found != expected:
        raise ArtifactError(f"{name}: {field} is {found!r}, expected {expected!r}")


def _number(name: str, field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ArtifactError(f"{name}: {field} is {value!r}, expected a finite number")
    return float(value)


def _epoch(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ArtifactError(f"{name}: epoch is {value!r}, expected an integer from 0")
    return value


def _metrics(name: str, value: object) -> dict[str, float | int | None]:
    if not isinstance(value, dict):
        raise ArtifactError(f"{name}: metrics is a {type(value).__name__}, expected a dict")
    for key, number in value.items():
        if number is not None:
            _number(name, f"metrics[{key!r}]", number)
    return {str(key): number for key, number in value.items()}
