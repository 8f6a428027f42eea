"""The one list of steps: what an epoch of the loop does, as command lines of the packages.

The local runner executes these lines; whatever else runs the loop renders the same list.
"""

from __future__ import annotations

from dataclasses import dataclass

from zelda_workflows.config import RunConfig


@dataclass(frozen=True)
class Step:
    """One command of an epoch.

    Attributes:
        name: Unique in the epoch, such as `train` or `score-0`.
        phase: What `progress.json` calls this part of the epoch: `train`, `score`, `fit` or `commit`.
        command: The command line; every step is idempotent for its (store, epoch).
    """

    name: str
    phase: str
    command: tuple[str, ...]


def epoch_steps(config: RunConfig, epoch: int) -> list[Step]:
    """Return the steps of an epoch in the order in which they run; shards may run side by side."""
    place = ("--store", config.store, "--epoch", str(epoch))
    return [
        Step("train", "train", ("zelda-train", "epoch", *place, *_train_flags(config))),
        Step("plan", "score", ("zelda-judge", "plan", *place, "--shards", str(config.shards))),
        *(
            Step(
                f"score-{shard}",
                "score",
                ("zelda-judge", "score", *place, "--shard", str(shard), *_judge_flags(config)),
            )
            for shard in range(config.shards)
        ),
        Step("merge", "score", ("zelda-judge", "merge", *place)),
        Step("fit", "fit", ("zelda-rm", "fit", *place, "--seed", str(config.seed), "--pairs", str(config.pairs))),
        Step("commit", "commit", ("zelda-rlaif", "commit", *place)),
    ]


def _train_flags(config: RunConfig) -> tuple[str, ...]:
    names = (
        "seed",
        "epoch_steps",
        "episode_length",
        "ray_workers",
        "envs_per_worker",
        "batch_size",
        "shaping_weight",
    )
    return _flags(config, names)


def _judge_flags(config: RunConfig) -> tuple[str, ...]:
    names: tuple[str, ...] = ("shards", "panel")
    if config.panel == "llm":
        names += ("base_url", "model_state", "model_puzzle", "model_vision", "votes", "seed")
    return _flags(config, names)


def _flags(config: RunConfig, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return `--some-name value` for each field."""
    return tuple(word for name in names for word in (f"--{name.replace('_', '-')}", f"{getattr(config, name)}"))
