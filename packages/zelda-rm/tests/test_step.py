import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from zelda_rm import (
    ArtifactError,
    MissingScoresError,
    PreferenceError,
    StepConfig,
    Store,
    fit_epoch,
    read_manifest,
    read_model,
)
from zelda_rm.preference import parse_preferences, split_of

FOLDER = "zelda-models/reward_model/epoch_0"
NAMES = ("preferences.jsonl", "rm.pt", "manifest.json")
QUICK = {"pairs": 600, "max_steps": 15, "seed": 3}
CONFIG = StepConfig(epoch=0, **QUICK)


def outputs(store):
    return {name: store.read(f"{FOLDER}/{name}") for name in NAMES if store.exists(f"{FOLDER}/{name}")}


def test_the_files_are_those_of_the_seam(run_store):
    manifest, fitted = fit_epoch(run_store, CONFIG)
    assert fitted
    files = outputs(run_store)
    assert json.loads(files["manifest.json"]) == manifest.record()
    assert manifest.record()["schema"] == "reward-model/1"
    assert manifest.sha256 == hashlib.sha256(files["rm.pt"]).hexdigest()
    assert (manifest.epoch, manifest.epochs, manifest.seed) == (0, (0,), 3)
    assert (manifest.layout, manifest.link, manifest.segments) == ("zelda-obs/2", "two-head", 48)
    pairs = parse_preferences(files["preferences.jsonl"], "x")
    assert len(pairs) == manifest.pairs <= 600
    assert sum(pair.split == "heldout" for pair in pairs) == manifest.heldout_pairs > 0
    assert all(split_of(pair.winner, 3, 0.2) == split_of(pair.loser, 3, 0.2) == pair.split for pair in pairs)
    first = json.loads(files["preferences.jsonl"].splitlines()[0])
    assert set(first) == {"schema", "epoch", "target", "winner", "loser", "margin", "probability", "split"}
    model = read_model(run_store, 0, "zelda-obs/2")
    assert (model.epoch, dict(model.metrics)) == (0, manifest.metrics)


def test_run_again_it_does_nothing(run_store):
    manifest, _ = fit_epoch(run_store, CONFIG)
    before = outputs(run_store)
    run_store.write = None
    assert fit_epoch(run_store, StepConfig(epoch=0, **QUICK | {"seed": 4})) == (manifest, False)
    assert outputs(run_store) == before


def test_a_later_epoch_learns_from_all(run_store, add_epoch, make_world):
    add_epoch(run_store, make_world(20, seed=5, steps=6), epoch=1)
    manifest, _ = fit_epoch(run_store, StepConfig(epoch=1, **QUICK))
    assert (manifest.epochs, manifest.segments) == ((0, 1), 68)
    path = "zelda-models/reward_model/epoch_1/preferences.jsonl"
    pairs = parse_preferences(run_store.read(path), path)
    assert any(pair.winner[:5] != pair.loser[:5] for pair in pairs)


def test_progress_is_told_of_what_is_read_and_then_of_steps(run_store):
    news = []
    fit_epoch(run_store, CONFIG, lambda *told: news.append(told))
    units = [unit for unit, *_ in news]
    assert units == ["manifests"] * 48 + ["segments"] * 48 + ["steps"] * (len(units) - 96)
    assert news[47][1:3] == news[95][1:3] == (48, 48)
    assert news[-2][1:3] == (15, 15)
    assert set(news[-2][3]) == {"train_loss", "watched_loss"}
    assert news[-1][1:3] == (15, 15)
    assert "heldout_accuracy" in news[-1][3]


def test_it_writes_no_model_without_pairs(run_store):
    with pytest.raises(PreferenceError, match=r"48 usable segments .* ties at a margin of 1\.0"):
        fit_epoch(run_store, StepConfig(epoch=0, margin=1.0))
    assert outputs(run_store) == {}
    with pytest.raises(MissingScoresError):
        fit_epoch(run_store, StepConfig(epoch=1))


def test_a_model_other_than_the_manifest_names_is_not_called_fitted(run_store):
    fit_epoch(run_store, CONFIG)
    run_store.write(f"{FOLDER}/rm.pt", b"something else")
    with pytest.raises(ArtifactError, match="delete"):
        fit_epoch(run_store, CONFIG)


def shuffled(world):
    """The same play, its scores dealt out anew: what the judges say has nothing to do with what was played."""
    order = np.random.default_rng(4).permutation(len(world.observations))
    return replace(world, gain=world.gain[order], level=world.level[order])


LEARN = StepConfig(epoch=0, seed=3, pairs=4_000, max_steps=200)


def test_preferences_that_can_be_learnt_are_accepted(store, add_epoch, world):
    add_epoch(store, world)
    manifest, _ = fit_epoch(store, LEARN)
    assert manifest.accepted
    assert manifest.gate.lower_bound >= 0.55
    assert manifest.gate.accuracy == manifest.metrics["gain_heldout_accuracy"]
    assert read_manifest(store, 0) == manifest


def test_preferences_at_random_are_refused_and_everything_is_written(store, add_epoch, world):
    add_epoch(store, shuffled(world))
    manifest, fitted = fit_epoch(store, LEARN)
    assert fitted
    assert not manifest.accepted
    assert "disjoint" in manifest.gate.reason
    assert sorted(outputs(store)) == sorted(NAMES)
    assert read_model(store, 0).epoch == 0
    assert fit_epoch(store, LEARN) == (manifest, False)
    store.delete(FOLDER)
    accepted, _ = fit_epoch(store, LEARN.model_copy(update={"min_accuracy": 0.0}))
    assert accepted.accepted


@pytest.mark.parametrize("learning_rate", [1e3, 1e8, 1e12, 1e18, 1e25, 1e30])
def test_a_fit_that_blows_up_is_refused_and_the_loop_goes_on(run_store, learning_rate):
    manifest, _ = fit_epoch(run_store, CONFIG.model_copy(update={"learning_rate": learning_rate}))
    assert not manifest.accepted
    assert manifest.gate.reason
    assert sorted(outputs(run_store)) == sorted(NAMES)
    assert fit_epoch(run_store, CONFIG) == (manifest, False)


KILLED_AT_EACH = """
import os, signal, sys
from zelda_rm import StepConfig, Store, fit_epoch

def run_and_be_killed(name):
    os_replace = os.replace
    def replace(source, target):
        if target.endswith(name):
            os.kill(os.getpid(), signal.SIGKILL)
        os_replace(source, target)
    os.replace = replace
    fit_epoch(Store(sys.argv[1]), StepConfig(epoch=0, pairs=600, max_steps=15, seed=3))
    os._exit(0)

for name in sys.argv[2:]:
    child = os.fork()
    if child == 0:
        run_and_be_killed(name)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    print(*sorted(entry for entry in os.listdir(sys.argv[1] + "/FOLDER") if not entry.endswith(".partial")))
"""


def test_killed_anywhere_and_run_again_it_writes_the_same_bytes(run_store, add_epoch, small_world, tmp_path):
    """Processes are killed as they put each file in place; what they left is to the byte what this one writes."""
    script = KILLED_AT_EACH.replace("FOLDER", FOLDER)
    command = [sys.executable, "-c", script, run_store.url, *NAMES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["", "preferences.jsonl", "preferences.jsonl rm.pt"]
    left = outputs(run_store)
    _, fitted = fit_epoch(run_store, CONFIG)
    assert fitted
    assert left.items() <= outputs(run_store).items()
    undisturbed = Store(str(tmp_path / "other"))
    add_epoch(undisturbed, small_world)
    fit_epoch(undisturbed, CONFIG)
    assert outputs(run_store) == outputs(undisturbed)
    assert sorted(outputs(run_store)) == sorted(NAMES)
