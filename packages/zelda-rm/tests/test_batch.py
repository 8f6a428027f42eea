import math

import numpy as np
import pytest
import torch
from zelda_rm import (
    Preference,
    PreferenceError,
    RewardModel,
    Segment,
    SegmentBatch,
    index_pairs,
    pair_accuracy,
    pair_loss,
)
from zelda_rm.batch import PairIndex
from zelda_rm.link import LINKS

RNG = np.random.default_rng(0)
OBSERVATIONS = [RNG.random((steps, 128), np.float32) for steps in (1, 9, 5, 20)]
SEGMENTS = [Segment.from_observations(str(index), obs) for index, obs in enumerate(OBSERVATIONS)]


def by_hand(model, link, head):
    """Each segment's value, one segment and one row at a time."""
    values = []
    for obs in OBSERVATIONS:
        out = [float(model.heads(model.normalise(torch.from_numpy(row[None])))[head]) for row in obs]
        values.append({"delta": out[-1] - out[0], "mean": sum(out) / len(out), "sum": sum(out), "last": out[-1]}[link])
    return values


@pytest.mark.parametrize("link", LINKS)
def test_values_are_the_links_of_the_outputs(link):
    model = RewardModel("zelda-obs/2", link)
    with torch.no_grad():
        values = SegmentBatch.of(SEGMENTS, model).values(model)
        gain, level = ("delta", "mean") if link == "two-head" else (link, link)
        assert values["gain"].tolist() == pytest.approx(by_hand(model, gain, 0), abs=1e-5)
        assert values["level"].tolist() == pytest.approx(by_hand(model, level, 1), abs=1e-5)


def test_a_link_of_the_ends_looks_at_nothing_else():
    assert len(SegmentBatch.of(SEGMENTS, RewardModel("zelda-obs/2", "delta")).inputs) == 8
    assert len(SegmentBatch.of(SEGMENTS, RewardModel("zelda-obs/2", "mean")).inputs) == 35


def test_a_sum_over_a_sample_of_rows_stands_for_all_steps():
    obs = np.repeat(RNG.random((1, 128), np.float32), 300, axis=0)
    model = RewardModel("zelda-obs/2", "sum")
    batch = SegmentBatch.of([Segment.from_observations("x", obs, max_rows=4)], model)
    with torch.no_grad():
        assert float(batch.values(model)["gain"]) == pytest.approx(
            300 * float(model(torch.from_numpy(obs[:1]))), rel=1e-4
        )


def test_the_loss_is_the_likelihood_of_soft_preferences():
    values = torch.tensor([0.3, -1.2, 2.0])
    pairs = PairIndex(torch.tensor([2, 0]), torch.tensor([1, 2]), torch.tensor([0.9, 0.6]))
    expected = 0.0
    for winner, loser, probability in ((2, 1, 0.9), (0, 2, 0.6)):
        win = 1 / (1 + math.exp(float(values[loser] - values[winner])))
        expected -= (probability * math.log(win) + (1 - probability) * math.log(1 - win)) / 2
    assert float(pair_loss(values, pairs)) == pytest.approx(expected, rel=1e-5)
    assert pair_accuracy(values, pairs) == 0.5
    assert pair_accuracy(torch.zeros(3), pairs) == 0.5


def test_the_loss_is_least_where_the_model_is_as_sure_as_the_judges():
    values = torch.zeros(2, requires_grad=True)
    pairs = PairIndex(torch.tensor([0]), torch.tensor([1]), torch.tensor([0.8]))
    for _ in range(60):
        (gradient,) = torch.autograd.grad(pair_loss(values, pairs), values)
        values = (values.detach() - 4.0 * gradient).requires_grad_()
    assert torch.sigmoid(values[0] - values[1]).item() == pytest.approx(0.8, abs=1e-3)


def test_pairs_become_indices():
    pair = Preference(target="level", winner="b", loser="a", margin=0.5, probability=0.9, split="train")
    found = index_pairs([pair], {"a": 0, "b": 1})
    assert list(found) == ["level"]
    assert (found["level"].winner.item(), found["level"].loser.item()) == (1, 0)
    with pytest.raises(PreferenceError, match="'b'"):
        index_pairs([pair], {"a": 0})
