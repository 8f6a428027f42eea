"""A Bradley-Terry reward model learnt from judges' scores, used as a potential.

Names that need torch are imported when they are first asked for, so that the command line answers at once and a
`NumpyPotential` can be unpickled in a process without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zelda_rm.config import FitConfig, StepConfig
from zelda_rm.errors import (
    ArtifactError,
    FitError,
    MissingScoresError,
    PreferenceError,
    RewardModelError,
    ScoreError,
    SegmentError,
)
from zelda_rm.gate import Gate
from zelda_rm.link import Link
from zelda_rm.manifest import Manifest, accepted_epoch, read_manifest
from zelda_rm.metric import preference_probability, rank_correlation
from zelda_rm.potential import Potential, shaping
from zelda_rm.preference import Preference, PreferenceSet, make_preferences
from zelda_rm.segment import Segment
from zelda_rm.store import Store, StoreError
from zelda_rm.twin import NumpyPotential

if TYPE_CHECKING:
    from zelda_rm.artifact import dump_model, load_model, read_model
    from zelda_rm.batch import PairIndex, SegmentBatch, index_pairs, pair_accuracy, pair_loss
    from zelda_rm.fitting import fit
    from zelda_rm.model import RewardModel
    from zelda_rm.step import fit_epoch

__version__ = "0.1.0"

__all__ = [
    "ArtifactError",
    "FitConfig",
    "FitError",
    "Gate",
    "Link",
    "Manifest",
    "MissingScoresError",
    "NumpyPotential",
    "PairIndex",
    "Potential",
    "Preference",
    "PreferenceError",
    "PreferenceSet",
    "RewardModel",
    "RewardModelError",
    "ScoreError",
    "Segment",
    "SegmentBatch",
    "SegmentError",
    "StepConfig",
    "Store",
    "StoreError",
    "accepted_epoch",
    "dump_model",
    "fit",
    "fit_epoch",
    "index_pairs",
    "load_model",
    "make_preferences",
    "pair_accuracy",
    "pair_loss",
    "preference_probability",
    "rank_correlation",
    "read_manifest",
    "read_model",
    "shaping",
]

_NEEDS_TORCH = {
    "PairIndex": "batch",
    "RewardModel": "model",
    "SegmentBatch": "batch",
    "dump_model": "artifact",
    "fit": "fitting",
    "fit_epoch": "step",
    "index_pairs": "batch",
    "load_model": "artifact",
    "pair_accuracy": "batch",
    "pair_loss": "batch",
    "read_model": "artifact",
}


def __getattr__(name: str) -> object:
    if name not in _NEEDS_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"zelda_rm.{_NEEDS_TORCH[name]}"), name)
    globals()[name] = value
    return value
