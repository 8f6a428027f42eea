"""Run the cluster tests and say what they need, what was found, and how long each part took (`make cluster-test`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OF_WORKFLOWS = [HERE.parents[1] / "workflows" / "tests" / f"test_{part}.py" for part in ("render", "steps", "cluster")]


class Report:
    """Collects outcome and time of each test file, and why tests were skipped."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.outcomes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.reasons: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part = Path(report.location[0]).name
        self.seconds[part] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[part][report.outcome] += 1
        if report.skipped and isinstance(report.longrepr, tuple):
            self.reasons[part].add(report.longrepr[2].removeprefix("Skipped: "))

    def lines(self) -> list[str]:
        """One line a test file: seconds, outcomes, and why tests were skipped."""
        return [
            f"  {part:24} {self.seconds[part]:6.1f} s  "
            + ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes[part].items()))
            + "".join(f"\n{'':36}skipped: {reason}" for reason in sorted(self.reasons[part]))
            for part in sorted(self.seconds)
        ]


def found() -> list[str]:
    """One line for each thing the tests can use: what it is for, and whether it is here."""
    return [
        f"  kubectl        renders the overlays     {_version('kubectl', 'version', '--client')}",
        f"  ZELDA_SCHEMAS  folders of CRDs          {os.environ.get('ZELDA_SCHEMAS') or 'not set: no schema checks'}",
        f"  KUBECONFIG     an API server, with CRDs {_server()}",
        f"  argo           lints the templates      {_version('argo', 'version', '--short')}",
        "  Argo's controller and KubeRay's operator in the cluster: asked for a pod each, skipped if none comes",
    ]


def _version(program: str, *words: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "not on the PATH"
    done = subprocess.run([path, *words], capture_output=True, text=True, timeout=30, check=False)
    return f"{path}: {' '.join(done.stdout.split()[:6])}"


def _server() -> str:
    config = os.environ.get("KUBECONFIG")
    kubectl = shutil.which("kubectl")
    if not config or kubectl is None:
        return "not set: nothing is applied"
    words = [kubectl, "version", "--request-timeout=10s"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    answer = [line for line in done.stdout.splitlines() if line.startswith("Server")]
    return f"{config}: {answer[0] if answer else 'does not answer'}"


def main() -> int:
    """Return pytest's exit code."""
    report = Report()
    os.environ["ZELDA_CLUSTER_TEST"] = "yes"  # whoever runs this means the cluster; whoever runs all tests may not
    print("Cluster tests use:", *found(), sep="\n", flush=True)
    code = pytest.main(["-q", "--no-header", str(HERE), *map(str, OF_WORKFLOWS), *sys.argv[1:]], plugins=[report])
    print("Each part took:", *report.lines(), sep="\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
