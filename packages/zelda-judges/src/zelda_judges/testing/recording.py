"""Recorded segments made on the spot, in the store's format."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from zelda_judges.png import encode_rgb
from zelda_judges.store import Store, dump_record

FRAME_SIDES = (32, 28)
"""Pixels of the frames written by `write_episode`; a fifth of a Game Boy's screen, to keep tests quick."""

_START: dict[str, Any] = {
    "frame": 0, "group": 0, "room": 0xA7, "season": 0, "dungeon": None, "x": 72, "y": 72, "direction": 2,
    "health": 12, "max_health": 12, "rupees": 0, "keys": 0, "bombs": 0, "sword": 0, "shield": 0,
    "item_a": 0, "item_b": 0, "treasures": [], "essences": 0, "visited_rooms": 1,
    "enemies_left": 0, "enemies_killed": 0, "deaths": 0,
    "stable": True, "can_act": True, "dialog": False, "transition": False, "dead": False,
    "text_id": None, "menu": 0, "enemies": [], "npcs": [], "items": [],
}  # fmt: skip


def state(**changes: object) -> dict[str, Any]:
    """Return a `state/1` state: standing in a room with three hearts and nothing else, but for the changes."""
    return {**_START, **changes}


def wander(steps: int, seed: int) -> list[dict[str, Any]]:
    """Return states of a made-up walk with new rooms, rupees, fights and talks in it; the same seed, the same walk.

    Args:
        steps: How many states.
        seed: Decides also how able the player is, from hardly moving to finding much.
    """
    rng = random.Random(seed)
    skill, now, walk = rng.random(), state(), []
    for frame in range(steps):
        now = {**now, "frame": frame * 8, "dialog": False, "text_id": None, "can_act": True}
        if rng.random() < skill:
            now |= {
                "x": max(8, min(151, now["x"] + rng.choice((-8, 8)))),
                "y": max(8, min(119, now["y"] + rng.choice((-8, 8)))),
            }
        now |= _incident(now, rng.random() / max(skill, 0.05), rng)
        walk.append(now)
    return walk


def _incident(now: Mapping[str, Any], chance: float, rng: random.Random) -> dict[str, Any]:
    """Return what a draw from 0 upwards brings; most bring nothing."""
    incidents: list[tuple[float, dict[str, Any]]] = [
        (0.01, {"room": (now["room"] + 1) % 256, "visited_rooms": now["visited_rooms"] + 1}),
        (0.02, {"rupees": now["rupees"] + 5}),
        (0.03, {"enemies_killed": now["enemies_killed"] + 1}),
        (0.035, {"health": max(1, now["health"] - 2)}),
        (0.045, {"dialog": True, "can_act": False, "text_id": rng.randrange(256)}),
        (0.048, {"treasures": sorted({*now["treasures"], rng.randrange(1, 64)})}),
    ]
    return next((change for limit, change in incidents if chance < limit), {})


def write_episode(
    store: Store,
    epoch: int,
    segments: Sequence[Sequence[Mapping[str, Any]]],
    *,
    episode: int = 0,
    frames: Sequence[int] = (),
    actions: Sequence[int] = (),
) -> list[str]:
    """Write an episode as a recorder would, index last.

    Args:
        store: Where to.
        epoch: Of the episode.
        segments: For each segment the states of its steps.
        episode: Its number.
        frames: Steps that get a frame, in every segment that has them.
        actions: Of the steps, repeated from the start where they end; all NOP if empty.

    Returns:
        The references of the segments.
    """
    episode_id = f"e{epoch:04d}-w00-v00-{episode:06d}"
    names = [f"s{index:04d}" for index in range(len(segments))]
    for index, states in enumerate(segments):
        _write_segment(store, (epoch, episode, index), states, [step for step in frames if step < len(states)], actions)
    record = {
        "schema": "episode/1", "episode_id": episode_id, "epoch": epoch, "worker": 0, "env": 0, "episode": episode,
        "seed": episode, "segments": names, "steps": sum(map(len, segments)), "return": 0.0, "rewards": {},
        "unique_rooms": 1, "terminated": False, "truncated": True,
    }  # fmt: skip
    store.write_json(f"zelda-episodes/index/epoch_{epoch}/{episode_id}.json", record)
    return [f"{episode_id}/{name}" for name in names]


def _write_segment(
    store: Store,
    ids: tuple[int, int, int],
    states: Sequence[Mapping[str, Any]],
    frames: Sequence[int],
    actions: Sequence[int],
) -> None:
    epoch, episode, index = ids
    episode_id, segment_id = f"e{epoch:04d}-w00-v00-{episode:06d}", f"s{index:04d}"
    lines = [
        dump_record({
            "schema": "state/1", "step": step, "action": actions[step % len(actions)] if actions else 0,
            "reward": 0.0, "rewards": {}, "state": found,
        })
        for step, found in enumerate(states)
    ]  # fmt: skip
    files = {"states.jsonl": b"".join(lines), "observations.npy": _zeros(len(states))}
    files |= {f"frames/{step:06d}.png": _frame(step) for step in frames}
    entries = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    manifest = {
        "schema": "segment/1", "episode_id": episode_id, "segment_id": segment_id, "epoch": epoch,
        "worker": 0, "env": 0, "episode": episode, "index": index, "first_step": 300 * index, "steps": len(states),
        "terminated": False, "truncated": False, "seed": episode, "frame_skip": 8, "layout": "zelda-obs/2",
        "rom": {"title": "ACORN", "sha1": "0" * 40}, "return": 0.0, "rewards": {}, "rooms": {},
        "frames": list(frames), "files": entries,
    }  # fmt: skip
    for name, data in files.items():
        store.write(f"zelda-episodes/{episode_id}/{segment_id}/{name}", data)
    store.write_json(f"zelda-episodes/{episode_id}/{segment_id}/manifest.json", manifest)


def _zeros(steps: int) -> bytes:
    """Return a NumPy file of zeros, (T, 128) float32, format 1.0."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({steps}, 128), }}"
    padded = text.ljust(-(-(len(text) + 11) // 64) * 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode() + bytes(4 * 128 * steps)


def _frame(step: int) -> bytes:
    width, height = FRAME_SIDES
    return encode_rgb(
        width,
        height,
        bytes((x * 8, y * 8, step % 256)[c] for y in range(height) for x in range(width) for c in range(3)),
    )
