"""A real API server takes the overlays, CEL rules included, finds nothing to change the second time, and grants each
service account its rights and no more.

Needs KUBECONFIG, and the CRDs of the kinds in the cluster. Objects are made and removed in the namespace zelda-rlaif,
so only `make cluster-test` runs these, and a cluster that runs the loop is refused.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import shutil
import subprocess
import urllib.error

import pytest
import yaml

from .manifest import GITOPS, NAMESPACE, OVERLAYS, Object, load, name, of_kind, render, texts
from .test_policy import pod_specs

MARK = "zelda-rlaif/cluster-test"
# Nothing but an author writes to these, so an apply that changes nothing leaves even their version.
STILL = {
    "ConfigMap",
    "HTTPRoute",
    "LimitRange",
    "NetworkPolicy",
    "PrometheusRule",
    "Role",
    "RoleBinding",
    "WorkflowTemplate",
}


class Cluster:
    """The cluster that KUBECONFIG leads to."""

    def __init__(self) -> None:
        self.program = shutil.which("kubectl")

    def run(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words], input=text, capture_output=True, text=True, timeout=300, check=False
        )

    def must(self, *words: str, text: str | None = None) -> str:
        done = self.run(*words, text=text)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def state(self, objects: list[Object]) -> dict[str, tuple[int | None, str | None]]:
        """Generation of each object, and the version of those that nothing but an author changes."""
        listed = self.must("get", "-f", "-", "-o", "json", text=yaml.safe_dump_all(objects))
        return {
            name(item): (
                item["metadata"].get("generation"),
                item["metadata"]["resourceVersion"] if item["kind"] in STILL else None,
            )
            for item in json.loads(listed)["items"]
        }

    def remove(self, objects: list[Object]) -> None:
        """Delete all but the namespace, which only a cluster with controllers could make away with."""
        rest = [item for item in objects if item["kind"] != "Namespace"]
        self.must("delete", "--ignore-not-found", "--wait=false", "-f", "-", text=yaml.safe_dump_all(rest))
        made = "workflows.argoproj.io,rayjobs.ray.io,pods"
        self.must("delete", made, "--all", "--wait=false", "-n", NAMESPACE)


@pytest.fixture(scope="module")
def cluster():
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG names no cluster")
    if not os.environ.get("ZELDA_CLUSTER_TEST"):
        pytest.skip("these tests change the cluster that KUBECONFIG names: `make cluster-test` runs them")
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not on the PATH")
    found = Cluster()
    found.must("version", "--request-timeout=20s")
    kinds = {(item["apiVersion"], item["kind"]) for overlay in OVERLAYS for item in render(f"overlays/{overlay}")}
    kinds |= {("kueue.x-k8s.io/v1beta2", "ClusterQueue"), ("argoproj.io/v1alpha1", "Application")}
    groups = set(found.must("api-versions").split())
    if missing := sorted({api for api, _ in kinds} - groups):
        pytest.skip(f"the cluster does not have {', '.join(missing)}")
    there = json.loads(found.must("get", "namespace", NAMESPACE, "--ignore-not-found", "-o", "json") or "null")
    if there and MARK not in there["metadata"].get("annotations", {}):
        pytest.fail(f"the cluster has a namespace {NAMESPACE} that these tests did not make; name another cluster")
    if not there:
        found.must("create", "namespace", NAMESPACE)
        found.must("annotate", "namespace", NAMESPACE, f"{MARK}=true")
    yield found
    found.run("delete", "namespace", NAMESPACE, "--wait=false")
    # A server without controllers keeps a namespace that is being deleted; give it back for the next run.
    left = json.loads(found.run("get", "namespace", NAMESPACE, "-o", "json").stdout or "null")
    if left and not _has_controllers(found):
        left["spec"]["finalizers"] = []
        found.run("replace", "--raw", f"/api/v1/namespaces/{NAMESPACE}/finalize", "-f", "-", text=json.dumps(left))


def _has_controllers(cluster: Cluster) -> bool:
    """Whether somebody makes a service account for every namespace."""
    return cluster.run("get", "serviceaccount", "default", "-n", "default").returncode == 0


@pytest.fixture(scope="module")
def applied(cluster, request):
    """The objects of an overlay, applied; removed again after the tests that want it, before another is applied."""
    folder = f"overlays/{request.param}"
    objects = render(folder)
    try:
        cluster.must("apply", "--server-side", "-k", str(GITOPS / folder))
        yield request.param, objects
    finally:
        cluster.remove(objects)


@pytest.mark.parametrize("applied", OVERLAYS, indirect=True)
def test_an_overlay_is_accepted_and_the_second_time_changes_nothing(cluster, applied):
    overlay, objects = applied
    folder = str(GITOPS / "overlays" / overlay)
    before = cluster.state(objects)
    assert before.keys() == {name(item) for item in objects}

    difference = cluster.run("diff", "--server-side", "-k", folder)
    assert (difference.returncode, difference.stdout) == (0, "")
    cluster.must("apply", "--server-side", "-k", folder)
    assert cluster.state(objects) == before


@pytest.mark.parametrize("applied", ["dev"], indirect=True)
def test_what_a_workflow_makes_is_accepted(cluster, applied):
    _, objects = applied
    made = 0
    for template in of_kind(objects, "WorkflowTemplate"):
        for _, manifest in texts(template):
            cluster.must("create", "--dry-run=server", "-n", NAMESPACE, "-f", "-", text=yaml.safe_dump(manifest))
            made += 1
        cluster.must("create", "--dry-run=server", "-n", NAMESPACE, "-f", "-", text=yaml.safe_dump(submitted(template)))
    assert made >= 3


def submitted(template: Object) -> Object:
    """The Workflow that `argo submit --from` makes of a template."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{template['metadata']['name']}-"},
        "spec": {"workflowTemplateRef": {"name": template["metadata"]["name"]}},
    }


@pytest.mark.parametrize("applied", ["dev", "staging"], indirect=True)
def test_the_namespaces_pod_security_admits_every_pod(cluster, applied):
    overlay, _ = applied
    found = pod_specs(f"overlays/{overlay}")
    assert len(found) >= 20
    said = admit(cluster, [pod for _, _, pod in found])
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("created (server dry run)") == len(found)
    assert "PodSecurity" not in said.stderr
    careless = copy.deepcopy(found[0][2])
    careless["containers"][0]["securityContext"].pop("capabilities")
    assert "violates PodSecurity" in admit(cluster, [careless]).stderr


def admit(cluster: Cluster, pods: list[Object]) -> subprocess.CompletedProcess[str]:
    """Ask for pods without making them; what their controllers add by themselves (a name, an image) is made up."""
    items = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "asked-for-"}, "spec": complete(pod)}
        for pod in pods
    ]
    return cluster.run("create", "--dry-run=server", "-n", NAMESPACE, "-f", "-", text=yaml.safe_dump_all(items))


def complete(pod: Object) -> Object:
    spec = {key: value for key, value in pod.items() if key != "helpers"}
    mounts = {mount["name"] for container in spec["containers"] for mount in container.get("volumeMounts", [])}
    claimed = mounts - {volume["name"] for volume in spec.get("volumes", [])}
    return spec | {
        "volumes": [*spec.get("volumes", []), *({"name": name, "emptyDir": {}} for name in claimed)],
        "containers": [{"image": "made-up:1", **container} for container in spec["containers"]],
    }


def test_the_queue_of_the_cluster_is_accepted(cluster):
    said = cluster.must("apply", "--server-side", "--dry-run=server", "-k", str(GITOPS / "cluster" / "queue"))
    assert "clusterqueue.kueue.x-k8s.io/zelda-rlaif" in said


def test_argo_cds_objects_are_accepted(cluster):
    for item in render("argocd"):
        item["metadata"]["namespace"] = NAMESPACE
        cluster.must("apply", "--server-side", "--dry-run=server", "-f", "-", text=yaml.safe_dump(item))


BROKEN = [
    ("staging", "HTTPRoute", ["spec", "rules", 0, "matches", 0, "path", "type"], "Exact", "PathPrefix"),
    ("staging", "Gateway", ["spec", "listeners", 0, "hostname"], "not a name", "hostname"),
    ("dev", "RayCluster", ["spec", "headGroupSpec", "tempalte"], {}, "tempalte"),
    ("dev", "StatefulSet", ["spec", "template", "metadata", "labels"], {"app": "other"}, "selector"),
    ("dev", "NetworkPolicy", ["spec", "policyTypes"], ["Sideways"], "Sideways"),
]


@pytest.mark.parametrize(("overlay", "kind", "path", "value", "says"), BROKEN, ids=[case[1] for case in BROKEN])
def test_a_broken_object_is_refused(cluster, overlay, kind, path, value, says):
    item = copy.deepcopy(of_kind(render(f"overlays/{overlay}"), kind)[0])
    target = item
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    refused = cluster.run("apply", "--server-side", "--dry-run=server", "-f", "-", text=yaml.safe_dump(item))
    assert refused.returncode == 1
    assert says in refused.stderr


RIGHTS = {
    "zelda-workflow": {
        ("create", "workflowtaskresults.argoproj.io"),
        ("patch", "workflowtaskresults.argoproj.io"),
        *((verb, "rayjobs.ray.io") for verb in ("get", "list", "watch", "create", "patch", "delete")),
        ("create", "workflows.argoproj.io"),
        ("get", "workflows.argoproj.io"),
    },
    "zelda-ray": set(),
    "zelda-store": set(),
    "zelda-inference": set(),
    "zelda-s3-secret": {("create", "secrets")},
}
# What somebody who got into a pod would like to have, and more of what the accounts have for something else.
WISHES = {
    *((verb, "secrets") for verb in ("get", "list", "create", "delete")),
    *((verb, "pods") for verb in ("get", "list", "create", "delete")),
    ("create", "pods/exec"),
    *((verb, "workflows.argoproj.io") for verb in ("get", "list", "patch", "delete", "create")),
    ("patch", "workflowtemplates.argoproj.io"),
    ("get", "workflowtaskresults.argoproj.io"),
    *((verb, "rayclusters.ray.io") for verb in ("create", "patch", "delete")),
    ("deletecollection", "rayjobs.ray.io"),
    ("create", "rolebindings.rbac.authorization.k8s.io"),
    ("create", "serviceaccounts/token"),
    ("patch", "configmaps"),
}


@pytest.mark.parametrize("applied", ["dev"], indirect=True)
def test_each_account_has_its_rights_and_no_others(cluster, applied):
    _, objects = applied
    assert {item["metadata"]["name"] for item in of_kind(objects, "ServiceAccount")} == RIGHTS.keys()
    for account, rights in RIGHTS.items():
        refused = WISHES - rights
        assert len(refused) >= 5
        granted = {wish for wish in rights | refused if may(cluster, account, *wish)}
        assert granted == rights, account


@pytest.mark.parametrize("applied", ["dev"], indirect=True)
def test_no_account_has_rights_in_another_namespace(cluster, applied):
    for account, rights in RIGHTS.items():
        assert not [right for right in rights if may(cluster, account, *right, namespace="default")]


def may(cluster: Cluster, account: str, verb: str, resource: str, namespace: str = NAMESPACE) -> bool:
    resource, _, rest = resource.partition("/")
    words = ["auth", "can-i", verb, resource, "-n", namespace, "--as", f"system:serviceaccount:{NAMESPACE}:{account}"]
    said = cluster.run(*words, *(["--subresource", rest] if rest else [])).stdout.strip()
    assert said.split()[:1] in (["yes"], ["no"]), said
    return said.startswith("yes")


@pytest.mark.parametrize("applied", ["dev"], indirect=True)
def test_the_workflows_rights_are_enough_for_what_its_steps_do(cluster, applied):
    """As the executor does it: `kubectl apply` of the text, twice, and a delete by label."""
    _, objects = applied
    as_workflow = ["--as", f"system:serviceaccount:{NAMESPACE}:zelda-workflow", "-n", NAMESPACE]
    template = next(item for item in of_kind(objects, "WorkflowTemplate") if item["metadata"]["name"] == "zelda-rlaif")
    for _, manifest in texts(template):
        text = yaml.safe_dump(manifest)
        cluster.must("apply", *as_workflow, "-f", "-", text=text)
        generation = ["get", "-n", NAMESPACE, "-f", "-", "-o", "jsonpath={.metadata.uid} {.metadata.generation}"]
        before = cluster.must(*generation, text=text)
        cluster.must("apply", *as_workflow, "-f", "-", text=text)
        assert cluster.must(*generation, text=text) == before, "a second watcher changes the job that it is to adopt"
    said = cluster.must(
        "delete", *as_workflow, "rayjobs.ray.io", "--selector=app.kubernetes.io/name=zelda-train", "--wait=false"
    )
    assert "deleted" in said


@pytest.mark.parametrize("applied", ["dev"], indirect=True)
def test_the_stores_keys_are_drawn_once_and_cannot_be_read_by_who_drew_them(cluster, applied, tmp_path):
    script = load("components/plain-secret/make_secret.py")
    config = json.loads(cluster.must("config", "view", "--raw", "--flatten", "--minify", "-o", "json"))
    server = config["clusters"][0]["cluster"]
    (tmp_path / "token").write_text(cluster.must("create", "token", "zelda-s3-secret", "-n", NAMESPACE))
    (tmp_path / "namespace").write_text(NAMESPACE)
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(server["certificate-authority-data"]))
    try:
        assert script.make_secret("zelda-s3", server["server"], tmp_path) is True
        drawn = cluster.must("get", "secret", "zelda-s3", "-n", NAMESPACE, "-o", "jsonpath={.data}")
        assert script.make_secret("zelda-s3", server["server"], tmp_path) is False
        assert cluster.must("get", "secret", "zelda-s3", "-n", NAMESPACE, "-o", "jsonpath={.data}") == drawn
        assert set(json.loads(drawn)) == {"S3_ACCESS_KEY", "S3_SECRET_KEY"}
        assert not may(cluster, "zelda-s3-secret", "get", "secrets")
        (tmp_path / "namespace").write_text("default")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            script.make_secret("zelda-s3", server["server"], tmp_path)
    finally:
        cluster.must("delete", "secret", "zelda-s3", "-n", NAMESPACE, "--ignore-not-found")
