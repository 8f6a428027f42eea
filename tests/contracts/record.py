"""Check a file of the store against the schema of its kind."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from zelda_workflows.store import Store

FOLDER = Path(__file__).resolve().parent


@cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    """Return the validator of a record kind such as `segment`."""
    schema = json.loads((FOLDER / "schemas" / f"{kind}.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def check(record: dict[str, Any]) -> str:
    """Validate one record by the schema that it names; return its kind."""
    kind = str(record["schema"]).split("/")[0]
    validator(kind).validate(record)
    return kind


def check_record(store: Store, path: str) -> set[str]:
    """Validate every record of a JSON or JSON-lines file of ours; return the kinds found."""
    is_ours = path.endswith(("manifest.json", ".jsonl", ".commit")) or "/pipeline/" in path or "/index/" in path
    if not (is_ours or path.endswith(("summary.json", "policy.json", "plan.json"))) or not path.startswith("zelda-"):
        return set()
    return {check(json.loads(line)) for line in store.read(path).splitlines()}
