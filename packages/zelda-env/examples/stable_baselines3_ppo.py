"""Stable-Baselines3's PPO on its own vector of environments.

example: python stable_baselines3_ppo.py --steps 100000
"""

import argparse
from collections.abc import Iterable

import gymnasium as gym
import zelda_env
from rooms import CountRooms, report
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env


def main() -> None:
    """Train, and print what the last hundred episodes were like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000, help="over all environments")
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--episode-length", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    envs = make_vec_env(
        lambda: CountRooms(gym.make(zelda_env.ACORN_ID, frame_skip=8, episode_length=options.episode_length)),
        n_envs=options.num_envs,
        seed=options.seed,
        monitor_kwargs={"info_keywords": ("rooms",)},
    )
    model = PPO("MlpPolicy", envs, n_steps=128, batch_size=256, ent_coef=0.01, seed=options.seed, device="cpu")
    model.learn(options.steps, progress_bar=False)
    envs.close()
    episodes: Iterable[dict[str, float]] = model.ep_info_buffer or []
    print(report([episode["r"] for episode in episodes], [episode["rooms"] for episode in episodes]))


if __name__ == "__main__":
    main()
