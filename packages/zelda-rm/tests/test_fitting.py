import subprocess
import sys

import numpy as np
import pytest
import torch
from zelda_rm import (
    FitConfig,
    FitError,
    PreferenceError,
    Segment,
    dump_model,
    fit,
    load_model,
    make_preferences,
    rank_correlation,
)
from zelda_rm.link import LINKS

LAYOUT = "zelda-obs/2"


@pytest.fixture(scope="module")
def fitted(world):
    """The model of each link, fitted on the same pairs."""
    segments = world.segments
    pairs = make_preferences(segments, pairs=8_000, seed=1).preferences
    return {
        link: fit(segments, pairs, layout=LAYOUT, seed=0, config=FitConfig(link=link, max_steps=100)) for link in LINKS
    }


@pytest.fixture(scope="module")
def fresh(make_world, potential_of_world):
    """States that no segment holds, and how far the game is truly won in them."""
    obs = np.concatenate([obs[::10] for obs in make_world(300, seed=99).observations])
    return obs, potential_of_world(obs)


def test_it_learns_what_the_judges_see(fitted):
    metrics = fitted["two-head"].metrics
    assert metrics["gain_heldout_accuracy"] > 0.68
    assert metrics["level_heldout_accuracy"] > 0.85
    assert metrics["gain_rank_correlation"] > 0.55
    assert metrics["heldout_loss"] < np.log(2)
    assert metrics["best_step"] < metrics["steps"]


def test_the_potential_is_the_true_one_up_to_order(fitted, fresh):
    obs, truth = fresh
    assert rank_correlation(fitted["two-head"].potential(obs), truth) > 0.9


@pytest.mark.parametrize("link", ["sum", "mean"])
def test_change_cannot_be_learnt_by_adding_up_states(fitted, fresh, link):
    obs, truth = fresh
    assert fitted[link].metrics["gain_heldout_accuracy"] < fitted["two-head"].metrics["gain_heldout_accuracy"] - 0.1
    learnt = rank_correlation(fitted["delta"].potential(obs), truth)
    assert rank_correlation(fitted[link].potential(obs), truth) < learnt - 0.4


def test_one_delta_for_both_targets_loses_the_level(fitted):
    assert (
        fitted["delta"].metrics["level_heldout_accuracy"] < fitted["two-head"].metrics["level_heldout_accuracy"] - 0.1
    )


def test_the_potential_has_the_unit_of_its_own_spread(fitted, world):
    pairs = make_preferences(world.segments, pairs=8_000, seed=1).preferences
    trained = {name for pair in pairs if pair.split == "train" for name in (pair.winner, pair.loser)}
    rows = np.concatenate([segment.rows for segment in world.segments if segment.reference in trained])
    for link, model in fitted.items():
        phi = model.potential(rows).astype(np.float64)
        assert phi.std() == pytest.approx(1.0, abs=1e-3), link
        if link != "sum":
            assert phi.mean() == pytest.approx(0.0, abs=1e-3), link


def test_the_same_seed_gives_the_same_bytes_and_torch_is_left_as_it_was(small_world):
    pairs = make_preferences(small_world.segments, pairs=500, seed=0).preferences
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    state = torch.random.get_rng_state()
    files = []
    for seed in (0, 0, 1):
        model = fit(small_world.segments, pairs, layout=LAYOUT, seed=seed, config=FitConfig(max_steps=20))
        model.epoch = 0
        files.append(dump_model(model))
        torch.rand(seed + 5)
    assert files[0] == files[1] != files[2]
    assert torch.get_num_threads() == 2
    torch.random.set_rng_state(state)
    torch.set_num_threads(threads)


def test_without_a_held_out_side_its_metrics_are_unknown(small_world):
    pairs = make_preferences(small_world.segments, pairs=500, seed=0, heldout_fraction=0.0).preferences
    metrics = fit(small_world.segments, pairs, layout=LAYOUT, seed=0, config=FitConfig(max_steps=30)).metrics
    assert metrics["train_accuracy"] > 0.5
    assert all(value is None for name, value in metrics.items() if "heldout" in name or "rank" in name)


def test_without_a_target_its_metrics_are_unknown(small_world):
    segments = [Segment(item.reference, item.rows, item.steps, item.gain) for item in small_world.segments]
    pairs = make_preferences(segments, pairs=500, seed=0).preferences
    metrics = fit(segments, pairs, layout=LAYOUT, seed=0, config=FitConfig(max_steps=30)).metrics
    assert metrics["gain_heldout_accuracy"] == metrics["heldout_accuracy"]
    assert all(value is None for name, value in metrics.items() if name.startswith("level"))


def test_training_stops_when_it_no_longer_helps(small_world):
    pairs = make_preferences(small_world.segments, pairs=500, seed=0).preferences
    seen = []
    config = FitConfig(patience=5)
    model = fit(
        small_world.segments, pairs, layout=LAYOUT, seed=0, config=config, on_step=lambda *news: seen.append(news)
    )
    assert len(seen) == model.metrics["steps"] == model.metrics["best_step"] + 5
    losses = [metrics["watched_loss"] for _, _, metrics in seen]
    assert losses.index(min(losses)) + 1 == model.metrics["best_step"]
    assert seen[0][:2] == (1, 800)


def test_no_pairs_is_an_error(small_world):
    with pytest.raises(PreferenceError, match="no pair"):
        fit(small_world.segments, [], layout=LAYOUT, seed=0)
    pairs = make_preferences(small_world.segments, pairs=500, seed=0).preferences
    with pytest.raises(PreferenceError, match="not among those"):
        fit(small_world.segments[:5], pairs, layout=LAYOUT, seed=0)


def test_a_fit_does_not_wait_for_the_compiler_of_torch():
    script = (
        "import sys, numpy\n"
        "from zelda_rm import FitConfig, Segment, fit, make_preferences\n"
        "obs = numpy.random.default_rng(0).random((20, 5, 128), numpy.float32)\n"
        "segments = [Segment.from_observations(str(i), row, gain=i / 20) for i, row in enumerate(obs)]\n"
        "fit(segments, make_preferences(segments, pairs=50, seed=0).preferences, layout='x', seed=0)\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("obs", [np.zeros((1, 128), np.float32), np.full((3, 128), 1e6, np.float32)])
def test_segments_from_which_nothing_can_be_learnt_give_a_potential_that_is_finite(link, obs):
    segments = [Segment.from_observations(str(index), obs, gain=index / 10, level=index / 10) for index in range(3)]
    pairs = make_preferences(segments, pairs=10, seed=0, heldout_fraction=0.0).preferences
    model = fit(segments, pairs, layout=LAYOUT, seed=0, config=FitConfig(link=link))
    model.epoch = 0
    phi = load_model(dump_model(model)).potential(obs)
    assert np.isfinite(phi).all()
    assert np.allclose(phi, 0.0, atol=1e-6) or link == "sum"
    assert model.scale == 1.0


def test_training_that_diverges_gives_no_model(small_world):
    pairs = make_preferences(small_world.segments, pairs=500, seed=0).preferences
    with pytest.raises(FitError, match="lower the learning rate"):
        fit(small_world.segments, pairs, layout=LAYOUT, seed=0, config=FitConfig(learning_rate=1e30))
