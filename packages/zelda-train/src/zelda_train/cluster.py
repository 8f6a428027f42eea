"""A Ray session for the length of an epoch: its own small one, or a cluster that is already there."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from zelda_train.errors import ClusterError

OBJECT_STORE_BYTES = 256 << 20
"""Room for the batches of a few dozen runners; a batch of 4,096 steps takes 3 MB."""


@contextmanager
def ray_session(workers: int, address: str | None = None, *, verbose: bool = False) -> Iterator[None]:
    """Connect to Ray for the time of a `with` block; nothing happens if this process already is connected.

    Args:
        workers: Runner processes that need room.
        address: Of a running cluster, such as `auto` or what a RayJob finds in `RAY_ADDRESS`; None starts a Ray of its
            own on this machine, which ends with this process even if that is killed.
        verbose: Let Ray and RLlib say all they have to say, runners included; otherwise errors only.

    Raises:
        ClusterError: There is no cluster at the address, or it does not let this process in.
    """
    if ray.is_initialized():
        yield
        return
    # Ray reads these at start; none of them concerns a user. A run must not report home, nor wait for metrics.
    for name, value in (("RAY_USAGE_STATS_ENABLED", "0"), ("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")):
        os.environ.setdefault(name, value)
    level = logging.INFO if verbose else logging.ERROR
    options: dict[str, object] = {"logging_level": level, "log_to_driver": verbose}
    if address is None:
        options |= {
            "address": "local",
            "num_cpus": max(1, workers),
            "num_gpus": 0,
            "object_store_memory": OBJECT_STORE_BYTES,
            "include_dashboard": False,
        }
    else:
        options |= {"address": address}
    try:
        ray.init(**options)
    except (ConnectionError, RuntimeError) as error:
        place = "on this machine" if address is None else f"at {address}"
        raise ClusterError(
            f"cannot start or reach Ray {place}: {error}; check --ray-address and the cluster's authentication, or "
            "leave the address out"
        ) from error
    for name in ("ray", "ray.rllib", "ray.tune"):
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def quiet_build() -> Iterator[None]:
    """Hold stderr back while RLlib creates its runners, and pass on all but one note.

    Ray's C++ core warns at level ERROR that a runner's configuration lies in the object store. It does so by design of
    RLlib, in this process, and no log level of Python reaches it.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            lines = [line for line in held if b"has constructor arguments in the object store" not in line]
            os.write(2, b"".join(lines))
