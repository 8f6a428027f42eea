import os
import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def test_the_example_runs():
    done = subprocess.run(
        [sys.executable, "-W", "error", str(PACKAGE / "examples/learn_a_potential.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"rank correlation with the truth: ([.\d]+)", done.stdout).group(1)) > 0.8


def test_the_example_of_the_readme_runs():
    code = re.search(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL).group(1)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout
