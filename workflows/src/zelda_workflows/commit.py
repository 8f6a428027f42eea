"""The end of an epoch: one record, created once, that names what the epoch made."""

from __future__ import annotations

import hashlib
from typing import Any

from zelda_workflows.errors import MissingRecordError
from zelda_workflows.store import Store, dump_record

_OUTPUTS = {
    "checkpoint": ("zelda-models/checkpoints/epoch_{}/manifest.json", "zelda-train epoch"),
    "scores": ("zelda-episodes/scores/epoch_{}/scores.jsonl", "zelda-judge merge"),
    "reward_model": ("zelda-models/reward_model/epoch_{}/rm.pt", "zelda-rm fit"),
}


def commit_path(epoch: int) -> str:
    """Return where an epoch's commit lies below the store's base."""
    return f"zelda-models/pipeline/epoch_{epoch}.commit"


def is_committed(store: Store, epoch: int) -> bool:
    """Return whether the epoch is done."""
    return store.exists(commit_path(epoch))


def commit_epoch(store: Store, epoch: int) -> bool:
    """Record that an epoch is done, unless somebody already has.

    Returns:
        Whether this call made the record; of many callers one gets True.

    Raises:
        MissingRecordError: A step of the epoch has not finished; the message names its command.
        StoreError: The store cannot be read or written.
    """
    if is_committed(store, epoch):
        return False
    digests = {name: _digest(store, path.format(epoch), command) for name, (path, command) in _OUTPUTS.items()}
    record: dict[str, Any] = {"schema": "commit/1", "epoch": epoch, **digests}
    record["segments"] = store.read_json(f"zelda-models/evaluations/epoch_{epoch}/summary.json", "evaluation/1")[
        "segments"
    ]
    record["pairs"] = store.read_json(f"zelda-models/reward_model/epoch_{epoch}/manifest.json", "reward-model/1")[
        "pairs"
    ]
    return store.create(commit_path(epoch), dump_record(record))


def _digest(store: Store, path: str, command: str) -> str:
    try:
        return hashlib.sha256(store.read(path)).hexdigest()
    except FileNotFoundError as error:
        raise MissingRecordError(f"{store.url}/{path} is not there; run `{command}` for this epoch first") from error
