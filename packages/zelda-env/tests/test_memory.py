"""Memory, in processes of their own: many environments side by side, and many resets of one."""

import subprocess
import sys

import pytest
from zelda_env import fast

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="resident memory is read from /proc")

RESIDENT = """
import re
from pathlib import Path
from zelda_env import ZeldaEnv

def resident_mib():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
"""

MANY = (
    RESIDENT
    + """
envs = [ZeldaEnv() for _ in range(256)]
for env in envs:
    env.reset(seed=0)
    env.step(3)
print(resident_mib())
"""
)

RESETS = (
    RESIDENT
    + """
env = ZeldaEnv(noop_max=1)
for _ in range(200):
    env.reset()
before = resident_mib()
for _ in range({resets}):
    env.reset()
print(resident_mib() - before)
"""
)


def mib(program):
    command = [sys.executable, "-c", program]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_256_environments_in_one_process_take_less_than_2_gib():
    assert mib(MANY) < 2048


def test_resets_do_not_grow():
    """10,000 resets may grow by 10 MiB: 1 kB each, where a state has 186. PyBoy's own loads are slow: a tenth."""
    resets = 1000 if fast.MODULE is None else 10_000
    assert mib(RESETS.format(resets=resets)) < resets / 1000
