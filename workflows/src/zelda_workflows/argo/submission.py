"""A workflow to be submitted: which template, which run, which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zelda_workflows.argo.cluster import Cluster
from zelda_workflows.errors import ParametersError
from zelda_workflows.name import RUN_LABEL, check_plain, check_run_name, object_name

_PREFIX_LENGTH = 50  # the server adds five characters, and Argo up to eight for a pod's suffix


@dataclass(frozen=True)
class Submitted:
    """A workflow that was created.

    Attributes:
        name: The workflow's name.
        store: Base URL of its run.
    """

    name: str
    store: str


def name_run(run: str, store: str) -> tuple[str, dict[str, str]]:
    """Return the run's name, and the parameter that says where it lies if that is not the template's place.

    Args:
        run: The run's name; empty for the last part of `store`.
        store: The run's own URL; empty for the template's place.

    Raises:
        ParametersError: Neither is given, or they name two runs.
    """
    place, _, name = store.rstrip("/").rpartition("/")
    if not (run or name):
        raise ParametersError("which run? Name it with --run, or its URL with --store, such as s3://zelda/first")
    if store and run not in {"", name}:
        raise ParametersError(f"--run {run!r} is not the run of --store {store!r}, {name!r}; leave one of them out")
    return run or name, {"store": place} if store else {}


def split_assignments(assignments: list[str]) -> dict[str, str]:
    """Return `{name: value}` of texts such as `head-cpu=4`.

    Raises:
        ParametersError: One has no `=`, or names nothing.
    """
    result = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not name or not equals:
            raise ParametersError(f"--parameter {assignment!r} is not of the form name=value, such as head-cpu=4")
        result[name] = value
    return result


def submit(cluster: Cluster, template: str, run: str, parameters: Mapping[str, str]) -> Submitted:
    """Submit a workflow from a template that is in the cluster.

    Args:
        cluster: Where.
        template: Name of the WorkflowTemplate.
        run: Name of the run.
        parameters: Those that differ from the template's defaults.

    Raises:
        RunNameError: The run's name cannot be a label.
        ParametersError: The template has no such parameter, or a value cannot stand in a manifest.
        ClusterError: The cluster cannot be reached, has no such template, or refuses.
    """
    check_run_name(run)
    check_plain(parameters)
    known = cluster.template_parameters(template)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise ParametersError(f"{template} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    place = parameters.get("store", known.get("store"))
    return Submitted(cluster.submit(workflow(template, run, parameters)), f"{place}/{run}")


def workflow(template: str, run: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the object to create."""
    arguments = {"run": run, **parameters}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "generateName": f"{object_name(run, 'run', _PREFIX_LENGTH)}-",
            "labels": {"app.kubernetes.io/part-of": "zelda-rlaif", RUN_LABEL: run},
        },
        "spec": {
            "workflowTemplateRef": {"name": template},
            "arguments": {"parameters": [{"name": name, "value": value} for name, value in arguments.items()]},
        },
    }
