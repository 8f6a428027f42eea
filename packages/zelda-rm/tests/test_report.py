from zelda_rm import Manifest
from zelda_rm.report import render as render_manifest

MANIFEST = {
    "schema": "reward-model/1",
    "epoch": 4,
    "sha256": "ab" * 32,
    "layout": "zelda-obs/2",
    "link": "two-head",
    "epochs": [0, 1, 3, 4],
    "segments": 120,
    "pairs": 900,
    "heldout_pairs": 180,
    "seed": 7,
    "metrics": {
        "train_accuracy": 0.9,
        "heldout_accuracy": 0.81234,
        "gain_pairs": 600,
        "gain_heldout_accuracy": 0.85,
        "gain_rank_correlation": None,
        "refused": 2,
        "ties": 33,
        "eligible_pairs": 4_000,
        "steps": 90,
        "best_step": 50,
    },
}


def render(record):
    return render_manifest(Manifest.model_validate(record))


def test_it_tells_what_and_how_well():
    text = render(MANIFEST)
    lines = text.splitlines()
    assert "epoch 4" in lines[0]
    assert "seed 7" in lines[0]
    assert "0, 1, 3, 4: 120 segments, 2 refused; 900 pairs of 4000, 180 held out, 33 ties" in lines[1]
    assert lines[2] == "best step 50 of 90"
    assert lines[3] == "accepted unseen: fitted before there was a gate"
    assert [line.split()[0] for line in lines[6:]] == ["all", "gain", "level"]
    assert lines[6].split() == ["all", "900", "0.900", "0.812", "-", "-", "-"]
    assert lines[7].split() == ["gain", "600", "-", "0.850", "-", "-", "-"]
    assert len({len(line) for line in lines[5:]}) == 1


GATE = {
    "pairs": "gain", "accuracy": 0.85, "disjoint_pairs": 12, "lower_bound": 0.634, "min_accuracy": 0.55, "reason": None,
}  # fmt: skip


def test_it_tells_whether_the_model_may_shape():
    expected = "accepted: 0.850 of the held-out gain pairs, surely 0.634 (over 12 disjoint ones), 0.55 asked for"
    assert expected in render(MANIFEST | {"gate": GATE})
    refused = MANIFEST | {"accepted": False, "gate": GATE | {"reason": "it predicts nothing"}}
    assert "refused: it predicts nothing" in render(refused)


def test_epochs_in_a_row_are_told_as_a_span():
    assert "epochs 0 to 3:" in render(MANIFEST | {"epochs": [0, 1, 2, 3]})
    assert "epoch 2:" in render(MANIFEST | {"epochs": [2]})


def test_a_manifest_of_an_older_minor_version_can_be_told():
    assert "?" in render(MANIFEST | {"metrics": {}})
