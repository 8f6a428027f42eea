import os
import signal
import subprocess
import sys
import time

import pytest
from zelda_workflows import process


def test_output_goes_to_the_log_and_programs_of_this_environment_come_first(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        child = process.start([os.path.basename(sys.executable), "-c", "import sys; print(sys.prefix)"], log)
        assert child.wait(20) == 0
    assert (tmp_path / "log").read_text().strip() == sys.prefix


def test_a_missing_program_is_named(tmp_path):
    with (tmp_path / "log").open("wb") as log, pytest.raises(FileNotFoundError, match="no command 'zelda-nothing'"):
        process.start(["zelda-nothing"], log)


def test_a_child_that_ignores_the_request_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_PATIENCE_S", 0.2)
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    with (tmp_path / "log").open("wb") as log:
        child = process.start([sys.executable, "-c", code], log)
        wait_for_text(tmp_path / "log", "ready")
        process.stop(child)
    assert child.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    code = f"""
from zelda_workflows import process
import sys
with open({str(tmp_path / "log")!r}, "wb") as log:
    child = process.start([sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"], log)
    print(child.pid, flush=True)
    child.wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    wait_for_text(tmp_path / "log", "ready")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until_gone(pid)


def wait_for_text(path, text, patience_s=20):
    deadline = time.monotonic() + patience_s
    while text not in path.read_text():
        assert time.monotonic() < deadline, f"{text!r} did not come"
        time.sleep(0.01)


def wait_until_gone(pid, patience_s=10):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False
