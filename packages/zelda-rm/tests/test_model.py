import numpy as np
import torch
from zelda_rm import RewardModel
from zelda_rm.model import fit_normaliser


def test_shapes_and_types():
    obs = np.random.default_rng(0).random((5, 128), np.float32)
    phi = RewardModel("zelda-obs/2").potential(obs)
    assert phi.shape == (5,)
    assert phi.dtype == np.float32
    assert RewardModel("zelda-obs/2").potential(obs[:0]).shape == (0,)


def test_the_seed_alone_makes_the_weights_and_the_global_state_is_left_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    one = RewardModel("zelda-obs/2", seed=4)
    assert torch.equal(torch.rand(3), expected)
    two, other = RewardModel("zelda-obs/2", seed=4), RewardModel("zelda-obs/2", seed=5)
    same = [torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True)]
    assert all(same)
    assert not torch.equal(one.gain_head.weight, other.gain_head.weight)


def test_heads():
    inputs = torch.rand(3, 128)
    gain, level = RewardModel("zelda-obs/2", "two-head").heads(inputs)
    assert not torch.equal(gain, level)
    model = RewardModel("zelda-obs/2", "delta")
    gain, level = model.heads(inputs)
    assert torch.equal(gain, level)
    assert not any("level" in name for name in model.state_dict())


def test_the_normaliser_is_safe_for_what_does_not_vary():
    rng = np.random.default_rng(0)
    rows = rng.normal(3, 2, (5_000, 128)).astype(np.float32)
    rows[:, 7] = 0.1
    rows[:, 8] = 1e6
    mean, std = fit_normaliser(rows)
    assert std[7] == std[8] == 0.0
    model = RewardModel("zelda-obs/2")
    model.normalise_by(mean, std)
    inputs = model.normalise(torch.from_numpy(rows))
    assert torch.isfinite(inputs).all()
    assert (inputs[:, 7:9] == 0).all()
    assert torch.allclose(inputs[:, 20:].mean(0), torch.zeros(108), atol=0.01)
    assert torch.allclose(inputs[:, 20:].std(0), torch.ones(108), atol=0.01)


def test_inputs_are_clipped():
    model = RewardModel("zelda-obs/2")
    assert model.normalise(torch.full((1, 128), 1e30)).max() == 5.0
    assert model.normalise(torch.full((1, 128), -1e30)).min() == -5.0
