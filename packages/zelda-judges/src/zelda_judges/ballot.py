"""One vote, and the parser that makes it from whatever a model answered."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from zelda_judges.rubric import TOP_SCORE

Status = Literal["ok", "invalid", "truncated", "refused", "timeout", "http"]
STATUSES: tuple[Status, ...] = ("ok", "invalid", "truncated", "refused", "timeout", "http")

MAX_ANSWER_CHARS = 16_384
"""Longer answers are not looked at: a ballot needs about a hundred characters."""

MAX_REASON_CHARS = 200

_SPECIAL_TOKENS = re.compile(r"(?:\s|<\|[\w ]{1,40}\|>|</?(?:s|eos|end_of_turn|pad)>|\[/?(?:INST|EOS)\])*")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a key twice: which of the two scores was meant is not ours to guess."""
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice")
    return dict(pairs)


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_unique)


class Ballot(BaseModel):
    """One vote of one judge on one segment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Status
    """`ok`, or why it does not count: not the object asked for, cut off at the token limit, refused, no answer in time,
    or an error of the server or the connection."""
    scores: dict[str, int] = Field(default_factory=dict)
    """A digit 0..5 for each rubric; empty unless the status is `ok`."""
    reason: str = ""
    """The judge's own words, or what went wrong; at most 200 characters, without control characters."""


def failed(status: Status, reason: str) -> Ballot:
    """Return a vote that counts as a failure."""
    return Ballot(status=status, reason=clean(reason))


def parse_ballot(choice: object, rubrics: Sequence[str]) -> Ballot:
    """Return the vote in one choice of a chat completion; every way of not voting has a status of its own.

    The text is read as JSON from its first character to the end of the first object. White space and special tokens
    that a server forgot to strip may follow, nothing else. The keys must be exactly the rubrics and `reason`.

    Args:
        choice: An element of `choices`, as the server sent it: `message.content`, `message.refusal`, `finish_reason`.
        rubrics: The names of the rubrics asked for.

    Returns:
        A ballot; never raises, whatever the server sent.
    """
    if not isinstance(choice, dict) or not isinstance(message := choice.get("message"), dict):
        return failed("invalid", "the choice has no message")
    finish = choice.get("finish_reason")
    if message.get("refusal") or finish == "content_filter":
        return failed("refused", str(message.get("refusal") or "content filter"))
    if finish == "length":
        return failed("truncated", "the answer ran into the token limit")
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        return failed("invalid", "the message has no text")
    return _parse_text(content, rubrics)


def clean(text: str) -> str:
    """Return untrusted text fit for a record or a log line: one line, printable, encodable, at most 200 characters."""
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * MAX_REASON_CHARS])
    return " ".join(printable.split())[:MAX_REASON_CHARS].strip()


def _parse_text(content: str, rubrics: Sequence[str]) -> Ballot:
    text = content.strip()
    if len(text) > MAX_ANSWER_CHARS:
        return failed("invalid", f"the answer has {len(text)} characters; at most {MAX_ANSWER_CHARS} are read")
    try:
        answer, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        return failed("invalid", f"not a JSON object alone: {type(error).__name__}: {error}")
    if not _SPECIAL_TOKENS.fullmatch(text, end):
        return failed("invalid", f"text after the JSON object: {text[end : end + 40]!r}")
    return _parse_answer(answer, rubrics)


def _parse_answer(answer: object, rubrics: Sequence[str]) -> Ballot:
    if not isinstance(answer, dict):
        return failed("invalid", f"expected an object, found {type(answer).__name__}")
    if set(answer) != {*rubrics, "reason"}:
        return failed("invalid", f"keys {sorted(answer)[:8]}; expected {sorted({*rubrics, 'reason'})}")
    for name in rubrics:
        score = answer[name]
        if type(score) is not int or not 0 <= score <= TOP_SCORE:
            return failed("invalid", f"{name} is {str(score)[:20]!r}; expected a digit from 0 to {TOP_SCORE}")
    if not isinstance(answer["reason"], str):
        return failed("invalid", "reason is not a string")
    return Ballot(status="ok", scores={name: answer[name] for name in rubrics}, reason=clean(answer["reason"]))
