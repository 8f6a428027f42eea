"""Argo CD: the project allows what is used and no more; the health checks say what they mean, in a real Lua 5.1."""

from __future__ import annotations

import pytest
from lupa.lua51 import LuaRuntime

from .manifest import GITOPS, NAMESPACE, OVERLAYS, ROOT, combine, of_kind, render


@pytest.fixture(scope="module")
def objects():
    return render("argocd")


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """Every (group, kind) of every overlay, and of the components that none of them takes."""
    more = combine(tmp_path_factory.mktemp("all"), ["base"], ["plain-secret", "fixed-uid", "images", "parameters"])
    items = [item for overlay in OVERLAYS for item in render(f"overlays/{overlay}")] + more
    return {(item["apiVersion"].rpartition("/")[0], item["kind"]) for item in items}


def test_the_project_allows_what_is_used_and_nothing_else(objects, used):
    spec = of_kind(objects, "AppProject")[0]["spec"]
    listed = {
        scope: {(entry["group"], entry["kind"]) for entry in spec[f"{scope}ResourceWhitelist"]}
        for scope in ("cluster", "namespace")
    }
    assert listed["cluster"] == {("", "Namespace")}
    assert listed["namespace"] == used - listed["cluster"]


def test_there_is_an_application_for_each_overlay(objects):
    project = of_kind(objects, "AppProject")[0]
    for application in of_kind(objects, "Application"):
        spec = application["spec"]
        assert spec["project"] == project["metadata"]["name"]
        assert spec["source"]["repoURL"] in project["spec"]["sourceRepos"]
        assert spec["destination"] in project["spec"]["destinations"]
        assert (ROOT / spec["source"]["path"] / "kustomization.yaml").is_file()
        assert "ServerSideApply=true" in spec["syncPolicy"]["syncOptions"]
    assert {item["spec"]["source"]["path"] for item in of_kind(objects, "Application")} == {
        f"gitops/overlays/{overlay}" for overlay in OVERLAYS
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_others_wait_for_comes_in_an_earlier_wave(overlay):
    waves = {}
    for item in render(f"overlays/{overlay}"):
        wave = int(item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0"))
        waves.setdefault(item["kind"], set()).add(wave)
    assert waves["Namespace"] == {-3}
    assert max(waves["Namespace"]) < min(waves["ServiceAccount"])
    assert waves["RayCluster"] == {1}
    for earlier, later in (
        ("ExternalSecret", "StatefulSet"),
        ("StatefulSet", "RayCluster"),
        ("HTTPRoute", "LLMInferenceService"),
    ):
        if earlier in waves and later in waves:
            assert max(waves[earlier]) < min(waves[later])


def test_openshift_gets_the_same_checks():
    plain = render("argocd/health")[0]["data"]
    openshift = of_kind(render("argocd/openshift-health"), "ArgoCD")[0]["spec"]["resourceHealthChecks"]
    assert {
        f"resource.customizations.health.{entry['group']}_{entry['kind']}": entry["check"] for entry in openshift
    } == plain


def health(kind, item):
    """The status that Argo CD would show, from a Lua without libraries of the system."""
    lua = LuaRuntime(register_eval=False, register_builtins=False, unpack_returned_tuples=True)
    lua.execute("os, io, package, require, debug = nil, nil, nil, nil, nil")
    item = {"metadata": {"name": "x", "namespace": NAMESPACE, "generation": 2}, "spec": {}, **item}
    lua.globals().obj = lua.table_from(item, recursive=True)
    said = lua.execute((GITOPS / "argocd" / "health" / f"{kind}.lua").read_text())
    return said["status"], said["message"]


def ready(status, **more):
    return {"conditions": [{"type": "Other", "status": "True"}, {"type": "Ready", "status": status, **more}]}


@pytest.mark.parametrize(
    ("kind", "item", "expected"),
    [
        ("rayjob", {}, ("Progressing", "")),
        ("rayjob", {"status": {"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"}}, ("Progressing", "Running")),
        ("rayjob", {"status": {"jobDeploymentStatus": "Retrying", "jobStatus": "FAILED"}}, ("Progressing", "Retrying")),
        ("rayjob", {"status": {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}}, ("Healthy", "Complete")),
        (
            "rayjob",
            {"status": {"jobDeploymentStatus": "Complete", "jobStatus": "STOPPED"}},
            ("Degraded", "Complete STOPPED"),
        ),
        ("rayjob", {"status": {"jobDeploymentStatus": "Failed", "message": "no image"}}, ("Degraded", "no image")),
        ("rayjob", {"status": {"jobDeploymentStatus": "ValidationFailed"}}, ("Degraded", "ValidationFailed ")),
        ("rayjob", {"status": {"jobDeploymentStatus": "Suspended"}}, ("Suspended", "waits in the queue")),
        ("raycluster", {}, ("Progressing", "")),
        ("raycluster", {"status": {"state": "ready", "observedGeneration": 2}}, ("Healthy", "ready")),
        (
            "raycluster",
            {"status": {"state": "ready", "observedGeneration": 1}},
            ("Progressing", "a change has not been seen yet"),
        ),
        ("raycluster", {"status": {"state": "failed", "reason": "no quota"}}, ("Degraded", "no quota")),
        ("raycluster", {"status": {"state": "suspended"}}, ("Suspended", "waits in the queue")),
        ("llminferenceservice", {}, ("Progressing", "")),
        ("llminferenceservice", {"status": ready("True")}, ("Healthy", "")),
        ("llminferenceservice", {"status": ready("False", message="loading")}, ("Progressing", "loading")),
        (
            "llminferenceservice",
            {
                "metadata": {"generation": 1, "annotations": {"serving.kserve.io/stop": "true"}},
                "status": ready("False"),
            },
            ("Suspended", "stopped"),
        ),
        ("workflow", {"status": {"phase": "Running"}}, ("Progressing", "Running")),
        ("workflow", {"status": {"phase": "Succeeded"}}, ("Healthy", "Succeeded")),
        ("workflow", {"status": {"phase": "Error", "message": "no account"}}, ("Degraded", "no account")),
        ("workflow", {"spec": {"suspend": True}, "status": {"phase": "Running"}}, ("Suspended", "Running")),
    ],
)
def test_health(kind, item, expected):
    assert health(kind, item) == expected
