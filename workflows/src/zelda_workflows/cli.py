"""`zelda-rlaif`: run the loop, here or in a cluster, and read what it did."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, CliApp, CliSubCommand, SettingsConfigDict, SettingsError, get_subcommand
from rich.console import Console

from zelda_workflows.argo.cli import Finish, Logs, Next, Render, Submit, cluster_states
from zelda_workflows.commit import commit_epoch
from zelda_workflows.config import RunConfig
from zelda_workflows.display import TerminalDisplay, summary_table
from zelda_workflows.errors import StepFailedError, WorkflowError
from zelda_workflows.progress import read_progress
from zelda_workflows.runner import Runner
from zelda_workflows.store import Store, StoreError, StoreOutageError
from zelda_workflows.summary import read_summaries

USER_ERROR = 2
_STORE = Field("runs/demo", description="Base URL of the run: a path, file://… or s3://…")


class Run(BaseSettings, RunConfig):  # type: ignore[misc] # both say model_config
    """Run the loop here: train, score, fit the reward model, commit, and again.

    Killed or interrupted at any point, the same command goes on from the last finished step. Every flag is also an
    environment variable of the same name in capitals (EPOCH_STEPS for --epoch-steps).

    Example: zelda-rlaif run --store runs/mine --epochs 5 --epoch-steps 100000
    """

    work_dir: str = Field(
        "", description="Where logs, the lock and report.html go; the store itself if it is a folder, else runs/<name>"
    )

    def execute(self) -> int:
        """Run the loop and write its report."""
        return _run(self)


class Status(BaseSettings):
    """Say where a run stands: its workflow in a cluster, the step at work, and a table of the epochs so far.

    A cluster is asked only where one is named: by ARGO_SERVER or KUBECONFIG, or inside a pod.

    Example: zelda-rlaif status --store s3://zelda/demo
    """

    store: str = _STORE
    namespace: str = Field("zelda-rlaif", description="Where the run's workflows are, if they are in a cluster")
    argo_server: str = Field("", description="Ask this Argo server, with ARGO_TOKEN, instead of the Kubernetes API")
    as_json: bool = Field(False, description="Print progress.json as it is")

    def execute(self) -> int:
        """Print it."""
        return _status(self)


class Commit(BaseSettings):
    """Record that an epoch is done; of many callers one makes the record. The last step of every epoch."""

    store: str = _STORE
    epoch: int = Field(ge=0, description="The epoch")

    def execute(self) -> int:
        """Make the record, or find it made."""
        made = commit_epoch(Store(self.store), self.epoch)
        print(f"epoch {self.epoch} committed" if made else f"epoch {self.epoch} was committed before")
        return 0


class Report(BaseSettings):
    """Write the run's report: one self-contained HTML page with curves, a map and the best segment."""

    store: str = _STORE
    output: str = Field("report.html", description="The file to write")

    def execute(self) -> int:
        """Write the page and print its path."""
        from zelda_workflows.report import write_report  # noqa: PLC0415 - plots take a second to import

        write_report(Store(self.store), Path(self.output))
        print(self.output)
        return 0


class Cli(BaseSettings):
    """Reinforcement learning from AI feedback on a Game Boy: play, judge, learn the reward, train again."""

    model_config = SettingsConfigDict(
        cli_prog_name="zelda-rlaif", cli_kebab_case=True, cli_implicit_flags=True, cli_avoid_json=True
    )

    run: CliSubCommand[Run] = Field(description="run the loop on this machine")
    status: CliSubCommand[Status] = Field(description="say where a run stands")
    report: CliSubCommand[Report] = Field(description="write the run's page")
    commit: CliSubCommand[Commit] = Field(description="record that an epoch is done")
    render: CliSubCommand[Render] = Field(description="write the templates for Argo Workflows")
    submit: CliSubCommand[Submit] = Field(description="start a run in a cluster")
    logs: CliSubCommand[Logs] = Field(description="print what a run's pods said")
    next: CliSubCommand[Next] = Field(description="a workflow's step: decide what comes next")
    finish: CliSubCommand[Finish] = Field(description="a workflow's last step: write how it ended")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 done; 1 a step failed; 2 a mistake of the user's; 75 the store cannot be reached now; 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command = get_subcommand(CliApp.run(Cli, cli_args=words or ["--help"], cli_exit_on_error=True))
        return int(command.execute())  # type: ignore[union-attr]
    except (ValidationError, SettingsError) as error:
        return _complain(_first_line(error))
    except StepFailedError as error:
        print(f"zelda-rlaif: {error}", file=sys.stderr)
        return error.exit_code if error.exit_code in {USER_ERROR, StoreOutageError.exit_code} else 1
    except (WorkflowError, StoreError) as error:
        return _complain(str(error), error.exit_code)
    except OSError as error:
        return _complain(_name_the_file(error))
    except KeyboardInterrupt:
        print(
            "\nzelda-rlaif: interrupted; run the same command again to go on from the last finished step",
            file=sys.stderr,
        )
        return 130


def _run(command: Run) -> int:
    console = Console(highlight=False)
    config = RunConfig(**command.model_dump(exclude={"work_dir"}))
    store = Store(config.store)
    work_dir = Path(command.work_dir or _work_dir(config))
    display = TerminalDisplay(console, config.epochs)
    try:
        Runner(config, store, work_dir, display).run()
    finally:
        display.close()
    console.print(summary_table(read_summaries(store)))
    from zelda_workflows.report import write_report  # noqa: PLC0415 - plots take a second to import

    report = work_dir / "report.html"
    write_report(store, report)
    console.print(f"Report: {report}")
    return 0


def _work_dir(config: RunConfig) -> str:
    """Return the store's own folder if it is on this machine, else a folder of the run's name under runs/."""
    url = config.store
    if "://" not in url:
        return url
    return url.removeprefix("file://") if url.startswith("file://") else f"runs/{config.name}"


def _status(command: Status) -> int:
    store = Store(command.store)
    progress = read_progress(store)
    if command.as_json and progress is not None:
        print(json.dumps(progress, indent=2, sort_keys=True))
        return 0
    states = cluster_states(store.url.rsplit("/", 1)[-1], command.namespace, command.argo_server)
    for state in states:
        print("  ".join(filter(None, [f"workflow {state.name}: {state.phase}", state.progress, state.message])))
    if progress is None:
        if states:
            return 0
        return _complain(
            f"no run has been started in {command.store}; start one with: zelda-rlaif run --store {command.store}"
        )
    console = Console(highlight=False)
    counted = f"  {progress['done']:,}/{progress['total']:,} {progress['unit']}" if progress["total"] else ""
    console.print(
        f"{progress['run']}: epoch {progress['epoch']}, {progress['phase']}{counted}  ({progress['updated']})"
    )
    console.print(summary_table(read_summaries(store)))
    return 0


def _complain(message: str, code: int = USER_ERROR) -> int:
    print(f"zelda-rlaif: {message}", file=sys.stderr)
    return code


def _name_the_file(error: OSError) -> str:
    """Say which of this machine's files cannot be used; the store has errors of its own."""
    if error.filename is None:
        return str(error)
    return f"{error.filename}: {error.strerror}; make it writable, or choose another place with --work-dir"


def _first_line(error: ValidationError | SettingsError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        flag = "-".join(str(part).replace("_", "-") for part in first["loc"][-1:])
        return f"--{flag}: {first['msg']} (got {first['input']!r}); see zelda-rlaif --help"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
