"""AdamW in a few lines.

The first optimiser that torch makes imports its compiler, which takes several times longer than a whole fit. The
numbers are those of `torch.optim.AdamW`; a test holds them to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter, 2019, arXiv 1711.05101).

    Args:
        parameters: What is to be trained.
        learning_rate: The step size, > 0.
        weight_decay: The part of a parameter, times the learning rate, that is taken off each step.
    """

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float, weight_decay: float) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self._steps = 0
        self._means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Move each parameter that has a gradient and forget the gradient."""
        self._steps += 1
        rate = self.learning_rate / (1.0 - BETA1**self._steps)
        correction = math.sqrt(1.0 - BETA2**self._steps)
        for parameter, mean, square in zip(self.parameters, self._means, self._squares, strict=True):
            if parameter.grad is None:
                continue
            parameter.mul_(1.0 - self.learning_rate * self.weight_decay)
            mean.lerp_(parameter.grad, 1.0 - BETA1)
            square.mul_(BETA2).addcmul_(parameter.grad, parameter.grad, value=1.0 - BETA2)
            parameter.addcdiv_(mean, (square.sqrt() / correction).add_(EPSILON), value=-rate)
            parameter.grad = None
