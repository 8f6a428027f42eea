"""What `learning.py` and `ladder.py` share: a budget, PPO's training on it, and results that an interruption keeps."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
import zelda_env
from stable_baselines3 import PPO
from stable_baselines3 import __version__ as sb3_version
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from tqdm import tqdm

INTERRUPTED = 130
ENVS = 8
FIRST_START = 1_000_000
"""Seed of the first episode that is counted, far from those of training."""

Policy = Callable[[Any], int]
Task = tuple[str, int]
"""An agent and a seed."""
Result = dict[str, Any]
"""What a task gave, with its `agent`, `seed` and `budget`."""


@dataclass(frozen=True)
class Budget:
    """What every task gets; only results of the same budget, cartridge and versions are put together."""

    steps: int
    episodes: int
    episode_length: int
    frame_skip: int
    rom: str = field(default_factory=lambda: zelda_env.Rom.acorn().sha1)
    versions: str = f"stable-baselines3 {sb3_version}, torch {torch.__version__}"

    def make(self, **options: Any) -> gym.Env[Any, Any]:  # noqa: ANN401  whatever the environment takes
        """Return an environment of these episodes."""
        skip, length = self.frame_skip, self.episode_length
        return gym.make(zelda_env.ACORN_ID, frame_skip=skip, episode_length=length, **options)

    def __str__(self) -> str:
        return (
            f"{self.steps} steps each, then {self.episodes} episodes of {self.episode_length} steps, frame skip "
            f"{self.frame_skip}, {self.versions}, cartridge {self.rom[:8]}"
        )


def train(
    make: Callable[[], gym.Env[Any, Any]], budget: Budget, seed: int, callback: BaseCallback | None = None
) -> Policy:
    """Train two hidden layers of 128 on rollouts of 256 steps, with the library's defaults otherwise."""
    torch.set_num_threads(1)
    envs = make_vec_env(make, n_envs=ENVS, seed=seed)
    layers = {"net_arch": [128, 128]}
    model = PPO(
        "MlpPolicy", envs, n_steps=256, batch_size=512, ent_coef=0.01, policy_kwargs=layers, seed=seed, device="cpu"
    )
    model.learn(budget.steps, callback=callback)
    envs.close()
    return lambda observation: int(model.predict(observation)[0])


def known(file: Path, budget: Budget) -> dict[Task, Result]:
    """Return the results of this budget that the file holds."""
    lines = file.read_text().splitlines() if file.exists() else []
    results = [found for found in map(json.loads, lines) if found["budget"] == asdict(budget)]
    return {(found["agent"], found["seed"]): found for found in results}


def keep(file: Path, found: Result) -> None:
    """Add a line to the file, which is whole at any moment."""
    before = file.read_text() if file.exists() else ""
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{before}{json.dumps(found)}\n")
    fresh.replace(file)


def complete(
    measure: Callable[[Budget, Task], Result], budget: Budget, tasks: Sequence[Task], options: argparse.Namespace
) -> list[Result]:
    """Measure what the file of results lacks, several tasks at a time, and append each as it is done.

    Args:
        measure: A function of a module, so that another process can import it.
        budget: What each task gets.
        tasks: Agents and seeds.
        options: `jobs` and `results` count.

    Returns:
        A result for each task, in their order.
    """
    file: Path = options.results
    results = known(file, budget)
    missing = [task for task in tasks if task not in results]
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        jobs = min(options.jobs, len(missing))
        ignored = signal.SIGINT, signal.SIG_IGN  # Ctrl-C is for this process, which ends the others
        with multiprocessing.get_context("spawn").Pool(jobs, signal.signal, ignored) as pool:
            done = pool.imap_unordered(partial(measure, budget), missing)
            for found in tqdm(done, total=len(missing), disable=None):
                results[found["agent"], found["seed"]] = found
                keep(file, found)
    return [results[task] for task in tasks]


def run(
    doc: str, budget: Budget, results: str, least_seeds: int, report: Callable[[Budget, argparse.Namespace], int]
) -> int:
    """Read the command line, whose defaults are those of `budget`, and report; return the exit code."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = {
        "steps": (budget.steps, 1, "for each agent and seed"),
        "seeds": (5, least_seeds, "how many"),
        "jobs": (2, 1, "at a time, each in a process on one core"),
        "episodes": (budget.episodes, 1, "that are counted, for each seed"),
        "episode-length": (budget.episode_length, 1, "in steps"),
        "frame-skip": (budget.frame_skip, 1, "frames a step"),
    }
    for name, (default, least, text) in numbers.items():
        parser.add_argument(
            f"--{name}", type=int, default=default, metavar="N", help=f"{text}; at least {least} (default: {default})"
        )
    parser.add_argument("--results", type=Path, default=Path(results), help=f"kept and gone on with ({results})")
    options = parser.parse_args()
    for name, (_, least, _) in numbers.items():
        given = getattr(options, name.replace("-", "_"))
        if given < least:
            parser.error(f"--{name} {given}; expected at least {least}")
    budget = Budget(options.steps, options.episodes, options.episode_length, options.frame_skip)
    try:
        return report(budget, options)
    except KeyboardInterrupt:
        print(f"interrupted; the same command goes on from {options.results}", file=sys.stderr)
        return INTERRUPTED
