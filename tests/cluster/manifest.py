"""Render folders of gitops/ and find what is inside the objects: pods, and manifests written as text."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITOPS = ROOT / "gitops"
OVERLAYS = ("dev", "staging", "prod")
NAMESPACE = "zelda-rlaif"

Object = dict[str, Any]
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def renderer() -> list[str]:
    """Return the command that renders a folder; skips the test where there is none."""
    for program, words in (("kubectl", ["kustomize"]), ("kustomize", ["build"])):
        if found := shutil.which(program):
            return [found, *words]
    pytest.skip("neither kubectl nor kustomize is on the PATH")


@cache
def _render(folder: Path) -> str:
    done = subprocess.run([*renderer(), str(folder)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{folder} does not render: {done.stderr}"
    return done.stdout


def render(folder: Path | str) -> list[Object]:
    """Return the objects of a folder; a name such as `overlays/dev` is one below gitops/."""
    return [document for document in yaml.safe_load_all(_render(GITOPS / folder)) if document]


def render_text(folder: Path | str) -> str:
    """Return what the folder renders to, as text."""
    return _render(GITOPS / folder)


def combine(folder: Path, resources: list[str], components: list[str]) -> list[Object]:
    """Render a kustomization that exists only in the test: resources and components below gitops/, dev's settings."""
    dev = os.path.relpath(GITOPS / "overlays" / "dev", folder)
    for name in ("images.env", "run.env"):
        shutil.copy(folder / dev / name, folder / name)
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": [os.path.relpath(GITOPS / name, folder) for name in resources],
        "components": [os.path.relpath(GITOPS / "components" / name, folder) for name in components],
        "configMapGenerator": [
            {"name": "zelda-images", "envs": ["images.env"]},
            {"name": "zelda-run", "envs": ["run.env"]},
        ],
        "generatorOptions": {"disableNameSuffixHash": True},
        "labels": [{"pairs": {"app.kubernetes.io/part-of": "zelda-rlaif"}}],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return render(folder)


def load(script: str) -> ModuleType:
    """Import a script below gitops/, which is no package: it is mounted into a pod as it is."""
    spec = importlib.util.spec_from_file_location(Path(script).stem, GITOPS / script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def name(item: Object) -> str:
    """Return what an assertion calls an object."""
    return f"{item['kind']}/{item['metadata'].get('name') or item['metadata'].get('generateName')}"


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    """Return the objects of one kind."""
    return [item for item in objects if item["kind"] == kind]


def texts(template: Object) -> Iterator[tuple[str, Object]]:
    """Yield the manifests that a WorkflowTemplate holds as text, each with the name of its step and filled in.

    Workflow parameters get their defaults, everything else that Argo fills in gets a plain name or number.
    """
    spec = template["spec"]
    defaults = {
        f"workflow.parameters.{parameter['name']}": parameter.get("value", "")
        for parameter in spec.get("arguments", {}).get("parameters", [])
    }
    for step in spec.get("templates", []):
        if text := step.get("resource", {}).get("manifest"):
            yield step["name"], yaml.safe_load(fill(text, defaults))


def fill(text: str, values: dict[str, str]) -> str:
    """Replace Argo's placeholders."""

    def value(match: re.Match[str]) -> str:
        expression = match[1]
        if expression in values:
            return str(values[expression])
        return "3" if expression.rsplit(".", 1)[-1] in {"epoch", "round", "run-hours"} else "filled-in"

    return PLACEHOLDER.sub(value, text)


def pods(item: Any, path: str = "") -> Iterator[tuple[str, Object]]:
    """Yield every pod spec inside an object, with the path that leads to it."""
    if isinstance(item, dict):
        if isinstance(item.get("containers"), list):
            yield path, item
        for key, child in item.items():
            yield from pods(child, f"{path}.{key}")
    elif isinstance(item, list):
        for index, child in enumerate(item):
            yield from pods(child, f"{path}[{index}]")
