"""A small world whose true potential is known, and runs of it in a store."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import settings
from zelda_rm import Segment, Store

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

RUBRICS = {"progress": 0.4, "puzzle": 0.2, "dialog": 0.2, "efficiency": 0.1, "novelty": 0.1}


def true_potential(obs: np.ndarray) -> np.ndarray:
    """How far the game is won: slots 0 to 3, not linearly. (N, 128) -> (N,)."""
    return obs[:, 0] + obs[:, 1] + np.tanh(4 * obs[:, 2] - 2) + obs[:, 3] ** 2


def true_level(obs: np.ndarray) -> np.ndarray:
    return obs[:, 8] - obs[:, 9]


def make_observations(rng: np.random.Generator, steps: int) -> np.ndarray:
    """Slots 0-3 mostly grow from anywhere, 4-11 wander, 12-27 are noise, 28-127 never change."""
    obs = np.full((steps, 128), 0.25, np.float32)
    growth = (rng.random((steps, 4)) * rng.random(4) * 0.6 / steps).cumsum(0)
    obs[:, :4] = rng.random(4) * 0.8 + growth
    obs[:, 4:12] = rng.random(8) + rng.normal(0, 0.02, (steps, 8)).cumsum(0)
    obs[:, 12:28] = rng.random((steps, 16)) < 0.3
    return obs


def vote(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mean of three judges' digits 0 to 5, over 5, and never quite 1: (N,) -> (N,)."""
    noisy = (values - values.mean()) / values.std() + rng.normal(0, 0.4, (3, len(values)))
    return np.clip(np.rint(2.5 + 1.2 * noisy), 0, 5).mean(0) / 5 * 0.98


@dataclass
class World:
    observations: list[np.ndarray]
    gain: np.ndarray
    level: np.ndarray

    @property
    def segments(self) -> list[Segment]:
        return [
            Segment.from_observations(f"e0000-w01-v00-{index:06d}/s0000", obs, gain=gain, level=level)
            for index, (obs, gain, level) in enumerate(
                zip(self.observations, self.gain.tolist(), self.level.tolist(), strict=True)
            )
        ]


def build_world(count: int, seed: int = 0, steps: int = 40) -> World:
    rng = np.random.default_rng(seed)
    observations = [make_observations(rng, steps) for _ in range(count)]
    change = np.array([np.diff(true_potential(obs)[[0, -1]])[0] for obs in observations])
    level = np.array([true_level(obs).mean() for obs in observations])
    return World(observations, vote(change, rng), vote(level, rng))


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def write_epoch(store: Store, world: World, epoch: int = 0, layout: str = "zelda-obs/2", panel: str = "rules") -> None:
    """Write what zelda-train and zelda-judge would have: segments, and their merged scores."""
    lines = []
    for index, obs in enumerate(world.observations):
        episode, segment = f"e{epoch:04d}-w01-v00-{index // 4:06d}", f"s{index % 4:04d}"
        folder = f"zelda-episodes/{episode}/{segment}"
        data = npy(obs)
        manifest = {
            "schema": "segment/1",
            "episode_id": episode,
            "segment_id": segment,
            "epoch": epoch,
            "steps": len(obs),
            "layout": layout,
            "files": {"observations.npy": {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}},
        }
        store.write(f"{folder}/observations.npy", data)
        store.write_json(f"{folder}/manifest.json", manifest)
        gain, level = float(world.gain[index]), float(world.level[index])
        scores = {name: gain if RUBRICS[name] >= 0.2 else level for name in RUBRICS}
        record = {
            "schema": "score/1",
            "epoch": epoch,
            "episode_id": episode,
            "segment_id": segment,
            "panel": panel,
            "input_sha256": hashlib.sha256(store.read(f"{folder}/manifest.json")).hexdigest(),
            "judges": [],
            "scores": scores,
            "weights": RUBRICS,
            "total": gain * 0.8 + level * 0.2,
            "failures": 0,
        }
        lines.append(json.dumps(record, sort_keys=True))
    store.write(f"zelda-episodes/scores/epoch_{epoch}/scores.jsonl", ("\n".join(lines) + "\n").encode())


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(600)


@pytest.fixture(scope="session")
def small_world() -> World:
    return build_world(48, seed=1, steps=12)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(str(tmp_path / "run"))


@pytest.fixture
def run_store(store, small_world) -> Store:
    """A run whose epoch 0 is scored."""
    write_epoch(store, small_world)
    return store


@pytest.fixture
def add_epoch():
    return write_epoch


@pytest.fixture(scope="session")
def make_world():
    return build_world


@pytest.fixture(scope="session")
def potential_of_world():
    return true_potential


@pytest.fixture
def as_npy():
    return npy
