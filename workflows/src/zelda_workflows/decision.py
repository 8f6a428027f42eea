"""What a workflow does next: train another epoch, hand over to a successor, or stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from zelda_workflows.commit import is_committed
from zelda_workflows.name import WORKFLOW_LENGTH, object_name, rayjob_name
from zelda_workflows.store import Store

ROUNDS = 50
"""Epochs of one workflow. Each is one level of recursion, and Argo allows a depth of 100; the status grows, too."""


@dataclass(frozen=True)
class Decision:
    """What is to be done, as the output parameters of the step `next`.

    Attributes:
        action: `train` an epoch, `succeed` (hand over to a successor), or `stop`.
        epoch: The first epoch that is not committed.
        rayjob: The name of the RayJob that trains it.
        round: Epochs that this workflow will have begun.
        hours_left: What is left of the run's hours for a successor; 0 is no limit.
        successor: The name of the workflow that goes on.
    """

    action: Literal["train", "succeed", "stop"]
    epoch: int
    rayjob: str
    round: int
    hours_left: float
    successor: str

    def outputs(self) -> dict[str, str]:
        """Return the text of each output parameter, under its name in Argo."""
        return {name.replace("_", "-"): str(value) for name, value in vars(self).items()}

    def write(self, folder: Path) -> None:
        """Write each output into a file of its name, where Argo reads it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.outputs().items():
            (folder / name).write_text(text, encoding="ascii")


def decide(
    store: Store,
    run: str,
    epochs: range,
    *,
    hours: float,
    began: datetime,
    now: datetime,
    rounds_done: int,
    workflow_uid: str,
) -> Decision:
    """Return what the workflow does next.

    Args:
        store: The run's store.
        run: The run's name.
        epochs: Those that are wanted; the first one without a commit comes next.
        hours: No new epoch is begun after so many; 0 is no limit.
        began: When the hours began to count.
        now: The time, of the same zone.
        rounds_done: Epochs that this workflow has begun already.
        workflow_uid: Makes the successor's name its own, the same one however often this is called.
    """
    open_epoch = next((epoch for epoch in epochs if not is_committed(store, epoch)), None)
    hours_left = max(0.0, hours - (now - began).total_seconds() / 3600)
    action: Literal["train", "succeed", "stop"] = "train"
    if open_epoch is None or (hours > 0 and hours_left == 0):
        action = "stop"
    elif rounds_done >= ROUNDS:
        action = "succeed"
    epoch = epochs.stop if open_epoch is None else open_epoch
    return Decision(
        action=action,
        epoch=epoch,
        rayjob=rayjob_name(run, epoch),
        round=rounds_done + 1,
        hours_left=hours_left if hours else 0.0,
        successor=object_name(run, f"{workflow_uid[:8]}-e{epoch}", WORKFLOW_LENGTH),
    )
