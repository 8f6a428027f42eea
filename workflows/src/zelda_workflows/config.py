"""The parameters of a run: what `zelda-rlaif run` takes, and what every step's command line is made from."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RunConfig(BaseModel):
    """One run of the loop. The defaults are those of `make demo`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str = Field(
        "runs/demo", description="Base URL of everything the run reads and writes: a path, file://… or s3://…"
    )
    epochs: int = Field(3, ge=1, description="How many epochs to run; may be raised later to go on with the same store")
    seed: int = Field(
        7, ge=0, description="Where every random number of the run comes from; the same seed gives the same segments"
    )
    run_hours: float = Field(0, ge=0, description="Start no new epoch after this many hours; 0 is no limit")

    epoch_steps: int = Field(98304, ge=1, description="Environment steps an epoch, over all environments")
    episode_length: int = Field(1200, ge=1, description="Steps after which an episode is cut")
    ray_workers: int = Field(2, ge=0, description="Processes that play; 0 plays inside the trainer")
    envs_per_worker: int = Field(4, ge=1, description="Emulators in each of these processes")
    batch_size: int = Field(2048, ge=1, description="Steps of one PPO update")
    shaping_weight: float = Field(
        0.1, ge=0, description="How much the learnt potential counts beside the game's own rewards"
    )
    eval_interval: int = Field(
        1,
        ge=0,
        description="Epochs from one evaluation of the policy, unshaped and on fixed seeds, to the next; 0 is never",
    )

    panel: Literal["rules", "llm"] = Field(
        "rules", description="Who scores: rules over the recorded states, or language models"
    )
    base_url: str = Field(
        "", description="OpenAI-compatible endpoint of the language models, such as http://host:8000/v1"
    )
    base_url_puzzle: str = Field("", description="Endpoint of the puzzle judge, if it has one of its own")
    base_url_vision: str = Field("", description="Endpoint of the vision judge, if it has one of its own")
    model_state: str = Field("qwen25-32b", description="Model that judges progress, dialog and efficiency")
    model_puzzle: str = Field("qwen25-7b", description="Model that judges puzzles")
    model_vision: str = Field("qwen25-vl-32b", description="Model that judges novelty from frames")
    votes: int = Field(3, ge=1, le=16, description="Votes a judge casts on a segment (language models only)")
    shards: int = Field(1, ge=1, description="Pieces a scoring pass is cut into")
    pairs: int = Field(20000, ge=1, description="Preference pairs the reward model is fitted on, at most")
    min_accuracy: float = Field(
        0.55, ge=0, le=1, description="Share of held-out pairs that a reward model must surely predict to shape rewards"
    )

    @property
    def name(self) -> str:
        """The run's name: the last part of the store's URL."""
        return self.store.rstrip("/").rsplit("/", 1)[-1]


# What may differ when a store is taken up again: the rest would change what is already there.
RESUMABLE = frozenset(
    {"store", "epochs", "run_hours", "eval_interval", "base_url", "base_url_puzzle", "base_url_vision"}
)
