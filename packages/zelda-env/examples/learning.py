"""Does PPO learn here? Stable-Baselines3's PPO against random play, on several seeds, in rooms an episode sees.

Each seed trains with the same budget, then plays whole episodes; random play gets episodes with the same starts. Prints
both for each seed, and their means with 95 % intervals (Student's t over the seeds). The exit code is 0 if PPO's
interval lies above that of random play, and 1 if not. What a seed gave is kept in the results file, so that the same
command goes on where it was interrupted.

example: python learning.py --steps 120000 --seeds 5 --jobs 2
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import gymnasium as gym
import numpy as np
import torch
import zelda_env
from rooms import CountRooms
from scipy.stats import t as student
from stable_baselines3 import PPO
from stable_baselines3 import __version__ as sb3_version
from stable_baselines3.common.env_util import make_vec_env
from tqdm import tqdm

NOT_LEARNT, INTERRUPTED = 1, 130
ENVS = 8
FIRST_START = 1_000_000
"""Seed of the first episode that is counted, far from those of training."""

Policy = Callable[[Any], int]
Result = dict[str, Any]


@dataclass(frozen=True)
class Budget:
    """What every seed gets; only results of the same budget, cartridge and versions are put together."""

    steps: int
    episodes: int
    episode_length: int
    frame_skip: int
    rom: str = field(default_factory=lambda: zelda_env.Rom.acorn().sha1)
    versions: str = f"stable-baselines3 {sb3_version}, torch {torch.__version__}"

    def make(self) -> CountRooms:
        """Return an environment that counts its rooms."""
        return CountRooms(gym.make(zelda_env.ACORN_ID, frame_skip=self.frame_skip, episode_length=self.episode_length))


def train(budget: Budget, seed: int) -> PPO:
    """Train two hidden layers of 128 on rollouts of 256 steps, with the library's defaults otherwise."""
    torch.set_num_threads(1)
    envs = make_vec_env(budget.make, n_envs=ENVS, seed=seed)
    layers = {"net_arch": [128, 128]}
    model = PPO(
        "MlpPolicy", envs, n_steps=256, batch_size=512, ent_coef=0.01, policy_kwargs=layers, seed=seed, device="cpu"
    )
    model.learn(budget.steps)
    envs.close()
    return model


def play(policy: Policy, budget: Budget, seed: int) -> dict[str, float]:
    """Return the means over the episodes of a seed: rooms seen and return."""
    env = budget.make()
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


def measure(budget: Budget, seed: int) -> Result:
    """Train and play with one seed."""
    began = time.monotonic()
    model = train(budget, seed)
    trained = time.monotonic() - began
    actions = np.random.default_rng(seed)
    return {
        "seed": seed,
        "budget": asdict(budget),
        "ppo": play(lambda observation: int(model.predict(observation)[0]), budget, seed),
        "random": play(lambda _: int(actions.integers(8)), budget, seed),
        "train_s": round(trained, 1),
    }


def interval(means: list[float]) -> tuple[float, float, float]:
    """Return the mean of at least two seeds' means and the ends of its 95 % interval."""
    half = float(student.ppf(0.975, len(means) - 1)) * stdev(means) / len(means) ** 0.5
    return fmean(means), fmean(means) - half, fmean(means) + half


def known(file: Path, budget: Budget, seeds: Iterable[int]) -> dict[int, Result]:
    """Return the results of this budget that the file holds, by seed."""
    lines = file.read_text().splitlines() if file.exists() else []
    wanted = set(seeds)
    results = [json.loads(line) for line in lines]
    return {found["seed"]: found for found in results if found["budget"] == asdict(budget) and found["seed"] in wanted}


def table(results: dict[int, Result]) -> tuple[str, bool]:
    """Return the table, and whether PPO's interval lies above that of random play."""
    lines = ["seed          PPO rooms  random rooms  PPO return  random return"]
    for seed, found in sorted(results.items()):
        ppo, chance = found["ppo"], found["random"]
        numbers = f"{ppo['rooms']:9.2f}  {chance['rooms']:12.2f}  {ppo['return']:10.2f}  {chance['return']:13.2f}"
        lines.append(f"{seed:<12}  {numbers}")
    ends = {}
    for who in ("ppo", "random"):
        for what in ("rooms", "return"):
            mean, low, high = interval([found[who][what] for found in results.values()])
            ends[who, what] = low, high
            lines.append(f"{who:<6} {what:<6} mean {mean:6.2f}, 95 % interval {low:6.2f} to {high:6.2f}")
    return "\n".join(lines), ends["ppo", "rooms"][0] > ends["random", "rooms"][1]


def complete(file: Path, budget: Budget, seeds: range, jobs: int) -> dict[int, Result]:
    """Measure the seeds that the file lacks, several at a time, and append each as it is done."""
    results = known(file, budget, seeds)
    missing = [seed for seed in seeds if seed not in results]
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        for found in tqdm(_measured(budget, missing, jobs), total=len(missing), unit="seed", disable=None):
            results[found["seed"]] = found
            keep(file, found)
    return results


def _measured(budget: Budget, seeds: list[int], jobs: int) -> Iterator[Result]:
    if jobs == 1:
        yield from map(partial(measure, budget), seeds)
        return
    with multiprocessing.get_context("spawn").Pool(min(jobs, len(seeds))) as pool:
        yield from pool.imap_unordered(partial(measure, budget), seeds)


def keep(file: Path, found: Result) -> None:
    """Add a line to the file, which is whole at any moment."""
    before = file.read_text() if file.exists() else ""
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{before}{json.dumps(found)}\n")
    fresh.replace(file)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=120_000, help="of training, for each seed")
    parser.add_argument("--seeds", type=int, default=5, help="how many, at least 2")
    parser.add_argument("--jobs", type=int, default=2, help="seeds at a time, each in a process on one core")
    parser.add_argument("--episodes", type=int, default=20, help="that are counted, for each seed")
    parser.add_argument("--episode-length", type=int, default=600)
    parser.add_argument("--frame-skip", type=int, default=8)
    parser.add_argument("--results", type=Path, default=Path("runs/learning.jsonl"), help="kept and gone on with")
    options = parser.parse_args()
    for name, least in (("steps", 1), ("seeds", 2), ("jobs", 1), ("episodes", 1), ("episode_length", 1)):
        if getattr(options, name) < least:
            parser.error(f"--{name.replace('_', '-')} {getattr(options, name)}; expected at least {least}")
    return options


def main() -> int:
    """Measure what is missing and print the table."""
    options = _options()
    budget = Budget(options.steps, options.episodes, options.episode_length, options.frame_skip)
    try:
        results = complete(options.results, budget, range(options.seeds), options.jobs)
    except KeyboardInterrupt:
        print(f"learning: interrupted; the same command goes on from {options.results}", file=sys.stderr)
        return INTERRUPTED
    text, learnt = table(results)
    print(f"{budget.steps} steps a seed, {budget.episodes} episodes of {budget.episode_length} steps, frame skip "
          f"{budget.frame_skip}, {budget.versions}, cartridge {budget.rom[:8]}\n{text}")  # fmt: skip
    print("PPO's rooms lie above random play's" if learnt else "the intervals overlap: no learning was shown")
    return 0 if learnt else NOT_LEARNT


if __name__ == "__main__":
    sys.exit(main())
