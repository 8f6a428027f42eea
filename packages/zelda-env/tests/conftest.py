import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from zelda_env import Rom, SegmentRecorder, SegmentWriter, Store, ZeldaEnv
from zelda_env.ram_map import WRAM_BYTES, Field
from zelda_env.rom import header_checksum

# The director is a tool of the game's sources, and no part of the package.
sys.path.append(str(Path(__file__).parents[1] / "game"))


@pytest.fixture(scope="session")
def acorn() -> Rom:
    return Rom.acorn()


@pytest.fixture
def env(acorn: Rom) -> Iterator[ZeldaEnv]:
    made = ZeldaEnv(rom=acorn)
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


@pytest.fixture
def cartridge() -> Callable[..., bytes]:
    """Make a cartridge image with a valid header."""

    def make(title: str = "ZELDA DIN", cgb: int = 0xC0, size_code: int = 0, length: int | None = None) -> bytes:
        data = bytearray(0x8000 << size_code if size_code < 9 else 0x8000)
        data[0x134 : 0x134 + len(title)] = title.encode()
        data[0x143] = cgb
        data[0x148] = size_code
        data[0x14D] = header_checksum(data)
        return bytes(data[:length])

    return make


@pytest.fixture
def blank() -> np.ndarray:
    """RAM in which everything is at rest: the player may act in room 0 of group 0."""
    wram = np.zeros(WRAM_BYTES, np.uint8)
    for offset, value in ((0x2EE, 2), (0x2EF, 1), (0xD00, 1), (0xD04, 2), (0xC55, 0xFF), (0xC48, 0xD0)):
        wram[offset] = value
    for offset, value in ((0x1000, 3), (0x1004, 1), (0x1009, 0xFF), (0x100B, 72), (0x100D, 120)):
        wram[offset] = value
    wram[0x6A2] = wram[0x6A3] = 12
    return wram


def poke(wram: np.ndarray, field: Field, *values: int) -> None:
    wram[field.offset : field.offset + len(values)] = values


@pytest.fixture(name="poke")
def _poke() -> Callable[..., None]:
    return poke


@pytest.fixture
def record(acorn: Rom, store: Store) -> Callable[..., SegmentWriter]:
    """Record some random steps into the store; return the closed writer."""

    def make(steps: int = 50, seed: int = 3, episode_length: int = 1200, **options: int) -> SegmentWriter:
        writer = SegmentWriter(store)
        recorder = SegmentRecorder(ZeldaEnv(rom=acorn, episode_length=episode_length), writer, epoch=0, **options)
        actions = np.random.default_rng(seed)
        recorder.reset(seed=seed)
        for _ in range(steps):
            _, _, terminated, truncated, _ = recorder.step(actions.integers(8))
            if terminated or truncated:
                recorder.reset(seed=seed + 1)
        recorder.close()
        writer.close()
        return writer

    return make


@pytest.fixture
def run() -> Callable[..., list[float]]:
    """Play at random through a recorder of epoch 2, worker 1, env 3; return the rewards."""

    def play(env, writer, steps, seed=0, **options):
        """Step a recorder at random; return what it gave back."""
        recorder = SegmentRecorder(env, writer, epoch=2, worker=1, env_index=3, **options)
        actions = np.random.default_rng(seed)
        recorder.reset(seed=seed)
        rewards = []
        for _ in range(steps):
            _, reward, terminated, truncated, _ = recorder.step(actions.integers(8))
            rewards.append(reward)
            if terminated or truncated:
                recorder.reset(seed=seed)
        recorder.finish()
        return rewards

    return play
