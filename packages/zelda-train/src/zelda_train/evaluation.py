"""Playing a checkpoint for its own sake: the same few episodes after every epoch, on the game's own reward.

The return of training episodes lags behind the policy, mixes all policies of the epoch and comes with every epoch's
own seeds. Here one policy, the one in the checkpoint, plays episodes whose seeds are always the same, so that epochs
and runs can be compared. Actions are sampled, as in training: PPO optimises the return of the distribution, and the
mode of a policy that has not converged walks into the first wall and stays there. Each episode draws them from a
generator of its own, with the same numbers whatever the policy.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import gymnasium as gym
import numpy as np
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt

from zelda_train.errors import CheckpointError
from zelda_train.manifest import folder, read_manifest
from zelda_train.policy import NumpyPolicy, read_policy, select
from zelda_train.store import Store

SCHEMA: Final = "policy-evaluation/1"

SEED: Final = 20_010_514
"""Of every evaluation, whatever the run's seed: of all episodes' resets and actions."""


class EvaluationConfig(BaseModel):
    """When a policy is evaluated, and on how much."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    eval_interval: NonNegativeInt = 1
    """Epochs from one evaluation to the next: epoch e is evaluated if (e + 1) divides by this; 0 is never."""
    eval_episodes: PositiveInt = 8
    """Episodes of an evaluation, played in one process; with the same seeds each time."""

    def is_due(self, epoch: int) -> bool:
        """Return whether an epoch ends with an evaluation."""
        return self.eval_interval > 0 and (epoch + 1) % self.eval_interval == 0


@dataclass
class EpisodeResult:
    """What one episode came to."""

    seed: int
    steps: int = 0
    rewards: dict[str, float] = field(default_factory=dict)
    """Sum of each of the environment's terms."""
    returned: float = 0.0
    unique_rooms: int | None = None
    """As the environment told at its end, if it did."""
    milestones: dict[str, int] | None = None
    """The step in which each milestone was reached, if the environment tells."""
    terminated: bool = False

    def record(self) -> dict[str, Any]:
        """Return the entry of `results`; the terms are told as sums over all episodes only."""
        return {
            "seed": self.seed,
            "steps": self.steps,
            "return": self.returned,
            "unique_rooms": self.unique_rooms,
            "milestones": self.milestones,
            "terminated": self.terminated,
        }


OnEpisode = Callable[[Sequence[EpisodeResult]], None]


def evaluation_path(epoch: int) -> str:
    """Return where an epoch's evaluation lies below the store's base."""
    return f"zelda-models/evaluations/epoch_{epoch}/policy.json"


def evaluate_epoch(
    store: Store,
    epoch: int,
    make_env: Callable[[], gym.Env[Any, Any]],
    *,
    episodes: int,
    on_episode: OnEpisode | None = None,
) -> dict[str, Any]:
    """Play the policy of a checkpoint and write what came of it; an epoch that is evaluated is left as it is.

    The record depends on the checkpoint's weights, the environment and the number of episodes alone: killed and run
    again, it has the same bytes.

    Args:
        store: Where the checkpoint lies.
        epoch: A trained epoch.
        make_env: Makes the environment, which is closed in the end.
        episodes: How many to play.
        on_episode: Called with the results so far, after each episode.

    Returns:
        The `policy-evaluation/1` record.

    Raises:
        CheckpointError: The epoch is not trained, or its weights cannot be used.
        StoreError: The store cannot be read or written.
    """
    if store.exists(evaluation_path(epoch)):
        return store.read_json(evaluation_path(epoch), SCHEMA)
    manifest = read_manifest(store, epoch)
    if manifest is None:
        raise CheckpointError(f"{store.url}/{folder(epoch)}/manifest.json is missing; train epoch {epoch} first")
    policy = read_policy(store, manifest)
    results: list[EpisodeResult] = []
    env = make_env()
    try:
        for number in range(episodes):
            results.append(play_episode(env, policy, number))
            if on_episode is not None:
                on_episode(results)
    finally:
        env.close()  # type: ignore[no-untyped-call]
    record = _record(manifest, results)
    store.write_json(evaluation_path(epoch), record)
    return record


def play_episode(env: gym.Env[Any, Any], policy: NumpyPolicy, number: int) -> EpisodeResult:
    """Play one episode to its end.

    Args:
        env: Observations `(D,)` float32, `Discrete` actions; reward terms in `info["rewards"]`, if it has any.
        policy: Who plays.
        number: Of the episode, from 0; its seeds depend on it alone.
    """
    rng = np.random.default_rng([SEED, number])
    result = EpisodeResult(seed=int(rng.integers(2**31)))
    obs, info = env.reset(seed=result.seed)
    terms: dict[str, list[float]] = {}
    rewards: list[float] = []
    ended = False
    while not ended:
        actions, _ = select(policy.logits(obs[None]), rng.random(1))
        obs, reward, terminated, truncated, info = env.step(actions[0])
        rewards.append(float(reward))
        for term, value in info.get("rewards", {"reward": reward}).items():
            terms.setdefault(term, []).append(float(value))
        result.terminated, ended = bool(terminated), bool(terminated or truncated)
    result.steps, result.returned = len(rewards), math.fsum(rewards)
    result.rewards = {term: math.fsum(values) for term, values in terms.items()}
    if "unique_rooms" in info:
        result.unique_rooms = int(info["unique_rooms"])
    if "milestones" in info:
        result.milestones = {str(name): int(step) for name, step in info["milestones"].items()}
    return result


def _record(manifest: Mapping[str, Any], results: Sequence[EpisodeResult]) -> dict[str, Any]:
    rooms = [float(each.unique_rooms) for each in results if each.unique_rooms is not None]
    terms = sorted({term for each in results for term in each.rewards})
    return {
        "schema": SCHEMA,
        "epoch": manifest["epoch"],
        "weights_sha256": manifest["metrics"]["learner"]["weights_sha256"],
        "layout": manifest["layout"],
        "rom": manifest["rom"],
        "seed": SEED,
        "episodes": len(results),
        "return": _spread([each.returned for each in results]),
        "unique_rooms": _spread(rooms) if rooms else None,
        "length": _spread([float(each.steps) for each in results]),
        "rewards": {term: math.fsum(each.rewards.get(term, 0.0) for each in results) for term in terms},
        "milestones": _milestones(results),
        "results": [each.record() for each in results],
    }


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {
        "mean": math.fsum(values) / len(values),
        "std": statistics.stdev(values) if len(values) > 1 else None,
        "min": min(values),
        "max": max(values),
    }


def _milestones(results: Sequence[EpisodeResult]) -> dict[str, int] | None:
    """Count the episodes that reached each milestone; None if the environment does not tell."""
    told = [each.milestones for each in results if each.milestones is not None]
    names = sorted({name for reached in told for name in reached})
    return {name: sum(name in reached for reached in told) for name in names} if told else None
