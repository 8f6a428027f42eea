"""What can go wrong in a run.

WorkflowError
├── MissingRecordError    a step's output is not in the store
├── ParametersError       the store was started with other parameters
└── StepFailedError       a step's command ended with an error
"""


class WorkflowError(Exception):
    """Base of every error of this package."""


class MissingRecordError(WorkflowError, FileNotFoundError):
    """A record that an earlier step should have written is not in the store."""


class ParametersError(WorkflowError, ValueError):
    """The parameters differ from those that the run in this store was started with."""


class StepFailedError(WorkflowError, RuntimeError):
    """A step's command ended with an error; carries its exit code and log."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message, exit_code)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return str(self.args[0])
