"""The manifests of checkpoints: which epochs are trained, and on what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from zelda_train.errors import CheckpointError
from zelda_train.store import Store

SCHEMA = "checkpoint/1"


def folder(epoch: int) -> str:
    """Return the folder of an epoch's checkpoint, relative to the store."""
    return f"zelda-models/checkpoints/epoch_{epoch}"


def read_manifest(store: Store, epoch: int) -> dict[str, Any] | None:
    """Return the `checkpoint/1` record of an epoch, or None if the epoch is not trained.

    Raises:
        StoreError: The record is not readable, or of another major version.
    """
    path = f"{folder(epoch)}/manifest.json"
    return store.read_json(path, SCHEMA) if store.exists(path) else None


def parent_of(store: Store, epoch: int, layout: str | None = None) -> dict[str, Any] | None:
    """Return `{epoch, sha256}` of the manifest that an epoch continues, or None for the first epoch.

    Args:
        store: Where checkpoints lie.
        epoch: The epoch that continues it.
        layout: Version of the observations that the parent must have learnt from; None to take any.

    Raises:
        CheckpointError: There is no finished checkpoint to continue, or it learnt from another layout.
    """
    if epoch == 0:
        return None
    manifest = read_manifest(store, epoch - 1)
    if manifest is None:
        raise CheckpointError(
            f"epoch {epoch} continues epoch {epoch - 1}, but {store.url}/{folder(epoch - 1)}/manifest.json is missing; "
            f"train it first: zelda-train epoch --store {store.url} --epoch {epoch - 1}"
        )
    learnt = manifest.get("layout")
    if layout is not None and learnt is not None and learnt != layout:
        raise CheckpointError(
            f"the checkpoint of epoch {epoch - 1} learnt from observations {learnt!r}, expected {layout!r}; train with "
            "the versions it was made by, or begin a run in another --store"
        )
    sha256 = hashlib.sha256(store.read(f"{folder(epoch - 1)}/manifest.json")).hexdigest()
    return {"epoch": epoch - 1, "sha256": sha256}


def read_file(store: Store, epoch: int, name: str, expected: Mapping[str, Any]) -> bytes:
    """Return the bytes of a checkpoint's file after checking them against the manifest.

    Args:
        store: Where the checkpoint lies.
        epoch: Whose checkpoint.
        name: The file, relative to the checkpoint's folder.
        expected: Its entry in the manifest: `{bytes, sha256}`.

    Raises:
        CheckpointError: The file is missing, or another one.
    """
    path = f"{folder(epoch)}/{name}"
    cure = f"delete {folder(epoch)} and train epoch {epoch} again"
    try:
        data = store.read(path)
    except FileNotFoundError as error:
        raise CheckpointError(f"{store.url}/{path} is missing, though the manifest names it; {cure}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != expected["sha256"]:
        raise CheckpointError(
            f"{store.url}/{path} has {len(data)} bytes with sha256 {found}; the manifest says {expected['bytes']} "
            f"bytes with {expected['sha256']}; {cure}"
        )
    return data
