"""What we ask of every pod, image, Secret and Service, beyond what the schemas ask."""

from __future__ import annotations

import json
import re

import pytest

from .manifest import NAMESPACE, OVERLAYS, ROOT, combine, name, of_kind, pods, render, render_text, texts
from .network import Peer, allowed

FOLDERS = [f"overlays/{overlay}" for overlay in OVERLAYS]
# The accounts whose pods talk to the Kubernetes API.
WITH_TOKEN = {"zelda-workflow", "zelda-s3-secret"}
VOLUMES = {"emptyDir", "configMap", "secret", "projected", "persistentVolumeClaim", "downwardAPI", "csi", "ephemeral"}
PARTS = {"workflow", "train", "judge", "inference", "store", "monitoring"}
OF_THE_NAMESPACE = {
    "Namespace/zelda-rlaif",
    "LimitRange/zelda-defaults",
    "NetworkPolicy/default-deny",
    "NetworkPolicy/dns",
}
SECRET_NAME = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL", re.IGNORECASE)
SECRET_TEXT = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|gh[pousr]_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30}")


def pod_specs(folder):
    """Every pod of a folder as (what, kind, pod), those in manifests written as text and Argo's steps included."""
    found = []
    for item in render(folder):
        found += [
            (f"{name(item)}{path}", item["kind"], pod) for path, pod in pods(item) if item["kind"] != "WorkflowTemplate"
        ]
        if item["kind"] == "WorkflowTemplate":
            found += [
                (f"{name(item)}/{step}: {name(manifest)}{path}", manifest["kind"], pod)
                for step, manifest in texts(item)
                for path, pod in pods(manifest)
            ]
            found += [
                (f"{name(item)}/{step['name']}", "WorkflowTemplate", argo_pod(item, step)) for step in argo_steps(item)
            ]
    assert found
    return found


def argo_steps(template):
    return [step for step in template["spec"]["templates"] if "container" in step or "resource" in step]


def argo_pod(template, step):
    """The pod that Argo makes of a step, as far as the template decides it: its own container, or the resource's."""
    parameters = {item["name"]: item.get("value", "") for item in template["spec"]["arguments"]["parameters"]}
    patch = json.loads(step.get("podSpecPatch", "{}"))
    container = dict(step.get("container", {}), name="main")
    for patched in patch.get("containers", []):
        if patched["name"] == "main":
            container |= patched
    if "resource" in step:
        # The executor's image; its file system is written to by Argo itself.
        container |= {"image": "executor:fixed"}
        container["securityContext"] = container["securityContext"] | {"readOnlyRootFilesystem": True}
    image = re.sub(r"\{\{workflow\.parameters\.([^}]+)\}\}", lambda match: parameters[match[1]], container["image"])
    helpers = [
        item for item in [*patch.get("containers", []), *patch.get("initContainers", [])] if item["name"] != "main"
    ]
    return {
        "serviceAccountName": template["spec"]["serviceAccountName"],
        "securityContext": template["spec"]["securityContext"],
        "containers": [container | {"image": image}],
        "helpers": helpers,
        "volumes": [*template["spec"].get("volumes", []), *step.get("volumes", [])],
    }


def containers(pod):
    return [*pod["containers"], *pod.get("initContainers", [])]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_image_has_a_version(folder):
    for where, kind, pod in pod_specs(folder):
        for container in containers(pod):
            if kind == "LLMInferenceService":
                assert "image" not in container, f"{where}: the model server's image is KServe's to choose"
                continue
            image = container["image"]
            version = image.rsplit("/", 1)[-1].partition(":")[2]
            assert version or "@sha256:" in image, f"{where}: {image} names no version"
            assert not version.startswith("latest"), f"{where}: {image} is another image tomorrow"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_image_is_one_of_images_env(folder):
    lines = (ROOT / "gitops" / folder / "images.env").read_text().splitlines()
    named = {line.partition("=")[2] for line in lines if line and not line.startswith("#")}
    used = {
        container["image"]
        for _, kind, pod in pod_specs(folder)
        for container in containers(pod)
        if kind != "LLMInferenceService" and container["image"] != "executor:fixed"
    }
    assert used <= named
    assert {image for image in named - used if "versitygw" not in image} == set()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_container_has_requests_and_limits(folder):
    for where, _, pod in pod_specs(folder):
        for container in [*containers(pod), *pod.get("helpers", [])]:
            for kind in ("requests", "limits"):
                named = container.get("resources", {}).get(kind, {})
                assert {"cpu", "memory"} <= named.keys(), (
                    f"{where}: {container['name']} has no {kind} of cpu and memory"
                )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_container_is_restricted(folder):
    for where, kind, pod in pod_specs(folder):
        shared = pod.get("securityContext", {})
        for container in containers(pod):
            context = shared | container.get("securityContext", {})
            at = f"{where}: {container['name']}"
            assert context.get("runAsNonRoot") is True, f"{at} may be root"
            assert context.get("seccompProfile") == {"type": "RuntimeDefault"}, f"{at} has no seccomp profile"
            assert context.get("allowPrivilegeEscalation") is False, f"{at} may gain privileges"
            assert context.get("capabilities") == {"drop": ["ALL"]}, f"{at} keeps capabilities"
            assert not context.get("privileged"), f"{at} is privileged"
            # The hook that brings a GPU into a model server writes to its root.
            assert context.get("readOnlyRootFilesystem") is (kind != "LLMInferenceService"), (
                f"{at} may write to its root"
            )


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_pod_reaches_into_its_node(folder):
    for where, _, pod in pod_specs(folder):
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & pod.keys(), where
        for volume in pod.get("volumes", []):
            assert volume.keys() - {"name"} <= VOLUMES, f"{where}: {volume}"
        for container in containers(pod):
            assert all("hostPort" not in port for port in container.get("ports", [])), where


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_pod_has_an_account_of_ours_and_a_token_only_if_it_needs_one(folder):
    accounts = {item["metadata"]["name"]: item for item in of_kind(render(folder), "ServiceAccount")}
    for where, _, pod in pod_specs(folder):
        account = pod["serviceAccountName"]
        assert account in accounts, f"{where}: no ServiceAccount {account}"
        token = pod.get("automountServiceAccountToken", accounts[account].get("automountServiceAccountToken", True))
        assert token is (account in WITH_TOKEN), f"{where}: {account}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_secret_is_in_the_text(folder):
    assert of_kind(render(folder), "Secret") == []
    assert SECRET_TEXT.search(render_text(folder)) is None
    for where, _, pod in pod_specs(folder):
        for container in containers(pod):
            for variable in container.get("env", []):
                if SECRET_NAME.search(variable["name"]):
                    assert "secretKeyRef" in variable.get("valueFrom", {}), f"{where}: {variable['name']} in the open"
    for item in of_kind(render(folder), "ConfigMap"):
        assert [key for key in item.get("data", {}) if SECRET_NAME.search(key) and not key.endswith(".py")] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_service_is_matched_by_a_policy(folder):
    objects = render(folder)
    policies = of_kind(objects, "NetworkPolicy")
    everybody = [
        Peer("argo", NAMESPACE, {"workflows.argoproj.io/workflow": "w", "app.kubernetes.io/component": "judge"}),
        Peer("ray", NAMESPACE, {"ray.io/is-ray-node": "yes"}),
    ]
    for service in of_kind(objects, "Service"):
        target = Peer("behind it", NAMESPACE, service["spec"]["selector"])
        for port in service["spec"]["ports"]:
            number = port["targetPort"] if isinstance(port["targetPort"], int) else port["port"]
            assert any(allowed(policies, peer, target, number) for peer in everybody), (
                f"{name(service)}: nobody gets in"
            )
            stranger = Peer("stranger", NAMESPACE, {"app": "stranger"})
            assert not allowed(policies, stranger, target, number), f"{name(service)}: anybody gets in"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_says_whose_it_is(folder):
    for item in render(folder):
        labels = item["metadata"].get("labels", {})
        assert labels.get("app.kubernetes.io/part-of") == "zelda-rlaif", name(item)
        if item["kind"] != "Namespace":
            assert item["metadata"]["namespace"] == NAMESPACE, name(item)
            assert "app.kubernetes.io/name" in labels, name(item)
        if name(item) not in OF_THE_NAMESPACE:
            assert labels["app.kubernetes.io/component"] in PARTS, name(item)


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_rayjobs_queue(folder):
    """A queue label on Argo's pods would queue each of them, and a workflow could stall half-way."""
    label = "kueue.x-k8s.io/queue-name"
    for item in render(folder):
        assert label not in item["metadata"].get("labels", {}), name(item)
        if item["kind"] == "WorkflowTemplate":
            assert label not in item["spec"].get("podMetadata", {}).get("labels", {})
            jobs = [manifest for _, manifest in texts(item) if manifest["kind"] == "RayJob"]
            owning = [job for job in jobs if "rayClusterSpec" in job["spec"]]
            assert all(job["metadata"]["labels"][label] for job in owning)


def test_a_run_uses_what_the_overlay_says():
    for folder in FOLDERS:
        lines = (ROOT / "gitops" / folder / "run.env").read_text().splitlines()
        wanted = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        for template in of_kind(render(folder), "WorkflowTemplate"):
            values = {item["name"]: item.get("value") for item in template["spec"]["arguments"]["parameters"]}
            there = wanted.keys() & values.keys()
            assert there == wanted.keys() or template["metadata"]["name"] == "zelda-score-epoch"
            assert {key: values[key] for key in there} == {key: wanted[key] for key in there}, (
                f"{folder}: {name(template)}"
            )


def test_external_s3_leaves_nothing_of_the_inner_store(tmp_path):
    objects = combine(tmp_path, ["base"], ["external-s3", "external-secret", "images", "parameters"])
    left = {name(item) for item in objects if "store" in item["metadata"]["name"]}
    assert left == {"ConfigMap/zelda-store", "ServiceAccount/zelda-store"}
