"""PPO on Ray RLlib at the speed of the emulator, with learnt reward shaping.

What needs torch and Ray is imported when it is first asked for, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zelda_train.config import TrainConfig
from zelda_train.errors import (
    CheckpointError,
    ClusterError,
    ConfigError,
    PotentialError,
    SamplingError,
    StackError,
    TrainError,
)
from zelda_train.evaluation import EvaluationConfig, evaluate_epoch
from zelda_train.policy import NumpyPolicy, read_policy

if TYPE_CHECKING:
    from zelda_train.algorithm import build_config
    from zelda_train.epoch import train_epoch
    from zelda_train.runner import FragmentRunner
    from zelda_train.shaping import Potential, Shaping

__version__ = "0.1.0"

__all__ = [
    "CheckpointError",
    "ClusterError",
    "ConfigError",
    "EvaluationConfig",
    "FragmentRunner",
    "NumpyPolicy",
    "Potential",
    "PotentialError",
    "SamplingError",
    "Shaping",
    "StackError",
    "TrainConfig",
    "TrainError",
    "build_config",
    "evaluate_epoch",
    "read_policy",
    "train_epoch",
]

_NEEDS_RAY = {
    "FragmentRunner": "runner",
    "Potential": "shaping",
    "Shaping": "shaping",
    "build_config": "algorithm",
    "train_epoch": "epoch",
}


def __getattr__(name: str) -> object:
    if name not in _NEEDS_RAY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"zelda_train.{_NEEDS_RAY[name]}"), name)
    globals()[name] = value
    return value
