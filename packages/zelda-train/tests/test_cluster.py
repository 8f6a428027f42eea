import os
import sys

import pytest
import ray
from zelda_train.cluster import quiet_build, ray_session


@pytest.mark.usefixtures("cluster")
def test_a_session_within_a_session_leaves_ray_running():
    with ray_session(1):
        assert ray.is_initialized()
    assert ray.is_initialized()


@pytest.mark.usefixtures("cluster")
def test_the_session_has_room_for_its_runners_and_no_more():
    assert ray.cluster_resources()["CPU"] == 2
    assert "GPU" not in ray.cluster_resources()


def test_only_the_one_note_is_held_back(capfd):
    with quiet_build():
        os.write(2, b"actor 1 has constructor arguments in the object store and max_restarts > 0\nsomething else\n")
        print("from Python", file=sys.stderr)
    assert capfd.readouterr().err.splitlines() == ["from Python", "something else"]


def test_what_was_held_back_comes_out_with_an_error(capfd):
    def fail():
        with quiet_build():
            os.write(2, b"why it failed\n")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert capfd.readouterr().err == "why it failed\n"
