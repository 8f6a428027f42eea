"""Where workflows run: a Kubernetes API server, or an Argo server in front of one (needs the extra `argo`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import requests
import urllib3.exceptions
from hera.exceptions import HeraException, NotFound
from hera.workflows import WorkflowsService
from hera.workflows.models import Workflow, WorkflowCreateRequest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from zelda_workflows.errors import ClusterError
from zelda_workflows.name import RUN_LABEL

_GROUP, _VERSION = "argoproj.io", "v1alpha1"
_TIMEOUT_S = 10.0


class _Session(requests.Session):
    """A session that gives up: Hera asks for no time limit."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - the signature is requests'
        return super().request(*args, **{"timeout": _TIMEOUT_S, **kwargs})


@dataclass(frozen=True)
class WorkflowState:
    """How a workflow stands.

    Attributes:
        name: Its name.
        phase: Argo's word, such as `Running`; `Pending` before the controller has seen it.
        progress: Pods that are done, of those known so far, such as `3/7`.
        started: RFC 3339, or an empty string before it has begun.
        message: Why it is as it is, if Argo says.
    """

    name: str
    phase: str
    progress: str
    started: str
    message: str

    @classmethod
    def of(cls, workflow: dict[str, Any]) -> WorkflowState:
        """Read it from the workflow's object."""
        status = workflow.get("status") or {}
        return cls(
            name=workflow["metadata"]["name"],
            phase=status.get("phase") or "Pending",
            progress=status.get("progress") or "",
            started=status.get("startedAt") or "",
            message=status.get("message") or "",
        )


class Cluster(Protocol):
    """What the command line needs of either server; every call raises ClusterError when the server refuses."""

    def template_parameters(self, name: str) -> dict[str, str | None]:
        """Return the parameters of a WorkflowTemplate with their defaults."""

    def submit(self, workflow: dict[str, Any]) -> str:
        """Create a workflow and return the name that it got."""

    def workflows(self, run: str) -> list[WorkflowState]:
        """Return the workflows of a run, the newest first."""


class KubernetesCluster:
    """A Kubernetes API server, found as kubectl finds it: KUBECONFIG, ~/.kube/config, or the pod's service account.

    Args:
        namespace: Where the templates and the workflows are.
        kubeconfig: Of KUBECONFIG; empty where that is not set.

    Raises:
        ClusterError: No cluster is configured here.
    """

    def __init__(self, namespace: str, kubeconfig: str = "") -> None:
        self._namespace = namespace
        settings = client.Configuration()
        settings.retries = False  # an unreachable server is said at once
        try:
            # The client remembers the KUBECONFIG of the moment when it was imported; this one is of now.
            named = {"config_file": kubeconfig} if kubeconfig else {}
            config.load_config(client_configuration=settings, **named)  # type: ignore[no-untyped-call]
        except (ConfigException, OSError) as error:
            raise ClusterError(
                f"no Kubernetes cluster is configured here ({_one_line(error)}); set KUBECONFIG, or name an Argo "
                "server with --argo-server"
            ) from error
        self._where = f"{settings.host}, namespace {namespace}"
        api = client.ApiClient(settings)
        self._objects, self._core = client.CustomObjectsApi(api), client.CoreV1Api(api)

    def template_parameters(self, name: str) -> dict[str, str | None]:
        """Return the parameters of a WorkflowTemplate with their defaults."""
        with self._explained(f"the WorkflowTemplate {name}"):
            found: Any = self._objects.get_namespaced_custom_object(
                _GROUP, _VERSION, self._namespace, "workflowtemplates", name, _request_timeout=_TIMEOUT_S
            )
        return _parameters(found)

    def submit(self, workflow: dict[str, Any]) -> str:
        """Create a workflow and return the name that it got."""
        with self._explained("workflows"):
            made: Any = self._objects.create_namespaced_custom_object(
                _GROUP, _VERSION, self._namespace, "workflows", workflow, _request_timeout=_TIMEOUT_S
            )
        return str(made["metadata"]["name"])

    def workflows(self, run: str) -> list[WorkflowState]:
        """Return the workflows of a run, the newest first."""
        with self._explained("workflows"):
            found: Any = self._objects.list_namespaced_custom_object(
                _GROUP,
                _VERSION,
                self._namespace,
                "workflows",
                _request_timeout=_TIMEOUT_S,
            )
        return _newest_first(found["items"], run)

    def logs(self, run: str, lines: int) -> Iterator[tuple[str, str]]:
        """Yield `(pod/container, line)` of the last lines of every container of the run, the oldest pod first.

        Args:
            run: The run's name.
            lines: How many of each container, at most.
        """
        with self._explained("pods"):
            pods: list[Any] = self._core.list_namespaced_pod(
                self._namespace, label_selector=f"{RUN_LABEL}={run}", _request_timeout=_TIMEOUT_S
            ).items
        if not pods:
            raise ClusterError(
                f"run {run!r} has no pods at {self._where}; those that ended well are removed after some hours; "
                "check the names with: zelda-rlaif status"
            )
        for pod in sorted(pods, key=_created):
            for container in pod.spec.containers:
                yield from self._container_logs(pod.metadata.name, container.name, lines)

    def _container_logs(self, pod: str, container: str, lines: int) -> Iterator[tuple[str, str]]:
        try:
            with self._explained(f"the logs of {pod}"):
                said = self._core.read_namespaced_pod_log(
                    pod, self._namespace, container=container, tail_lines=lines, _request_timeout=_TIMEOUT_S
                )
        except ClusterError as error:  # a container that has not started has no log; the others have
            said = f"({error})"
        for line in (said or "").splitlines():
            yield f"{pod}/{container}", line

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            raise ClusterError(_refusal(what, self._where, error.status, _message(error))) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ClusterError(_unreachable(self._where, error)) from error


class ArgoServer:
    """An Argo server.

    Args:
        url: Such as `https://localhost:2746`; a bare host and port is taken for https.
        token: A bearer token; None where the server asks for none.
        namespace: Where the templates and the workflows are.
        verify: Whether the server's certificate is checked.
    """

    def __init__(self, url: str, token: str | None, namespace: str, *, verify: bool = True) -> None:
        host = url if "://" in url else f"https://{url}"
        self._where = f"{host}, namespace {namespace}"
        self._namespace = namespace
        self._service = WorkflowsService(
            host=host, token=token, namespace=namespace, verify_ssl=verify, session=_Session()
        )

    def template_parameters(self, name: str) -> dict[str, str | None]:
        """Return the parameters of a WorkflowTemplate with their defaults."""
        with self._explained(f"the WorkflowTemplate {name}"):
            return _parameters(_data(self._service.get_workflow_template(name)))

    def submit(self, workflow: dict[str, Any]) -> str:
        """Create a workflow and return the name that it got."""
        request = WorkflowCreateRequest(workflow=Workflow.model_validate(workflow))
        with self._explained("workflows"):
            return str(_data(self._service.create_workflow(request))["metadata"]["name"])

    def workflows(self, run: str) -> list[WorkflowState]:
        """Return the workflows of a run, the newest first."""
        with self._explained("workflows"):
            found = self._service.list_workflows()
        return _newest_first(_data(found).get("items") or [], run)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except HeraException as error:
            status = 404 if isinstance(error, NotFound) else None
            raise ClusterError(_refusal(what, self._where, status, _one_line(error))) from error
        except (requests.RequestException, OSError) as error:
            raise ClusterError(_unreachable(self._where, error)) from error


def _created(pod: Any) -> datetime:  # noqa: ANN401 - the server sets what the model says may be missing
    created: datetime = pod.metadata.creation_timestamp
    return created


def _data(model: Any) -> dict[str, Any]:  # noqa: ANN401 - any of Hera's models
    data: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return data


def _parameters(template: dict[str, Any]) -> dict[str, str | None]:
    listed = (template["spec"].get("arguments") or {}).get("parameters") or []
    return {entry["name"]: entry.get("value") for entry in listed}


def _newest_first(workflows: list[dict[str, Any]], run: str) -> list[WorkflowState]:
    mine = [workflow for workflow in workflows if _run_of(workflow) == run]
    mine.sort(key=lambda workflow: str(workflow["metadata"].get("creationTimestamp", "")), reverse=True)
    return [WorkflowState.of(workflow) for workflow in mine]


def _run_of(workflow: dict[str, Any]) -> str | None:
    """Return a workflow's run: of its label, its argument, or its template's default.

    Argo leaves the label out when a workflow has to wait before it is first looked at (4.1.2).
    """
    label = (workflow["metadata"].get("labels") or {}).get(RUN_LABEL)
    template = (workflow.get("status") or {}).get("storedWorkflowTemplateSpec") or {}
    given = _parameters(workflow).get("run") if workflow.get("spec") else None
    return label or given or _parameters({"spec": template}).get("run")


def _refusal(what: str, where: str, status: int | None, message: str) -> str:
    if status == 404:
        return (
            f"{what}: not found at {where}; check the names, or apply the templates first: "
            "kubectl apply --server-side -k gitops/overlays/dev"
        )
    if status in {401, 403}:
        return f"{what}: access denied at {where} ({message}); check the token, or your rights in that namespace"
    return f"{what}: refused at {where}: {message}"


def _unreachable(where: str, error: Exception) -> str:
    return f"cannot reach {where} ({_one_line(error)}); check that it runs and that the address is right"


def _message(error: ApiException) -> str:
    try:
        return str(json.loads(error.body or "")["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
