"""Random play in PufferLib's serial vector, which needs an installation of its own: see requirements-pufferlib.txt.

example: python pufferlib_vector.py --steps 4000
"""

import argparse
import functools
from typing import Any, SupportsFloat

import gymnasium as gym
import pufferlib.emulation
import pufferlib.vector
import zelda_env
from gymnasium.wrappers import RecordEpisodeStatistics
from rooms import CountRooms, report


class Episode(gym.Wrapper[Any, Any, Any, Any]):
    """What PufferLib expects of an episode.

    It gathers every info that is not empty, so one is given only at the end. PufferLib 1 resets an environment only
    when it terminated, and steps on past an episode's length: here any end of an episode is a termination.
    """

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode; nothing is to be said yet."""
        return self.env.reset(seed=seed, options=options)[0], {}

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:  # noqa: ANN401  as Gymnasium
        """Step; at the end of an episode `info` holds its return and its rooms."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        ended = terminated or truncated
        told = {"return": info["episode"]["r"], "rooms": info["rooms"]} if ended else {}
        return observation, reward, ended, truncated, told


def make(episode_length: int) -> gym.Env[Any, Any]:
    """Return an environment for PufferLib to wrap."""
    env = gym.make(zelda_env.ACORN_ID, frame_skip=8, episode_length=episode_length)
    return Episode(RecordEpisodeStatistics(CountRooms(env)))


def main() -> None:
    """Play, and print what the episodes were like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=4000, help="over all environments")
    parser.add_argument("--num-envs", type=int, default=8)
    parser.add_argument("--episode-length", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    creator = functools.partial(make, options.episode_length)
    envs = pufferlib.vector.make(
        functools.partial(pufferlib.emulation.GymnasiumPufferEnv, env_creator=creator),
        backend=pufferlib.vector.Serial,
        num_envs=options.num_envs,
    )
    envs.action_space.seed(options.seed)
    envs.reset(seed=options.seed)
    episodes: list[dict[str, float]] = []
    for _ in range(options.steps // options.num_envs):
        *_, infos = envs.step(envs.action_space.sample())
        episodes += infos
    envs.close()
    print(report([episode["return"] for episode in episodes], [episode["rooms"] for episode in episodes]))


if __name__ == "__main__":
    main()
