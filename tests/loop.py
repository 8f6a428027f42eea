"""Runs of the whole loop, small enough for a test, and what they leave in a store."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zelda_workflows.store import Store

# Two epochs, two processes of two emulators: every part of the loop, in about half a minute.
PARAMETERS = {
    "epochs": 2,
    "seed": 11,
    "epoch_steps": 4800,
    "episode_length": 600,
    "ray_workers": 2,
    "envs_per_worker": 2,
    "batch_size": 1200,
    "pairs": 2000,
    "eval_interval": 2,
    # So little play proves nothing about a model, which is to shape all the same.
    "min_accuracy": 0,
}
# What must be the same, byte for byte, in two runs of one seed. A checkpoint is not: it holds times and host names.
REPEATABLE = ("zelda-episodes/", "zelda-models/reward_model/", "zelda-models/evaluations/")
PATIENCE_S = 300.0


@dataclass
class LoopProcess:
    """A `zelda-rlaif run` in a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> int:
        """Wait for its end and return its exit code."""
        return self.process.wait(PATIENCE_S)

    def kill_when(self, ready: Callable[[], bool]) -> None:
        """Kill the whole group with SIGKILL as soon as `ready` says so; it must not have ended by then."""
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            assert self.process.poll() is None, f"ended before it could be killed:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"not ready in {PATIENCE_S} s:\n{self.log.read_text()}"
            time.sleep(0.01)
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_loop(url: str, work_dir: Path, environ: Mapping[str, str] | None = None, **changed: object) -> LoopProcess:
    """Start the loop on a store."""
    work_dir.mkdir(parents=True, exist_ok=True)
    flags = [
        word for key, value in (PARAMETERS | changed).items() for word in (f"--{key.replace('_', '-')}", str(value))
    ]
    program = str(Path(sys.executable).parent / "zelda-rlaif")
    log = work_dir / "terminal.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [program, "run", "--store", url, "--work-dir", str(work_dir), *flags],
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environ or {})},
            start_new_session=True,
        )
    return LoopProcess(process, log)


def run_loop(url: str, work_dir: Path, environ: Mapping[str, str] | None = None, **changed: object) -> str:
    """Run the loop to its end and return what it printed."""
    loop = start_loop(url, work_dir, environ, **changed)
    code = loop.wait()
    text = loop.log.read_text()
    assert code == 0, f"exit code {code}:\n{text}"
    return text


def digests(store: Store) -> dict[str, str]:
    """Return {path: sha256} of everything that two runs of one seed have in common."""
    return {
        path: hashlib.sha256(store.read(path)).hexdigest()
        for prefix in REPEATABLE
        for path in store.list(prefix.rstrip("/"))
    }
