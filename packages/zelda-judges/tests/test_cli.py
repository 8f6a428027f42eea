import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from zelda_judges.cli import main
from zelda_judges.layout import parts_folder, scores_path, summary_path
from zelda_judges.progress import PATH
from zelda_judges.testing import FakeEndpoint, status

GOLDEN = Path(__file__).parent / "golden"
SECRET = "sk-very-secret-0123456789"


@pytest.fixture
def run(epoch, capsys, monkeypatch):
    """Run the command on the recorded epoch 3; returns its exit status, stdout and stderr."""

    def call(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = main([*arguments[:1], "--store", epoch.url, "--epoch", "3", *arguments[1:]])
        return code, *capsys.readouterr()

    return call


@pytest.mark.parametrize("step", ["", "plan", "score", "merge"])
def test_help(step, capsys, golden):
    with pytest.raises(SystemExit) as left:
        main([*([step] if step else []), "--help"])
    assert left.value.code == 0
    golden(GOLDEN / f"help{'-' if step else ''}{step}.txt", capsys.readouterr().out)


def test_three_steps(run, epoch):
    code, out, err = run("plan", "--shards", "4")
    assert (code, json.loads(out)) == (0, [0, 1, 2, 3])
    assert err == "epoch 3: 12 segments in 4 shards\n"
    code, out, _ = run("score", "--shard", "1")
    assert code == 0
    assert out.startswith("epoch 3, panel rules: scored 3, skipped 0, without a total 0, failures 0, mean total 0.")
    code, out, _ = run("score")
    assert out.startswith("epoch 3, panel rules: scored 9, skipped 3")
    progress = json.loads(epoch.read(PATH))
    assert (progress["phase"], progress["done"], progress["total"], progress["unit"]) == ("score", 12, 12, "segments")
    assert set(progress["metrics"]) == {"total_mean", "failures"}
    code, out, _ = run("merge")
    assert code == 0
    assert out.startswith("epoch 3: 12 of 12 segments have a total, mean 0.")
    assert epoch.exists(scores_path(3))
    assert epoch.exists(summary_path(3))


def test_all_of_it_again(run, epoch):
    for step in ("plan", "score", "merge"):
        assert run(step)[0] == 0
    before = epoch.read(scores_path(3))
    assert run("plan")[:2] == (0, "[0]\n")
    assert run("score")[:2] == (0, "epoch 3 is scored and merged already; nothing to do\n")
    code, out, _ = run("merge")
    assert code == 0
    assert out.endswith("; was merged already\n")
    assert epoch.read(scores_path(3)) == before


def test_score_makes_its_own_plan(run, epoch):
    assert run("score", "--shards", "3", "--shard", "0")[1].startswith("epoch 3, panel rules: scored 4")
    assert run("score", "--shards", "3", "--shard", "1")[1].startswith("epoch 3, panel rules: scored 4")


def test_more_shards_than_segments(run):
    assert run("plan", "--shards", "15")[1] == str(list(range(15))) + "\n"
    assert run("score", "--shards", "15", "--shard", "14")[:2] == (
        0,
        "epoch 3, panel rules: scored 0, skipped 0, without a total 0, failures 0\n",
    )


def test_flags_from_the_environment(epoch, capsys, monkeypatch):
    monkeypatch.setenv("STORE", epoch.url)
    monkeypatch.setenv("EPOCH", "3")
    monkeypatch.setenv("SHARDS", "2")
    monkeypatch.setenv("SHARD", "")
    assert main(["plan"]) == 0
    assert capsys.readouterr().out == "[0, 1]\n"
    assert main(["score"]) == 0


def test_llm_panel(run, epoch):
    with FakeEndpoint(models=["a", "b"], key=SECRET) as endpoint:
        flags = [
            "--panel",
            "llm",
            "--base-url",
            endpoint.url,
            "--model-state",
            "a",
            "--model-vision",
            "b",
            "--votes",
            "2",
        ]
        run("plan")
        code, out, err = run("score", *flags, LLM_API_KEY=SECRET)
    assert code == 0, err
    assert out.startswith("epoch 3, panel llm: scored 12, skipped 0, without a total 0, failures 0")
    assert "requests: requests 38, attempts 38" in out
    assert {request["model"] for request in endpoint.requests} == {"a", "b"}
    assert {headers["authorization"] for headers in endpoint.headers} == {f"Bearer {SECRET}"}
    assert [request["n"] for request in endpoint.requests[2:]] == [2] * 36
    everything = "".join(epoch.read(path).decode("latin-1") for path in epoch.list(""))
    assert SECRET not in out + err + everything


def test_judges_with_endpoints_of_their_own(run):
    with FakeEndpoint(models=["a"]) as first, FakeEndpoint(models=["b"]) as second, FakeEndpoint(models=["c"]) as third:
        flags = {
            "base-url": first.url, "base-url-puzzle": second.url, "base-url-vision": third.url,
            "model-state": "a", "model-puzzle": "b", "model-vision": "c",
        }  # fmt: skip
        code, _, err = run("score", "--panel", "llm", *(f"--{name}={value}" for name, value in flags.items()))
        assert code == 0, err
        asked = [{request["model"] for request in endpoint.requests} for endpoint in (first, second, third)]
    assert asked == [{"a"}, {"b"}, {"c"}]


def one_line(err):
    assert err.startswith("zelda-judge: ")
    assert len(err.splitlines()) == 1, err
    return err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "subcommand is required"),
        (["bogus"], "invalid choice"),
        (["plan"], "--store (STORE): Field required"),
        (["plan", "--store", "x", "--epoch", "one"], "--epoch (EPOCH)"),
        (["plan", "--store", "x", "--epoch", "-1"], "--epoch"),
        (["plan", "--store", "x", "--epoch", "1", "--colour", "red"], "--colour"),
        (["plan", "--store", "xyz://y", "--epoch", "1"], "cannot open the store"),
        (["plan", "--store", "nowhere", "--epoch", "1"], "lists no episodes"),
        (["merge", "--store", "nowhere", "--epoch", "1"], "has no plan"),
        (["score", "--store", "x", "--epoch", "1", "--votes", "0"], "--votes (VOTES)"),
        (["score", "--store", "x", "--epoch", "1", "--panel", "humans"], "--panel"),
    ],
)
def test_mistakes_are_told_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert message in one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "needs --base-url (BASE_URL) and --model-state"),
        (["--base-url", "http://127.0.0.1:9/v1", "--model-state", "m"], "cannot reach http://127.0.0.1:9/v1"),
        (["--base-url", "nonsense", "--model-state", "m"], "is not http or https"),
        (["--base-url", "http://u:p@host/v1", "--model-state", "m"], "LLM_API_KEY"),
    ],
)
def test_an_endpoint_that_cannot_be_used_is_told_in_one_line_and_nothing_is_lost(run, epoch, flags, message):
    run("plan")
    code, _, err = run("score", "--panel", "llm", *flags)
    assert code == 2
    assert message in one_line(err)
    assert list(epoch.list(parts_folder(3))) == []
    assert run("score")[0] == 0


def test_a_wrong_model_or_key(run):
    with FakeEndpoint(models=["a"], key=SECRET) as endpoint:
        flags = ["--panel", "llm", "--base-url", endpoint.url, "--model-state"]
        code, _, err = run("score", *flags, "z", LLM_API_KEY=SECRET)
        assert (code, "has no model 'z'" in one_line(err)) == (2, True)
        code, _, err = run("score", *flags, "a", LLM_API_KEY="wrong")
        assert (code, "check LLM_API_KEY" in one_line(err)) == (2, True)


def test_an_endpoint_that_fails_in_the_middle(run, epoch):
    with FakeEndpoint(models=["a"]) as endpoint:
        endpoint.always = None
        flags = ["--panel", "llm", "--base-url", endpoint.url, "--model-state", "a", "--concurrency", "1"]
        endpoint.faults.extend([None] * 9)
        endpoint.always = status(401)
        code, _, err = run("score", *flags)
        assert code == 2
        assert "check LLM_API_KEY" in one_line(err)
        assert len(list(epoch.list(parts_folder(3)))) == 3
        endpoint.always = None
        code, out, _ = run("score", *flags)
    assert out.startswith("epoch 3, panel llm: scored 9, skipped 3")


# A shell starts its background jobs with Ctrl-C ignored, and children inherit that: the program is to have it.
CODE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from zelda_judges.cli import main; sys.exit(main())"
)
PROGRAM = [sys.executable, "-c", CODE]


def start(epoch, endpoint):
    flags = ["--panel", "llm", "--base-url", endpoint.url, "--model-state", "judge", "--concurrency", "2"]
    return subprocess.Popen(
        [*PROGRAM, "score", "--store", epoch.url, "--epoch", "3", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("LLM")},
    )


def wait_for_parts(epoch, process, count):
    limit = time.monotonic() + 60
    while len(list(epoch.list(parts_folder(3)))) < count and time.monotonic() < limit:
        assert process.poll() is None, process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_interrupted_and_run_again(epoch, run, number, code):
    gate, answers = threading.Event(), itertools.count()
    gate.set()

    def slowly(request, seed):
        if not gate.is_set() and next(answers) >= 30:  # enough for three parts, not for all: the rest waits
            gate.wait(60)
        return {name: seed % 6 for name in rubrics(request)} | {"reason": "slow"}

    def rubrics(request):
        return [name for name in request["response_format"]["json_schema"]["schema"]["properties"] if name != "reason"]

    with FakeEndpoint(slowly) as endpoint:
        flags = ["--panel", "llm", "--base-url", endpoint.url, "--model-state", "judge"]
        assert run("score", *flags)[0] == 0
        whole = {path: epoch.read(path) for path in epoch.list(parts_folder(3))}
        epoch.delete(parts_folder(3))
        gate.clear()
        process = start(epoch, endpoint)
        wait_for_parts(epoch, process, 3)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        gate.set()
        assert process.returncode == code
        if number == signal.SIGINT:
            assert "it goes on where it stopped" in one_line(err)
        assert run("score", *flags)[0] == 0
    assert {path: epoch.read(path) for path in epoch.list(parts_folder(3)) if path.endswith(".json")} == whole
