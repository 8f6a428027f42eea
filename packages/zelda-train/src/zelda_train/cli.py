"""The command `zelda-train`."""

from __future__ import annotations

import datetime
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, CliSubCommand, SettingsConfigDict, SettingsError, get_subcommand
from tqdm import tqdm

from zelda_train.config import TrainConfig
from zelda_train.errors import TrainError
from zelda_train.evaluation import SCHEMA, EpisodeResult, EvaluationConfig, evaluation_path
from zelda_train.manifest import parent_of, read_manifest
from zelda_train.progress import ProgressFile
from zelda_train.store import Store, StoreError

if TYPE_CHECKING:
    from zelda_train.metric import Progress


class RunSettings(BaseSettings):
    """Where a run lies and which epoch of it to train."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_ignore_empty=True)

    store: str
    """Where the run lies: a path, file:///…, s3://bucket/prefix."""
    epoch: int = Field(ge=0)
    """The epoch to train, from 0; it continues the checkpoint of the one before."""
    zelda_rom: str | None = Field(None, validation_alias=AliasChoices("rom", "zelda_rom"))
    """The game's ROM (ZELDA_ROM in the environment); without it, the free game inside zelda-env."""
    ray_address: str | None = None
    """A running Ray cluster, as a RayJob finds it in RAY_ADDRESS; without it, Ray runs here for this epoch only."""
    verbose: bool = False
    """Show all that Ray and RLlib log, runners included."""


class EpochCommand(TrainConfig, EvaluationConfig, RunSettings):  # type: ignore[misc]  # both kinds of model_config
    """Train one epoch with PPO: record segments, shape rewards by the last reward model, write a checkpoint.

    Reads the checkpoint of the epoch before and, unless --shaping-weight is 0, the last rm.pt that its fit accepted;
    writes the segments of every environment and zelda-models/checkpoints/epoch_N, its manifest.json last. Run again,
    it says that the epoch is trained; killed and run again, it deletes what is half done and trains the same epoch
    anew. After every --eval-interval epochs the new policy plays a few episodes, the same ones each time, on the game's
    own reward, and zelda-models/evaluations/epoch_N/policy.json tells what came of it. Every flag is also an
    environment variable: --epoch-steps is EPOCH_STEPS.

    Examples:
      zelda-train epoch --store runs/demo --epoch 0
      zelda-train epoch --store runs/demo --epoch 1 --ray-workers 2 --envs-per-worker 4 --epoch-steps 65536
      zelda-train epoch --store s3://bucket/run --epoch 3 --rom seasons.gbc --shaping-weight 0.5
      STORE=runs/demo EPOCH=0 EPISODE_LENGTH=600 zelda-train epoch
    """

    def run(self) -> None:
        """Train the epoch and print a line about it."""
        store = Store(self.store)
        done = read_manifest(store, self.epoch)
        if done is None:
            print(f"epoch {self.epoch} is trained: {_summary(self._train(store))}")
        else:
            print(f"epoch {self.epoch} is trained already, nothing to do: {_summary(done)}")
        if self.is_due(self.epoch):
            print(f"epoch {self.epoch} is evaluated: {_evaluation_summary(self._evaluate(store))}")

    def _train(self, store: Store) -> dict[str, Any]:
        parent_of(store, self.epoch)
        from zelda_train.stack import train_stack_epoch  # noqa: PLC0415  Ray takes seconds to import; --help need not

        file = ProgressFile(store, self.epoch, time.monotonic, lambda: datetime.datetime.now(datetime.UTC))
        file.write(done=0, total=self.epoch_steps, eta_s=None, metrics={})
        config = TrainConfig(**self.model_dump(include=set(TrainConfig.model_fields)))
        with tqdm(total=self.epoch_steps, unit=" steps", disable=not sys.stderr.isatty()) as bar:

            def show(progress: Progress) -> None:
                bar.total = progress.total
                bar.set_postfix({"return": progress.return_mean}, refresh=False)
                bar.update(progress.steps - bar.n)
                file(progress)

            return train_stack_epoch(
                config,
                store,
                self.epoch,
                rom=self.zelda_rom,
                on_progress=show,
                ray_address=self.ray_address,
                verbose=self.verbose,
            )

    def _evaluate(self, store: Store) -> dict[str, Any]:
        if store.exists(evaluation_path(self.epoch)):
            return store.read_json(evaluation_path(self.epoch), SCHEMA)
        from zelda_train.stack import evaluate_stack_epoch  # noqa: PLC0415  as above

        clock = time.monotonic
        file = ProgressFile(store, self.epoch, clock, lambda: datetime.datetime.now(datetime.UTC))
        began, episodes = clock(), self.eval_episodes
        file.write(done=0, total=episodes, unit="episodes", eta_s=None, metrics={})
        with tqdm(total=episodes, unit=" episodes", disable=not sys.stderr.isatty()) as bar:

            def show(results: Sequence[EpisodeResult]) -> None:
                done = len(results)
                eta_s = round((clock() - began) / done * (episodes - done), 1)
                metrics = {"evaluation_return": results[-1].returned}
                bar.update(done - bar.n)
                file.note(done=done, total=episodes, unit="episodes", eta_s=eta_s, metrics=metrics)

            return evaluate_stack_epoch(store, self.epoch, episodes=episodes, rom=self.zelda_rom, on_episode=show)


class _Program(BaseSettings):
    """Train an agent with PPO on Ray RLlib, epoch by epoch, its rewards shaped by a learnt potential."""

    model_config = SettingsConfigDict(
        env_prefix="ZELDA_TRAIN_COMMAND_",
        cli_prog_name="zelda-train",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_exit_on_error=False,
        cli_hide_none_type=True,
    )

    train: CliSubCommand[EpochCommand] = Field(alias="epoch")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments; None for those of the process.

    Returns:
        0 done; 2 a mistake that one line on stderr explains; 75 the store cannot be reached now; 130 interrupted.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        command = get_subcommand(CliApp.run(_Program, cli_args=arguments), cli_exit_on_error=False)
        command.run()  # type: ignore[union-attr]
    except ValidationError as error:
        return _fail(f"zelda-train: {_first(error)}; see zelda-train epoch --help")
    except SettingsError as error:
        return _fail(f"zelda-train: {error}; see zelda-train epoch --help")
    except TrainError as error:
        return _fail(f"zelda-train: {error}")
    except StoreError as error:
        return _fail(f"zelda-train: {error}", error.exit_code)
    except KeyboardInterrupt:
        _fail("zelda-train: interrupted; run the same command again, it does anew what is half done")
        return 130
    return 0


def _fail(message: str, code: int = 2) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code


def _first(error: ValidationError) -> str:
    """Return the first complaint in the words of the command line."""
    details = error.errors()[0]
    # A complaint about a combination of fields is located at the subcommand alone.
    name = str(details["loc"][-1]) if len(details["loc"]) > 1 else ""
    if details["type"] == "missing":
        return f"--{name.replace('_', '-')} is missing (or {name.upper()} in the environment)"
    reason = details["msg"].removeprefix("Value error, ")
    return f"--{name.replace('_', '-')}: {reason}, got {details['input']!r}" if name else reason


def _summary(manifest: Mapping[str, Any]) -> str:
    metrics = manifest["metrics"]
    returned = "none ended" if metrics["return_mean"] is None else f"mean return {metrics['return_mean']:.2f}"
    return (
        f"{metrics['steps']} steps, {metrics['episodes']} episodes, {returned}, {metrics['segments']} segments, "
        f"{metrics['dropped']} dropped, {metrics['failures']} failures, {metrics['steps_per_second']} steps/s"
    )


def _evaluation_summary(record: Mapping[str, Any]) -> str:
    spread = record["return"]
    error = "" if spread["std"] is None else f" ± {spread['std']:.2f}"
    rooms = "" if record["unique_rooms"] is None else f", {record['unique_rooms']['mean']:.2f} rooms"
    return f"{record['episodes']} episodes, return {spread['mean']:.2f}{error}{rooms} an episode"
