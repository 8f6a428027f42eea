"""The policy in numpy alone: what runners sample with, and what plays a checkpoint without torch and without Ray."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from zelda_train.errors import CheckpointError
from zelda_train.manifest import read_file
from zelda_train.store import Store

FloatArray = NDArray[np.float32]

STATE_FILE: Final = "learner_group/learner/rl_module/default_policy/module_state.pkl"
"""Where RLlib puts the weights in a checkpoint: a pickled dict of arrays."""

_LAYERS: Final = tuple(f"policy.{index}.{part}" for index in (0, 2, 4) for part in ("weight", "bias"))

_ARRAYS: Final = frozenset(
    {
        ("collections", "OrderedDict"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)
"""All that a pickle of arrays names; one that names anything else might run it."""


class NumpyPolicy:
    """A tanh network of two hidden layers: observations to logits.

    Args:
        layers: Weight `(inputs, outputs)` and bias `(outputs,)` of each of the three layers in turn, float32. They are
            not copied: arrays that share memory with torch follow every update.
    """

    def __init__(self, layers: Sequence[FloatArray]) -> None:
        self._layers = tuple(layers)

    @classmethod
    def of_state(cls, state: Mapping[str, FloatArray]) -> NumpyPolicy:
        """Return the policy of an `ActorCritic`'s state."""
        return cls([np.asarray(state[name], np.float32).T for name in _LAYERS])

    def logits(self, obs: FloatArray) -> FloatArray:
        """Return logits `(N, A)` float32 for observations `(N, D)` float32."""
        first, first_bias, second, second_bias, last, last_bias = self._layers
        hidden = np.tanh(obs @ first + first_bias)
        hidden = np.tanh(hidden @ second + second_bias)
        logits: FloatArray = hidden @ last + last_bias
        return logits


def select(logits: FloatArray, uniform: NDArray[np.float64]) -> tuple[NDArray[np.int64], FloatArray]:
    """Choose actions by inverting the cumulative distribution of a softmax.

    Args:
        logits: `(N, A)` float32.
        uniform: `(N,)` float64 in [0, 1): the share of the probability that lies before the chosen action.

    Returns:
        Actions `(N,)` int64 and their log-probabilities `(N,)` float32.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    mass = np.exp(shifted).cumsum(axis=1, dtype=np.float64)
    total = mass[:, -1]
    actions = (mass <= (uniform * total)[:, None]).sum(axis=1)
    # Rounding may carry the product up to the total itself.
    np.minimum(actions, logits.shape[1] - 1, out=actions)
    logp = shifted[np.arange(len(actions)), actions] - np.log(total)
    return actions, logp.astype(np.float32)


def digest(state: Mapping[str, Any]) -> str:
    """Return the sha256 of named arrays: name, dtype, shape and bytes of each, in the order of the names."""
    total = hashlib.sha256()
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def read_policy(store: Store, manifest: Mapping[str, Any]) -> NumpyPolicy:
    """Return the policy of a checkpoint.

    Args:
        store: Where the checkpoint lies.
        manifest: Its `checkpoint/1` record.

    Raises:
        CheckpointError: The file of the weights is missing, not the one of the manifest, or holds anything but them.
    """
    epoch = int(manifest["epoch"])
    if STATE_FILE not in manifest["files"]:
        raise CheckpointError(f"the manifest of epoch {epoch} names no {STATE_FILE}; train the epoch again")
    data = read_file(store, epoch, STATE_FILE, manifest["files"][STATE_FILE])
    try:
        state = _ArrayUnpickler(io.BytesIO(data)).load()
        found, policy = digest(state), NumpyPolicy.of_state(state)
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{STATE_FILE} of epoch {epoch} holds no weights of an ActorCritic: {error}") from error
    expected = manifest["metrics"]["learner"]["weights_sha256"]
    if found != expected:
        raise CheckpointError(f"{STATE_FILE} of epoch {epoch} has the weights {found}, its manifest says {expected}")
    return policy


class _ArrayUnpickler(pickle.Unpickler):
    """Reads dicts of arrays, and refuses to call anything else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401  as pickle has it
        if (module, name) not in _ARRAYS:
            raise pickle.UnpicklingError(f"it names {module}.{name}; expected numpy arrays alone")
        return super().find_class(module, name)
