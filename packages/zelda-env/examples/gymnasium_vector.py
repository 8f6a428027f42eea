"""Random play in Gymnasium's own vector environment.

example: python gymnasium_vector.py --steps 4000
"""

import argparse

import gymnasium as gym
import zelda_env
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from rooms import CountRooms, report


def main() -> None:
    """Play, and print what the episodes were like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=4000, help="over all environments")
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--episode-length", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    envs = gym.make_vec(
        zelda_env.ACORN_ID,
        num_envs=options.num_envs,
        vectorization_mode="sync",  # "vector_entry_point" makes a ZeldaVectorEnv, which does the same with less work
        wrappers=[CountRooms],
        frame_skip=8,
        episode_length=options.episode_length,
    )
    envs = RecordEpisodeStatistics(envs)
    envs.action_space.seed(options.seed)
    envs.reset(seed=options.seed)
    returns: list[float] = []
    rooms: list[float] = []
    for _ in range(options.steps // options.num_envs):
        _, _, terminated, truncated, infos = envs.step(envs.action_space.sample())
        ended = terminated | truncated
        if ended.any():
            returns += infos["episode"]["r"][ended].tolist()
            rooms += infos["rooms"][ended].tolist()
    envs.close()
    print(report(returns, rooms))


if __name__ == "__main__":
    main()
