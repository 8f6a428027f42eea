"""Every object of every overlay and combination of components, and every manifest written as text, obeys its schema."""

from __future__ import annotations

import copy
from itertools import product

import pytest

from .manifest import OVERLAYS, combine, name, of_kind, render, texts
from .schema import closed, faults, validators

FOLDERS = [*(f"overlays/{overlay}" for overlay in OVERLAYS), "cluster", "argocd", "argocd/health"]
# Kinds whose schemas their projects do not publish apart from an operator's bundle: only a cluster that has it knows.
UNPUBLISHED = {"NodeFeatureDiscovery", "Kueue", "DataScienceCluster", "ArgoCD"}
COMPONENTS = [
    [*store, secret, *uid, "images", "parameters"]
    for store, secret, uid in product(([], ["external-s3"]), ("plain-secret", "external-secret"), ([], ["fixed-uid"]))
    if not (store and uid)  # a fixed uid is the inner store's
]


@pytest.fixture(scope="module")
def known():
    return validators()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_rendered_object_obeys_its_schema(folder, known):
    objects = [item for item in render(folder) if item["kind"] not in UNPUBLISHED]
    assert len(objects) >= 1
    assert [fault for item in objects for fault in faults(item, known)] == []


def test_what_is_not_checked_is_what_is_named(known):
    kinds = {
        (item["apiVersion"], item["kind"])
        for folder in [*FOLDERS, "argocd/openshift-health"]
        for item in render(folder)
    }
    assert {kind for api, kind in kinds if (api, kind) not in known} == UNPUBLISHED


@pytest.mark.parametrize("components", COMPONENTS, ids="+".join)
def test_every_combination_of_components_obeys(components, known, tmp_path):
    objects = combine(tmp_path, ["base"], components)
    assert [fault for item in objects for fault in faults(item, known)] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_manifests_written_as_text_obey(overlay, known):
    found = [
        (name(template), step, manifest)
        for template in of_kind(render(f"overlays/{overlay}"), "WorkflowTemplate")
        for step, manifest in texts(template)
    ]
    assert {manifest["kind"] for _, _, manifest in found} >= {"RayJob"}
    assert [(where, step, fault) for where, step, manifest in found for fault in faults(manifest, known)] == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("spec", "headGroupSpec", "templat"), {}, "templat"),
        (("spec", "rayVersion"), 2, "is not of type 'string'"),
        (("metadata", "labels", "x"), "no spaces here", "does not match"),
        (("spec", "headGroupSpec", "template", "spec", "containers", 0, "resources", "limit"), {}, "limit"),
        (("metadata", "uid"), "1", "uid"),
        (
            ("spec", "workerGroupSpecs", 0, "template", "spec", "containers", 0, "env"),
            [{"name": "A"}] * 2,
            "more than once",
        ),
    ],
)
def test_a_mistake_is_found(path, value, says, known):
    cluster = copy.deepcopy(of_kind(render("overlays/dev"), "RayCluster")[0])
    target = cluster
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    found = faults(cluster, known)
    assert len(found) == 1
    assert says in found[0]


def test_a_kind_without_a_schema_is_a_fault(known):
    assert faults({"apiVersion": "example.org/v1", "kind": "Toy", "metadata": {"name": "toy"}}, known) == [
        "Toy/toy: no schema for example.org/v1 Toy"
    ]


def test_a_schema_is_closed_but_where_it_says_otherwise():
    schema = closed(
        {
            "type": "object",
            "properties": {
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {}}},
                "shut": {
                    "type": "object",
                    "nullable": True,
                    "properties": {"port": {"x-kubernetes-int-or-string": True}},
                },
            },
        }
    )
    assert schema["additionalProperties"] is False
    assert "additionalProperties" not in schema["properties"]["open"]
    assert schema["properties"]["shut"]["type"] == ["object", "null"]
    assert schema["properties"]["shut"]["properties"]["port"]["type"] == ["integer", "string"]
