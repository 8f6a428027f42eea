"""What was played, for people: the rooms that were seen, with a picture of each, and the best segment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from zelda_workflows.store import Store, parse_record


@dataclass(frozen=True)
class Room:
    """A room of the game and how often it was seen.

    Attributes:
        group: The game's room group.
        number: The room in its group.
        steps: Steps on stable frames, over all segments.
        visits: Segments that have been there.
        frame: PNG of the whole 160 x 144 screen, or None if no key frame shows the room.
    """

    group: int
    number: int
    steps: int
    visits: int
    frame: bytes | None


@dataclass(frozen=True)
class Segment:
    """One segment with its score and key frames ({step: PNG})."""

    reference: str
    manifest: dict[str, Any]
    score: dict[str, Any]
    frames: dict[int, bytes]


@dataclass(frozen=True)
class Play:
    """All that the report shows of the play itself."""

    rooms: list[Room]
    best: Segment | None


def read_play(store: Store, epochs: Iterable[int]) -> Play:
    """Return the rooms seen over some epochs and the segment that the judges liked best."""
    numbers = list(epochs)
    manifests = dict(_manifests(store, numbers))
    return Play(_rooms(store, manifests), _best(store, manifests, numbers))


def _manifests(store: Store, epochs: Iterable[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    for epoch in epochs:
        for path in store.list(f"zelda-episodes/index/epoch_{epoch}"):
            episode = store.read_json(path, "episode/1")
            for segment_id in episode["segments"]:
                reference = f"{episode['episode_id']}/{segment_id}"
                yield reference, store.read_json(f"zelda-episodes/{reference}/manifest.json", "segment/1")


def _rooms(store: Store, manifests: dict[str, dict[str, Any]]) -> list[Room]:
    steps: Counter[str] = Counter()
    visits: Counter[str] = Counter()
    for manifest in manifests.values():
        steps.update(manifest["rooms"])
        visits.update(manifest["rooms"].keys())
    frames = _room_frames(store, manifests, set(steps))
    return [_room(name, steps[name], visits[name], frames.get(name)) for name in sorted(steps)]


def _room(name: str, steps: int, visits: int, frame: bytes | None) -> Room:
    group, number = name.split(":")
    return Room(int(group), int(number, 16), steps, visits, frame)


def _room_frames(store: Store, manifests: dict[str, dict[str, Any]], wanted: set[str]) -> dict[str, bytes]:
    """Return a key frame of each room; stops reading when every room has one."""
    found: dict[str, bytes] = {}
    for reference, manifest in manifests.items():
        if not set(manifest["rooms"]) & (wanted - set(found)):
            continue
        lines = store.read(f"zelda-episodes/{reference}/states.jsonl").splitlines()
        for step in manifest["frames"]:
            state = json.loads(lines[step])["state"]
            name = f"{state['group']}:{state['room']:02x}"
            if name in wanted and name not in found and state["can_act"]:
                found[name] = store.read(_frame_path(reference, step))
        if len(found) == len(wanted):
            break
    return found


def _best(store: Store, manifests: dict[str, dict[str, Any]], epochs: list[int]) -> Segment | None:
    scores = [
        score for score in _scores(store, epochs) if score["total"] is not None and _reference(score) in manifests
    ]
    if not scores:
        return None
    best = max(scores, key=lambda score: (score["total"], _reference(score)))
    reference = _reference(best)
    manifest = manifests[reference]
    frames = {step: store.read(_frame_path(reference, step)) for step in manifest["frames"]}
    return Segment(reference, manifest, best, frames)


def _scores(store: Store, epochs: Iterable[int]) -> Iterator[dict[str, Any]]:
    for epoch in epochs:
        path = f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl"
        if store.exists(path):
            for line in store.read(path).splitlines():
                yield parse_record(line, "score/1", f"{store.url}/{path}")


def _reference(score: dict[str, Any]) -> str:
    return f"{score['episode_id']}/{score['segment_id']}"


def _frame_path(reference: str, step: int) -> str:
    return f"zelda-episodes/{reference}/frames/{step:06d}.png"
