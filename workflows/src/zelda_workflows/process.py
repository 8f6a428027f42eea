"""Child processes that end with their parent, even when the parent is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_PATIENCE_S = 20.0


def start(command: Sequence[str], log: IO[bytes], inherit: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start a command of this environment, its output going to a log.

    Args:
        command: The command line; programs beside this Python interpreter are found first.
        log: Open file that takes stdout and stderr.
        inherit: File descriptors the child keeps open.

    Raises:
        FileNotFoundError: There is no such program.
    """
    environ = dict(os.environ)
    environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), environ.get("PATH", "")])
    environ["PYTHONUNBUFFERED"] = "1"
    program = _which(command[0], environ["PATH"])
    return subprocess.Popen(
        [program, *command[1:]],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environ,
        pass_fds=tuple(inherit),
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no second thread here
    )


def stop(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGINT) -> None:
    """Ask a child to end, wait, and kill it when it does not."""
    if child.poll() is None:
        child.send_signal(how)
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _which(name: str, path: str) -> str:
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder, name)
        if folder and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(f"there is no command {name!r}; install its package into this environment (see the README)")
