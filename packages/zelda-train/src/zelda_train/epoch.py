"""One training epoch: from the last checkpoint to the next, once."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gymnasium as gym
from ray.exceptions import RayError
from ray.rllib.env.env_context import EnvContext
from ray.tune.registry import register_env

from zelda_train import checkpoint
from zelda_train.algorithm import EpochPPO, build_config
from zelda_train.cluster import quiet_build, ray_session
from zelda_train.config import TrainConfig
from zelda_train.errors import SamplingError
from zelda_train.evaluation import evaluation_path
from zelda_train.manifest import folder, parent_of, read_manifest
from zelda_train.metric import EpochMetrics, Progress
from zelda_train.runner import FragmentRunner, Totals
from zelda_train.shaping import Potential
from zelda_train.store import Store

logger = logging.getLogger(__name__)

EnvCreator = Callable[[EnvContext], gym.Env[Any, Any]]
"""Makes one environment; runs in the runner processes, so it has to pickle."""

ENV_NAME = "zelda-train-epoch"

PATIENCE_S = 900.0
"""How long a batch may take, runners that start again included."""

_CURE = "run with --ray-workers 0 to see the error of the environment itself, or with --verbose for all logs"


def train_epoch(
    config: TrainConfig,
    store: Store,
    epoch: int,
    env_creator: EnvCreator,
    *,
    potential: Potential | None = None,
    reward_model: Mapping[str, Any] | None = None,
    layout: str | None = None,
    rom: Mapping[str, str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Train one epoch and write its checkpoint; an epoch that is already trained is left as it is.

    Starts from the checkpoint of the epoch before. Whatever an interrupted attempt at the same epoch left behind, its
    segments included, is deleted first. Uses the Ray that this process is connected to, or starts one for itself. The
    same seed and parent give the same weights, in any process, as long as no environment and no runner fails.

    Args:
        config: The parameters.
        store: Where checkpoints, and the recorder's segments, lie.
        epoch: Number of the epoch, from 0.
        env_creator: Makes one environment for an `EnvContext`, which tells worker and environment index.
        potential: Learnt potential, `(N, D)` float32 to `(N,)` float32, weighted with `config.shaping_weight`.
        reward_model: `{epoch, sha256}` of the potential, for the record.
        layout: Version of the observations, such as `zelda-obs/2`, which the epoch before must share.
        rom: `{title, sha1}` of the game, for the record.
        on_progress: Called after every batch.
        clock: Seconds that only go forward.

    Returns:
        The `checkpoint/1` record.

    Raises:
        CheckpointError: The epoch before is not trained, or its checkpoint is damaged or of another layout.
        SamplingError: The runners keep failing.
        StoreError: The store cannot be read or written.
    """
    done = read_manifest(store, epoch)
    if done is not None:
        return done
    parent = parent_of(store, epoch, layout)
    delete_leftovers(store, epoch)
    record = {
        "seed": config.seed,
        "layout": layout,
        "rom": dict(rom) if rom is not None else None,
        "config": config.model_dump(),
        "reward_model": dict(reward_model) if potential is not None and reward_model is not None else None,
        "parent": parent,
    }
    register_env(ENV_NAME, env_creator)
    with ray_session(config.ray_workers), _algorithm(config, epoch) as algo:
        if parent is not None:
            checkpoint.restore(algo, store, parent["epoch"])
        algo.check_runners()
        algo.learner.set_potential(potential)
        metrics = _train(algo, config, on_progress, clock)
        metrics["learner"]["weights_sha256"] = algo.weights_sha256()
        return checkpoint.save(algo, store, epoch, record | {"metrics": metrics})


def delete_leftovers(store: Store, epoch: int) -> None:
    """Delete what an earlier attempt at an epoch left: segments, their index, parts of a checkpoint, its evaluation."""
    store.delete(folder(epoch))
    store.delete(evaluation_path(epoch))
    store.delete(f"zelda-episodes/index/epoch_{epoch}")
    for name in store.names("zelda-episodes"):
        if name.startswith(f"e{epoch:04d}-"):
            store.delete(f"zelda-episodes/{name}")


@contextlib.contextmanager
def _algorithm(config: TrainConfig, epoch: int) -> Iterator[EpochPPO]:
    """Build the algorithm with its runners, and stop them at the end."""
    with quiet_build():
        try:
            algo: EpochPPO = build_config(config, ENV_NAME, epoch=epoch).build_algo()
        except (IndexError, RayError) as error:
            raise SamplingError(
                "no environment runner could start; the first error above says why, and --ray-workers 0 makes the "
                "environment in this process"
            ) from error
    try:
        yield algo
    finally:
        algo.stop()


def _train(
    algo: EpochPPO, config: TrainConfig, on_progress: Callable[[Progress], None] | None, clock: Callable[[], float]
) -> dict[str, Any]:
    """Sample and learn until the epoch is full, and return its metrics."""
    metrics, start = EpochMetrics(), clock()
    batches = -(-config.epoch_steps // config.batch_size)
    for _ in range(batches):
        seen = len(metrics.totals)
        metrics.add(*_one_batch(algo, clock))
        if on_progress is not None:
            learner = metrics.learner[-1]
            rewards = metrics.rewards(seen) | {"shaping": learner["shaping_sum"]}
            steps = metrics.steps
            total = max(steps, batches * config.batch_size)
            on_progress(Progress(steps, total, clock() - start, metrics.return_mean, rewards, learner))
    seconds = clock() - start
    recorded: Counter[str] = Counter()
    for counts in algo.each_runner(_finish):
        if isinstance(counts, str):
            raise SamplingError(f"a runner could not write what it recorded: {counts}; run the epoch again")
        recorded.update(counts)
    group = algo.env_runner_group
    # Deaths: runners that came back, and those that have not come back yet.
    deaths = (
        group.num_remote_worker_restarts() + group.num_remote_env_runners() - group.num_healthy_remote_env_runners()
    )
    return metrics.record(seconds, recorded, deaths)


def _finish(runner: FragmentRunner) -> dict[str, int] | str:
    """Finish a runner's recordings; RLlib drops the exceptions of runners, so that a failure travels as its text."""
    try:
        return runner.finish()
    except Exception as error:
        logger.exception("the recordings of runner %s could not be finished", runner.worker_index)
        return f"{type(error).__name__}: {error}"


def _one_batch(algo: EpochPPO, clock: Callable[[], float]) -> tuple[list[Totals], Mapping[str, Any]]:
    """Run PPO until it has learnt from one batch; return what the runners counted, and RLlib's result."""
    updates, patience = algo.learner.updates, clock() + PATIENCE_S
    totals: list[Totals] = []
    while clock() < patience:
        try:
            result = algo.train()
        except RuntimeError as error:
            raise SamplingError(f"RLlib gave up: {error}; {_CURE}") from error
        totals += algo.each_runner(FragmentRunner.take_totals)
        # An iteration in which every runner is dead or starting again learns nothing.
        if algo.learner.updates > updates:
            return totals, result
    raise SamplingError(f"the environment runners have delivered no batch for {PATIENCE_S:.0f} s; {_CURE}")
