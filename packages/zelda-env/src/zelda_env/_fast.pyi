"""What the compiled module offers; `_fast.pyx` is its source and `zelda-env build-fast` makes it."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyboy import PyBoy

PYBOY: Final[str]
"""The version of PyBoy whose declarations it was written for."""
REVISION: Final[int]
"""Rises with every change of this file's signatures or of the tables they take."""

def save_state(pyboy: PyBoy) -> bytes:
    """Return the bytes that `PyBoy.save_state` writes."""

def load_state(pyboy: PyBoy, state: bytes) -> None:
    """Do what `PyBoy.load_state` does; IndexError if the state ends too early."""

class Watch:
    """Remembers some bytes of RAM.

    Args:
        offsets: Which, intp (K,), linear.
        masks: The bits of each that count, uint8 (K,).
    """

    def __init__(self, offsets: NDArray[np.intp], masks: NDArray[np.uint8]) -> None: ...
    def changed(self, wram: NDArray[np.uint8]) -> bool:
        """Tell whether one differs from the last call (before the first: from 0) in linear RAM, uint8 (12288,)."""

class Eye:
    """The observation in one call, with the bits of the numpy encoder.

    Args:
        tables: The encoder's lookup tables.
        starts: Where features start in the observation.
        places: Linear offsets in RAM.
    """

    def __init__(
        self, tables: Mapping[str, NDArray[Any]], starts: Mapping[str, int], places: Mapping[str, int]
    ) -> None: ...
    def encode(self, wram: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a new observation, (128,) float32, of linear RAM, uint8 (12288,)."""
