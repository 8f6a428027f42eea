"""Argo on paper: a rendered template with its parameters put in, unrolled into the commands that its pods would run."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

RENDERED = Path(__file__).resolve().parent.parent / "rendered"

# What the cluster would hold; the values are only told apart.
SECRETS = {
    ("zelda-s3", "S3_ACCESS_KEY"): "the-access-key",
    ("zelda-s3", "S3_SECRET_KEY"): "the-secret-key",
    ("zelda-llm", "api-key"): "the-model-key",
}
CONFIG = {("zelda-store", "S3_ENDPOINT_URL"): "http://store:9000"}
OF_THE_WORKFLOW = {
    "workflow.name": "demo-run-abcde",
    "workflow.uid": "0123456789abcdef",
    "workflow.status": "Succeeded",
    "workflow.creationTimestamp.RFC3339": "2026-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Command:
    """What one pod runs: the words of its command line and its variables."""

    template: str
    words: tuple[str, ...]
    environment: dict[str, str]


@dataclass(frozen=True)
class Model:
    """A template with the values of its parameters.

    Attributes:
        document: The WorkflowTemplate.
        values: Text of every expression that is known, such as `workflow.parameters.run`.
        results: What a template's command prints, by the template's name.
    """

    document: dict
    values: dict[str, str]
    results: dict[str, str]

    @classmethod
    def load(cls, name: str, results: dict[str, str] | None = None, **parameters: str) -> Model:
        document = yaml.safe_load((RENDERED / f"{name}.yaml").read_text())
        given = {key.replace("_", "-"): value for key, value in parameters.items()}
        known = {entry["name"]: entry["value"] for entry in document["spec"]["arguments"]["parameters"]}
        assert given.keys() <= known.keys(), f"{name} has no {given.keys() - known.keys()}"
        values = {f"workflow.parameters.{key}": value for key, value in (known | given).items()}
        values |= {
            "workflow.name": "demo-run-abcde",
            "workflow.uid": "0123456789abcdef",
            "workflow.status": "Succeeded",
        }
        values["workflow.creationTimestamp.RFC3339"] = "2026-01-01T00:00:00Z"
        return cls(document, values, results or {})

    def fill(self, text: str) -> str:
        """Put in what is known; anything else is a mistake."""
        return re.sub(r"\{\{([^}]*)\}\}", lambda match: self.values[match[1].strip()], text)

    def templates(self) -> dict[str, dict]:
        return {template["name"]: template for template in self.document["spec"]["templates"]}

    def call(self, name: str, /, **inputs: str) -> list[Command]:
        """Return what a template runs, in order; steps of one group in the order of the list."""
        template = self.templates()[name]
        declared = {entry["name"] for entry in template.get("inputs", {}).get("parameters", [])}
        assert inputs.keys() == declared, f"{name} takes {declared}, got {inputs.keys()}"
        here = replace(self, values=self.values | {f"inputs.parameters.{key}": value for key, value in inputs.items()})
        if "steps" in template:
            return [command for group in template["steps"] for step in group for command in here._step(step)]
        return [here._command(template)]

    def manifest(self, name: str, /, **inputs: str) -> dict:
        """Return the object inside a resource template."""
        here = replace(self, values=self.values | {f"inputs.parameters.{key}": value for key, value in inputs.items()})
        return yaml.safe_load(here.fill(self.templates()[name]["resource"]["manifest"]))

    def _step(self, step: dict) -> list[Command]:
        if "when" in step and not _holds(self.fill(step["when"])):
            return []
        items = [None]
        if "withParam" in step:
            source = re.fullmatch(r"\{\{steps\.(.+)\.outputs\.result\}\}", step["withParam"])[1]
            items = json.loads(self.results[source])
        return [command for item in items for command in self._call_step(step, item)]

    def _call_step(self, step: dict, item: object) -> list[Command]:
        here = self if item is None else replace(self, values=self.values | {"item": str(item)})
        arguments = {entry["name"]: here.fill(entry["value"]) for entry in step["arguments"]["parameters"]}
        return self.call(step["template"], **arguments)

    def _command(self, template: dict) -> Command:
        if "container" in template:
            container = json.loads(self.fill(json.dumps(template["container"])))
            return Command(template["name"], (*container["command"], *container["args"]), environment(container))
        job = yaml.safe_load(self.fill(template["resource"]["manifest"]))
        entrypoint = tuple(shlex.split(job["spec"]["entrypoint"]))
        if "clusterSelector" in job["spec"]:
            return Command(template["name"], entrypoint, {})
        head = job["spec"]["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["containers"][0]
        return Command(template["name"], entrypoint, environment(head))


def environment(container: dict) -> dict[str, str]:
    """Return a container's variables, those of Secrets and ConfigMaps looked up."""
    result = {}
    for entry in container["env"]:
        source = entry.get("valueFrom", {})
        if "secretKeyRef" in source:
            result[entry["name"]] = SECRETS[source["secretKeyRef"]["name"], source["secretKeyRef"]["key"]]
        elif "configMapKeyRef" in source:
            result[entry["name"]] = CONFIG[source["configMapKeyRef"]["name"], source["configMapKeyRef"]["key"]]
        else:
            result[entry["name"]] = entry["value"]
    return result


def _holds(condition: str) -> bool:
    """Evaluate comparisons of plain words, joined by &&."""
    sides = [re.fullmatch(r"\s*(\S*)\s*(==|!=)\s*(\S*)\s*", part).groups() for part in condition.split("&&")]
    return all((left == right) == (operator == "==") for left, operator, right in sides)
