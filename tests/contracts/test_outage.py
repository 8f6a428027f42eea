"""An object store that cannot be reached ends every command with the code that says: try the same again later."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "zelda-env": ["record", "--steps", "8", "--epoch", "0"],
    "zelda-judge": ["plan", "--epoch", "0"],
    "zelda-rm": ["fit", "--epoch", "0"],
    "zelda-train": ["epoch", "--epoch", "0"],
    "zelda-rlaif": ["status"],
}
PROGRAMS = Path(sys.executable).parent
TEMPORARY = 75


@pytest.fixture(scope="module")
def nowhere():
    """Return the environment of a store behind a port at which nobody listens, held so that nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield os.environ | {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{held.getsockname()[1]}",
            "S3_ACCESS_KEY": "anybody",
            "S3_SECRET_KEY": "anything",
            "AWS_MAX_ATTEMPTS": "1",  # by botocore, below s3fs, which tries five times
        }


@pytest.mark.parametrize("command", COMMANDS)
def test_a_store_out_of_reach_may_be_tried_again(command, nowhere):
    done = subprocess.run(
        [PROGRAMS / command, *COMMANDS[command], "--store", "s3://zelda/run"],
        env=nowhere,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == TEMPORARY, done.stderr
    assert "cannot be reached" in done.stderr.splitlines()[-1]
    assert "anything" not in done.stderr
