"""The templates: the loop, a single epoch, a single pass of scoring, and a nightly run."""

from __future__ import annotations

from collections.abc import Sequence

from hera.workflows import Container, CronWorkflow, Parameter, Resource, Steps, WorkflowTemplate
from hera.workflows import Step as Call
from hera.workflows.models import (
    EnvVar,
    LabelValueFrom,
    Metadata,
    Mutex,
    PodGC,
    SecurityContext,
    Synchronization,
    TTLStrategy,
    ValueFrom,
    WorkflowMetadata,
    WorkflowTemplateRef,
)

from zelda_workflows.argo import pod, rayjob
from zelda_workflows.argo.document import dump
from zelda_workflows.argo.parameter import FLAGS, STORE, flag, of, parameters, values
from zelda_workflows.name import EPOCH_LABEL, RUN_LABEL, WORKFLOW_LABEL
from zelda_workflows.step import Step, list_steps

LOOP = "zelda-rlaif"
TRAIN_EPOCH = "zelda-train-epoch"
SCORE_EPOCH = "zelda-score-epoch"
NIGHTLY = "zelda-rlaif-nightly"

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


def loop() -> WorkflowTemplate:
    """Return the loop: epoch after epoch while there are hours and epochs left."""
    with _template(LOOP, "epochs", parameters()) as template:
        epoch = _epoch_steps()
        choice = _next()
        successor = _successor()
        with Steps(name="epochs", inputs=[Parameter(name="round", value="0")]) as epochs:
            choice(name="next", arguments={"round": "{{inputs.parameters.round}}"})
            trains = f"{_output('action')} == train"
            passed = {"epoch": _output("epoch"), "rayjob": _output("rayjob")}
            Call(name="epoch", template=epoch, arguments=passed, when=trains)
            with epochs.parallel():
                Call(name="again", template=epochs, arguments={"round": _output("round")}, when=trains)
                Call(
                    name="succeed",
                    template=successor,
                    arguments={"name": _output("successor"), "run-hours": _output("hours-left")},
                    when=f"{_output('action')} == succeed",
                )
        _exit_handler()
    return template


def train_epoch() -> WorkflowTemplate:
    """Return the training of a single epoch: its RayJob, nothing else."""
    with _template(TRAIN_EPOCH, "one", [*parameters(), _epoch_parameter()]) as template:
        choice = _next("--only-epoch", of("epoch"))
        training = _train_templates(_steps()["train"])
        with Steps(name="one") as one:
            choice(name="next", arguments={"round": "0"})
            with one.parallel():
                _call_training(training, _output("epoch"), _output("rayjob"), f"{_output('action')} == train")
        _exit_handler()
    return template


def score_epoch() -> WorkflowTemplate:
    """Return a single pass of scoring over an epoch that is recorded."""
    steps = _steps()
    words = " ".join(word for name in ("plan", "score", "merge") for word in steps[name].command)
    used = [entry for entry in parameters() if of(str(entry.name)) in words or entry.name == "judge-image"]
    with _template(SCORE_EPOCH, "one", [*used, _epoch_parameter()]) as template:
        scoring = _score_templates(steps)
        with Steps(name="one"):
            _call_scoring(scoring, of("epoch"))
    return template


def nightly() -> CronWorkflow:
    """Return a run that goes on for some hours every night; it is delivered suspended."""
    return CronWorkflow(
        name=NIGHTLY,
        labels=pod.labels("workflow"),
        schedules=["0 22 * * *"],
        timezone="Etc/UTC",
        cron_suspend=True,
        concurrency_policy="Forbid",
        starting_deadline_seconds=_HOUR_S,
        successful_jobs_history_limit=7,
        failed_jobs_history_limit=7,
        workflow_template_ref=WorkflowTemplateRef(name=LOOP),
        arguments=[
            Parameter(name="run", value="nightly"),
            Parameter(name="epochs", value="100000"),
            Parameter(name="run-hours", value="8"),
        ],
    )


def _template(name: str, entrypoint: str, arguments: list[Parameter]) -> WorkflowTemplate:
    run = {RUN_LABEL: LabelValueFrom(expression="workflow.parameters.run")}
    return WorkflowTemplate(
        name=name,
        labels=pod.labels("workflow"),
        entrypoint=entrypoint,
        arguments=arguments,
        service_account_name="zelda-workflow",
        security_context=pod.POD_SECURITY,
        workflow_metadata=WorkflowMetadata(labels=pod.labels("workflow"), labels_from=run),
        pod_metadata=Metadata(labels=pod.labels("workflow", run=of("run"))),
        # One workflow at a time works on a run; another one of the same name waits for it.
        synchronization=Synchronization(mutexes=[Mutex(name=f"zelda-rlaif-{of('run')}")]),
        pod_gc=PodGC(strategy="OnPodSuccess", delete_delay_duration="6h"),
        ttl_strategy=TTLStrategy(seconds_after_completion=7 * 24 * _HOUR_S),
        on_exit=None if name == SCORE_EPOCH else "finish",
    )


def _epoch_parameter() -> Parameter:
    return Parameter(name="epoch", value="0", description="Number of the epoch, from 0")


def _steps() -> dict[str, Step]:
    """Return the one list of steps under the names of their templates, Argo's parameters for values."""
    return {step.name.removesuffix(f"-{_SHARD}"): step for step in list_steps(values(), _EPOCH, [_SHARD])}


def _epoch_steps() -> Steps:
    steps = _steps()
    training, scoring = _train_templates(steps["train"]), _score_templates(steps)
    fitting, committing = (_command_template(name, steps[name]) for name in ("fit", "commit"))
    with Steps(name="epoch", inputs=[Parameter(name="epoch"), Parameter(name="rayjob")]) as epoch:
        with epoch.parallel():
            _call_training(training, _EPOCH, _RAYJOB)
        _call_scoring(scoring, _EPOCH)
        fitting(name="fit", arguments={"epoch": _EPOCH})
        committing(name="commit", arguments={"epoch": _EPOCH})
    return epoch


def _train_templates(step: Step) -> tuple[Resource, Resource]:
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


def _call_training(training: tuple[Resource, Resource], epoch: str, name: str, when: str = "") -> None:
    """Call the one of the two that the parameter `ray-cluster` asks for."""
    condition = f"{when} && " if when else ""
    for template, comparison in zip(training, ("==", "!="), strict=True):
        Call(
            name=template.name or "",
            template=template,
            arguments={"epoch": epoch, "rayjob": name},
            when=f"{condition}'{of('ray-cluster')}' {comparison} ''",
        )


def _score_templates(steps: dict[str, Step]) -> tuple[Container, Container, Container]:
    shard = Parameter(name="shard")
    return (
        _command_template("plan", steps["plan"]),
        _command_template("score", steps["score"], shard),
        _command_template("merge", steps["merge"]),
    )


def _call_scoring(scoring: tuple[Container, Container, Container], epoch: str) -> None:
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


def _next(*more: str) -> Container:
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


def _output(name: str) -> str:
    return f"{{{{steps.next.outputs.parameters.{name}}}}}"


def _successor() -> Resource:
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


def _exit_handler() -> None:
    """Make the template that runs last, however the workflow ended."""
    selector = f"{WORKFLOW_LABEL}={{{{workflow.name}}}}"
    stop = Resource(
        name="stop-training",
        action="delete",
        flags=["rayjobs.ray.io", f"--selector={selector}", "--wait=false"],
        retry_strategy=pod.TRANSIENT,
        active_deadline_seconds=_SHORT_S,
        pod_spec_patch=pod.executor_patch("main"),
    )
    command = ("zelda-rlaif", "finish", "--store", STORE, "--epochs", of("epochs"), "--status", "{{workflow.status}}")
    report = _container("report", Step("report", "commit", command))
    with Steps(name="finish") as finish, finish.parallel():
        stop(name="stop-training")
        report(name="report")
