"""The loop on one machine: the steps of each epoch, one after another, each a process of its own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from zelda_workflows import process
from zelda_workflows.commit import is_committed
from zelda_workflows.config import RunConfig
from zelda_workflows.errors import StepFailedError
from zelda_workflows.lock import RunLock
from zelda_workflows.parameters import check_parameters
from zelda_workflows.progress import peek_progress, write_progress
from zelda_workflows.step import Step, epoch_steps
from zelda_workflows.store import Store

_POLL_S = 0.25


class Display(Protocol):
    """What the runner tells a terminal."""

    def waiting(self, holder: int | None) -> None:
        """Another run holds the store; called about four times a second."""

    def epoch_skipped(self, epoch: int) -> None:
        """The epoch was committed before."""

    def step_started(self, epoch: int, step: Step) -> None:
        """A step's command has been started."""

    def step_running(self, epoch: int, step: Step, progress: dict[str, Any] | None) -> None:
        """A step is at work; called about four times a second."""

    def step_ended(self, epoch: int, step: Step, seconds: float) -> None:
        """A step has ended well."""

    def epoch_ended(self, epoch: int) -> None:
        """The epoch is committed."""


class Runner:
    """Runs the loop here, from wherever the store says it stands.

    Args:
        config: The run's parameters.
        store: The run's store.
        work_dir: Where this machine keeps the lock and the steps' logs.
        display: What shows the progress.
        clock: Seconds that only grow; for `run_hours` and the steps' times.
        steps: The list of steps of an epoch.
    """

    def __init__(
        self,
        config: RunConfig,
        store: Store,
        work_dir: Path,
        display: Display,
        *,
        clock: Callable[[], float] = time.monotonic,
        steps: Callable[[RunConfig, int], list[Step]] = epoch_steps,
    ) -> None:
        self._config = config
        self._store = store
        self._work_dir = work_dir
        self._display = display
        self._clock = clock
        self._steps = steps

    def run(self) -> None:
        """Run all epochs that are not committed yet.

        Raises:
            ParametersError: The store was started with other parameters.
            StepFailedError: A step's command failed; its log is named.
            StoreError: The store cannot be used.
        """
        lock = RunLock(str(self._work_dir / ".lock"))
        try:
            lock.acquire(self._wait)
            check_parameters(self._store, self._config)
            began = self._clock()
            for epoch in range(self._config.epochs):
                if is_committed(self._store, epoch):
                    self._display.epoch_skipped(epoch)
                    continue
                if self._out_of_time(began):
                    break
                self._run_epoch(epoch, lock)
        finally:
            lock.release()

    def _wait(self, holder: int | None) -> None:
        self._display.waiting(holder)
        time.sleep(_POLL_S)

    def _out_of_time(self, began: float) -> bool:
        hours = self._config.run_hours
        return hours > 0 and self._clock() - began >= hours * 3600

    def _run_epoch(self, epoch: int, lock: RunLock) -> None:
        for step in self._steps(self._config, epoch):
            began = self._clock()
            self._display.step_started(epoch, step)
            self._note(epoch, step.phase)
            self._run_step(epoch, step, lock)
            self._display.step_ended(epoch, step, self._clock() - began)
        self._note(epoch, "done")
        self._display.epoch_ended(epoch)

    def _note(self, epoch: int, phase: str) -> None:
        config = self._config
        write_progress(self._store, datetime.now(UTC), run=config.name, epoch=epoch, epochs=config.epochs, phase=phase)

    def _run_step(self, epoch: int, step: Step, lock: RunLock) -> None:
        log_path = self._work_dir / "logs" / f"epoch_{epoch}.{step.name}.log"
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("wb") as log:
            child = process.start(step.command, log, inherit=[lock.descriptor])
            with _stopped_on_error(child):
                while child.poll() is None:
                    self._display.step_running(epoch, step, peek_progress(self._store))
                    _wait_for(child)
        if child.returncode != 0:
            self._note(epoch, "failed")
            raise StepFailedError(_failure(epoch, step, child.returncode, log_path), child.returncode)


@contextmanager
def _stopped_on_error(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the child when this process is interrupted or fails."""
    try:
        yield
    finally:
        if child.poll() is None:
            process.stop(child)


def _wait_for(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return


def _failure(epoch: int, step: Step, code: int, log_path: Path, lines: int = 12) -> str:
    """Return what a person needs to know about a step that failed: which, how it ended, its last words, what to do."""
    tail = "\n".join(f"    {line}" for line in log_path.read_text(errors="replace").splitlines()[-lines:])
    how = f"ended with exit code {code}" if code >= 0 else f"was killed by signal {-code}"
    return (
        f"epoch {epoch}, step {step.name} {how}: {' '.join(step.command)}\n{tail}\n"
        f"  The whole log: {log_path}. Mend the cause and run the same command again; it goes on from this step."
    )
