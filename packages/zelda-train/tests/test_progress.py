import datetime
import json
from pathlib import Path

import pytest
from zelda_train.metric import Progress
from zelda_train.progress import PATH, ProgressFile
from zelda_train.store import Store

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


class Clock:
    time = 0.0

    def __call__(self):
        return self.time


def after(steps, seconds=2.0):
    return Progress(steps, 4096, seconds, 1.5, {"room": 2.0, "shaping": -0.5}, {})


@pytest.fixture
def clock():
    return Clock()


def read(store):
    return json.loads(store.read(PATH))


def test_the_record_is_the_one_of_the_contract(store, clock):
    ProgressFile(store, 3, clock, lambda: NOW)(after(1024))
    assert read(store) == {
        "schema": "progress/1", "run": "run", "epoch": 3, "epochs": None, "phase": "train", "done": 1024, "total": 4096,
        "unit": "steps", "eta_s": 6.0, "updated": "2026-01-02T03:04:05+00:00",
        "metrics": {"return_mean": 1.5, "steps_per_second": 512.0, "rewards": {"room": 2.0, "shaping": -0.5}},
    }  # fmt: skip


def test_it_is_written_once_a_second_and_at_the_end(store, clock):
    file = ProgressFile(store, 0, clock, lambda: NOW)
    file(after(1024))
    clock.time = 0.9
    file(after(2048))
    assert read(store)["done"] == 1024
    clock.time = 1.0
    file(after(3072))
    assert read(store)["done"] == 3072
    file(after(4096))
    assert (read(store)["done"], read(store)["eta_s"]) == (4096, 0)


def test_what_cannot_be_written_is_counted(tmp_path: Path, clock, caplog):
    (tmp_path / "zelda-models").write_text("a file where a folder should be")
    file = ProgressFile(Store(str(tmp_path)), 0, clock, lambda: NOW)
    file(after(4096))
    assert file.errors == 1
    assert "(1 so far)" in caplog.text
