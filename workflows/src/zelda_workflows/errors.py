"""What can go wrong in a run.

WorkflowError
├── MissingRecordError    a step's output is not in the store
├── ParametersError       the store was started with other parameters, or a template has none of that name or value
├── MissingExtraError     the command needs packages of the extra `argo`
├── RenderError           the templates on the disk are not those of this version, or cannot be rendered
├── RunNameError          the run's name cannot name objects in Kubernetes
├── ClusterError          the cluster or the Argo server cannot be used, or does not have what was asked for
└── StepFailedError       a step's command ended with an error
"""


class WorkflowError(Exception):
    """Base of every error of this package."""

    exit_code = 2
    """With which a command ends: 2, somebody has to do something first."""


class MissingRecordError(WorkflowError, FileNotFoundError):
    """A record that an earlier step should have written is not in the store."""


class ParametersError(WorkflowError, ValueError):
    """The parameters differ from those that the store was started with, or a template cannot take them."""


class MissingExtraError(WorkflowError, ImportError):
    """The command needs packages of the extra `argo`, which are not installed."""


class RenderError(WorkflowError, ValueError):
    """The templates on the disk are not those of this version, or cannot be rendered."""


class RunNameError(WorkflowError, ValueError):
    """The run's name cannot name objects in Kubernetes."""


class ClusterError(WorkflowError, ConnectionError):
    """The cluster or the Argo server cannot be used, or does not have what was asked for."""


class StepFailedError(WorkflowError, RuntimeError):
    """A step's command ended with an error; carries its exit code and log."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message, exit_code)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return str(self.args[0])
