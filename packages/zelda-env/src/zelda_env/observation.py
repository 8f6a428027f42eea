"""What the agent sees: the 128 numbers, the picture, or both with the room's collisions.

`EnvConfig.observation` chooses. Whatever is seen is made of new arrays each time, so it may be kept.
"""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from PIL import Image

from zelda_env import ram_map as ram
from zelda_env.emulator import FRAME_SHAPE, Emulator
from zelda_env.encoder import observation_space
from zelda_env.ram_map import Bytes
from zelda_env.state_encoder import StateEncoder

Kind = Literal["vector", "pixels", "dict"]
Colors = Literal["grayscale", "rgb"]

Observation = Any
"""float32 (128,), uint8 (144, 160, C), or a dictionary of both and of uint8 (11, 16); see `EnvConfig.observation`."""

COLLISION_SHAPE: Final = (11, 16)
"""Rows and columns of the collisions; a small room has 8 rows of 10 cells, a large one 11 of 15."""

_COLLISIONS: Final = slice(ram.COLLISIONS.offset, ram.COLLISIONS.offset + COLLISION_SHAPE[0] * COLLISION_SHAPE[1])
_CHANNELS: Final[dict[Colors, int]] = {"grayscale": 1, "rgb": 3}


class View(Protocol):
    """One way to see the game.

    Attributes:
        space: What the observations lie in.
        renders: Whether the last frame of each step, and of a reset, has to be rendered.
    """

    space: spaces.Space[Any]
    renders: bool

    def begin(self, wram: Bytes) -> Observation:
        """Return the first observation of an episode, of linear work RAM, uint8 (12288,)."""

    def observe(self, wram: Bytes) -> Observation:
        """Return the observation after a step."""


class VectorView:
    """The 128 numbers, float32 (128,).

    Args:
        encoder: What makes them.
    """

    renders = False

    def __init__(self, encoder: StateEncoder) -> None:
        self.space: spaces.Space[Any] = observation_space()
        # The encoder itself, as a call in between would be felt in each step.
        self.begin = self.observe = encoder.encode


class PixelView:
    """The last frames of the last steps, uint8 (144, 160, stack) or (144, 160, 3 * stack), the oldest first.

    An episode begins with its first frame in every place. Grayscale is the luma of ITU-R BT.601, as Pillow computes it.

    Args:
        emulator: Whose picture.
        colors: `grayscale` or `rgb`.
        stack: How many frames.
    """

    renders = True

    def __init__(self, emulator: Emulator, colors: Colors, stack: int) -> None:
        self._emulator = emulator
        self._channels, self._stack = _CHANNELS[colors], stack
        self._planes: list[Bytes] = []
        shape = (*FRAME_SHAPE[:2], self._channels * stack)
        self.space: spaces.Space[Any] = spaces.Box(0, 255, shape, np.uint8)

    def begin(self, wram: Bytes) -> Bytes:
        """Return the stack that an episode begins with; RAM has no say in it."""
        self._planes = self._look() * self._stack
        return np.stack(self._planes, axis=-1)

    def observe(self, wram: Bytes) -> Bytes:
        """Return the stack after a step."""
        self._planes = self._planes[self._channels :] + self._look()
        return np.stack(self._planes, axis=-1)

    def _look(self) -> list[Bytes]:
        """Return the planes of the frame, each uint8 (144, 160)."""
        screen = self._emulator.screen
        if self._channels == 1:
            return [np.asarray(Image.fromarray(screen).convert("L"))]
        return [screen[..., channel].copy() for channel in range(self._channels)]


class DictView:
    """The 128 numbers, the picture, and the collisions of the room's cells.

    The collisions are the bytes the game itself goes by, uint8 (11, 16): 0 is free, 1 to 15 says which quarters of a
    cell are solid, 16 is a hole or water, others are shapes (see `solidity`), 255 is outside of the room.

    Args:
        emulator: Whose RAM and picture.
        encoder: Makes the numbers.
        pixels: Makes the picture.
    """

    renders = True

    def __init__(self, emulator: Emulator, encoder: StateEncoder, pixels: PixelView) -> None:
        self._emulator, self._encoder, self._pixels = emulator, encoder, pixels
        collision = spaces.Box(0, 255, COLLISION_SHAPE, np.uint8)
        self.space: spaces.Space[Any] = spaces.Dict(
            {"vector": observation_space(), "pixels": pixels.space, "collision": collision}
        )

    def begin(self, wram: Bytes) -> dict[str, NDArray[Any]]:
        """Return the first observation of an episode."""
        return self._around(wram, self._pixels.begin(wram))

    def observe(self, wram: Bytes) -> dict[str, NDArray[Any]]:
        """Return the observation after a step."""
        return self._around(wram, self._pixels.observe(wram))

    def _around(self, wram: Bytes, pixels: Bytes) -> dict[str, NDArray[Any]]:
        # Through the public API a step reads no more of the collisions than the 128 numbers need: read all of them.
        cells = self._emulator.ram.wram()[_COLLISIONS].reshape(COLLISION_SHAPE)
        return {"vector": self._encoder.encode(wram), "pixels": pixels, "collision": cells.copy()}


def make_view(emulator: Emulator, encoder: StateEncoder, kind: Kind, colors: Colors, stack: int) -> View:
    """Return the way to see the game that a configuration asks for.

    Args:
        emulator: Whose RAM and picture.
        encoder: Makes the 128 numbers.
        kind: `vector`, `pixels` or `dict`.
        colors: Of the picture.
        stack: Frames in the picture.
    """
    if kind == "vector":
        return VectorView(encoder)
    pixels = PixelView(emulator, colors, stack)
    return pixels if kind == "pixels" else DictView(emulator, encoder, pixels)
