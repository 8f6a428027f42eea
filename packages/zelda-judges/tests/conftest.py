"""Fixtures: a store with a recorded epoch, and a policy that does not wait."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from zelda_judges import Store
from zelda_judges.testing import wander, write_episode

settings.register_profile("shared", deadline=None, max_examples=60)
settings.load_profile("shared")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No variable of the machine decides a test."""
    for name in (
        "STORE",
        "EPOCH",
        "PANEL",
        "BASE_URL",
        "MODEL_STATE",
        "LLM_API_KEY",
        "SHARD",
        "SHARDS",
        "SEED",
        "VOTES",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "run"))


@pytest.fixture
def epoch(store: Store) -> Store:
    """Six episodes of two segments of 60 steps, with frames, as epoch 3."""
    for episode in range(6):
        walk = wander(120, seed=episode)
        write_episode(store, 3, [walk[:60], walk[60:]], episode=episode, frames=range(0, 60, 6))
    return store


@pytest.fixture
def golden():
    """Compare with a golden file; REGENERATE=1 rewrites it."""

    def compare(path: Path, text: str) -> None:
        if os.environ.get("REGENERATE"):
            path.write_text(text)
        assert text == path.read_text(), f"{path.name} has changed; REGENERATE=1 rewrites it"

    return compare
