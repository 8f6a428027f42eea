"""One gradient of the pairs' loss: each segment evaluated once, against a plain loop over the pairs."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus
from zelda_rm import Preference, RewardModel, Segment
from zelda_rm.batch import SegmentBatch, index_pairs, pair_loss

SEGMENTS = 100
PAIRS = 1000


@pytest.mark.benchmark(group="pairs", timer=time.process_time)
def test_pairs(ratio):
    rng = np.random.default_rng(0)
    names = [f"e0000-w01-v00-{index:06d}/s0000" for index in range(SEGMENTS)]
    observations = [rng.random((300, 128), np.float32) for _ in names]
    segments = [Segment.from_observations(name, rows) for name, rows in zip(names, observations, strict=True)]
    sides = rng.permuted(np.tile(np.arange(SEGMENTS), (PAIRS, 1)), axis=1)[:, :2].tolist()
    pairs = [
        Preference(epoch=0, target="gain", winner=names[a], loser=names[b], margin=0.5, probability=1.0, split="train")
        for a, b in sides
    ]
    model = RewardModel("zelda-obs/2")
    batch = SegmentBatch.of(segments, model)
    index = index_pairs(pairs, {name: position for position, name in enumerate(names)})["gain"]
    inputs = [model.normalise(torch.from_numpy(segment.rows)) for segment in segments]

    def ours() -> None:
        model.zero_grad()
        pair_loss(batch.values(model)["gain"], index).backward()

    def loop() -> None:
        model.zero_grad()
        losses = []
        for winner, loser in sides:
            better, worse = (model.heads(inputs[side])[0] for side in (winner, loser))
            losses.append(softplus((worse[-1] - worse[0]) - (better[-1] - better[0])))
        torch.stack(losses).mean().backward()

    torch.set_num_threads(1)
    ours()
    gradient = [parameter.grad.clone() for parameter in model.trunk.parameters()]
    loop()
    for mine, theirs in zip(gradient, model.trunk.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs.grad)  # the same work, or the ratio means nothing
    ratio(ours, loop, "pair", PAIRS)
