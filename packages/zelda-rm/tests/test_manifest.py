import pytest
from zelda_rm import ArtifactError, Manifest, accepted_epoch, read_manifest

MANIFEST = Manifest(
    epoch=2,
    sha256="ab" * 32,
    layout="zelda-obs/2",
    link="delta",
    epochs=(0, 2),
    segments=9,
    pairs=8,
    heldout_pairs=2,
    seed=5,
    metrics={"steps": 3, "heldout_accuracy": 0.5, "level_heldout_loss": None},
)
PATH = "zelda-models/reward_model/epoch_2/manifest.json"


def test_a_manifest_reads_back(store):
    store.write_json(PATH, MANIFEST.record() | {"a field of a later minor version": 1})
    assert read_manifest(store, 2) == MANIFEST
    assert type(read_manifest(store, 2).metrics["steps"]) is int


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": "reward-model/2"}, "reward-model/1"),
        ({"epoch": 3}, "expected 2"),
        ({"sha256": "abc"}, "sha256"),
        ({"link": "median"}, "link"),
        ({"epochs": []}, "epochs"),
        ({"pairs": -1}, "pairs"),
        ({"metrics": {"x": "high"}}, "metrics"),
        ({"metrics": None}, "metrics"),
    ],
)
def test_a_manifest_of_another_kind_is_refused_by_name(store, changes, told):
    store.write_json(PATH, MANIFEST.record() | changes)
    with pytest.raises(ArtifactError, match=told):
        read_manifest(store, 2)


def test_an_epoch_without_one_is_not_fitted(store):
    with pytest.raises(ArtifactError, match="zelda-rm fit"):
        read_manifest(store, 2)


def test_a_manifest_of_before_the_gate_is_accepted(store):
    record = {name: value for name, value in MANIFEST.record().items() if name not in ("accepted", "gate")}
    store.write_json(PATH, record)
    assert read_manifest(store, 2).accepted
    assert accepted_epoch(store, 2) == 2


def write(store, epoch, accepted):
    record = MANIFEST.record() | {"epoch": epoch, "accepted": accepted}
    store.write_json(f"zelda-models/reward_model/epoch_{epoch}/manifest.json", record)


def test_the_last_accepted_model_is_in_force(store):
    for epoch, accepted in enumerate([False, True, False, False, True]):
        write(store, epoch, accepted)
    assert [accepted_epoch(store, epoch) for epoch in range(5)] == [None, 1, 1, 1, 4]
    with pytest.raises(ArtifactError, match="epoch 5 is not fitted"):
        accepted_epoch(store, 5)
