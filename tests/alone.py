"""Install each package alone into an empty virtual environment and run its tests there.

python tests/alone.py packages/zelda-env packages/zelda-rm
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"zelda-env", "zelda-judges", "zelda-rm", "zelda-train", "zelda-workflows"}


def run_alone(package: Path) -> None:
    """Install one package with its test extra, see that no sibling came with it, run its tests from a copy."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python.parent.parent)], check=True)
        uv = [str(Path(sys.executable).parent / "uv"), "pip"]
        constraints = ["-c", str(ROOT / "constraints.txt")]
        subprocess.run([*uv, "install", "-q", "--python", str(python), *constraints, f"{package}[test]"], check=True)
        frozen = subprocess.run([*uv, "freeze", "--python", str(python)], check=True, capture_output=True, text=True)
        found = {line.split()[0].split("==")[0] for line in frozen.stdout.splitlines()} & PACKAGES
        if len(found) != 1:
            sys.exit(f"{package.name} alone installed {sorted(found)}; expected itself only")
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package / "tests")]
        subprocess.run(command, check=True, cwd=package)
    print(f"{package.name}: installed alone and tested in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        run_alone((ROOT / argument).resolve())
