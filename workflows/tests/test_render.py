"""The rendered files: those of this version, and accepted by Argo's own linter; schemas hold them in tests/cluster."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
import yaml
from zelda_workflows.argo.render import check, render, write
from zelda_workflows.errors import RenderError
from zelda_workflows.name import RAYJOB_LENGTH

from .argo_model import RENDERED, Model

NAMES = ["zelda-rlaif.yaml", "zelda-rlaif-nightly.yaml", "zelda-score-epoch.yaml", "zelda-train-epoch.yaml"]
RESOURCES = [
    ("zelda-rlaif", "train", {"epoch": "3", "rayjob": "demo-e3"}),
    ("zelda-rlaif", "train-shared", {"epoch": "3", "rayjob": "demo-e3"}),
    ("zelda-rlaif", "successor", {"name": "demo-01234567-e50", "run-hours": "2.5"}),
    ("zelda-train-epoch", "train", {"epoch": "3", "rayjob": "demo-e3"}),
    ("zelda-train-epoch", "train-shared", {"epoch": "3", "rayjob": "demo-e3"}),
]

needs_argo = pytest.mark.skipif(shutil.which("argo") is None, reason="there is no `argo` on the PATH")


@pytest.fixture(scope="module")
def files():
    return render()


@pytest.fixture
def documents():
    return {name: yaml.safe_load((RENDERED / name).read_text()) for name in NAMES}


def containers(documents):
    """Yield (template, container) of every pod that the files describe, those of Ray included."""
    for document in documents.values():
        for template in document["spec"].get("templates", []):
            if "container" in template:
                yield template["name"], template["container"]
    for name, template, inputs in RESOURCES:
        cluster = Model.load(name).manifest(template, **inputs)["spec"].get("rayClusterSpec")
        if cluster:
            for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
                yield template, group["template"]["spec"]["containers"][0]


def lint(paths):
    command = ["argo", "lint", "--offline", "--no-color", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_files_are_what_this_version_renders(files):
    if os.environ.get("REGENERATE"):
        write(RENDERED)
    assert sorted(files) == sorted(NAMES)
    assert sorted(path.name for path in check(RENDERED)) == sorted(NAMES)


def test_a_file_that_drifted_is_named(tmp_path):
    write(tmp_path)
    (tmp_path / "zelda-rlaif.yaml").write_text("changed by hand")
    (tmp_path / "another.yaml").write_text("kind: Unknown")
    with pytest.raises(RenderError, match=r"another\.yaml, zelda-rlaif\.yaml differ"):
        check(tmp_path)


def test_rendering_twice_gives_the_same_text(files):
    assert render() == files


@needs_argo
def test_argos_own_linter_accepts_the_files():
    done = lint([RENDERED / name for name in NAMES])
    assert done.returncode == 0, done.stdout + done.stderr


@needs_argo
def test_argos_own_linter_refuses_a_reference_to_nothing(tmp_path):
    write(tmp_path)
    path = tmp_path / "zelda-rlaif.yaml"
    path.write_text(path.read_text().replace("{{inputs.parameters.shard}}", "{{inputs.parameters.shart}}"))
    done = lint([path])
    assert done.returncode != 0
    assert "shart" in done.stdout + done.stderr


def test_every_container_is_restricted_and_limited(documents):
    found = list(containers(documents))
    assert len(found) >= 10
    for name, container in found:
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, name
        assert security["capabilities"] == {"drop": ["ALL"]}, name
        assert security["readOnlyRootFilesystem"] is True, name
        assert security["runAsNonRoot"] is True, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for kind in ("requests", "limits"):
            assert container["resources"][kind].keys() == {"cpu", "memory"}, name
        assert {"name": "scratch", "mountPath": "/tmp"} in container["volumeMounts"], name


def test_argos_own_containers_are_restricted_and_limited(documents):
    for document in documents.values():
        for template in document["spec"].get("templates", []):
            if "steps" in template:
                continue
            patch = yaml.safe_load(template["podSpecPatch"])
            wanted = {"init", "wait" if "container" in template else "main"}
            patched = {entry["name"]: entry for entry in patch["containers"] + patch["initContainers"]}
            assert patched.keys() == wanted
            assert all(entry["resources"].keys() == {"requests", "limits"} for entry in patched.values())
            assert all(entry["securityContext"]["capabilities"] == {"drop": ["ALL"]} for entry in patched.values())


def test_no_file_has_an_image_without_a_version_or_the_text_of_a_secret(files):
    text = "\n".join(files.values())
    assert "latest" not in text
    assert re.findall(r"value: ghcr\.io/\S+:[0-9.]+", text)
    assert not re.search(r"(?i)(password|secret_?key|api_?key|token)\s*[:=]\s*['\"]?[A-Za-z0-9+/]{12,}", text)


def test_every_pod_that_works_has_a_deadline_and_a_retry(documents):
    for document in documents.values():
        for template in document["spec"].get("templates", []):
            if "steps" not in template:
                assert "activeDeadlineSeconds" in template or "timeout" in template, template["name"]
                assert "lastRetry.status == 'Error'" in template["retryStrategy"]["expression"]


def test_the_rayjob_obeys_kueue_and_kuberay():
    job = Model.load("zelda-rlaif").manifest("train", epoch="3", rayjob="demo-e3")
    assert len(job["metadata"]["name"]) <= RAYJOB_LENGTH
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "zelda-rlaif"
    spec = job["spec"]
    assert (spec["submissionMode"], spec["shutdownAfterJobFinishes"]) == ("HTTPMode", True)
    assert spec["ttlSecondsAfterFinished"] >= 600
    assert "deletionStrategy" not in spec
    assert spec["rayClusterSpec"]["workerGroupSpecs"][0]["replicas"] == 2
    shared = Model.load("zelda-rlaif", ray_cluster="zelda-rl").manifest("train-shared", epoch="3", rayjob="demo-e3")
    assert shared["spec"]["clusterSelector"] == {"ray.io/cluster": "zelda-rl"}
    assert shared["spec"].keys() & {"backoffLimit", "suspend", "shutdownAfterJobFinishes"} == set()
    assert "kueue.x-k8s.io/queue-name" not in shared["metadata"]["labels"]


def test_the_conditions_let_a_repeated_training_go_on(documents):
    resource = next(t for t in documents["zelda-rlaif.yaml"]["spec"]["templates"] if t["name"] == "train")["resource"]
    assert "jobStatus == FAILED" not in resource["failureCondition"]
    assert "ValidationFailed" in resource["failureCondition"]
    assert resource["successCondition"].count("==") == 2
    assert resource["setOwnerReference"] is True


def test_the_exit_handler_stops_the_trainings_of_this_workflow_only():
    model = Model.load("zelda-rlaif")
    flags = model.templates()["stop-training"]["resource"]["flags"]
    job = model.manifest("train", epoch="0", rayjob="demo-e0")
    key, _, value = flags[1].removeprefix("--selector=").partition("=")
    assert job["metadata"]["labels"][key] == model.fill(value)


def test_a_successor_gets_every_parameter():
    model = Model.load("zelda-rlaif", run="mine")
    made = model.manifest("successor", name="mine-0123-e50", **{"run-hours": "2.5"})
    passed = {entry["name"]: entry["value"] for entry in made["spec"]["arguments"]["parameters"]}
    known = {entry["name"] for entry in model.document["spec"]["arguments"]["parameters"]}
    assert passed.keys() == known
    assert (passed["run"], passed["run-hours"]) == ("mine", "2.5")


def test_the_nightly_run_is_delivered_suspended(documents):
    nightly = documents["zelda-rlaif-nightly.yaml"]["spec"]
    assert nightly["suspend"] is True
    assert isinstance(nightly["schedules"], list)
    given = {entry["name"] for entry in nightly["workflowSpec"]["arguments"]["parameters"]}
    known = {entry["name"] for entry in documents["zelda-rlaif.yaml"]["spec"]["arguments"]["parameters"]}
    assert given <= known
