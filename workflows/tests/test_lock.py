import subprocess
import sys

import pytest
from zelda_workflows.lock import RunLock


class Waited(Exception):
    pass


def give_up(holder):
    raise Waited(holder)


def test_a_second_run_waits_and_learns_who_holds_the_lock(tmp_path):
    first = RunLock(str(tmp_path / "a" / ".lock"))
    first.acquire(give_up)
    code = f"""
from zelda_workflows.lock import RunLock
class Waited(Exception): pass
def wait(holder): raise Waited(holder)
try: RunLock({first.path!r}).acquire(wait)
except Waited as error: print(error.args[0])
"""
    holder = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(holder) > 0
    first.release()
    second = RunLock(first.path)
    second.acquire(give_up)
    second.release()


def test_the_lock_is_held_until_the_last_child_has_ended(tmp_path):
    lock = RunLock(str(tmp_path / ".lock"))
    lock.acquire(give_up)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock.descriptor])
    lock.release()
    other = RunLock(lock.path)
    with pytest.raises(Waited):
        other.acquire(give_up)
    child.communicate(b"\n")
    other.acquire(give_up)
    other.release()
