"""How high does an agent climb? Random play and PPO on the milestones of Acorn, from the first new room to the essence.

Three agents get the same number of steps on several seeds: random play; PPO rewarded for events (items, keys, talks,
kills, hearts); and PPO rewarded for events and coverage (new cells and rooms). Printed is in how many of the seeds some
episode reached a milestone within the budget, and the share of the episodes after training that reach it, as a Markdown
table. What a seed gave is kept in the results file, so that the same command goes on where it was interrupted.

example: python ladder.py --steps 60000 --seeds 5 --jobs 2
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial

import gymnasium as gym
import numpy as np
from experiment import FIRST_START, Budget, Policy, Result, Task, complete, run, train
from stable_baselines3.common.callbacks import BaseCallback
from zelda_env import RewardConfig, ladder

COVERAGE = ("tile", "room")
REWARDS = {
    "random": RewardConfig(),
    "PPO, events": RewardConfig(**dict.fromkeys(COVERAGE, 0)),
    "PPO, events + coverage": RewardConfig(),
}
"""The agents, and what each is paid for."""


def climbing(budget: Budget, agent: str) -> gym.Env:
    """Return an environment that reports milestones and pays the agent."""
    return budget.make(rewards=REWARDS[agent], milestones=True)


class Climb(BaseCallback):
    """Notes the milestones that some episode of training reached."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: set[str] = set()

    def _on_step(self) -> bool:
        self.reached.update(*(info["milestones"] for info in self.locals["infos"]))
        return True


def play(policy: Policy, budget: Budget, agent: str, first: int, steps: int) -> tuple[Counter[str], int]:
    """Play whole episodes until some steps are made; return how many reached each milestone, and their number."""
    env = climbing(budget, agent)
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


def measure(budget: Budget, task: Task) -> Result:
    """Give one agent its budget on one seed, then let it play the episodes that are counted."""
    agent, seed = task
    if agent == "random":
        actions = np.random.default_rng(seed)
        policy: Policy = lambda _: int(actions.integers(8))  # noqa: E731  as short as the other
        within: set[str] = set(play(policy, budget, agent, seed << 16, budget.steps)[0])
    else:
        climb = Climb()
        policy, within = train(partial(climbing, budget, agent), budget, seed, climb), climb.reached
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


def report(budget: Budget, options: argparse.Namespace) -> int:
    """Measure what is missing and print the table."""
    tasks = [(agent, seed) for seed in range(options.seeds) for agent in REWARDS]
    text = table(complete(measure, budget, tasks, options))
    print(f"{budget}; seeds that reached it within the steps, and share of the episodes after them\n\n{text}")
    return 0


def main() -> int:
    """Run the command."""
    return run(__doc__, Budget(60_000, 5, 1200, 8), "runs/ladder.jsonl", 1, report)


if __name__ == "__main__":
    sys.exit(main())
