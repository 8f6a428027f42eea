import json

from zelda_rm import StoreError
from zelda_rm.progress import PATH, ProgressFile


def test_it_writes_the_first_the_last_and_one_a_second(store):
    now = 1_700_000_000.0
    written = []
    file = ProgressFile(store, 3, lambda: now)
    store.write = lambda path, data, write=store.write: (written.append(json.loads(data)), write(path, data))
    for done in range(11):
        file("steps", done, 10, {"train_loss": 0.5})
        now += 0.25
    assert [record["done"] for record in written] == [0, 4, 8, 10]
    assert written[1] == {
        "schema": "progress/1",
        "run": "run",
        "epoch": 3,
        "epochs": None,
        "phase": "fit",
        "done": 4,
        "total": 10,
        "unit": "steps",
        "eta_s": 1.5,
        "metrics": {"train_loss": 0.5},
        "updated": "2023-11-14T22:13:21Z",
    }
    assert written[0]["eta_s"] is None
    assert store.read_json(PATH, "progress/1")["done"] == 10


def test_another_unit_starts_another_stage(store):
    file = ProgressFile(store, 0, lambda: 0.0)
    file("segments", 1, 50, {})
    file("steps", 1, 400, {})
    assert store.read_json(PATH, "progress/1")["unit"] == "steps"


def test_a_store_that_fails_is_counted_and_not_in_the_way(store, caplog):
    def fail(path, data):
        raise StoreError("the disk is full")

    store.write = fail
    file = ProgressFile(store, 0, lambda: 0.0)
    file("steps", 0, 2, {})
    file("steps", 2, 2, {})
    assert file.errors == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the disk is full" in caplog.text
