import json
import sys

import pytest
from zelda_workflows.commit import commit_path
from zelda_workflows.config import RunConfig
from zelda_workflows.errors import ParametersError, StepFailedError
from zelda_workflows.progress import read_progress
from zelda_workflows.runner import Runner
from zelda_workflows.step import Step


class Recorder:
    """A display that notes what it was told."""

    def __init__(self):
        self.events = []

    def waiting(self, holder):
        self.events.append("waiting")

    def epoch_skipped(self, epoch):
        self.events.append(f"skipped {epoch}")

    def step_started(self, epoch, step):
        self.events.append(f"{epoch} {step.name}")

    def step_running(self, epoch, step, progress):
        pass

    def step_ended(self, epoch, step, seconds):
        pass

    def epoch_ended(self, epoch):
        self.events.append(f"ended {epoch}")


def python_steps(store, fail_at=None):
    """Return a list of steps that are real processes: one notes that it ran, one commits the epoch."""

    def steps(config, epoch):
        base = store.url
        note = f"open({base!r} + '/ran', 'a').write('{epoch} ')"
        commit = (
            "import os, sys; from zelda_workflows.store import Store; "
            f"Store({base!r}).create({commit_path(epoch)!r}, b'done')"
        )
        if epoch == fail_at:
            note = "import sys; print('out of luck'); sys.exit(3)"
        return [
            Step("note", "train", (sys.executable, "-c", note)),
            Step("commit", "commit", (sys.executable, "-c", commit)),
        ]

    return steps


def run(store, tmp_path, fail_at=None, clock=None, **parameters):
    display = Recorder()
    config = RunConfig(store=store.url, **parameters)
    options = {"clock": clock} if clock else {}
    Runner(config, store, tmp_path / "work", display, steps=python_steps(store, fail_at), **options).run()
    return display.events


def test_every_epoch_runs_once_and_is_skipped_the_second_time(store, tmp_path):
    assert run(store, tmp_path, epochs=2) == ["0 note", "0 commit", "ended 0", "1 note", "1 commit", "ended 1"]
    assert run(store, tmp_path, epochs=3) == ["skipped 0", "skipped 1", "2 note", "2 commit", "ended 2"]
    assert store.read("ran") == b"0 1 2 "
    assert read_progress(store)["phase"] == "done"


def test_a_failed_step_is_named_with_its_last_words_and_the_run_goes_on_from_there(store, tmp_path):
    with pytest.raises(StepFailedError, match="out of luck") as failure:
        run(store, tmp_path, epochs=2, fail_at=1)
    assert failure.value.exit_code == 3
    assert "epoch_1.note.log" in str(failure.value)
    assert read_progress(store)["phase"] == "failed"
    assert run(store, tmp_path, epochs=2) == ["skipped 0", "1 note", "1 commit", "ended 1"]


def test_other_parameters_are_refused_by_name(store, tmp_path):
    run(store, tmp_path, epochs=1, seed=1)
    with pytest.raises(ParametersError, match="seed was 1 and is now 2"):
        run(store, tmp_path, epochs=1, seed=2)


def test_no_epoch_starts_after_the_run_hours(store, tmp_path):
    ticks = iter(range(0, 10**9, 1000))
    assert run(store, tmp_path, epochs=5, run_hours=1.5, clock=lambda: next(ticks))[-1] == "ended 0"


def test_the_parameters_are_in_the_store(store, tmp_path):
    run(store, tmp_path, epochs=1)
    record = json.loads(store.read("zelda-models/pipeline/run.json"))
    assert record["schema"] == "run/1"
    assert record["parameters"]["seed"] == 7
    assert "store" not in record["parameters"]


def test_an_interrupt_ends_the_step_and_frees_the_lock(store, tmp_path):
    class Interrupted(Recorder):
        def step_running(self, epoch, step, progress):
            raise KeyboardInterrupt

    def steps(config, epoch):
        return [Step("sleep", "train", (sys.executable, "-c", "import time; time.sleep(60)"))]

    config = RunConfig(store=store.url)
    with pytest.raises(KeyboardInterrupt):
        Runner(config, store, tmp_path / "work", Interrupted(), steps=steps).run()
    assert "waiting" not in run(store, tmp_path)
