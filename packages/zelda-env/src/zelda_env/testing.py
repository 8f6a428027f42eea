"""Contract checks for your own tests: does what a recorder wrote keep every promise of the format?"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from zelda_env.encoder import observation_space
from zelda_env.errors import SegmentError
from zelda_env.segment import EpisodeRecord, Segment, read_segment, sum_terms
from zelda_env.store import Store


def check_segment(store: Store, reference: str) -> Segment:
    """Read a segment and check what its parts say of one another.

    Beyond `read_segment`: every reward is the sum of its terms, none of them zero; the manifest's sums, rooms and flags
    follow from the steps; every observation is within bounds; every frame opens.

    Args:
        store: Where it lies.
        reference: `{episode_id}/{segment_id}`.

    Returns:
        The segment.

    Raises:
        SegmentError: A promise is broken; the message says which.
    """
    segment = read_segment(store, reference)
    manifest = segment.manifest
    _expect(reference, "reference", f"{manifest.episode_id}/{manifest.segment_id}", _name(segment))
    for step in segment.steps:
        _expect(reference, f"reward of step {step.step}", step.reward, math.fsum(step.rewards.values()))
        if 0.0 in step.rewards.values():
            raise SegmentError(f"{reference}: step {step.step} lists a term that is zero; expected it left out")
    _expect(reference, "rewards", manifest.rewards, sum_terms([step.rewards for step in segment.steps]))
    _expect(reference, "return", manifest.return_, math.fsum(manifest.rewards.values()))
    stable = (step.state for step in segment.steps if step.state.stable)
    _expect(reference, "rooms", manifest.rooms, dict(Counter(f"{state.group}:{state.room:02x}" for state in stable)))
    space = observation_space()
    outside = np.flatnonzero(((segment.observations < space.low) | (segment.observations > space.high)).any(axis=1))
    if outside.size:
        raise SegmentError(
            f"{reference}: observation {outside[0]} is out of bounds; expected those of observation_space()"
        )
    for number in manifest.frames:
        segment.frame(number)
    return segment


def check_episode(store: Store, record: EpisodeRecord) -> list[Segment]:
    """Check an episode's segments, and that together they are what its record says.

    Segments that a full queue dropped are missing from the record; then the sums cannot be checked and are not.

    Args:
        store: Where it lies.
        record: From `read_episodes`.

    Returns:
        Its segments, in order.

    Raises:
        SegmentError: A promise is broken; the message says which.
    """
    name = record.episode_id
    segments = [check_segment(store, f"{name}/{segment}") for segment in record.segments]
    for segment in segments:
        _expect(name, "seed", segment.manifest.seed, record.seed)
    if sum(segment.manifest.steps for segment in segments) == record.steps:
        last = segments[-1].manifest
        _expect(name, "flags", (last.terminated, last.truncated), (record.terminated, record.truncated))
        _expect(name, "rewards", record.rewards, sum_terms([segment.manifest.rewards for segment in segments]))
        rooms = set().union(*(segment.manifest.rooms for segment in segments))
        _expect(name, "unique_rooms", record.unique_rooms, len(rooms))
    return segments


def _name(segment: Segment) -> str:
    manifest = segment.manifest
    numbers = f"e{manifest.epoch:04d}-w{manifest.worker:02d}-v{manifest.env:02d}-{manifest.episode:06d}"
    return f"{numbers}/s{manifest.index:04d}"


def _expect(where: str, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise SegmentError(f"{where}: {what} is {found!r}; expected {expected!r} from its steps")
