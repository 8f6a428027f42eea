"""The RayJob that trains one epoch, as data.

The rules it obeys are KubeRay's (1.7): a name of at most 47 characters; Kueue needs `shutdownAfterJobFinishes` and no
deletion rules; a cluster selector allows neither `backoffLimit` nor a queue.
"""

from __future__ import annotations

import shlex
from typing import Any

from zelda_workflows.argo.document import Number, dump
from zelda_workflows.argo.parameter import of
from zelda_workflows.argo.pod import environment, labels, restricted
from zelda_workflows.step import Step

RAY_VERSION = "2.60.0"

SUCCEEDED = "status.jobDeploymentStatus == Complete, status.jobStatus == SUCCEEDED"
"""All must hold. `Complete` alone is also what a job that was stopped ends in."""
FAILED = "status.jobDeploymentStatus in (Failed, ValidationFailed), status.jobStatus == STOPPED"
"""Any one fails the step. A job that is repeated is `Retrying`, its jobStatus still FAILED: that must not."""

_ALIVE_S = 900  # longer than Argo's poll, so that Argo sees how the job ended
_PENDING_S = 3600


def own_cluster(step: Step, epoch: str, name: str) -> str:
    """Return the manifest of a RayJob with a RayCluster of its own, admitted by Kueue.

    Args:
        step: The training step.
        epoch: Text of the epoch's number.
        name: Text of the RayJob's name.
    """
    queue = {"kueue.x-k8s.io/queue-name": of("queue")}
    spec = {
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": _ALIVE_S,
        "preRunningDeadlineSeconds": _PENDING_S,
        "backoffLimit": 1,
        "rayClusterSpec": {
            "rayVersion": RAY_VERSION,
            "headGroupSpec": _head(step, epoch),
            "workerGroupSpecs": [_workers(step, epoch)],
        },
    }
    return dump(_job(step, epoch, name, queue, spec))


def shared_cluster(step: Step, epoch: str, name: str) -> str:
    """Return the manifest of a RayJob on the RayCluster that the parameter `ray-cluster` names."""
    spec = {"clusterSelector": {"ray.io/cluster": of("ray-cluster")}}
    return dump(_job(step, epoch, name, {}, spec))


def _job(step: Step, epoch: str, name: str, more_labels: dict[str, str], spec: dict[str, Any]) -> dict[str, Any]:
    mine = labels("train", run=of("run"), epoch=epoch, workflow="{{workflow.name}}")
    return {
        "apiVersion": "ray.io/v1",
        "kind": "RayJob",
        "metadata": {"name": name, "labels": mine | more_labels},
        "spec": {
            # The head runs it by a shell; quoted, no parameter can be more than one word of it.
            "entrypoint": shlex.join(step.command),
            # The other modes take the end of a log stream for the end of the job.
            "submissionMode": "HTTPMode",
            "activeDeadlineSeconds": Number(of("train-seconds")),
            **spec,
        },
    }


def _head(step: Step, epoch: str) -> dict[str, Any]:
    # No CPUs for Ray: only the learner runs here, and it is no actor.
    start = {"num-cpus": "0", "dashboard-host": "0.0.0.0"}  # noqa: S104 - the operator asks for the job's state
    ports = [
        {"name": name, "containerPort": port}
        for name, port in (("gcs", 6379), ("dashboard", 8265), ("client", 10001), ("metrics", 8080))
    ]
    container = _container("ray-head", step, of("head-cpu"), of("head-memory"), {"ports": ports})
    return {"rayStartParams": start, "template": _pod(container, epoch)}


def _workers(step: Step, epoch: str) -> dict[str, Any]:
    count = Number(of("ray-workers"))
    container = _container("ray-worker", step, of("worker-cpu"), of("worker-memory"), {})
    return {
        "groupName": "players",
        "replicas": count,
        "minReplicas": count,
        "maxReplicas": count,
        "rayStartParams": {"num-cpus": "1"},  # one runner process each
        "template": _pod(container, epoch),
    }


def _container(name: str, step: Step, cpu: str, memory: str, more: dict[str, Any]) -> dict[str, Any]:
    size = {"cpu": cpu, "memory": memory}
    return {
        "name": name,
        "image": of(f"{step.image}-image"),
        **more,
        "env": [*environment(step.environment), {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"}],
        "resources": {"requests": size, "limits": size},
        "securityContext": restricted(),
        "volumeMounts": [
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - an emptyDir
            {"name": "rom", "mountPath": "/rom", "readOnly": True},
        ],
    }


def _pod(container: dict[str, Any], epoch: str) -> dict[str, Any]:
    return {
        "metadata": {"labels": labels("train", run=of("run"), epoch=epoch)},
        "spec": {
            "serviceAccountName": "zelda-ray",
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [
                {"name": "scratch", "emptyDir": {"sizeLimit": "8Gi"}},
                {"name": "rom", "secret": {"secretName": "zelda-rom", "optional": True}},
            ],
        },
    }
