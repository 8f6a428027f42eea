"""One list of steps: what the rendered template runs is what the local runner really starts."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace

import pytest
from zelda_workflows.config import RunConfig
from zelda_workflows.runner import Runner
from zelda_workflows.step import epoch_steps
from zelda_workflows.store import Store

from .argo_model import CONFIG, SECRETS, Model

OURS = {name: value for (_, name), value in (SECRETS | CONFIG).items() if name != "api-key"} | {
    "LLM_API_KEY": "the-model-key",
    "ZELDA_ROM": "/rom/rom.gbc",
}
# Variables of the pod alone: where a program may write, and no reports to Ray's makers.
POD_ONLY = {"HOME", "RAY_USAGE_STATS_ENABLED"}
# Every value differs from its default, so that none can come from one.
PARAMETERS = {
    "epochs": 2, "seed": 3, "run_hours": 5.0, "epoch_steps": 4800, "episode_length": 600, "ray_workers": 1,
    "envs_per_worker": 2, "batch_size": 1200, "shaping_weight": 0.25, "panel": "llm", "base_url": "http://state/v1",
    "base_url_puzzle": "http://puzzle/v1", "base_url_vision": "http://vision/v1", "model_state": "one",
    "model_puzzle": "two", "model_vision": "three", "votes": 5, "shards": 3, "pairs": 2000,
    "min_accuracy": 0.625, "eval_interval": 3,
}  # fmt: skip

RECORDER = """#!{python}
import json, os, sys
with open({path!r}, "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environ)]), file=file)
"""


class Silent:
    """A display that shows nothing."""

    def __getattr__(self, name):
        return lambda *_: None


@pytest.fixture
def started(tmp_path, monkeypatch):
    """What a runner starts for these parameters: (words, environment) of each process, in order."""
    for name, value in OURS.items():
        monkeypatch.setenv(name, value)
    program, log = tmp_path / "record", tmp_path / "log"
    program.write_text(RECORDER.format(python=sys.executable, path=str(log)))
    program.chmod(0o755)

    def recorded(config, epoch):
        return [replace(step, command=(str(program), *step.command)) for step in epoch_steps(config, epoch)]

    store = Store(f"{tmp_path}/runs/mine")
    config = RunConfig(store=store.url, **PARAMETERS)
    Runner(config, store, tmp_path / "work", Silent(), steps=recorded).run()
    return [json.loads(line) for line in log.read_text().splitlines()]


def model(tmp_path, **more):
    text = {name: str(value) for name, value in PARAMETERS.items()}
    shards = json.dumps(list(range(PARAMETERS["shards"])))
    place = {"store": f"{tmp_path}/runs", "run": "mine", "rom": OURS["ZELDA_ROM"]}
    return Model.load("zelda-rlaif", {"plan": shards}, **text, **place, **more)


def test_every_parameter_is_another_one_than_its_default():
    fields = RunConfig.model_fields
    assert PARAMETERS.keys() == fields.keys() - {"store"}
    assert all(fields[name].default != value for name, value in PARAMETERS.items())


def test_argo_and_the_local_runner_run_the_same_command_lines(started, tmp_path):
    rendered = model(tmp_path)
    argo = [command for epoch in ("0", "1") for command in rendered.call("epoch", epoch=epoch, rayjob="job")]
    assert [command.template for command in argo[:8]] == [
        "train", "plan", "score", "score", "score", "merge", "fit", "commit",
    ]  # fmt: skip
    assert [list(command.words) for command in argo] == [words for words, _ in started]


def test_argo_gives_each_command_the_environment_that_the_local_runner_gives_it(started, tmp_path):
    for command, (words, environment) in zip(
        model(tmp_path).call("epoch", epoch="0", rayjob="job"), started, strict=False
    ):
        shared = {name: value for name, value in command.environment.items() if name not in POD_ONLY}
        assert shared == {name: environment[name] for name in shared}, words


def test_a_command_gets_the_secrets_it_reads_and_no_others(tmp_path):
    s3 = {"S3_ENDPOINT_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY"}
    for command in model(tmp_path).call("epoch", epoch="0", rayjob="job"):
        own = {"train": {"ZELDA_ROM"}, "score": {"LLM_API_KEY"}}.get(command.template, set())
        assert command.environment.keys() & OURS.keys() == s3 | own


def test_the_training_on_a_shared_cluster_is_the_same_command(started, tmp_path):
    shared = model(tmp_path, ray_cluster="zelda-rl").call("epoch", epoch="0", rayjob="job")
    assert shared[0].template == "train-shared"
    assert list(shared[0].words) == started[0][0]


@pytest.mark.parametrize(
    ("template", "names"),
    [("zelda-train-epoch", ["train"]), ("zelda-score-epoch", ["plan", "score", "score", "score", "merge"])],
)
def test_the_templates_of_a_single_epoch_run_the_same_lines(started, tmp_path, template, names):
    whole = model(tmp_path)
    single = Model.load(template, whole.results)
    values = {key: value for key, value in whole.values.items() if key in single.values}
    decided = {"action": "train", "epoch": "0", "rayjob": "job"}
    outputs = {f"steps.next.outputs.parameters.{key}": value for key, value in decided.items()}
    commands = replace(single, values=single.values | values | outputs).call("one")
    ours = [command for command in commands if command.words[1] != "next"]
    assert [command.template for command in ours] == names
    assert [list(command.words) for command in ours] == [words for words, _ in started][slice(*_span(names))]


def _span(names):
    return (0, 1) if names == ["train"] else (1, 6)


def test_the_recorder_saw_the_processes_and_not_the_list(started):
    """Guards the test itself: what was recorded came out of another process."""
    assert all(environment["PYTHONUNBUFFERED"] == "1" for _, environment in started)
    assert "PYTHONUNBUFFERED" not in os.environ or os.environ["PYTHONUNBUFFERED"] == "1"
    assert len(started) == 16
