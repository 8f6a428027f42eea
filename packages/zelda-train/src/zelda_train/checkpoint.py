"""Checkpoints in the store: RLlib's own files, and a manifest that is written last."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zelda_train.algorithm import EpochPPO
from zelda_train.errors import CheckpointError
from zelda_train.manifest import SCHEMA, folder, read_file, read_manifest
from zelda_train.store import Store


def save(algo: EpochPPO, store: Store, epoch: int, record: Mapping[str, Any]) -> dict[str, Any]:
    """Write the checkpoint of an epoch to the store, file by file, and its manifest last.

    Args:
        algo: The algorithm whose state is saved.
        store: Where to.
        epoch: The epoch that this checkpoint ends.
        record: The manifest's fields other than `schema`, `epoch` and `files`.

    Returns:
        The manifest as written.
    """
    files: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="zelda-train-") as local:
        algo.save_to_path(local)
        for path in sorted(path for path in Path(local).rglob("*") if path.is_file()):
            name, data = path.relative_to(local).as_posix(), path.read_bytes()
            store.write(f"{folder(epoch)}/{name}", data)
            files[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {**record, "schema": SCHEMA, "epoch": epoch, "files": files}
    store.write_json(f"{folder(epoch)}/manifest.json", manifest)
    return manifest


def restore(algo: EpochPPO, store: Store, epoch: int) -> None:
    """Continue from the checkpoint of an epoch: weights, optimizer and counters, in the learner and in every runner.

    RLlib restores only from a local folder in full (from a URL it leaves the runners with fresh weights), so the files
    are fetched and checked first.

    Raises:
        CheckpointError: A file is missing or differs from the manifest, or a runner did not get the weights.
    """
    manifest = read_manifest(store, epoch)
    if manifest is None:
        raise CheckpointError(f"{store.url}/{folder(epoch)}/manifest.json is missing; train epoch {epoch} first")
    with tempfile.TemporaryDirectory(prefix="zelda-train-") as local:
        for name, expected in manifest["files"].items():
            path = Path(local, name)
            if not path.resolve().is_relative_to(Path(local).resolve()):
                raise CheckpointError(f"the manifest of epoch {epoch} names the file {name!r} outside of its folder")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(read_file(store, epoch, name, expected))
        algo.restore_from_path(local)
    algo.check_runners()
