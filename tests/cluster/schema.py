"""Hold objects against the schemas of their kinds as strictly as a server with `fieldValidation=Strict` does.

The schemas are files of CustomResourceDefinitions, in folders that ZELDA_SCHEMAS names. What a schema cannot say (CEL
rules, webhooks, quantities) only a server knows: test_api_server.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

# What authors write into metadata. The server's own fields (uid, resourceVersion, …) are unknown on purpose.
METADATA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 253, "pattern": r"^[a-z0-9]([a-z0-9.\-]*[a-z0-9])?$"},
        "generateName": {"type": "string", "maxLength": 248},
        "namespace": {"type": "string", "maxLength": 63, "pattern": r"^[a-z0-9]([a-z0-9\-]*[a-z0-9])?$"},
        "labels": {
            "type": "object",
            "additionalProperties": {
                "type": "string",
                "maxLength": 63,
                "pattern": r"^([A-Za-z0-9]([A-Za-z0-9_.\-]*[A-Za-z0-9])?)?$",
            },
        },
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
        "finalizers": {"type": "array", "items": {"type": "string"}},
    },
    "additionalProperties": False,
}
HEAD = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": METADATA}


def _unique_entries(
    _: Any, keys: list[str], items: Any, schema: dict[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    """A list that is a map by these keys holds each key once."""
    if schema["x-kubernetes-list-type"] != "map" or not isinstance(items, list):
        return
    entries = [tuple(str(item.get(key)) for key in keys) for item in items if isinstance(item, dict)]
    for entry in sorted({entry for entry in entries if entries.count(entry) > 1}):
        yield jsonschema.ValidationError(f"{'/'.join(entry)} is there more than once")


Validator = jsonschema.validators.extend(jsonschema.Draft4Validator, {"x-kubernetes-list-map-keys": _unique_entries})


def validators() -> dict[tuple[str, str], Validator]:
    """Return a validator for each (apiVersion, kind); skips the test where no schemas are named."""
    folders = os.environ.get("ZELDA_SCHEMAS", "")
    if not folders:
        pytest.skip("ZELDA_SCHEMAS names no folders of CustomResourceDefinitions (separated by colons)")
    return _load(folders)


@cache
def _load(folders: str) -> dict[tuple[str, str], Validator]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[tuple[str, str], Validator] = {}
    for folder in folders.split(":"):
        paths = sorted(Path(folder).glob("*.yaml"))
        assert paths, f"ZELDA_SCHEMAS names {folder}, which holds no .yaml"
        for path in paths:
            spec = yaml.load(path.read_text(), loader)["spec"]
            for version in spec["versions"]:
                schema = closed(version["schema"]["openAPIV3Schema"])
                schema["properties"] = {**schema.get("properties", {}), **HEAD}
                schema["required"] = [*schema.get("required", []), "metadata"]
                group = f"{spec['group']}/" if spec["group"] else ""
                found[group + version["name"], spec["names"]["kind"]] = Validator(schema)
    return found


def closed(schema: dict[str, Any], seen: dict[int, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a JSON schema that says what a structural schema means, and refuses what it does not name.

    Args:
        schema: An `openAPIV3Schema` or a part of one.
        seen: Parts that were closed before, by identity: files share large parts.
    """
    seen = {} if seen is None else seen
    if id(schema) in seen:
        return seen[id(schema)]
    result = seen[id(schema)] = dict(schema)
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("anyOf", None)
        result["type"] = ["integer", "string"]
    if schema.get("nullable") and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    if schema.get("x-kubernetes-embedded-resource"):
        result["properties"] = {**result.get("properties", {}), **HEAD}
    else:
        _close_properties(schema, result, seen)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = closed(schema[key], seen)
    return result


def _close_properties(schema: dict[str, Any], result: dict[str, Any], seen: dict[int, dict[str, Any]]) -> None:
    if "properties" in schema:
        result["properties"] = {key: closed(child, seen) for key, child in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False


def faults(item: dict[str, Any], known: dict[tuple[str, str], Validator]) -> list[str]:
    """Return what is wrong with an object, one line a fault; empty when nothing is."""
    kind = item.get("apiVersion", ""), item.get("kind", "")
    label = f"{kind[1]}/{(item.get('metadata') or {}).get('name')}"
    if kind not in known:
        return [f"{label}: no schema for {kind[0]} {kind[1]}"]
    return [f"{label}: {error.json_path}: {error.message[:300]}" for error in known[kind].iter_errors(item)]
