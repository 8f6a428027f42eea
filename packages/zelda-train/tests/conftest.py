import os
import sys
from pathlib import Path

import pytest
from zelda_train.cluster import ray_session
from zelda_train.config import TrainConfig
from zelda_train.store import Store

# Tests import the environment of the example; the runners that Ray starts find it by the environment variable.
EXAMPLES = str(Path(__file__).parent.parent / "examples")
sys.path.insert(0, EXAMPLES)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [EXAMPLES, os.environ.get("PYTHONPATH")]))


@pytest.fixture(scope="session")
def cluster():
    with ray_session(2):
        yield


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "run"))


@pytest.fixture
def config():
    return TrainConfig(
        epoch_steps=1024,
        ray_workers=0,
        envs_per_worker=2,
        batch_size=512,
        minibatch_size=128,
        hidden=32,
        episode_length=60,
    )
