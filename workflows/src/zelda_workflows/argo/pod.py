"""What every pod of ours has: nothing it may do beyond its work, a /tmp of its own, and secrets by reference."""

from __future__ import annotations

import json
from typing import Any

from hera.workflows import EmptyDirVolume, Resources, RetryStrategy
from hera.workflows.models import Backoff, PodSecurityContext, Quantity, SeccompProfile

from zelda_workflows.argo.parameter import of
from zelda_workflows.name import EPOCH_LABEL, RUN_LABEL, WORKFLOW_LABEL

PART_OF = "zelda-rlaif"

_RESTRICTED: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}

_SOURCES: dict[str, dict[str, Any]] = {
    "S3_ENDPOINT_URL": {"configMapKeyRef": {"name": "zelda-store", "key": "S3_ENDPOINT_URL"}},
    "S3_ACCESS_KEY": {"secretKeyRef": {"name": "zelda-s3", "key": "S3_ACCESS_KEY"}},
    "S3_SECRET_KEY": {"secretKeyRef": {"name": "zelda-s3", "key": "S3_SECRET_KEY"}},
    "LLM_API_KEY": {"secretKeyRef": {"name": "zelda-llm", "key": "api-key", "optional": True}},
}
# Only the pod's own: where a program may write, and that what it prints is seen at once.
_FIXED = {"HOME": "/tmp", "PYTHONUNBUFFERED": "1"}  # noqa: S108 - an emptyDir

POD_SECURITY = PodSecurityContext(run_as_non_root=True, seccomp_profile=SeccompProfile(type="RuntimeDefault"))

ADOPT = RetryStrategy(
    limit=5,
    retry_policy="Always",
    # A training that failed is the RayJob's to repeat. Only the pod that watched it is started again, and finds it.
    expression="lastRetry.status == 'Error'",
    backoff=Backoff.model_validate({"duration": "10s", "factor": 2, "maxDuration": "5m"}),
)
TRANSIENT = RetryStrategy(
    limit=3,
    retry_policy="Always",
    # A pod that was lost, evicted (143) or out of memory (137), and a store out of reach (75). A command's other exit
    # codes say that a person is needed.
    expression="lastRetry.status == 'Error' || lastRetry.exitCode in ['75', '137', '143']",
    backoff=Backoff.model_validate({"duration": "30s", "factor": 2, "maxDuration": "30m"}),
)


def labels(component: str, **more: str) -> dict[str, str]:
    """Return the labels of an object of ours; `run` and `epoch` are added under their own names."""
    named = {"run": RUN_LABEL, "epoch": EPOCH_LABEL, "workflow": WORKFLOW_LABEL}
    return {
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/name": f"zelda-{component}",
        "app.kubernetes.io/component": component,
    } | {named[key]: value for key, value in more.items()}


def environment(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the variables of a container that runs a step, as Kubernetes has them."""
    sources = [{"name": name, "valueFrom": _SOURCES[name]} for name in names if name in _SOURCES]
    rom = [{"name": "ZELDA_ROM", "value": of("rom")}] if "ZELDA_ROM" in names else []
    return [*({"name": name, "value": value} for name, value in _FIXED.items()), *sources, *rom]


def restricted() -> dict[str, Any]:
    """Return the security context of a container, as Kubernetes has it."""
    return _RESTRICTED


def scratch() -> EmptyDirVolume:
    """Return the volume at /tmp, the one place where a container of ours may write."""
    return EmptyDirVolume(name="scratch", mount_path="/tmp", size_limit=Quantity(root="2Gi"))  # noqa: S108 - it is an emptyDir


def sizes(cpu: str, memory: str) -> Resources:
    """Return requests and limits; memory is the same in both, CPU may be borrowed up to four times."""
    return Resources(cpu_request=cpu, cpu_limit=_times_four(cpu), memory_request=memory, memory_limit=memory)


def _times_four(cpu: str) -> str:
    return f"{4 * int(cpu.removesuffix('m'))}m" if cpu.endswith("m") else str(4 * int(cpu))


def executor_patch(container: str) -> str:
    """Return the pod patch that limits and restricts the containers that Argo adds: `init` and another one.

    Args:
        container: `wait` beside a command, `main` of a resource template.
    """
    small = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}
    # What Argo's containers may write lies in volumes of Argo's; where they write, Argo decides.
    security = {key: value for key, value in _RESTRICTED.items() if key != "readOnlyRootFilesystem"}

    def entry(name: str) -> dict[str, Any]:
        return {"name": name, "resources": small, "securityContext": security}

    patch = {"initContainers": [entry("init")], "containers": [entry(container)]}
    return json.dumps(patch, separators=(",", ":"))
