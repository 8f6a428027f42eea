"""The table of who may talk to whom: the rendered policies let each line through, and nothing that has no line."""

from __future__ import annotations

import pytest

from .manifest import NAMESPACE, OVERLAYS, combine, of_kind, render, texts
from .network import Peer, allowed

ARGO = {"workflows.argoproj.io/workflow": "zelda-rlaif-abc12", "workflows.argoproj.io/completed": "false"}
RAY = {"ray.io/is-ray-node": "yes", "ray.io/cluster": "zelda-rl", "app.kubernetes.io/name": "kuberay"}


def ours(name: str, **labels: str) -> Peer:
    return Peer(name, NAMESPACE, labels)


def component(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/component": name}


# Our pods, with the labels that Argo, KubeRay, KServe, Istio and our own manifests put on them.
PEERS = [
    ours("workflow", **ARGO, **component("workflow")),
    ours("judge", **ARGO, **component("judge")),
    ours("ray head", **RAY, **component("train"), **{"ray.io/node-type": "head"}),
    ours("ray worker", **RAY, **component("train"), **{"ray.io/node-type": "worker"}),
    ours("store", **component("store"), **{"app.kubernetes.io/name": "zelda-store"}),
    ours("bucket job", **component("store"), **{"app.kubernetes.io/name": "zelda-store-bucket"}),
    ours("secret job", **component("store"), **{"app.kubernetes.io/name": "zelda-s3-secret"}),
    ours("gateway", **{"gateway.networking.k8s.io/gateway-name": "zelda-inference"}),
    ours("scheduler", **component("llminferenceservice-router-scheduler")),
    ours("model", **component("llminferenceservice-workload")),
    # Somebody else's pod in our namespace: it may ask for names, and that is all.
    ours("stranger", **{"app.kubernetes.io/name": "stranger"}),
    # Not ours.
    Peer("dns", "kube-system", {"k8s-app": "kube-dns"}),
    Peer("openshift dns", "openshift-dns", {"dns.operator.openshift.io/daemonset-dns": "default"}),
    Peer("kuberay operator", "kuberay-system", {"app.kubernetes.io/name": "kuberay-operator"}),
    Peer("openshift ai's kuberay", "redhat-ods-applications", {"app.kubernetes.io/name": "kuberay"}),
    Peer("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Peer("openshift's prometheus", "openshift-user-workload-monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Peer("istiod", "istio-system", {"app": "istiod"}),
    Peer("openshift's istiod", "openshift-ingress", {"app": "istiod"}),
    Peer("impostor of prometheus", "elsewhere", {"app.kubernetes.io/name": "prometheus"}),
    Peer("impostor of the operator", "elsewhere", {"app.kubernetes.io/name": "kuberay-operator"}),
    Peer("impostor of a judge", "elsewhere", {**ARGO, **component("judge")}),
    Peer("kubernetes api", address="10.0.0.1"),
    Peer("internet", address="93.184.216.34"),
    Peer("cloud metadata", address="169.254.169.254"),
]
OURS = [peer.name for peer in PEERS if peer.namespace == NAMESPACE]
# Every port that somebody listens on, and two that nobody has any business with.
PORTS = (22, 53, 80, 443, 5353, 6379, 6443, 8000, 8080, 8265, 9000, 9002, 9003, 9090, 10001, 15012, 31337)

DNS = {(name, "dns", 53) for name in OURS} | {(name, "openshift dns", 5353) for name in OURS}
API = {(name, "kubernetes api", port) for name in ("workflow", "judge") for port in (443, 6443)}
BETWEEN_RAY = {
    (source, target, port)
    for source in ("ray head", "ray worker")
    for target in ("ray head", "ray worker")
    for port in PORTS
}
OPERATORS = {(name, "ray head", 8265) for name in ("kuberay operator", "openshift ai's kuberay")}
STORE = {(name, "store", 9000) for name in ("workflow", "judge", "ray head", "ray worker", "bucket job")}
SECRET_JOB = {("secret job", "kubernetes api", port) for port in (443, 6443)}
OUTSIDE = ("kubernetes api", "internet")
EXTERNAL_STORE = {(name, where, 443) for name in ("workflow", "judge", "ray head", "ray worker") for where in OUTSIDE}
INFERENCE = {
    ("judge", "gateway", 8080),
    ("gateway", "scheduler", 9002),
    ("gateway", "model", 8000),
    ("gateway", "istiod", 15012),
    ("gateway", "openshift's istiod", 15012),
    ("scheduler", "model", 8000),
    ("scheduler", "kubernetes api", 443),
    ("scheduler", "kubernetes api", 6443),
    ("model", "internet", 443),  # weights from the model hub
}
METRICS = {
    (who, whom, port)
    for who in ("prometheus", "openshift's prometheus")
    for whom, port in (("ray head", 8080), ("ray worker", 8080), ("model", 8000), ("scheduler", 9090))
}
LOOP = DNS | API | BETWEEN_RAY | OPERATORS
TABLE = {
    "dev": LOOP | STORE | SECRET_JOB,
    "staging": LOOP | STORE | INFERENCE | METRICS,
    "prod": LOOP | EXTERNAL_STORE | INFERENCE | METRICS,
}


def flows(objects):
    """Return every (source, target, port) that passes with one end ours; a pod always reaches itself."""
    policies = of_kind(objects, "NetworkPolicy")
    return {
        (source.name, target.name, port)
        for source in PEERS
        for target in PEERS
        if NAMESPACE in (source.namespace, target.namespace) and (source is not target or "ray" in source.name)
        for port in PORTS
        if allowed(policies, source, target, port)
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_flows_of_the_table_pass_and_no_other(overlay):
    found = flows(render(f"overlays/{overlay}"))
    assert sorted(TABLE[overlay] - found) == [], "in the table, but refused"
    assert sorted(found - TABLE[overlay]) == [], "let through, but not in the table"


def test_base_with_every_flow_at_once(tmp_path):
    found = flows(combine(tmp_path, ["base"], ["plain-secret", "fixed-uid", "images", "parameters"]))
    assert found == TABLE["staging"] | SECRET_JOB


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_names_resolve_over_udp_too(overlay):
    policies = of_kind(render(f"overlays/{overlay}"), "NetworkPolicy")
    dns = next(peer for peer in PEERS if peer.name == "dns")
    senders = [peer for peer in PEERS if peer.namespace == NAMESPACE]
    assert all(allowed(policies, sender, dns, 53, "UDP") for sender in senders)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_policy_taken_away_is_noticed(overlay):
    objects = render(f"overlays/{overlay}")
    for policy in of_kind(objects, "NetworkPolicy"):
        without = [item for item in objects if item is not policy]
        assert flows(without) != TABLE[overlay], f"{policy['metadata']['name']} changes nothing: delete it"


def test_the_labels_of_our_own_pods_are_those_of_the_table():
    objects = render("overlays/dev")
    by_name = {peer.name: peer.labels for peer in PEERS}
    made = {
        "store": of_kind(objects, "StatefulSet")[0]["spec"]["template"],
        "bucket job": next(job for job in of_kind(objects, "Job") if "bucket" in job["metadata"]["name"])["spec"][
            "template"
        ],
        "secret job": next(job for job in of_kind(objects, "Job") if "secret" in job["metadata"]["name"])["spec"][
            "template"
        ],
        "ray head": of_kind(objects, "RayCluster")[0]["spec"]["headGroupSpec"]["template"],
    }
    for name, template in made.items():
        written = template["metadata"]["labels"]
        assert {key: value for key, value in written.items() if by_name[name].get(key, value) != value} == {}
        assert written["app.kubernetes.io/component"] == by_name[name]["app.kubernetes.io/component"]


def test_the_workflows_label_their_pods_as_in_the_table():
    for template in of_kind(render("overlays/dev"), "WorkflowTemplate"):
        assert template["spec"]["podMetadata"]["labels"]["app.kubernetes.io/component"] == "workflow"
        components = {
            step["name"]: step["metadata"]["labels"].get("app.kubernetes.io/component", "workflow")
            for step in template["spec"]["templates"]
            if "labels" in step.get("metadata", {})
        }
        assert {name for name, kind in components.items() if kind == "judge"} >= {"score"} & components.keys()
        for _, manifest in texts(template):
            if manifest["kind"] == "RayJob" and "rayClusterSpec" in manifest["spec"]:
                assert (
                    manifest["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["metadata"]["labels"][
                        "app.kubernetes.io/component"
                    ]
                    == "train"
                )
