"""RLlib's PPO, as it comes.

example: python rllib_ppo.py --steps 20000
"""

import argparse
from typing import Any

import gymnasium as gym
import ray
import zelda_env
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.callbacks.callbacks import RLlibCallback
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger
from ray.tune.registry import register_env
from rooms import CountRooms, report


class Episodes(RLlibCallback):
    """Hands the rooms and the return of each episode to RLlib's metrics."""

    def on_episode_end(
        self,
        *,
        episode: SingleAgentEpisode,
        metrics_logger: MetricsLogger,
        **_: Any,  # noqa: ANN401  whatever else RLlib tells
    ) -> None:
        """Log the two numbers; the default mean is over the episodes of an iteration."""
        metrics_logger.log_value("rooms", episode.get_infos(-1)["rooms"], reduce="item_series")
        metrics_logger.log_value("return", episode.get_return(), reduce="item_series")


def main() -> None:
    """Train, and print what the episodes of the last iteration were like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=20_000, help="over all environments")
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--episode-length", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    register_env("acorn", lambda config: CountRooms(gym.make(zelda_env.ACORN_ID, **config)))
    config = (
        PPOConfig()
        .environment("acorn", env_config={"frame_skip": 8, "episode_length": options.episode_length})
        .env_runners(num_env_runners=0, num_envs_per_env_runner=options.num_envs)
        .training(train_batch_size=min(4000, options.steps), num_epochs=4, minibatch_size=256)
        .callbacks(Episodes)
        .debugging(seed=options.seed)
    )
    ray.init(include_dashboard=False, configure_logging=False)
    algorithm = config.build_algo()
    done = 0
    while done < options.steps:
        metrics = algorithm.train()["env_runners"]
        done = metrics["num_env_steps_sampled_lifetime"]
    algorithm.stop()
    ray.shutdown()
    print(report(metrics.get("return", []), metrics.get("rooms", [])))


if __name__ == "__main__":
    main()
