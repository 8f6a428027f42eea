"""Fixtures of the whole repository: a real S3 server on loopback."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class S3Server:
    """A running S3 server: its address, credentials, and the environment that leads the commands to it."""

    endpoint: str
    access_key: str
    secret_key: str

    @property
    def environ(self) -> dict[str, str]:
        return {
            "S3_ENDPOINT_URL": self.endpoint,
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _find_server() -> str | None:
    beside = ROOT / ".tools" / "versitygw"
    return str(beside) if beside.exists() else shutil.which("versitygw")


@pytest.fixture(scope="session")
def s3_program() -> str:
    """The path of versitygw; a test that wants it is skipped where there is none."""
    program = _find_server()
    if program is None:
        pytest.skip("no S3 server: neither .tools/versitygw (make tools, needs Go) nor one on the PATH")
    return program


@contextlib.contextmanager
def running(words: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[None]:
    """Run an S3 server for as long as the context lasts, and wait for its port first."""
    process = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_until_open(process, port)
        yield
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def s3_server(s3_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A versitygw over a temporary folder, with one bucket named `zelda`."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / "zelda").mkdir()
    port = free_port()
    server = S3Server(f"http://127.0.0.1:{port}", secrets.token_hex(8), secrets.token_hex(16))
    environ = os.environ | {"ROOT_ACCESS_KEY": server.access_key, "ROOT_SECRET_KEY": server.secret_key}
    with running([s3_program, "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(folder)], port, environ):
        yield server


def _wait_until_open(process: subprocess.Popen[bytes], port: int, patience_s: float = 20.0) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the S3 server ended at its start: {process.stderr.read().decode()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the S3 server did not open port {port} in {patience_s} s")
