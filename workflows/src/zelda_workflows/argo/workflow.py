"""The workflows: the loop, a single epoch, a single pass of scoring, and a nightly run."""

from __future__ import annotations

from hera.workflows import CronWorkflow, Parameter, Steps, WorkflowTemplate
from hera.workflows import Step as Call
from hera.workflows.models import (
    LabelValueFrom,
    Metadata,
    Mutex,
    PodGC,
    Synchronization,
    TTLStrategy,
    WorkflowMetadata,
    WorkflowTemplateRef,
)

from zelda_workflows.argo import pod, template
from zelda_workflows.argo.parameter import of, parameters
from zelda_workflows.argo.template import LOOP, chosen
from zelda_workflows.name import RUN_LABEL

TRAIN_EPOCH = "zelda-train-epoch"
SCORE_EPOCH = "zelda-score-epoch"
NIGHTLY = "zelda-rlaif-nightly"

_HOUR_S = 3600


def loop() -> WorkflowTemplate:
    """Return the loop: epoch after epoch while there are hours and epochs left."""
    with _template(LOOP, "epochs", parameters()) as made:
        epoch = template.epoch_template()
        choice = template.next_template()
        successor = template.successor_template()
        with Steps(name="epochs", inputs=[Parameter(name="round", value="0")]) as epochs:
            choice(name="next", arguments={"round": "{{inputs.parameters.round}}"})
            trains = f"{chosen('action')} == train"
            passed = {"epoch": chosen("epoch"), "rayjob": chosen("rayjob")}
            Call(name="epoch", template=epoch, arguments=passed, when=trains)
            with epochs.parallel():
                Call(name="again", template=epochs, arguments={"round": chosen("round")}, when=trains)
                Call(
                    name="succeed",
                    template=successor,
                    arguments={"name": chosen("successor"), "run-hours": chosen("hours-left")},
                    when=f"{chosen('action')} == succeed",
                )
        template.exit_templates(report=True)
    return made


def train_epoch() -> WorkflowTemplate:
    """Return the training of a single epoch: its RayJob, nothing else."""
    with _template(TRAIN_EPOCH, "one", [*parameters(), _epoch_parameter()]) as made:
        choice = template.next_template("--only-epoch", of("epoch"))
        training = template.training_templates(template.rendered_steps()["train"])
        with Steps(name="one") as one:
            choice(name="next", arguments={"round": "0"})
            with one.parallel():
                template.call_training(training, chosen("epoch"), chosen("rayjob"), f"{chosen('action')} == train")
        template.exit_templates(report=False)
    return made


def score_epoch() -> WorkflowTemplate:
    """Return a single pass of scoring over an epoch that is recorded."""
    steps = template.rendered_steps()
    words = " ".join(word for name in ("plan", "score", "merge") for word in steps[name].command)
    used = [entry for entry in parameters() if of(str(entry.name)) in words or entry.name == "judge-image"]
    with _template(SCORE_EPOCH, "one", [*used, _epoch_parameter()]) as made:
        scoring = template.scoring_templates(steps)
        with Steps(name="one"):
            template.call_scoring(scoring, of("epoch"))
    return made


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
