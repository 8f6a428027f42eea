"""When to ask again and how long to wait before it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from pydantic import BaseModel, ConfigDict, Field

RETRIED_CODES = frozenset({408, 429, 500, 502, 503, 504, 529})
"""Statuses worth another try. 400 and 422 are never: the same request gets the same answer."""


class RetryPolicy(BaseModel):
    """How often and how patiently to ask again."""

    model_config = ConfigDict(frozen=True)

    attempts: int = Field(default=5, ge=1)
    """Most attempts of one request, the first included."""
    base_s: float = Field(default=0.5, gt=0)
    """Longest first wait; it doubles with every attempt."""
    cap_s: float = Field(default=30.0, gt=0)
    """Longest wait, also where a server's Retry-After asks for more."""
    budget_share: float = Field(default=0.1, ge=0)
    """Retries allowed as a share of all requests, so that a sick server is not asked five times as much."""
    budget_floor: int = Field(default=20, ge=0)
    """Retries allowed in any case."""

    def wait_s(self, attempt: int, retry_after_s: float | None, rng: random.Random) -> float:
        """Return the wait before the next attempt in seconds: full jitter, on top of what the server asked for.

        Args:
            attempt: How many attempts failed, from 1.
            retry_after_s: The server's wish, if it had one.
            rng: Where the jitter comes from.
        """
        jitter = rng.uniform(0.0, min(self.cap_s, self.base_s * 2.0 ** (attempt - 1)))
        return jitter if retry_after_s is None else min(self.cap_s, retry_after_s) + min(jitter, self.base_s)

    def allows(self, retries: int, requests: int) -> bool:
        """Return whether the budget has room for one more retry."""
        return retries < self.budget_floor + self.budget_share * requests


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, 0 or more; None where there is none that can be read.

    A date is compared with the response's own Date, so no clock of ours is needed.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
