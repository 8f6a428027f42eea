import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zelda_workflows.errors import ParametersError, RunNameError
from zelda_workflows.name import RAYJOB_LENGTH, check_plain, check_run_name, object_name, rayjob_name

DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
EPOCHS = st.integers(0, 10**6)


@given(st.text(max_size=300), EPOCHS)
def test_a_rayjobs_name_is_one_that_kuberay_takes(run, epoch):
    name = rayjob_name(run, epoch)
    assert DNS_1035.fullmatch(name)
    assert len(name) <= RAYJOB_LENGTH
    assert name.endswith(f"-e{epoch}")
    assert name == rayjob_name(run, epoch)


@given(st.lists(st.tuples(st.text(max_size=80), EPOCHS), unique=True, min_size=2, max_size=20))
def test_no_two_epochs_of_any_runs_share_a_name(pairs):
    assert len({rayjob_name(*pair) for pair in pairs}) == len(pairs)


def test_a_plain_name_stays_readable():
    assert rayjob_name("demo", 7) == "demo-e7"
    assert rayjob_name("Demo_2", 7).startswith("r-demo-2-")


def test_runs_that_differ_where_a_name_is_cut_are_told_apart():
    assert rayjob_name("x" * 60 + "a", 1) != rayjob_name("x" * 60 + "b", 1)
    assert rayjob_name("A", 1) != rayjob_name("a", 1)


@given(st.text(max_size=100), st.integers(20, 63))
def test_a_name_keeps_to_the_length_asked_for(run, length):
    assert len(object_name(run, "e5", length)) <= length


@pytest.mark.parametrize("run", ["a", "demo-1", "A.b_c", "x" * 63])
def test_a_run_may_be_named_as_a_label_may(run):
    assert check_run_name(run) == run


@pytest.mark.parametrize("run", ["", "-a", "a-", "a b", "a/b", "x" * 64, "ä", "a\n"])
def test_any_other_run_name_is_refused(run):
    with pytest.raises(RunNameError, match="expected 1 to 63 letters"):
        check_run_name(run)


@pytest.mark.parametrize("value", ["a b", "a'b", 'a"b', "a\nb", "$HOME", "`id`", "{{x}}", "a\\b", "\x00"])
def test_a_value_that_could_be_more_than_a_value_is_refused(value):
    with pytest.raises(ParametersError, match="the value of store"):
        check_plain({"store": value})


def test_plain_values_pass():
    check_plain({"store": "s3://bucket/a-b_c.d", "base-url": "http://host:8000/v1?x=1&y=2", "rom": ""})
