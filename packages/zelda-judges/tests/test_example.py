import runpy
from pathlib import Path


def test_the_example_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    example = Path(__file__).parents[1] / "examples" / "score_segments.py"
    runpy.run_path(str(example), run_name="__main__")
    out = capsys.readouterr().out
    assert "rules panel: 8 of 8 segments" in out
    assert "llm panel: 8 of 8 segments" in out


def test_the_example_of_the_readme_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    code = readme.split("```python\n")[1].split("```")[0]
    exec(compile(code, "README.md", "exec"), {})
    assert "mean" in capsys.readouterr().out
