"""The names and labels of a run's objects in Kubernetes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from zelda_workflows.errors import ParametersError, RunNameError

RAYJOB_LENGTH = 47
"""KubeRay refuses a longer RayJob name (1.7, `MaxRayJobNameLength`)."""
WORKFLOW_LENGTH = 63
"""A workflow's name is a label of its pods."""

RUN_LABEL = "zelda-rlaif/run"
EPOCH_LABEL = "zelda-rlaif/epoch"
WORKFLOW_LABEL = "zelda-rlaif/workflow"

_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_PLAIN = re.compile(r"[^\s\x00-\x1f\x7f'\"`${}\\]*")
_HASH_LENGTH = 8


def check_run_name(run: str) -> str:
    """Return the run's name if it can be a label and stand in a manifest.

    Raises:
        RunNameError: It cannot.
    """
    if not _LABEL.fullmatch(run):
        raise RunNameError(
            f"the run's name is {run!r}; expected 1 to 63 letters, digits, '-', '_' or '.', a letter or digit at both "
            "ends, for it becomes a label in Kubernetes; choose another --run"
        )
    return run


def check_plain(values: Mapping[str, str]) -> None:
    """Refuse a parameter's value that could be more than a value once it stands in a manifest or a command line.

    Raises:
        ParametersError: One has a blank, a quote, a brace, a dollar, a backslash or a control character in it.
    """
    for name, value in values.items():
        if not _PLAIN.fullmatch(value):
            raise ParametersError(
                f"the value of {name} is {value!r}; expected no blanks, quotes, braces, dollars or backslashes, for it "
                "becomes part of a manifest"
            )


def rayjob_name(run: str, epoch: int) -> str:
    """Return the name of the RayJob that trains an epoch: always the same one for the same run and epoch.

    A watching pod that is started again finds its RayJob by this name instead of making a second one.
    """
    return object_name(run, f"e{epoch}", RAYJOB_LENGTH)


def object_name(run: str, suffix: str, length: int) -> str:
    """Return a DNS-1035 name of a run and a suffix; what had to be changed or cut is told apart by a hash.

    Args:
        run: Any text.
        suffix: Lower-case letters, digits and '-'; kept whole.
        length: The most characters; at least those of the suffix and 11 more.
    """
    plain = f"{run}-{suffix}"
    if len(plain) <= length and _DNS_1035.fullmatch(plain):
        return plain
    digest = hashlib.sha256(run.encode()).hexdigest()[:_HASH_LENGTH]
    readable = re.sub(r"[^a-z0-9]+", "-", run.lower())
    room = length - len(suffix) - len(digest) - len("r---")
    return "-".join(filter(None, ["r", readable.strip("-")[:room].rstrip("-"), digest, suffix]))
