"""The script that shows learning: its interval, its verdict, and that it goes on where it was interrupted."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

INTERRUPTED_AS_TOLD = """
import multiprocessing, os, signal, sys
import learning

def interrupt_the_others(*_):
    for process in multiprocessing.active_children():
        os.kill(process.pid, signal.SIGINT)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in the background without
    signal.signal(signal.SIGUSR1, interrupt_the_others)
    sys.exit(learning.main())
"""


@pytest.fixture
def learning(monkeypatch, examples):
    pytest.importorskip("stable_baselines3")
    monkeypatch.syspath_prepend(examples)
    return importlib.import_module("learning")


def result(agent, seed, rooms):
    return {"agent": agent, "seed": seed, "rooms": rooms, "return": 0.0}


def test_the_interval_is_student_s(learning):
    """For 1 to 5: mean 3, standard deviation sqrt(2.5), and 2.7764 of the table for four degrees of freedom."""
    assert learning.interval([1, 2, 3, 4, 5]) == pytest.approx((3, 3 - 1.9633, 3 + 1.9633), abs=1e-4)


@pytest.mark.parametrize(
    ("ppo", "chance", "verdict"),
    [((5, 5.2, 4.8), (2, 2.1, 1.9), True), ((5, 2, 8), (2, 2.1, 1.9), False), ((2, 2.1, 1.9), (5, 5.2, 4.8), False)],
)
def test_only_an_interval_that_lies_above_shows_learning(learning, ppo, chance, verdict):
    agents = {"ppo": ppo, "random": chance}
    results = [result(agent, seed, rooms) for agent, means in agents.items() for seed, rooms in enumerate(means)]
    text, learnt = learning.table(results)
    assert learnt is verdict
    assert len(text.splitlines()) == 1 + 3 + 4


def test_it_goes_on_where_it_was_interrupted(learning, tmp_path, monkeypatch, capsys):
    """One result is known, of another budget there is one too; with 256 steps nothing is learnt, as the code says."""
    experiment = importlib.import_module("experiment")
    file = tmp_path / "results" / "learning.jsonl"
    budget = learning.Budget(256, 1, 20, 8)
    first = learning.measure(budget, ("random", 0)) | {"return": -1.0}
    other = {**first, "budget": {**first["budget"], "steps": 512}, "seed": 1}
    file.parent.mkdir()
    for found in (first, other):
        experiment.keep(file, found)
    flags = {"steps": 256, "seeds": 2, "episodes": 1, "episode-length": 20, "jobs": 1, "results": file}
    arguments = [f"--{name}={value}" for name, value in flags.items()]
    monkeypatch.setattr(sys, "argv", ["learning.py", *arguments])
    assert learning.main() == learning.NOT_LEARNT
    assert "the intervals overlap" in capsys.readouterr().out
    kept = [json.loads(line) for line in file.read_text().splitlines()]
    assert kept[:2] == [first, other]
    assert [(found["agent"], found["seed"]) for found in kept[2:]] == [("ppo", 0), ("ppo", 1), ("random", 1)]
    assert experiment.known(file, budget).keys() == {(agent, seed) for agent in learning.AGENTS for seed in range(2)}


@pytest.mark.parametrize(("flag", "least"), [("--seeds=1", 2), ("--steps=0", 1), ("--frame-skip=0", 1)])
def test_a_number_that_is_too_small_is_refused(learning, monkeypatch, capsys, flag, least):
    monkeypatch.setattr(sys, "argv", ["learning.py", flag])
    with pytest.raises(SystemExit, match="2"):
        learning.main()
    assert f"expected at least {least}" in capsys.readouterr().err


def test_ctrl_c_ends_it_in_one_line_and_loses_nothing(learning, examples, tmp_path):
    """A terminal interrupts all processes at once; here those that measure come first, so that no race hides them."""
    file, script = tmp_path / "learning.jsonl", tmp_path / "script.py"
    script.write_text(INTERRUPTED_AS_TOLD)
    flags = ["--steps=1000000", "--seeds=2", "--episodes=1", "--episode-length=20", f"--results={file}"]
    environment = os.environ | {"PYTHONPATH": str(examples), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, str(script), *flags],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not file.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.2)
    process.send_signal(signal.SIGUSR1)
    time.sleep(2)  # what a process that does not ignore it prints, it prints now
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    assert (process.returncode, printed) == (130, f"interrupted; the same command goes on from {file}\n")
    assert json.loads(file.read_text())["agent"] == "random"
