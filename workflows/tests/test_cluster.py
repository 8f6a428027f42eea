"""The rendered templates and the commands on a real API server, with whatever controllers run there."""

from __future__ import annotations

import os
import time

import pytest
import yaml
from kubernetes import client
from zelda_workflows.argo.cluster import KubernetesCluster
from zelda_workflows.cli import main

from .argo_model import RENDERED, Model

pytestmark = pytest.mark.skipif(
    not (os.environ.get("KUBECONFIG") and os.environ.get("ZELDA_CLUSTER_TEST")),
    reason="changes the cluster that KUBECONFIG names: `make cluster-test` runs these",
)

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
    assert main(["submit", "--namespace", namespace, "--run", "first", "--template", "zelda-nothing"]) == 2
    assert capsys.readouterr().err.startswith("zelda-rlaif: the WorkflowTemplate zelda-nothing: not found at ")


def test_argos_controller_makes_the_first_pod_as_it_was_asked_to(namespace, capsys):
    """Only the pod's making is looked at: no node need run it."""
    assert main(["submit", "--namespace", namespace, "--run", "second", "--epochs", "2"]) == 0
    workflow = capsys.readouterr().out.strip()
    pods = _pods(namespace, f"workflows.argoproj.io/workflow={workflow}", 1)
    if not pods:
        pytest.skip(f"no Argo controller made a pod in {PATIENCE_S} s")
    pod = pods[0]
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


def test_kuberays_operator_makes_the_cluster_as_it_was_asked_to(namespace):
    """The RayJob that Argo would apply; only the making of its pods is looked at."""
    job = Model.load("zelda-rlaif", run="third", rom="/rom/rom.gbc").manifest("train", epoch="3", rayjob="third-e3")
    objects = client.CustomObjectsApi()
    objects.create_namespaced_custom_object("ray.io", "v1", namespace, "rayjobs", job, field_validation="Strict")
    try:
        pods = _pods(namespace, "zelda-rlaif/run=third", 3)
        if not pods:
            pytest.skip(f"no KubeRay operator made a pod in {PATIENCE_S} s")
        assert sorted(pod.metadata.labels["ray.io/node-type"] for pod in pods) == ["head", "worker", "worker"]
        for pod in pods:
            assert pod.metadata.labels["app.kubernetes.io/component"] == "train"
            assert pod.metadata.labels["zelda-rlaif/epoch"] == "3"
            assert pod.spec.service_account_name == "zelda-ray"
            container = pod.spec.containers[0]
            assert container.image.startswith("ghcr.io/zelda-rlaif/worker:")
            assert {"S3_ENDPOINT_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "ZELDA_ROM"} <= {e.name for e in container.env}
            for entry in [*(pod.spec.init_containers or []), container]:
                assert entry.security_context.read_only_root_filesystem is True
                assert entry.security_context.capabilities.drop == ["ALL"]
                assert entry.resources.limits.keys() == {"cpu", "memory"}
    finally:
        objects.delete_namespaced_custom_object("ray.io", "v1", namespace, "rayjobs", "third-e3")


def _pods(namespace, selector, count):
    """Return the pods as soon as there are so many; those there are when patience ends."""
    core = client.CoreV1Api()
    deadline = time.monotonic() + PATIENCE_S
    while True:
        pods = core.list_namespaced_pod(namespace, label_selector=selector).items
        if len(pods) >= count or time.monotonic() > deadline:
            return pods
        time.sleep(0.2)
