"""The templates that workflows are made of: the steps' commands, the RayJob, and what holds the loop together."""

from __future__ import annotations

from collections.abc import Sequence

from hera.workflows import Container, Parameter, Resource, Steps
from hera.workflows import Step as Call
from hera.workflows.models import EnvVar, SecurityContext, ValueFrom

from zelda_workflows.argo import pod, rayjob
from zelda_workflows.argo.document import dump
from zelda_workflows.argo.parameter import FLAGS, STORE, flag, of, parameters, values
from zelda_workflows.name import EPOCH_LABEL, WORKFLOW_LABEL
from zelda_workflows.step import Step, list_steps

LOOP = "zelda-rlaif"
"""Name of the loop's WorkflowTemplate, which a successor starts again."""

_EPOCH = "{{inputs.parameters.epoch}}"
_SHARD = "{{inputs.parameters.shard}}"
_RAYJOB = "{{inputs.parameters.rayjob}}"
_OUT = "/tmp/next"  # noqa: S108 - in the pod's emptyDir

_HOUR_S = 3600
_SHORT_S = 900
_DEADLINES_S = {"plan": 1800, "score": 12 * _HOUR_S, "merge": 1800, "fit": 4 * _HOUR_S}
_SMALL = pod.sizes("100m", "512Mi")
_SIZES = {
    "plan": pod.sizes("250m", "512Mi"),
    "score": pod.sizes("500m", "1Gi"),
    "merge": pod.sizes("250m", "1Gi"),
    "fit": pod.sizes("1", "4Gi"),
}
_TRAIN_TIMEOUT = "72h"  # the wait in Kueue's queue counts, too


def rendered_steps() -> dict[str, Step]:
    """Return the one list of steps under the names of their templates, with Argo's parameters for values."""
    return {step.name.removesuffix(f"-{_SHARD}"): step for step in list_steps(values(), _EPOCH, [_SHARD])}


def epoch_template() -> Steps:
    """Return one epoch: train, score, fit, commit."""
    steps = rendered_steps()
    training, scoring = training_templates(steps["train"]), scoring_templates(steps)
    fitting, committing = (_command_template(name, steps[name]) for name in ("fit", "commit"))
    with Steps(name="epoch", inputs=[Parameter(name="epoch"), Parameter(name="rayjob")]) as epoch:
        with epoch.parallel():
            call_training(training, _EPOCH, _RAYJOB)
        call_scoring(scoring, _EPOCH)
        fitting(name="fit", arguments={"epoch": _EPOCH})
        committing(name="commit", arguments={"epoch": _EPOCH})
    return epoch


def training_templates(step: Step) -> tuple[Resource, Resource]:
    """Return the templates that train: on a RayCluster of the epoch's own, and on one that is there."""
    return (
        _train_template("train", rayjob.own_cluster(step, _EPOCH, _RAYJOB)),
        _train_template("train-shared", rayjob.shared_cluster(step, _EPOCH, _RAYJOB)),
    )


def _train_template(name: str, manifest: str) -> Resource:
    return Resource(
        name=name,
        inputs=[Parameter(name="epoch"), Parameter(name="rayjob")],
        action="apply",
        manifest=manifest,
        success_condition=rayjob.SUCCEEDED,
        failure_condition=rayjob.FAILED,
        set_owner_reference=True,
        retry_strategy=pod.ADOPT,
        timeout=_TRAIN_TIMEOUT,
        labels={EPOCH_LABEL: _EPOCH},
        pod_spec_patch=pod.executor_patch("main"),
    )


def call_training(training: tuple[Resource, Resource], epoch: str, name: str, when: str = "") -> None:
    """Call the one of the two that the parameter `ray-cluster` asks for."""
    condition = f"{when} && " if when else ""
    for template, comparison in zip(training, ("==", "!="), strict=True):
        Call(
            name=template.name or "",
            template=template,
            arguments={"epoch": epoch, "rayjob": name},
            when=f"{condition}'{of('ray-cluster')}' {comparison} ''",
        )


def scoring_templates(steps: dict[str, Step]) -> tuple[Container, Container, Container]:
    """Return the templates that plan a scoring pass, score a shard, and merge."""
    shard = Parameter(name="shard")
    return (
        _command_template("plan", steps["plan"]),
        _command_template("score", steps["score"], shard),
        _command_template("merge", steps["merge"]),
    )


def call_scoring(scoring: tuple[Container, Container, Container], epoch: str) -> None:
    """Call the three, the middle one once for each shard."""
    plan, score, merge = scoring
    plan(name="plan", arguments={"epoch": epoch})
    # What the command prints is the list of the shards' numbers.
    each = "{{steps.plan.outputs.result}}"
    Call(name="score", template=score, arguments={"epoch": epoch, "shard": "{{item}}"}, with_param=each)
    merge(name="merge", arguments={"epoch": epoch})


def _command_template(name: str, step: Step, *inputs: Parameter) -> Container:
    component = "judge" if step.phase == "score" else "workflow"
    return _container(
        name,
        step,
        inputs=[Parameter(name="epoch"), *inputs],
        labels=pod.labels(component) | {EPOCH_LABEL: _EPOCH},
    )


def _container(
    name: str,
    step: Step,
    *,
    inputs: Sequence[Parameter] = (),
    outputs: Sequence[Parameter] = (),
    labels: dict[str, str] | None = None,
) -> Container:
    """Return the template that runs a step's command."""
    return Container(
        name=name,
        inputs=list(inputs),
        outputs=list(outputs),
        labels=labels,
        image=of(f"{step.image}-image"),
        command=[step.command[0]],
        args=list(step.command[1:]),
        env=[EnvVar.model_validate(entry) for entry in pod.environment(step.environment)],
        resources=_SIZES.get(name, _SMALL),
        security_context=SecurityContext.model_validate(pod.restricted()),
        volumes=pod.scratch(),
        pod_spec_patch=pod.executor_patch("wait"),
        active_deadline_seconds=_DEADLINES_S.get(name, _SHORT_S),
        retry_strategy=pod.TRANSIENT,
    )


def _run_flags() -> tuple[str, ...]:
    """Return all parameters of the run as flags."""
    return ("--store", STORE, *(word for name in FLAGS for word in (f"--{flag(name)}", of(flag(name)))))


def next_template(*more: str) -> Container:
    """Return the template that decides what is done next, from the commits in the store."""
    command = (
        *("zelda-rlaif", "next", *_run_flags()),
        *("--began", "{{workflow.creationTimestamp.RFC3339}}", "--round", "{{inputs.parameters.round}}"),
        *("--workflow-uid", "{{workflow.uid}}", "--output", _OUT, *more),
    )
    outputs = ("action", "epoch", "rayjob", "round", "hours-left", "successor")
    return _container(
        "next",
        Step("next", "train", command),
        inputs=[Parameter(name="round")],
        outputs=[Parameter(name=output, value_from=ValueFrom(path=f"{_OUT}/{output}")) for output in outputs],
    )


def chosen(name: str) -> str:
    """Return the expression for an output of the step `next`."""
    return f"{{{{steps.next.outputs.parameters.{name}}}}}"


def successor_template() -> Resource:
    """Return the template that submits the workflow which goes on, under a name that a second try finds again."""
    passed = [{"name": entry.name, "value": of(str(entry.name))} for entry in parameters()]
    hours = {"name": "run-hours", "value": "{{inputs.parameters.run-hours}}"}
    manifest = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "{{inputs.parameters.name}}", "labels": pod.labels("workflow", run=of("run"))},
        "spec": {
            "workflowTemplateRef": {"name": LOOP},
            "arguments": {"parameters": [hours if entry["name"] == "run-hours" else entry for entry in passed]},
        },
    }
    return Resource(
        name="successor",
        inputs=[Parameter(name="name"), Parameter(name="run-hours")],
        action="apply",
        manifest=dump(manifest),
        retry_strategy=pod.ADOPT,
        active_deadline_seconds=_SHORT_S,
        pod_spec_patch=pod.executor_patch("main"),
    )


def exit_templates(*, report: bool) -> None:
    """Make the templates that run last, however the workflow ended.

    Args:
        report: Whether how it ended is how the run ended, and goes into `progress.json`.
    """
    selector = f"{WORKFLOW_LABEL}={{{{workflow.name}}}}"
    stop = Resource(
        name="stop-training",
        action="delete",
        flags=["rayjobs.ray.io", f"--selector={selector}", "--wait=false"],
        retry_strategy=pod.TRANSIENT,
        active_deadline_seconds=_SHORT_S,
        pod_spec_patch=pod.executor_patch("main"),
    )
    with Steps(name="finish") as finish, finish.parallel():
        stop(name="stop-training")
        if report:
            _report_template()(name="report")


def _report_template() -> Container:
    place = ("--store", STORE, "--epochs", of("epochs"))
    return _container(
        "report", Step("report", "commit", ("zelda-rlaif", "finish", *place, "--status", "{{workflow.status}}"))
    )
