"""The one list of steps: what an epoch of the loop does, as command lines of the packages.

The local runner executes these lines; the Argo templates are rendered from the same list, with Argo's parameters in
the place of the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from zelda_workflows.config import RunConfig

S3 = ("S3_ENDPOINT_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY")
"""Where the store is and who may use it."""

_TRAIN_FLAGS = (
    "seed",
    "epoch_steps",
    "episode_length",
    "ray_workers",
    "envs_per_worker",
    "batch_size",
    "shaping_weight",
    "eval_interval",
)
# The flags of both panels, whichever judges: a template cannot leave a flag out.
_SCORE_FLAGS = (
    "shards",
    "panel",
    "base_url",
    "base_url_puzzle",
    "base_url_vision",
    "model_state",
    "model_puzzle",
    "model_vision",
    "votes",
    "seed",
)
_FIT_FLAGS = ("seed", "pairs", "min_accuracy")


@dataclass(frozen=True)
class Step:
    """One command of an epoch.

    Attributes:
        name: Unique in the epoch, such as `train` or `score-0`.
        phase: What `progress.json` calls this part of the epoch: `train`, `score`, `fit` or `commit`.
        command: The command line; every step is idempotent for its (store, epoch).
        image: Which of the two container images has the command: `worker` or `judge`.
        environment: Names of the variables that the command reads, beside its flags. Secrets among them come to it in
            no other way.
    """

    name: str
    phase: str
    command: tuple[str, ...]
    image: Literal["worker", "judge"] = "judge"
    environment: tuple[str, ...] = S3


def epoch_steps(config: RunConfig, epoch: int) -> list[Step]:
    """Return the steps of an epoch in the order in which they run; shards may run side by side."""
    values = {name: str(value) for name, value in config.model_dump().items()}
    return list_steps(values, str(epoch), [str(shard) for shard in range(config.shards)])


def list_steps(values: Mapping[str, str], epoch: str, shards: Sequence[str]) -> list[Step]:
    """Return the steps of an epoch for values that need not be known yet.

    Args:
        values: Text of each field of `RunConfig`: what it is here, or how another system names it.
        epoch: Text of the epoch's number.
        shards: Text of each shard's number; one step is made for each.
    """
    place = ("--store", values["store"], "--epoch", epoch)

    def flags(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(word for name in names for word in (f"--{name.replace('_', '-')}", values[name]))

    scoring = [
        Step(
            f"score-{shard}",
            "score",
            ("zelda-judge", "score", *place, "--shard", shard, *flags(_SCORE_FLAGS)),
            environment=(*S3, "LLM_API_KEY"),
        )
        for shard in shards
    ]
    return [
        Step("train", "train", ("zelda-train", "epoch", *place, *flags(_TRAIN_FLAGS)), "worker", (*S3, "ZELDA_ROM")),
        Step("plan", "score", ("zelda-judge", "plan", *place, *flags(["shards"]))),
        *scoring,
        Step("merge", "score", ("zelda-judge", "merge", *place)),
        Step("fit", "fit", ("zelda-rm", "fit", *place, *flags(_FIT_FLAGS))),
        Step("commit", "commit", ("zelda-rlaif", "commit", *place)),
    ]
