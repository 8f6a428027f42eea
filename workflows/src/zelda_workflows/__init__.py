"""The Zelda RLAIF loop: one list of steps, run on one machine."""

from zelda_workflows.commit import commit_epoch
from zelda_workflows.config import RunConfig
from zelda_workflows.errors import MissingRecordError, ParametersError, StepFailedError, WorkflowError
from zelda_workflows.runner import Runner
from zelda_workflows.step import Step, epoch_steps
from zelda_workflows.store import Store, StoreError
from zelda_workflows.summary import EpochSummary, read_summaries

__all__ = [
    "EpochSummary",
    "MissingRecordError",
    "ParametersError",
    "RunConfig",
    "Runner",
    "Step",
    "StepFailedError",
    "Store",
    "StoreError",
    "WorkflowError",
    "commit_epoch",
    "epoch_steps",
    "read_summaries",
]
