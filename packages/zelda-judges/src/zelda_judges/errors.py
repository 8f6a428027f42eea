"""What can go wrong, as one tree.

```
JudgeError                      everything this package raises on purpose
├── ConfigError   (ValueError)       a flag, an environment variable or an argument is wrong
├── SegmentError  (ValueError)       a recorded segment is not what its manifest or the format says
├── PlanError     (ValueError)       an epoch cannot be planned, scored or merged as it stands
├── RequestError  (RuntimeError)     one request got no answer; the votes it was to give are counted as failed
└── EndpointError (ConnectionError)  the server is gone or refuses everything; scoring stops, what is scored stays
```
"""

from __future__ import annotations

from typing import Literal


class JudgeError(Exception):
    """Base of every error of this package; the message says what was seen, what was expected and what to do."""


class ConfigError(JudgeError, ValueError):
    """A setting is wrong."""


class SegmentError(JudgeError, ValueError):
    """A segment's files are not what the format or the manifest says."""


class PlanError(JudgeError, ValueError):
    """An epoch cannot be planned, scored or merged as it stands in the store."""


class RequestError(JudgeError, RuntimeError):
    """One request got no usable answer after its retries.

    Args:
        status: How the votes of this request are to be recorded: `timeout` or `http`.
        message: What the server did.
        code: The HTTP status, or None when there was no response.
    """

    def __init__(self, status: Literal["timeout", "http"], message: str, code: int | None = None) -> None:
        super().__init__(status, message, code)
        self.status = status
        self.message = message
        self.code = code

    def __str__(self) -> str:
        """Return the message alone."""
        return self.message


class EndpointError(JudgeError, ConnectionError):
    """The endpoint is gone, or refuses every request; nothing more can be scored until that is cured."""
