"""PufferLib, which must not share an environment with the rest, in a folder of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNREACHABLE = ("Failed to fetch", "error sending request", "dns error", "Connection", "offline")


@pytest.fixture(scope="module")
def pufferlib(tmp_path_factory):
    """Install what the example's requirements name, and nothing else, into a folder; uv keeps what it built."""
    if not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("no C compiler, and PufferLib comes as source")
    folder = tmp_path_factory.mktemp("pufferlib")
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "--python", sys.executable]
    requirements = str(ROOT / "packages" / "zelda-env" / "examples" / "requirements-pufferlib.txt")
    command = [*uv, "--target", str(folder), "--no-deps", "-b", str(ROOT / "constraints.txt"), "-r", requirements]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode and any(word in result.stderr for word in UNREACHABLE):
        pytest.skip("no network: PufferLib cannot be fetched")
    assert result.returncode == 0, result.stderr
    return folder


def test_it_plays_what_gymnasium_plays(example, pufferlib):
    """The same seeds and actions in PufferLib's serial vector and in Gymnasium's: the same episodes."""
    flags = ("--steps", 1680, "--num-envs", 8, "--episode-length", 100, "--seed", 3)
    theirs = example("pufferlib_vector.py", *flags, path=pufferlib)
    assert theirs == example("gymnasium_vector.py", *flags, warnings="error")
    assert theirs.episodes == 16
