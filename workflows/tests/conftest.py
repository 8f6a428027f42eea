"""A store as a finished run of two epochs leaves it, small enough to read."""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
import zlib
from pathlib import Path

import pytest
import yaml
from zelda_workflows.store import Store, dump_record


def png(width: int = 160, height: int = 144) -> bytes:
    """Return a real, grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([row % 256] * width) for row in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write_segment(store: Store, episode_id: str, epoch: int, room: int, total: float) -> dict:
    """Write one segment with its index and return its score record."""
    base = f"zelda-episodes/{episode_id}/s0000"
    state = {"group": 0, "room": room, "can_act": True}
    line = {"schema": "state/1", "step": 0, "action": 0, "reward": 1.0, "rewards": {"room": 1.0}, "state": state}
    store.write(f"{base}/states.jsonl", dump_record(line))
    store.write(f"{base}/frames/000000.png", png())
    manifest = {
        "schema": "segment/1",
        "episode_id": episode_id,
        "segment_id": "s0000",
        "steps": 1,
        "return": 1.0,
        "rooms": {f"0:{room:02x}": 1},
        "frames": [0],
    }
    store.write_json(f"{base}/manifest.json", manifest)
    index = {"schema": "episode/1", "episode_id": episode_id, "segments": ["s0000"]}
    store.write_json(f"zelda-episodes/index/epoch_{epoch}/{episode_id}.json", index)
    vote = {"status": "ok", "scores": {"progress": 4}, "reason": ""}
    return {
        "schema": "score/1",
        "episode_id": episode_id,
        "segment_id": "s0000",
        "judges": [{"judge": "state", "source": "rules", "model": "rules/1", "votes": [vote]}],
        "scores": {"progress": 0.8},
        "weights": {"progress": 0.4},
        "total": total,
    }


def write_epoch(store: Store, epoch: int, reward_model: dict | None) -> None:
    """Write every record that one epoch leaves."""
    scores = [
        write_segment(store, f"e{epoch:04d}-w01-v00-{n:06d}", epoch, 0xB5 + n, 0.2 * n + 0.1 * epoch) for n in range(2)
    ]
    metrics = {
        "steps": 1000, "episodes": 2, "segments": 2, "dropped": 0, "failures": 1, "return_mean": 3.5 + epoch,
        "unique_rooms_mean": 2.0, "length_mean": 500.0, "steps_per_second": 1234.5,
        "rewards": {"room": 5.0, "shaping": 0.5 * epoch}, "learner": {},
    }  # fmt: skip
    checkpoint = {
        "schema": "checkpoint/1", "epoch": epoch, "rom": {"title": "ACORN", "sha1": "0" * 40}, "config": {"gamma": 0.9},
        "reward_model": reward_model, "metrics": metrics,
    }  # fmt: skip
    store.write_json(f"zelda-models/checkpoints/epoch_{epoch}/manifest.json", checkpoint)
    store.write(f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl", b"".join(map(dump_record, scores)))
    evaluation = {"schema": "evaluation/1", "segments": 2, "failures": 2, "panel": "rules", "total": {"mean": 0.25}}
    store.write_json(f"zelda-models/evaluations/epoch_{epoch}/summary.json", evaluation)
    store.write(f"zelda-models/reward_model/epoch_{epoch}/rm.pt", b"weights %d" % epoch)
    store.write_json(
        f"zelda-models/reward_model/epoch_{epoch}/manifest.json",
        {"schema": "reward-model/1", "sha256": _sha(epoch), "pairs": 11, "metrics": {"heldout_accuracy": 0.75}},
    )


def _sha(epoch: int) -> str:
    return hashlib.sha256(b"weights %d" % epoch).hexdigest()


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "run"))


@pytest.fixture
def finished(store):
    """A store with two finished epochs; the second was shaped by the first one's reward model."""
    write_epoch(store, 0, None)
    write_epoch(store, 1, {"epoch": 0, "sha256": _sha(0)})
    return store


@pytest.fixture(scope="session")
def installed_templates():
    """A namespace of its own in the cluster of KUBECONFIG, with the rendered templates; removed afterwards."""
    from kubernetes import client, config  # noqa: PLC0415 - only where there is a cluster

    config.load_kube_config(os.environ["KUBECONFIG"])
    core, objects = client.CoreV1Api(), client.CustomObjectsApi()
    name = f"zelda-test-{secrets.token_hex(4)}"
    core.create_namespace({"metadata": {"name": name}})
    for account in ("zelda-workflow", "zelda-ray"):
        core.create_namespaced_service_account(name, {"metadata": {"name": account}})
    for path in sorted((Path(__file__).resolve().parent.parent / "rendered").glob("*.yaml")):
        document = yaml.safe_load(path.read_text())
        plural = f"{document['kind'].lower()}s"
        objects.create_namespaced_custom_object(
            "argoproj.io", "v1alpha1", name, plural, document, field_validation="Strict"
        )
    yield name
    objects.delete_collection_namespaced_custom_object("argoproj.io", "v1alpha1", name, "workflows")
    core.delete_namespace(name)
