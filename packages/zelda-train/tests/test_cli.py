import signal
import subprocess
import sys

import pytest
from zelda_train.cli import EpochCommand, main

MANIFEST = {
    "schema": "checkpoint/1",
    "metrics": {
        "steps": 8,
        "episodes": 0,
        "return_mean": None,
        "segments": 1,
        "dropped": 0,
        "failures": 0,
        "steps_per_second": 2.0,
    },
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    for name in ("STORE", "EPOCH", "SEED", "EVAL_INTERVAL", "EVAL_EPISODES", "ZELDA_ROM", "RAY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def line(capsys):
    """Return the one line on stderr."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_variable_that_is_empty_counts_as_unset(monkeypatch):
    """A pod's manifest cannot leave a variable out."""
    monkeypatch.setenv("ZELDA_ROM", "")
    monkeypatch.setenv("RAY_ADDRESS", "")
    command = EpochCommand(store="run", epoch=0)
    assert command.zelda_rom is None
    assert command.ray_address is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["epoch", "--epoch", "0"], "--store is missing (or STORE in the environment)"),
        (["epoch", "--store", "run"], "--epoch is missing (or EPOCH in the environment)"),
        (["epoch", "--store", "run", "--epoch", "-1"], "--epoch: Input should be greater than or equal to 0, got '-1'"),
        (
            ["epoch", "--store", "run", "--epoch", "0", "--gamma", "2"],
            "--gamma: Input should be less than or equal to 1",
        ),
        (
            ["epoch", "--store", "run", "--epoch", "0", "--batch-size", "64"],
            "minibatch_size 256 is larger than batch_size 64",
        ),
        (["epoch", "--store", "run", "--epoch", "0", "--bogus", "1"], "unrecognized arguments: --bogus 1"),
        (["epohc"], "invalid choice"),
        (["epoch", "--store", "nope://x", "--epoch", "0"], "cannot open the store 'nope://x'"),
        (["epoch", "--store", "run", "--epoch", "4"], "epoch 4 continues epoch 3"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in line(capsys)


def test_flags_are_environment_variables_too(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("STORE", str(tmp_path / "run"))
    monkeypatch.setenv("EPOCH", "4")
    assert main(["epoch"]) == 2
    assert "epoch 4 continues epoch 3" in line(capsys)
    monkeypatch.setenv("BATCH_SIZE", "64")
    assert main(["epoch"]) == 2
    assert "larger than batch_size 64" in line(capsys)


def test_help_teaches_with_examples(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["epoch", "--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    for word in (
        "zelda-train epoch --store runs/demo --epoch 0",
        "--ray-workers",
        "--shaping-weight",
        "--eval-interval",
    ):
        assert word in told


def test_a_trained_epoch_says_so(store, capsys):
    store.write_json("zelda-models/checkpoints/epoch_0/manifest.json", MANIFEST)
    assert main(["epoch", "--store", store.url, "--epoch", "0", "--eval-interval", "2"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("epoch 0 is trained already, nothing to do: 8 steps")
    assert "evaluated" not in told


def test_a_trained_epoch_that_is_evaluated_says_that_too(store, capsys):
    store.write_json("zelda-models/checkpoints/epoch_0/manifest.json", MANIFEST)
    spread = {"mean": 2.5, "std": 0.5, "min": 2.0, "max": 3.0}
    record = {"schema": "policy-evaluation/1", "episodes": 2, "return": spread, "unique_rooms": spread}
    store.write_json("zelda-models/evaluations/epoch_0/policy.json", record)
    assert main(["epoch", "--store", store.url, "--epoch", "0"]) == 0
    assert "epoch 0 is evaluated: 2 episodes, return 2.50 ± 0.50, 2.50 rooms an episode" in capsys.readouterr().out


def test_a_damaged_manifest_is_one_line(store, capsys):
    store.write("zelda-models/checkpoints/epoch_0/manifest.json", b"{")
    assert main(["epoch", "--store", store.url, "--epoch", "0"]) == 2
    assert "is not JSON" in line(capsys)


def test_without_the_siblings_one_line_says_what_to_install(monkeypatch, store, capsys):
    for name in [name for name in sys.modules if name.split(".")[0] == "zelda_env"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "zelda_env", None)
    assert main(["epoch", "--store", store.url, "--epoch", "0"]) == 2
    assert 'zelda-env is not installed, which this command needs: pip install "zelda-train[stack]"' in line(capsys)


def test_the_command_line_answers_without_ray():
    code = "import sys, zelda_train.cli; sys.exit('ray' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# A shell starts its background jobs with Ctrl-C ignored, and children inherit that: the command is to have it.
SLOW = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from zelda_train import cli
cli.EpochCommand._train = lambda self, store: (print("started", flush=True), __import__("time").sleep(60))
sys.exit(cli.main(sys.argv[1:]))
"""


def test_ctrl_c_is_one_line_and_exit_130(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "epoch", "--store", str(tmp_path), "--epoch", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told == "zelda-train: interrupted; run the same command again, it does anew what is half done\n"


def test_a_store_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "run").write_text("a file")
    assert main(["epoch", "--store", str(tmp_path / "run"), "--epoch", "0"]) == 2
    assert "cannot" in line(capsys)
