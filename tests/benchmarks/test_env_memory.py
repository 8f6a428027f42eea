"""Memory of many environments and of many resets, with the programs of the package's own test."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

TEST = Path(__file__).resolve().parents[2] / "packages" / "zelda-env" / "tests" / "test_memory.py"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="resident memory is read from /proc")


@pytest.mark.benchmark(group="memory")
def test_memory(benchmark, note):
    programs = runpy.run_path(str(TEST))
    measured = benchmark.pedantic(
        lambda: (programs["mib"](programs["MANY"]), programs["mib"](programs["RESETS"].format(resets=10_000))), rounds=1
    )
    note("memory of 256 environments in one process", f"{measured[0]:.0f} MiB", "", "< 2048 MiB")
    note("growth over 10,000 resets of one", f"{measured[1]:.1f} MiB", "", "< 10 MiB")
    assert measured[0] < 2048
    assert measured[1] < 10
