import pytest
from zelda_rm import ArtifactError, Manifest, read_manifest

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
