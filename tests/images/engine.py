"""Ways to start a container under a random uid with a read-only root: podman, docker, or pods of a cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

UID = 1_000_650_000
"""Of the size that OpenShift gives to a namespace; no image knows it."""
_NAMESPACE = "zelda-images-test"
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@dataclass(frozen=True)
class Result:
    """What a container did: its exit code and all that it printed."""

    code: int
    output: str


class Engine(Protocol):
    """Something that runs one command in a container and waits for its end."""

    def run(self, image: str, command: list[str], timeout_s: float) -> Result: ...


@dataclass(frozen=True)
class LocalEngine:
    """`podman run` or `docker run`, with the words that RUNNER and RUN_FLAGS add for a machine that needs some."""

    program: list[str]
    flags: list[str]

    def run(self, image: str, command: list[str], timeout_s: float) -> Result:
        """Run a command without network, rights or a writable place but /tmp."""
        line = [*self.program, "run", "--rm", "--read-only", "--tmpfs", "/tmp:rw,mode=1777", "--user", f"{UID}:0"]
        line += ["--cap-drop", "all", "--security-opt", "no-new-privileges", "--network", "none", "--no-healthcheck"]
        line += [*self.flags, image, *command]
        done = subprocess.run(line, capture_output=True, text=True, timeout=timeout_s, check=False)
        return Result(done.returncode, done.stdout + done.stderr)


@dataclass(frozen=True)
class ClusterEngine:
    """Pods in a namespace of their own that enforces the restricted standard; the node must have the images."""

    def prepare(self) -> None:
        """Make the namespace."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        _apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE, "labels": labels}})
        deadline = time.monotonic() + 60
        while _fails(_kubectl("get", "serviceaccount", "default")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no default service account in {_NAMESPACE} after 60 s; expected a running cluster")
            time.sleep(0.5)

    def remove(self) -> None:
        """Delete the namespace and all in it."""
        subprocess.run(_kubectl("delete", "namespace", _NAMESPACE, "--wait=false"), capture_output=True, check=False)

    def run(self, image: str, command: list[str], timeout_s: float) -> Result:
        """Run a command as a pod and return what its log and its end say."""
        name = f"run-{uuid.uuid4().hex[:10]}"
        _apply(_pod(name, image, command))
        deadline = time.monotonic() + timeout_s
        while True:
            status = json.loads(_output("get", "pod", name, "-o", "json"))["status"]
            if status["phase"] in {"Succeeded", "Failed"}:
                break
            if time.monotonic() > deadline:
                seen = json.dumps(status)
                raise TimeoutError(f"{name} ({image}) is {status['phase']} after {timeout_s:.0f} s: {seen}")
            time.sleep(0.5)
        state = status["containerStatuses"][0]["state"]["terminated"]
        log = _output("logs", name)
        subprocess.run(_kubectl("delete", "pod", name, "--wait=false"), capture_output=True, check=True)
        return Result(state["exitCode"], log)


def find_engine() -> tuple[Engine | None, str]:
    """Return an engine, or None, and what was found."""
    named = os.environ.get("RUNNER", "").split()
    for program in [named] if named else [["podman"], ["docker"]]:
        if shutil.which(program[0]) and not _fails([*program, "info"]):
            return LocalEngine(program, os.environ.get("RUN_FLAGS", "").split()), f"containers by {program[0]}"
    if not os.environ.get("KUBECONFIG") or shutil.which("kubectl") is None:
        return None, "found neither podman, nor a docker that answers, nor kubectl with a KUBECONFIG"
    nodes = subprocess.run(["kubectl", "get", "nodes", "-o", "name"], capture_output=True, text=True, check=False)
    if nodes.returncode or not nodes.stdout.strip():
        return None, f"the cluster of KUBECONFIG has no node to run pods on: {nodes.stderr.strip()[:200]}"
    return ClusterEngine(), f"pods on {nodes.stdout.split()[0]}"


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _kubectl(*words: str) -> list[str]:
    return ["kubectl", "--namespace", _NAMESPACE, *words]


def _output(*words: str) -> str:
    return subprocess.run(_kubectl(*words), capture_output=True, text=True, check=True).stdout


def _apply(record: dict[str, Any]) -> None:
    done = subprocess.run(
        ["kubectl", "apply", "--server-side", "-f", "-"],
        input=json.dumps(record),
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the cluster refused {record['kind']}: {done.stderr.strip()}")


def _pod(name: str, image: str, command: list[str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": _NAMESPACE},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": UID,
                "runAsGroup": 0,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "main",
                    "image": image,
                    "imagePullPolicy": "IfNotPresent",
                    "command": command,
                    "securityContext": _RESTRICTED,
                    "resources": {
                        "requests": {"cpu": "100m", "memory": "512Mi"},
                        "limits": {"cpu": "2", "memory": "6Gi"},
                    },
                    "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
                }
            ],
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        },
    }
