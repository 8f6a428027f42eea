"""Playing an environment with a simple policy while recording it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zelda_env.emulator import ACTIONS
from zelda_env.env import EnvConfig, ZeldaEnv
from zelda_env.errors import RecordingError
from zelda_env.recorder import SegmentRecorder
from zelda_env.rom import Rom
from zelda_env.segment import read_episodes
from zelda_env.store import Store
from zelda_env.writer import SegmentWriter, WriterStats


def recorded_steps(store: Store, epoch: int, seed: int) -> int:
    """Return how many steps of this recording (worker 0, env 0) are complete in a store.

    Raises:
        RecordingError: The store holds a recording of that epoch that was made with another seed.
    """
    steps = 0
    for record in read_episodes(store, epoch):
        if (record.worker, record.env) == (0, 0):
            if record.seed != seed + record.episode:
                raise RecordingError(
                    f"{store.url} holds a recording of epoch {epoch} whose {record.episode_id} has the seed "
                    f"{record.seed}, expected {seed + record.episode}: choose another --epoch or --store"
                )
            steps += record.steps
    return steps


def record_random(
    store: Store,
    config: EnvConfig,
    *,
    rom: Rom,
    state: str | None,
    epoch: int,
    steps: int,
    seed: int,
    segment_steps: int = 300,
    frame_every: int = 30,
    on_step: Callable[[], object] = lambda: None,
) -> WriterStats:
    """Record random play. The same arguments write the same bytes, so a killed recording is simply made again.

    Episode n is reset with `seed + n`, and its actions are drawn from the generator of `[seed, n]`. The writer is
    waited for at the end of each episode, so no segment is dropped.

    Args:
        store: Where to.
        config: Of the environment.
        rom: The cartridge.
        state: A file to start episodes from, or None to boot.
        epoch: For the names.
        steps: How many, over all episodes; the last one is cut there.
        seed: Of everything random.
        segment_steps: Steps a segment.
        frame_every: Every how many steps a frame is kept.
        on_step: Called after each step.

    Raises:
        StoreError: The store cannot be written.
    """
    env = ZeldaEnv(config, rom=rom, state=state)
    capacity = -(-config.episode_length // segment_steps)
    with SegmentWriter(store, capacity=capacity) as writer:
        recorder = SegmentRecorder(env, writer, epoch=epoch, segment_steps=segment_steps, frame_every=frame_every)
        done, episode = 0, 0
        try:
            while done < steps:
                recorder.reset(seed=seed + episode)
                actions = np.random.default_rng([seed, episode])
                ended = False
                while done < steps and not ended:
                    _, _, terminated, truncated, _ = recorder.step(actions.integers(len(ACTIONS)))
                    ended = terminated or truncated
                    done += 1
                    on_step()
                recorder.finish()
                writer.flush()
                episode += 1
        finally:
            env.close()
    return writer.stats
