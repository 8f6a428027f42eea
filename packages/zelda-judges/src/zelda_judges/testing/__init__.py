"""For your tests: recorded segments made on the spot, and an endpoint that misbehaves on request.

Nothing here is a mock: segments are files in the store's format, and the endpoint is HTTP on the loopback interface.
"""

from zelda_judges.testing.endpoint import (
    FakeEndpoint,
    Fault,
    body,
    content,
    drip,
    drop,
    fewer,
    hang,
    hashed_answer,
    refusal,
    status,
)
from zelda_judges.testing.recording import state, wander, write_episode

__all__ = [
    "FakeEndpoint",
    "Fault",
    "body",
    "content",
    "drip",
    "drop",
    "fewer",
    "hang",
    "hashed_answer",
    "refusal",
    "state",
    "status",
    "wander",
    "write_episode",
]
