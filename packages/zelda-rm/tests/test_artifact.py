import hashlib
import io
import pickle
import random
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from zelda_rm import ArtifactError, Manifest, RewardModel, dump_model, load_model, read_model
from zelda_rm.artifact import MAX_BYTES
from zelda_rm.link import LINKS

OBS = np.random.default_rng(0).random((6, 128), np.float32)


def make(link="two-head"):
    model = RewardModel("zelda-obs/2", link, seed=3)
    model.normalise_by(OBS.mean(0), OBS.std(0))
    model.scale, model.epoch, model.metrics = 1.5, 4, {"heldout_accuracy": 0.8, "heldout_loss": None, "steps": 7}
    return model


GOOD = dump_model(make())


def saved(**changes):
    record = torch.load(io.BytesIO(GOOD), weights_only=True) | changes
    stream = io.BytesIO()
    torch.save({key: value for key, value in record.items() if value is not ...}, stream)
    return stream.getvalue()


@pytest.mark.parametrize("link", LINKS)
def test_a_model_comes_back_as_it_was(link, tmp_path):
    model = make(link)
    path = tmp_path / "rm.pt"
    path.write_bytes(dump_model(model))
    for source in (dump_model(model), path, str(path)):
        found = load_model(source, layout="zelda-obs/2")
        assert np.array_equal(found.potential(OBS), model.potential(OBS))
        assert np.array_equal(found.twin()(OBS), model.twin()(OBS))
        assert (found.link, found.epoch, found.metrics, found.scale) == (link, 4, model.metrics, 1.5)
        assert dump_model(found) == dump_model(model)
        assert not found.training


def test_it_is_the_dict_that_the_seam_describes():
    record = torch.load(io.BytesIO(GOOD), weights_only=True)
    assert list(record) == [
        "schema",
        "layout",
        "sizes",
        "link",
        "state_dict",
        "mean",
        "std",
        "scale",
        "epoch",
        "metrics",
    ]
    assert record["schema"] == "reward-model/1"
    assert record["sizes"] == [128, 64, 64, 1]
    assert record["mean"].dtype == torch.float32


NAN = torch.full((128,), float("nan"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "reward-model/2"}, "'reward-model/2', expected 'reward-model/1'"),
        ({"schema": ...}, "schema is None"),
        ({"layout": "zelda-obs/1"}, "'zelda-obs/1', expected 'zelda-obs/2'"),
        ({"sizes": [128, 32, 32, 1]}, "sizes"),
        ({"link": "median"}, "median"),
        ({"link": ["delta"]}, "link"),
        ({"link": "delta"}, "level_head"),
        ({"state_dict": {}}, "weights"),
        ({"state_dict": None}, "weights"),
        ({"mean": torch.zeros(127)}, r"\(127,\), expected torch.float32 \(128,\)"),
        ({"mean": torch.zeros(128, dtype=torch.float64)}, "float64"),
        ({"mean": torch.zeros(128).to_sparse()}, "dense|parse"),
        ({"mean": [0.0] * 128}, "list"),
        ({"std": NAN}, "std holds numbers that are not finite"),
        ({"std": torch.full((128,), -1.0)}, "std is below"),
        ({"std": torch.full((128,), 1e-12)}, "std is below"),
        ({"mean": torch.full((128,), 1e7)}, "mean holds"),
        ({"scale": 1e-9}, "scale"),
        ({"scale": 0.0}, "scale"),
        ({"scale": float("inf")}, "scale"),
        ({"scale": True}, "scale"),
        ({"epoch": -1}, "epoch"),
        ({"epoch": "4"}, "epoch"),
        ({"metrics": {"x": float("nan")}}, "metrics"),
        ({"metrics": [1]}, "metrics"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_name(changes, told):
    with pytest.raises(ArtifactError, match=told):
        load_model(saved(**changes), layout="zelda-obs/2")


def test_weights_that_are_not_finite_are_refused():
    weights = {key: value.clone() for key, value in make().state_dict().items()}
    weights["gain_head.weight"][0, 3] = float("inf")
    with pytest.raises(ArtifactError, match=r"gain_head\.weight"):
        load_model(saved(state_dict=weights))


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("run",))


def hostile():
    stream = io.BytesIO()
    torch.save({"schema": Bomb()}, stream)
    yield "code", stream.getvalue()
    yield "pickle", pickle.dumps({"schema": "reward-model/1"})
    yield "empty", b""
    yield "text", b"not a model"
    yield "cut", GOOD[: len(GOOD) // 2]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello", b"world")
    yield "other zip", stream.getvalue()
    stream = io.BytesIO()
    torch.save([1, 2], stream)
    yield "list", stream.getvalue()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(MAX_BYTES + 1))
    yield "zip bomb", stream.getvalue()


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in hostile()])
def test_hostile_bytes_are_refused(data):
    with pytest.raises(ArtifactError, match=r"rm\.pt"):
        load_model(data)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_a_damaged_file_is_refused_or_whole(seed, count):
    rng = random.Random(seed)
    data = bytearray(GOOD)
    for _ in range(count):
        data[rng.randrange(len(data))] = rng.randrange(256)
    try:
        model = load_model(bytes(data))
    except ArtifactError:
        return
    assert np.isfinite(model.potential(OBS)).all()


def test_a_missing_file_and_a_model_without_an_epoch_are_errors(tmp_path):
    with pytest.raises(ArtifactError, match=r"gone\.pt"):
        load_model(tmp_path / "gone.pt")
    with pytest.raises(ArtifactError, match="epoch"):
        dump_model(RewardModel("zelda-obs/2"))


def test_the_store_must_agree_with_the_manifest(store):
    with pytest.raises(ArtifactError, match="zelda-rm fit"):
        read_model(store, 4)
    write_manifest(store, sha256="0" * 64)
    with pytest.raises(ArtifactError, match="not there"):
        read_model(store, 4)
    store.write("zelda-models/reward_model/epoch_4/rm.pt", GOOD)
    with pytest.raises(ArtifactError, match="its manifest says"):
        read_model(store, 4)
    write_manifest(store, sha256=hashlib.sha256(GOOD).hexdigest())
    assert read_model(store, 4, "zelda-obs/2").epoch == 4
    with pytest.raises(ArtifactError, match="layout"):
        read_model(store, 4, "zelda-obs/1")


def write_manifest(store, **changes):
    record = {"epoch": 4, "layout": "zelda-obs/2", "link": "two-head", "epochs": (4,), "segments": 9, "pairs": 8}
    manifest = Manifest(**record, heldout_pairs=2, seed=0, metrics={}, **changes)
    store.write_json("zelda-models/reward_model/epoch_4/manifest.json", manifest.record())
