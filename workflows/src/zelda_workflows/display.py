"""The run on a terminal: a bar for the step at work, a line for each that has ended, a table at the end."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from zelda_workflows.step import Step
from zelda_workflows.summary import EpochSummary


class TerminalDisplay:
    """Shows a run; implements the runner's `Display`.

    Args:
        console: Where to print; bars are drawn only when it is a terminal.
        epochs: How many epochs the run has.
    """

    def __init__(self, console: Console, epochs: int) -> None:
        self._console = console
        self._epochs = epochs
        self._waited = False
        # Refreshed by hand: a second thread would be there when a child is forked.
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="cyan"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar: TaskID | None = None

    def close(self) -> None:
        """Take the bar off the screen."""
        self._drop_bar()
        self._bars.stop()

    def waiting(self, holder: int | None) -> None:
        """Say once that another run holds the store."""
        if not self._waited:
            self._waited = True
            who = f" (process {holder})" if holder else ""
            self._console.print(
                f"Another run{who} is at work on this store; waiting for it to end. Ctrl-C stops waiting."
            )

    def epoch_skipped(self, epoch: int) -> None:
        """Say that the epoch was committed before."""
        self._console.print(f"[green]✓[/] epoch {epoch} was finished before")

    def step_started(self, epoch: int, step: Step) -> None:
        """Put up a bar for the step."""
        self._bars.start()
        description = f"epoch {epoch + 1}/{self._epochs}  {step.name:<8}"
        self._bar = self._bars.add_task(description, total=None, count="", note="")
        self._bars.refresh()

    def step_running(self, epoch: int, step: Step, progress: dict[str, Any] | None) -> None:
        """Move the bar to what `progress.json` says."""
        if self._bar is None:
            return
        if progress and progress["phase"] == step.phase and progress["epoch"] == epoch and progress.get("total"):
            done, total = progress["done"], progress["total"]
            count = f"{done:,}/{total:,} {progress['unit']}"
            self._bars.update(
                self._bar, completed=done, total=total, count=count, note=_metrics_note(progress["metrics"])
            )
        self._bars.refresh()

    def step_ended(self, epoch: int, step: Step, seconds: float) -> None:
        """Replace the bar by a line."""
        self._drop_bar()
        self._console.print(f"[green]✓[/] epoch {epoch} {step.name:<8} {seconds:6.1f} s")

    def epoch_ended(self, epoch: int) -> None:
        """Nothing to add: the commit's own line says it."""

    def _drop_bar(self) -> None:
        if self._bar is not None:
            self._bars.remove_task(self._bar)
            self._bars.refresh()
            self._bar = None


_HEADINGS = (
    "epoch",
    "return",
    "eval\nreturn",
    "rooms/\nepisode",
    "judge\ntotal",
    "held-out\naccuracy",
    "steps/s",
    "segments",
    "failures",
    "shaped\nby",
)


def summary_table(summaries: list[EpochSummary]) -> Table:
    """Return the run's table: one row an epoch."""
    table = Table(title="What the loop did", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 0), pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in summaries:
        metrics = row.metrics
        table.add_row(
            str(row.epoch),
            number(metrics.get("return_mean"), 2),
            number(row.evaluation_return, 2),
            number(metrics.get("unique_rooms_mean"), 2),
            number(row.judge_total, 3),
            number(row.heldout_accuracy, 3) + (" ✗" if row.refused else ""),
            number(metrics.get("steps_per_second"), 0),
            number(metrics.get("segments"), 0),
            number(row.failures, 0),
            row.shaped_by[:8] if row.shaped_by else "-",
        )
    if any(row.refused for row in summaries):
        table.caption = "✗ a reward model that was refused, and shapes nothing"
    return table


def number(value: float | None, digits: int) -> str:
    """Return a figure for people, a dash where there is none yet."""
    return "-" if value is None else f"{value:,.{digits}f}"


def _metrics_note(metrics: dict[str, Any]) -> str:
    shown = {key: value for key, value in metrics.items() if isinstance(value, int | float)}
    return "  ".join(f"{key.replace('_', ' ')} {value:,.4g}" for key, value in list(shown.items())[:3])
