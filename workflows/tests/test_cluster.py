"""The rendered templates and the commands against a real API server, and Argo's controller where it runs."""

from __future__ import annotations

import os
import time

import pytest
import yaml
from kubernetes import client
from zelda_workflows.argo.cluster import KubernetesCluster
from zelda_workflows.cli import main

from .argo_model import RENDERED

pytestmark = pytest.mark.skipif(not os.environ.get("KUBECONFIG"), reason="needs a cluster: no KUBECONFIG")

PATIENCE_S = 15


@pytest.fixture
def namespace(installed_templates):
    return installed_templates


def test_the_server_keeps_the_templates_as_they_were_written(namespace):
    objects = client.CustomObjectsApi()
    for path in sorted(RENDERED.glob("*.yaml")):
        written = yaml.safe_load(path.read_text())
        plural = f"{written['kind'].lower()}s"
        kept = objects.get_namespaced_custom_object(
            "argoproj.io", "v1alpha1", namespace, plural, written["metadata"]["name"]
        )
        assert kept["spec"] == written["spec"], f"{path.name}: the server dropped or changed a field"


def test_a_run_is_submitted_seen_and_refused_by_name(namespace, tmp_path, capsys):
    assert main(["submit", "--namespace", namespace, "--run", "first", "--epochs", "2"]) == 0
    name = capsys.readouterr().out.strip()
    assert [state.name for state in KubernetesCluster(namespace, os.environ["KUBECONFIG"]).workflows("first")] == [name]
    assert main(["status", "--namespace", namespace, "--store", str(tmp_path / "first")]) == 0
    assert capsys.readouterr().out.startswith(f"workflow {name}: ")
    assert main(["submit", "--namespace", namespace, "--template", "zelda-nothing"]) == 2
    assert capsys.readouterr().err.startswith("zelda-rlaif: the WorkflowTemplate zelda-nothing: not found at ")


def test_argos_controller_makes_the_first_pod_as_it_was_asked_to(namespace, capsys):
    """Only the pod's making is looked at: no node need run it."""
    assert main(["submit", "--namespace", namespace, "--run", "second", "--epochs", "2"]) == 0
    workflow = capsys.readouterr().out.strip()
    pod = _first_pod(namespace, workflow)
    if pod is None:
        pytest.skip(f"no Argo controller made a pod in {PATIENCE_S} s")
    assert pod.spec.service_account_name == "zelda-workflow"
    assert pod.metadata.labels["zelda-rlaif/run"] == "second"
    containers = {entry.name: entry for entry in [*pod.spec.init_containers, *pod.spec.containers]}
    assert containers.keys() == {"init", "wait", "main"}
    assert containers["main"].args[:3] == ["next", "--store", "s3://zelda/second"]
    for container in containers.values():
        assert container.resources.limits.keys() == {"cpu", "memory"}
        assert container.security_context.allow_privilege_escalation is False
        assert container.security_context.capabilities.drop == ["ALL"]
    assert pod.spec.security_context.run_as_non_root is True


def _first_pod(namespace, workflow):
    core = client.CoreV1Api()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        pods = core.list_namespaced_pod(namespace, label_selector=f"workflows.argoproj.io/workflow={workflow}").items
        if pods:
            return pods[0]
        time.sleep(0.2)
    return None
