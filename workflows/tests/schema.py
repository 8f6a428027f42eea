"""Strict checks of Kubernetes objects against the structural schemas of CustomResourceDefinitions."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

_OBJECT = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}


def folders() -> list[Path]:
    """Return the folders that ZELDA_SCHEMAS names; none if it is not set."""
    return [Path(folder) for folder in os.environ.get("ZELDA_SCHEMAS", "").split(":") if folder]


@cache
def _validators() -> dict[tuple[str, str], Draft202012Validator]:
    found = {}
    for path in (path for folder in folders() for path in sorted(folder.glob("*.yaml"))):
        spec = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["spec"]
        for version in spec["versions"]:
            api = f"{spec['group']}/{version['name']}".lstrip("/")
            found[api, spec["names"]["kind"]] = Draft202012Validator(_strict(version["schema"]["openAPIV3Schema"]))
    return found


def _strict(schema: dict[str, Any], top: bool = True) -> dict[str, Any]:
    """Return a schema that refuses fields it does not name."""
    result = {key: value for key, value in schema.items() if key not in {"format", "default"}}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if schema.get("nullable"):
        result["type"] = [schema["type"], "null"]
    if "properties" in schema:
        result["properties"] = {name: _strict(child, False) for name, child in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    if top or schema.get("x-kubernetes-embedded-resource"):
        result["properties"] = result.get("properties", {}) | _OBJECT
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = _strict(schema[key], False)
    return result


def faults(thing: dict[str, Any]) -> list[str]:
    """Return what a server that refuses unknown fields would say, without CEL rules and webhooks."""
    validator = _validators()[thing["apiVersion"], thing["kind"]]
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(thing)]
