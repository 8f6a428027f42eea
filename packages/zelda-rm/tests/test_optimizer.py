import copy

import pytest
import torch
from zelda_rm.optimizer import AdamW


@pytest.mark.parametrize(("rate", "decay"), [(1e-3, 0.0), (1e-2, 1.0), (0.1, 3.0)])
def test_it_moves_as_the_one_of_torch_does(rate, decay):
    generator = torch.Generator().manual_seed(0)
    ours = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    theirs = copy.deepcopy(ours)
    mine = AdamW(ours.parameters(), rate, decay)
    reference = torch.optim.AdamW(theirs.parameters(), lr=rate, weight_decay=decay)
    for _ in range(50):
        inputs = torch.rand(8, 5, generator=generator)
        for model, optimizer in ((ours, mine), (theirs, reference)):
            model(inputs).square().mean().backward()
            optimizer.step()
        reference.zero_grad()
    for found, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert found.grad is None
        assert torch.allclose(found, expected, atol=1e-7, rtol=1e-5)


def test_what_has_no_gradient_stays_where_it_is():
    still, moved = torch.ones(2), torch.ones(2, requires_grad=True)
    optimizer = AdamW([still, moved], 0.1, 1.0)
    moved.sum().backward()
    optimizer.step()
    assert still.tolist() == [1.0, 1.0]
    assert (moved < 1.0).all()
