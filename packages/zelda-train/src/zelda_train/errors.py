"""Errors of zelda-train.

```
TrainError              anything this package refuses or cannot go on with
├── ConfigError         a training parameter, or a combination of them, makes no sense
├── CheckpointError     a checkpoint is missing, incomplete, corrupt, or did not reach every runner
├── PotentialError      the learnt potential does not fit: another layout, a wrong shape, numbers that are not finite
├── ClusterError         Ray cannot be started or reached
├── SamplingError       the environment runners deliver no steps
└── StackError          the packages that make up the whole system are not installed
```

Every message says what was seen, what was expected, and what to do. The errors pickle, so they cross Ray processes.
"""

from __future__ import annotations


class TrainError(Exception):
    """Base class of every error that zelda-train raises on purpose."""


class ConfigError(TrainError, ValueError):
    """A training parameter makes no sense."""


class CheckpointError(TrainError):
    """A checkpoint cannot be written, read, or handed to every runner."""


class PotentialError(TrainError, ValueError):
    """A potential cannot be used for shaping."""


class ClusterError(TrainError, ConnectionError):
    """Ray cannot be started or reached."""


class SamplingError(TrainError):
    """The environment runners deliver no steps."""


class StackError(TrainError, ImportError):
    """A sibling package that a command needs is not installed."""
