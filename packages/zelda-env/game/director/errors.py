"""What can go wrong: a route that says nothing sensible, and a game that goes another way than the route says."""

from __future__ import annotations


class DirectorError(Exception):
    """Anything the director refuses; the message says what was seen, what was expected and what to do."""


class RouteError(DirectorError):
    """A line of a route file cannot be understood."""


class StuckError(DirectorError):
    """The game did not do what the route expects."""
