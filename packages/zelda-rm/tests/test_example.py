import re
import runpy
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def test_the_example_runs(capsys):
    runpy.run_path(str(PACKAGE / "examples/learn_a_potential.py"), run_name="__main__")
    told = capsys.readouterr().out
    accuracies = dict(re.findall(r"(\w+) +held-out accuracy ([.\d]+)", told))
    assert float(accuracies["delta"]) > float(accuracies["sum"])
    assert float(re.search(r"rank correlation with the truth: ([.\d]+)", told).group(1)) > 0.9


def test_the_example_of_the_readme_runs(capsys):
    code = re.search(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL).group(1)
    exec(compile(code, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 2
