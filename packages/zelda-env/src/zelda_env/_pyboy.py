"""PyBoy, imported without what pysdl2-dll announces on import: which SDL2 it found, nothing to a run without window."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Using SDL2 binaries", category=UserWarning)
    from pyboy import PyBoy
    from pyboy.pyboy import PyBoyMemoryView
    from pyboy.utils import STATE_VERSION, PyBoyException, WindowEvent

__all__ = ["STATE_VERSION", "PyBoy", "PyBoyException", "PyBoyMemoryView", "WindowEvent"]
