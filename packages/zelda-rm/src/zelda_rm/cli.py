"""The command `zelda-rm`."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, CliSubCommand, SettingsConfigDict, SettingsError, get_subcommand
from tqdm import tqdm

from zelda_rm.config import StepConfig
from zelda_rm.errors import RewardModelError
from zelda_rm.manifest import Manifest, read_manifest
from zelda_rm.report import render
from zelda_rm.store import Store, StoreError, dump_record


class StoreSettings(BaseSettings):
    """Where the run lies."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    store: str
    """Where the run lies: a path, file:///…, s3://bucket/prefix."""


class FitCommand(StepConfig, StoreSettings):
    """Fit a Bradley-Terry reward model on the scores of an epoch and of those before it.

    Reads scores.jsonl and the observations of the scored segments; writes preferences.jsonl, rm.pt and manifest.json
    below zelda-models/reward_model/epoch_N. Run again, it says that the epoch is fitted; killed and run again, it
    writes the same bytes. A model that does not surely predict held-out pairs is refused: the manifest says why, and
    the last accepted one goes on shaping. Every flag is also an environment variable: --max-steps is MAX_STEPS.

    Examples:
      zelda-rm fit --store runs/demo --epoch 0
      zelda-rm fit --store s3://bucket/run --epoch 5 --seed 7 --history 3
      STORE=runs/demo EPOCH=0 LINK=delta zelda-rm fit
    """

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    def run(self) -> None:
        """Fit the epoch and print a line about it."""
        from zelda_rm.progress import ProgressFile  # noqa: PLC0415
        from zelda_rm.step import fit_epoch  # noqa: PLC0415  torch takes seconds to import, which --help need not

        store = Store(self.store)
        file = ProgressFile(store, self.epoch, time.time)
        with _Bar() as bar:

            def show(unit: str, done: int, total: int, metrics: Mapping[str, float | int | None]) -> None:
                bar.show(unit, done, total)
                file(unit, done, total, metrics)

            manifest, fitted = fit_epoch(store, StepConfig(**self.model_dump(exclude={"store"})), show)
        print(f"epoch {self.epoch} is {'fitted' if fitted else 'fitted already, nothing to do'}: {_summary(manifest)}")
        if manifest.gate is not None and manifest.gate.reason is not None:
            print(f"refused, the last accepted model stays in force: {manifest.gate.reason}")


class ReportCommand(StoreSettings):
    """Print what an epoch's reward model was fitted on, and how well.

    Examples:
      zelda-rm report --store runs/demo --epoch 0
      zelda-rm report --store runs/demo --epoch 0 --json | jq .metrics.heldout_accuracy
    """

    model_config = SettingsConfigDict(frozen=True)

    epoch: int = Field(ge=0)
    """The epoch, from 0; it must be fitted."""
    as_json: bool = Field(default=False, alias="json")
    """Print the manifest as JSON instead of a table."""

    def run(self) -> None:
        """Print the report."""
        manifest = read_manifest(Store(self.store), self.epoch)
        print(dump_record(manifest.record()).decode().rstrip() if self.as_json else render(manifest))


class _Program(BaseSettings):
    """Learn a reward from judges' scores: preferences, a Bradley-Terry model, a potential."""

    model_config = SettingsConfigDict(
        env_prefix="ZELDA_RM_COMMAND_",
        cli_prog_name="zelda-rm",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_exit_on_error=False,
        cli_hide_none_type=True,
    )

    fit: CliSubCommand[FitCommand]
    report: CliSubCommand[ReportCommand]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments; None for those of the process.

    Returns:
        0 done; 2 a mistake that one line on stderr explains; 75 the store cannot be reached now; 130 interrupted.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    name = next((word for word in arguments if not word.startswith("-")), "")
    try:
        command = get_subcommand(CliApp.run(_Program, cli_args=arguments), cli_exit_on_error=False)
        command.run()  # type: ignore[union-attr]
    except ValidationError as error:
        return _fail(f"zelda-rm {name}: {_first(error)}; see zelda-rm {name} --help")
    except SettingsError as error:
        return _fail(f"zelda-rm: {error}; see zelda-rm {name} --help".replace("  ", " "))
    except RewardModelError as error:
        return _fail(f"zelda-rm {name}: {error}")
    except StoreError as error:
        return _fail(f"zelda-rm {name}: {error}", error.exit_code)
    except KeyboardInterrupt:
        _fail("zelda-rm: interrupted; run the same command again, it starts this step anew and writes the same files")
        return 130
    return 0


def _fail(message: str, code: int = 2) -> int:
    print(" ".join(message.split()), file=sys.stderr)
    return code


def _first(error: ValidationError) -> str:
    """Return the first complaint in the words of the command line."""
    details = error.errors()[0]
    flag = "--" + str(details["loc"][-1]).replace("_", "-")
    if details["type"] == "missing":
        return f"{flag} is missing (or {str(details['loc'][-1]).upper()} in the environment)"
    return f"{flag}: {details['msg']}, got {details['input']!r}"


def _summary(manifest: Manifest) -> str:
    accuracy = manifest.metrics.get("heldout_accuracy")
    told = "nothing held out" if accuracy is None else f"held-out accuracy {accuracy:.3f}"
    return (
        f"{manifest.pairs} pairs of {manifest.segments} segments, link {manifest.link}, "
        f"seed {manifest.seed}, {told}, rm.pt {manifest.sha256[:12]}"
    )


class _Bar:
    """A progress bar for each unit in turn, on a terminal only."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._unit = ""

    def show(self, unit: str, done: int, total: int) -> None:
        if self._bar is None or unit != self._unit:
            self.close()
            self._unit = unit
            self._bar = tqdm(total=total, unit=f" {unit}", disable=not sys.stderr.isatty())
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
