"""The commands of `zelda-rlaif` for a cluster: write the templates, start a run, and the steps only a workflow has."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings

from zelda_workflows.config import RunConfig
from zelda_workflows.decision import decide
from zelda_workflows.errors import ClusterError, MissingExtraError
from zelda_workflows.name import check_plain, check_run_name
from zelda_workflows.parameters import check_parameters
from zelda_workflows.progress import write_end
from zelda_workflows.store import Store

if TYPE_CHECKING:
    from zelda_workflows.argo.cluster import Cluster, WorkflowState

_NAMESPACE = Field("zelda-rlaif", description="Where the templates and the workflows are")
_ARGO_SERVER = Field(
    "", description="Address of an Argo server, such as https://localhost:2746; empty for the Kubernetes API"
)
_INSECURE = Field(False, description="Do not check the Argo server's certificate")


class Render(BaseSettings):
    """Write the WorkflowTemplates and the CronWorkflow, as YAML, from the one list of steps.

    Example: zelda-rlaif render --output workflows/rendered
    """

    output: str = Field("workflows/rendered", description="The folder that takes the files")
    check: bool = Field(False, description="Write nothing; fail if the files there are not those of this version")

    def execute(self) -> int:
        """Write or compare the files and print their paths."""
        with _needs_argo():
            from zelda_workflows.argo.render import check, write  # noqa: PLC0415 - an extra
        for path in check(Path(self.output)) if self.check else write(Path(self.output)):
            print(path)
        return 0


class Submit(BaseSettings, RunConfig):  # type: ignore[misc] # both say model_config
    """Start a run in a cluster from a WorkflowTemplate that is there.

    Flags that are left out keep the template's defaults. With --argo-server the token comes from the environment
    variable ARGO_TOKEN; without, the cluster is the one that kubectl would use (KUBECONFIG, or the pod's own).

    Examples:
      zelda-rlaif submit --run first --epochs 10 --run-hours 8 --ray-workers 8
      zelda-rlaif submit --store s3://bucket/first --parameter ray-cluster=zelda-rl --parameter head-cpu=4
      zelda-rlaif submit --template zelda-score-epoch --run first --parameter epoch=3 --panel llm
    """

    run: str = Field("", description="Name of the run: its folder in the template's store")
    store: str = Field("", description="Base URL of the run, such as s3://zelda/first, to place it elsewhere")
    template: str = Field("zelda-rlaif", description="Which template: zelda-rlaif, zelda-train-epoch, …")
    parameter: list[str] = Field([], description="Another parameter of the template, as name=value; may be repeated")
    namespace: str = _NAMESPACE
    argo_server: str = _ARGO_SERVER
    insecure: bool = _INSECURE

    def execute(self) -> int:
        """Submit it and print the workflow's name and what to do next."""
        with _needs_argo():
            from zelda_workflows.argo.submission import name_run, split_assignments, submit  # noqa: PLC0415 - an extra
        run, place = name_run(self.run, self.store)
        given = (self.model_fields_set & set(RunConfig.model_fields)) - {"store"}
        flags = {name.replace("_", "-"): str(getattr(self, name)) for name in sorted(given)}
        cluster = _connect(self.namespace, self.argo_server, insecure=self.insecure)
        made = submit(cluster, self.template, run, flags | place | split_assignments(self.parameter))
        print(made.name)
        print(f"follow it with: zelda-rlaif status --store {made.store}", file=sys.stderr)
        return 0


class Logs(BaseSettings):
    """Print the last lines of every pod of a run: those of its steps, and those of Ray.

    Example: zelda-rlaif logs --run first --lines 20
    """

    run: str = Field(description="Name of the run")
    lines: int = Field(100, ge=1, description="Lines of each container, at most")
    namespace: str = _NAMESPACE

    def execute(self) -> int:
        """Print them, each after the names of its pod and container."""
        with _needs_argo():
            from zelda_workflows.argo.cluster import KubernetesCluster  # noqa: PLC0415 - an extra
        cluster = KubernetesCluster(self.namespace, os.environ.get("KUBECONFIG", ""))
        for source, line in cluster.logs(check_run_name(self.run), self.lines):
            print(f"{source} | {line}")
        return 0


class Next(BaseSettings, RunConfig):  # type: ignore[misc] # both say model_config
    """Decide what a workflow does next and write each answer into a file; the first step of every round.

    Refuses parameters that differ from those the store was started with, as `run` does.

    Example: zelda-rlaif next --store s3://zelda/demo --epochs 3 --began 2026-01-01T00:00:00Z --output /tmp/next
    """

    began: AwareDatetime = Field(description="When the run's hours began to count")
    round: int = Field(0, ge=0, description="Epochs that this workflow has begun already")
    only_epoch: int | None = Field(None, ge=0, description="Decide on this epoch alone")
    workflow_uid: str = Field("local", description="Makes the successor's name its own")
    output: str = Field(description="Folder for the files action, epoch, rayjob, round, hours-left and successor")

    def execute(self) -> int:
        """Write the decision and print it."""
        config = RunConfig.model_validate(self.model_dump(include=set(RunConfig.model_fields)))
        check_run_name(config.name)
        check_plain({name: str(value) for name, value in config.model_dump().items()})
        store = Store(config.store)
        check_parameters(store, config)
        decision = decide(
            store,
            config.name,
            range(config.epochs) if self.only_epoch is None else range(self.only_epoch, self.only_epoch + 1),
            hours=config.run_hours,
            began=self.began,
            now=datetime.now(UTC),
            rounds_done=self.round,
            workflow_uid=self.workflow_uid,
        )
        decision.write(Path(self.output))
        print(f"{decision.action}: epoch {decision.epoch} of {config.name}, RayJob {decision.rayjob}")
        return 0


class Finish(BaseSettings):
    """Write into progress.json how a workflow ended; its last step, however it ended.

    Example: zelda-rlaif finish --store s3://zelda/demo --epochs 3 --status Failed
    """

    store: str = Field(description="Base URL of the run")
    epochs: int = Field(ge=1, description="How many epochs were wanted")
    status: str = Field(description="Argo's word for how it ended: Succeeded, Failed or Error")

    def execute(self) -> int:
        """Write it."""
        store = Store(self.store)
        run = RunConfig.model_validate({"store": self.store}).name
        write_end(store, datetime.now(UTC), run=run, epochs=self.epochs, succeeded=self.status == "Succeeded")
        print(f"{run}: {self.status}")
        return 0


def cluster_states(run: str, namespace: str, argo_server: str) -> list[WorkflowState]:
    """Return how a run's workflows stand, the newest first; none where no cluster is named.

    What keeps a cluster that is named from answering is said on stderr: the store has the rest.
    """
    if not (argo_server or os.environ.get("KUBECONFIG") or os.environ.get("KUBERNETES_SERVICE_HOST")):
        return []
    try:
        return _connect(namespace, argo_server, insecure=False).workflows(check_run_name(run))
    except (ClusterError, MissingExtraError) as error:
        print(f"zelda-rlaif: {error}", file=sys.stderr)
        return []


def _connect(namespace: str, argo_server: str, *, insecure: bool) -> Cluster:
    with _needs_argo():
        from zelda_workflows.argo.cluster import ArgoServer, KubernetesCluster  # noqa: PLC0415 - an extra
    if argo_server:
        return ArgoServer(argo_server, os.environ.get("ARGO_TOKEN"), namespace, verify=not insecure)
    return KubernetesCluster(namespace, os.environ.get("KUBECONFIG", ""))


@contextmanager
def _needs_argo() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"this command needs the package {error.name}; install it with: pip install 'zelda-workflows[argo]'"
        ) from error
