import json
import os
import signal
import subprocess
import sys

import pytest
from zelda_rm import Store
from zelda_rm.cli import main
from zelda_rm.progress import PATH

QUICK = ["--pairs", "600", "--max-steps", "15", "--seed", "3"]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("STORE", "EPOCH", "SEED", "PAIRS", "HISTORY", "LINK", "MARGIN"):
        monkeypatch.delenv(name, raising=False)


def test_fit_and_report(run_store, capsys):
    assert main(["fit", "--store", run_store.url, "--epoch", "0", *QUICK]) == 0
    first = capsys.readouterr()
    assert first.out.startswith("epoch 0 is fitted: ")
    assert first.err == ""
    assert "refused, the last accepted model stays in force: it orders" in first.out
    assert main(["fit", "--store", run_store.url, "--epoch", "0", *QUICK]) == 0
    assert capsys.readouterr().out.startswith("epoch 0 is fitted already, nothing to do: ")
    assert main(["report", "--store", run_store.url, "--epoch", "0"]) == 0
    told = capsys.readouterr().out
    assert "48 segments" in told
    assert "refused: it orders" in told
    assert main(["report", "--store", run_store.url, "--epoch", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 3
    progress = run_store.read_json(PATH, "progress/1")
    assert (progress["run"], progress["phase"], progress["unit"]) == ("run", "fit", "steps")


def test_every_flag_is_an_environment_variable_and_a_flag_wins(run_store, monkeypatch, capsys):
    settings = {"STORE": run_store.url, "EPOCH": "0", "PAIRS": "600", "MAX_STEPS": "5", "SEED": "8", "LINK": "delta"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["fit", "--seed", "9"]) == 0
    assert "link delta, seed 9," in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("fit --epoch 0", "--store is missing"),
        ("fit --store STORE", "--epoch is missing"),
        ("fit --store STORE --epoch -1", "--epoch"),
        ("fit --store STORE --epoch one", "'one'"),
        ("fit --store STORE --epoch 0 --link median", "--link"),
        ("fit --store STORE --epoch 0 --heldout-fraction 1", "--heldout-fraction"),
        ("fit --store STORE --epoch 0 --pears 3", "--pears"),
        ("fit --store STORE --epoch 1", "zelda-judge score"),
        ("fit --store STORE --epoch 0 --margin 1", "no pair"),
        ("fit --store nosuch://bucket --epoch 0", "nosuch"),
        ("report --store STORE --epoch 0", "zelda-rm fit"),
        ("fly --store STORE", "fly"),
    ],
)
def test_a_mistake_is_told_in_one_line(run_store, arguments, told, capsys):
    assert main(arguments.replace("STORE", run_store.url).split()) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert told in caught.err


@pytest.mark.parametrize("arguments", [[], ["--help"], ["fit", "--help"], ["report", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "zelda-rm" in capsys.readouterr().out


def test_an_interrupt_says_how_to_go_on(run_store, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "read", interrupt)
    assert main(["fit", "--store", run_store.url, "--epoch", "0"]) == 130
    assert "run the same command again" in capsys.readouterr().err


def test_help_does_not_wait_for_torch():
    script = (
        "import sys\n"
        "from zelda_rm.cli import main\n"
        "try:\n    main(['fit', '--help'])\nexcept SystemExit:\n    sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# A shell starts its background jobs with Ctrl-C ignored, and children inherit that: the command is to have it.
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from zelda_rm.cli import main
sys.exit(main())
"""


def test_a_real_interrupt_of_the_real_command(run_store):
    environment = os.environ | {"STORE": run_store.url, "EPOCH": "0", "MAX_STEPS": "1000000", "PATIENCE": "1000000"}
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "fit"],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,
    ) as process:
        while not (run_store.exists(PATH) and b'"steps"' in run_store.read(PATH)):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err.count(b"\n") == 1
    assert not run_store.exists("zelda-models/reward_model/epoch_0/manifest.json")
