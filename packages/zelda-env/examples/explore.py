"""Explore Acorn at random, record it as segments, and look at what was recorded."""

import argparse
import tempfile

import gymnasium as gym
import numpy as np
import zelda_env
from zelda_env import SegmentRecorder, SegmentWriter, Store, read_episodes, read_segment


def main() -> None:
    """Record, then read back and print a line for each episode and segment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="where to record; a temporary folder if left out")
    parser.add_argument("--steps", type=int, default=600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(options.store or folder)
        env = gym.make(zelda_env.ACORN_ID, episode_length=300)
        actions = np.random.default_rng(0)
        with SegmentWriter(store) as writer:
            recorder = SegmentRecorder(env, writer, epoch=0)
            recorder.reset(seed=0)
            for _ in range(options.steps):
                # Never Start: half of a random player's time would go by in the menu.
                action = actions.choice([1, 2, 3, 4, 5])
                *_, terminated, truncated, _ = recorder.step(action)
                if terminated or truncated:
                    recorder.reset()
            recorder.close()
        for episode in read_episodes(store, 0):
            print(f"{episode.episode_id}: {episode.steps} steps, return {episode.return_:.2f}, {episode.rewards}")
            for name in episode.segments:
                segment = read_segment(store, f"{episode.episode_id}/{name}")
                last = segment.steps[-1].state
                place = f"group {last.group} room {last.room:02x} at ({last.x}, {last.y})"
                print(f"  {name}: ends in {place}, {len(segment.frames)} frames")


if __name__ == "__main__":
    main()
