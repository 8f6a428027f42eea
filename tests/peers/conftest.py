"""Runs the examples of other libraries as a user would: in a process of their own, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

LINE = re.compile(r"(\d+) episodes: mean return (-?\d+\.\d\d), mean unique rooms (\d+\.\d\d)")


@dataclass(frozen=True)
class Report:
    """What an example printed in its last line."""

    episodes: int
    mean_return: float
    rooms: float


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the examples."""
    return Path(__file__).resolve().parents[2] / "packages" / "zelda-env" / "examples"


@pytest.fixture(scope="session")
def example(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Report]:
    """Return a function that runs an example and reads its report."""

    def run(name: str, *flags: object, warnings: str = "default", path: Path | None = None) -> Report:
        command = [sys.executable, "-W", warnings, str(examples / name), *map(str, flags)]
        environ = os.environ | {"OMP_NUM_THREADS": "1"} | ({"PYTHONPATH": str(path)} if path else {})
        folder = tmp_path_factory.mktemp("example")
        result = subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
        )
        assert result.returncode == 0, result.stderr
        last = result.stdout.splitlines()[-1]
        matched = LINE.fullmatch(last)
        assert matched, last
        return Report(int(matched[1]), float(matched[2]), float(matched[3]))

    return run
