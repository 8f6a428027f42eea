"""Does PPO learn here? Stable-Baselines3's PPO against random play, on several seeds, in rooms an episode sees.

Each seed trains with the same budget, then plays whole episodes; random play gets episodes with the same starts. Prints
both for each seed, and their means with 95 % intervals (Student's t over the seeds). The exit code is 0 if PPO's
interval lies above that of random play, and 1 if not. What a seed gave is kept in the results file, so that the same
command goes on where it was interrupted.

example: python learning.py --steps 120000 --seeds 5 --jobs 2
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from statistics import fmean, stdev

import numpy as np
from experiment import FIRST_START, Budget, Policy, Result, Task, complete, run, train
from rooms import CountRooms
from scipy.stats import t as student

NOT_LEARNT = 1
AGENTS = ("ppo", "random")


def play(policy: Policy, budget: Budget, seed: int) -> dict[str, float]:
    """Return the means over the episodes of a seed: rooms seen and return."""
    env = CountRooms(budget.make())
    rooms, returns = [], []
    for episode in range(budget.episodes):
        observation, info = env.reset(seed=FIRST_START + seed * budget.episodes + episode)
        total, ended = 0.0, False
        while not ended:
            observation, reward, terminated, truncated, info = env.step(policy(observation))
            total += float(reward)
            ended = terminated or truncated
        rooms.append(info["rooms"])
        returns.append(total)
    env.close()
    return {"rooms": fmean(rooms), "return": fmean(returns)}


def measure(budget: Budget, task: Task) -> Result:
    """Let one agent play with one seed, PPO after its training."""
    agent, seed = task
    actions = np.random.default_rng(seed)
    policy = train(budget.make, budget, seed) if agent == "ppo" else lambda _: int(actions.integers(8))
    return {"agent": agent, "seed": seed, "budget": asdict(budget)} | play(policy, budget, seed)


def interval(means: list[float]) -> tuple[float, float, float]:
    """Return the mean of at least two seeds' means and the ends of its 95 % interval."""
    half = float(student.ppf(0.975, len(means) - 1)) * stdev(means) / len(means) ** 0.5
    return fmean(means), fmean(means) - half, fmean(means) + half


def table(results: Iterable[Result]) -> tuple[str, bool]:
    """Return the table, and whether PPO's interval lies above that of random play."""
    by_agent: dict[str, dict[int, Result]] = {agent: {} for agent in AGENTS}
    for found in results:
        by_agent[found["agent"]][found["seed"]] = found
    lines = ["seed          PPO rooms  random rooms  PPO return  random return"]
    for seed, ppo in sorted(by_agent["ppo"].items()):
        chance = by_agent["random"][seed]
        numbers = f"{ppo['rooms']:9.2f}  {chance['rooms']:12.2f}  {ppo['return']:10.2f}  {chance['return']:13.2f}"
        lines.append(f"{seed:<12}  {numbers}")
    ends = {}
    for agent in AGENTS:
        for what in ("rooms", "return"):
            mean, low, high = interval([found[what] for found in by_agent[agent].values()])
            ends[agent, what] = low, high
            lines.append(f"{agent:<6} {what:<6} mean {mean:6.2f}, 95 % interval {low:6.2f} to {high:6.2f}")
    return "\n".join(lines), ends["ppo", "rooms"][0] > ends["random", "rooms"][1]


def report(budget: Budget, options: argparse.Namespace) -> int:
    """Measure what is missing and print the table; return the exit code."""
    tasks = [(agent, seed) for seed in range(options.seeds) for agent in AGENTS]
    text, learnt = table(complete(measure, budget, tasks, options))
    print(f"{budget}\n{text}")
    print("PPO's rooms lie above random play's" if learnt else "the intervals overlap: no learning was shown")
    return 0 if learnt else NOT_LEARNT


def main() -> int:
    """Run the command."""
    return run(__doc__, Budget(120_000, 20, 600, 8), "runs/learning.jsonl", 2, report)


if __name__ == "__main__":
    sys.exit(main())
