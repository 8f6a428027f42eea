"""One run at a time on a store that lies on this machine."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from typing import IO


class RunLock:
    """A lock file that the run and all its children hold, so that it is free only when the last of them has ended.

    Args:
        path: The lock file; made if absent, its folder too.
    """

    def __init__(self, path: str) -> None:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self.path = path
        self._file: IO[str] = open(path, "a+", encoding="ascii")  # noqa: SIM115 - held for the life of the run
        os.set_inheritable(self._file.fileno(), True)

    @property
    def descriptor(self) -> int:
        """The file descriptor that children inherit."""
        return self._file.fileno()

    def acquire(self, wait: Callable[[int | None], None]) -> None:
        """Take the lock; while somebody holds it, call `wait` with the holder's process id (None if not known)."""
        while not self._try():
            self._file.seek(0)
            text = self._file.read().strip()
            wait(int(text) if text.isdigit() else None)
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go of the lock."""
        self._file.close()

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
