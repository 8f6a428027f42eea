"""How high does an agent climb? Random play and PPO on the milestones of Acorn, from the first new room to the essence.

Three agents get the same number of steps on several seeds: random play; PPO rewarded for events (items, keys, talks,
kills, hearts); and PPO rewarded for events and coverage (new cells and rooms). Printed is in how many of the seeds some
episode reached a milestone within the budget, and the share of the episodes after training that reach it, as a Markdown
table. What a seed gave is kept in the results file, so that the same command goes on where it was interrupted.

example: python ladder.py --steps 120000 --seeds 5 --jobs 2
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import zelda_env
from learning import ENVS, FIRST_START, INTERRUPTED, keep
from stable_baselines3 import PPO
from stable_baselines3 import __version__ as sb3_version
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from tqdm import tqdm
from zelda_env import RewardConfig, ladder

COVERAGE = ("tile", "room")
REWARDS = {
    "random": RewardConfig(),
    "PPO, events": RewardConfig(**dict.fromkeys(COVERAGE, 0)),
    "PPO, events + coverage": RewardConfig(),
}
"""The agents, and what each is paid for."""

Result = dict[str, Any]
Policy = Callable[[Any], int]


@dataclass(frozen=True)
class Budget:
    """What every agent gets on every seed; only results of the same budget, cartridge and versions are put together."""

    steps: int
    episodes: int
    episode_length: int
    frame_skip: int
    rom: str = field(default_factory=lambda: zelda_env.Rom.acorn().sha1)
    versions: str = f"stable-baselines3 {sb3_version}, torch {torch.__version__}"

    def make(self, agent: str) -> gym.Env[Any, Any]:
        """Return an environment that reports milestones."""
        return gym.make(
            zelda_env.ACORN_ID,
            frame_skip=self.frame_skip,
            episode_length=self.episode_length,
            rewards=REWARDS[agent],
            milestones=True,
        )


class Climb(BaseCallback):
    """Notes the milestones that some episode of training reached."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: set[str] = set()

    def _on_step(self) -> bool:
        self.reached.update(*(info["milestones"] for info in self.locals["infos"]))
        return True


def train(budget: Budget, agent: str, seed: int) -> tuple[Policy, set[str]]:
    """Train as `learning.py` does; return the policy, and the milestones that some episode reached meanwhile."""
    torch.set_num_threads(1)
    envs = make_vec_env(partial(budget.make, agent), n_envs=ENVS, seed=seed)
    model = PPO(
        "MlpPolicy",
        envs,
        n_steps=256,
        batch_size=512,
        ent_coef=0.01,
        policy_kwargs={"net_arch": [128, 128]},
        seed=seed,
        device="cpu",
    )
    climb = Climb()
    model.learn(budget.steps, callback=climb)
    envs.close()
    return lambda observation: int(model.predict(observation)[0]), climb.reached


def play(policy: Policy, budget: Budget, agent: str, first: int, steps: int) -> tuple[Counter[str], int]:
    """Play whole episodes until some steps are made; return how many reached each milestone, and their number."""
    env = budget.make(agent)
    reached: Counter[str] = Counter()
    made = episodes = 0
    while made < steps:
        observation, info = env.reset(seed=first + episodes)
        ended = False
        while not ended:
            observation, _, terminated, truncated, info = env.step(policy(observation))
            ended = terminated or truncated
            made += 1
        reached.update(list(info["milestones"]))
        episodes += 1
    env.close()
    return reached, episodes


def measure(budget: Budget, task: tuple[str, int]) -> Result:
    """Give one agent its budget on one seed, then let it play the episodes that are counted."""
    agent, seed = task
    if agent == "random":
        actions = np.random.default_rng(seed)
        policy: Policy = lambda _: int(actions.integers(8))  # noqa: E731  as short as the other
        within: set[str] = set(play(policy, budget, agent, seed << 16, budget.steps)[0])
    else:
        policy, within = train(budget, agent, seed)
    first = FIRST_START + seed * budget.episodes
    after, episodes = play(policy, budget, agent, first, budget.episodes * budget.episode_length)
    return {
        "agent": agent,
        "seed": seed,
        "budget": asdict(budget),
        "within": sorted(within),
        "after": dict(after),
        "episodes": episodes,
    }


def known(file: Path, budget: Budget) -> dict[tuple[str, int], Result]:
    """Return the results of this budget that the file holds, by agent and seed."""
    lines = file.read_text().splitlines() if file.exists() else []
    results = [found for found in map(json.loads, lines) if found["budget"] == asdict(budget)]
    return {(found["agent"], found["seed"]): found for found in results}


def complete(file: Path, budget: Budget, seeds: int, jobs: int) -> dict[tuple[str, int], Result]:
    """Measure what the file lacks, several at a time, and append each as it is done."""
    results = known(file, budget)
    tasks = [(agent, seed) for seed in range(seeds) for agent in REWARDS]
    missing = [task for task in tasks if task not in results]
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        for found in tqdm(_measured(budget, missing, jobs), total=len(missing), disable=None):
            results[found["agent"], found["seed"]] = found
            keep(file, found)
    return {task: results[task] for task in tasks}


def _measured(budget: Budget, tasks: list[tuple[str, int]], jobs: int) -> Iterator[Result]:
    if jobs == 1:
        yield from map(partial(measure, budget), tasks)
        return
    with multiprocessing.get_context("spawn").Pool(min(jobs, len(tasks))) as pool:
        yield from pool.imap_unordered(partial(measure, budget), tasks)


def table(results: Iterable[Result]) -> str:
    """Return the table: for each agent, seeds that reached a milestone within the budget, and the share after it."""
    results = list(results)
    lines = [f"| milestone | {' | '.join(REWARDS)} |", f"|---|{'---|' * len(REWARDS)}"]
    for milestone in ladder("acorn"):
        cells = []
        for agent in REWARDS:
            mine = [found for found in results if found["agent"] == agent]
            seeds = sum(milestone.name in found["within"] for found in mine)
            share = sum(found["after"].get(milestone.name, 0) for found in mine) / sum(
                found["episodes"] for found in mine
            )
            cells.append(f"{seeds} of {len(mine)}, {share:.0%}")
        lines.append(f"| `{milestone.name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=120_000, help="for each agent and seed")
    parser.add_argument("--seeds", type=int, default=5, help="how many, at least 1")
    parser.add_argument("--jobs", type=int, default=2, help="at a time, each in a process on one core")
    parser.add_argument("--episodes", type=int, default=10, help="of full length after training, for each seed")
    parser.add_argument("--episode-length", type=int, default=1200)
    parser.add_argument("--frame-skip", type=int, default=8)
    parser.add_argument("--results", type=Path, default=Path("runs/ladder.jsonl"), help="kept and gone on with")
    options = parser.parse_args()
    for name in ("steps", "seeds", "jobs", "episodes", "episode_length", "frame_skip"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} {getattr(options, name)}; expected at least 1")
    return options


def main() -> int:
    """Measure what is missing and print the table."""
    options = _options()
    budget = Budget(options.steps, options.episodes, options.episode_length, options.frame_skip)
    try:
        results = complete(options.results, budget, options.seeds, options.jobs)
    except KeyboardInterrupt:
        print(f"ladder: interrupted; the same command goes on from {options.results}", file=sys.stderr)
        return INTERRUPTED
    print(
        f"{budget.steps} steps a seed and agent, episodes of {budget.episode_length} steps, frame skip "
        f"{budget.frame_skip}, {budget.versions}, cartridge {budget.rom[:8]}; seeds that reached it within the budget, "
        f"and share of the episodes after it\n\n{table(results.values())}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
