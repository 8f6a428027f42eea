"""The parameters of the templates: every flag of `zelda-rlaif run` under its own name, and what only a cluster has."""

from __future__ import annotations

from dataclasses import dataclass

from hera.workflows import Parameter

from zelda_workflows.config import RunConfig

WORKER_IMAGE = "ghcr.io/zelda-rlaif/worker:0.1.0"
JUDGE_IMAGE = "ghcr.io/zelda-rlaif/judge:0.1.0"


@dataclass(frozen=True)
class _Own:
    name: str
    value: str
    description: str


_OWN = (
    _Own("run", "demo", "Name of the run: its folder in the store, a label, and its part in other objects' names"),
    _Own("store", "s3://zelda", "URL below which every run has a folder of its name"),
    _Own("worker-image", WORKER_IMAGE, "Image that plays and trains"),
    _Own("judge-image", JUDGE_IMAGE, "Image that scores, fits and commits"),
    _Own("rom", "", "Path of a cartridge, /rom/rom.gbc if the Secret zelda-rom has one; empty for the free game"),
    _Own("ray-cluster", "", "A RayCluster that is there, such as zelda-rl; empty for one of its own for each epoch"),
    _Own("queue", "zelda-rlaif", "Kueue's LocalQueue for an epoch's own RayCluster"),
    _Own("head-cpu", "2", "CPUs of the Ray head, where the learner runs"),
    _Own("head-memory", "6Gi", "Memory of the Ray head"),
    _Own("worker-cpu", "1", "CPUs of a Ray worker; each plays for one of ray-workers"),
    _Own("worker-memory", "2Gi", "Memory of a Ray worker"),
    _Own("train-seconds", "43200", "Longest time an epoch may train once it has its pods"),
)

FLAGS = tuple(name for name in RunConfig.model_fields if name != "store")
"""The fields of `RunConfig` that are parameters as they are."""

STORE = "{{workflow.parameters.store}}/{{workflow.parameters.run}}"
"""The base URL of the run."""


def flag(name: str) -> str:
    """Return a field's name as the flag and the parameter have it."""
    return name.replace("_", "-")


def of(name: str) -> str:
    """Return the expression for a parameter of the workflow."""
    return f"{{{{workflow.parameters.{name}}}}}"


def values() -> dict[str, str]:
    """Return, for every field of `RunConfig`, the expression that stands for it."""
    return {name: of(flag(name)) for name in FLAGS} | {"store": STORE}


def parameters() -> list[Parameter]:
    """Return the parameters of a template, with the defaults of `zelda-rlaif run`."""
    own = [Parameter(name=entry.name, value=entry.value, description=entry.description) for entry in _OWN]
    fields = RunConfig.model_fields
    shared = [
        Parameter(
            name=flag(name),
            value=_text(fields[name].default),
            description=fields[name].description,
            enum=["rules", "llm"] if name == "panel" else None,
        )
        for name in FLAGS
    ]
    return own[:2] + shared + own[2:]


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
