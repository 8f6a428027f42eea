"""Judges: what turns a segment into a verdict."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from zelda_judges.ballot import Ballot, failed, parse_ballot
from zelda_judges.client import ChatClient, image_part
from zelda_judges.errors import RequestError
from zelda_judges.rubric import PROMPT_VERSION, JudgeName, Rubric, answer_schema, instructions, rubrics_of
from zelda_judges.segment import Segment
from zelda_judges.transcript import select_frames, transcribe
from zelda_judges.verdict import Source, Verdict

MAX_ANSWER_TOKENS = 160
"""A ballot is about 60 tokens; an answer that runs into this limit is counted as truncated."""


class Judge(Protocol):
    """Anything that scores segments. `score_epoch` takes a sequence of these."""

    @property
    def name(self) -> str:
        """Which judge it is, for the records."""

    @property
    def source(self) -> Source:
        """What stands behind it."""

    @property
    def model(self) -> str:
        """Which model or version; scores of different models are not mixed."""

    @property
    def votes(self) -> int:
        """How many votes a verdict of it holds."""

    async def judge(self, segment: Segment) -> Verdict:
        """Return a verdict. A vote that failed is in it as such.

        Raises:
            EndpointError: Nothing can be judged any more.
            SegmentError: The segment cannot be read.
        """


class LLMJudge:
    """A judge that asks a model, several times in one request.

    The message is built for the server's prefix cache: the rubrics first, the same for every segment; then the segment.

    Args:
        name: Which judge's rubrics to ask.
        client: The endpoint.
        model: The model's name there.
        votes: Votes a segment, 1 or more.
        temperature: Of the sampling; with 0 all votes of a segment are the same and say nothing about certainty.
        seed: With the segment's hash it makes the seed of every request, so a run can be repeated.
        frames: Most frames sent as images; 0 for a model without eyes.
        upscale: Whole number by which frames are enlarged.
    """

    source: Source = "llm"

    def __init__(
        self,
        name: JudgeName,
        client: ChatClient,
        model: str,
        *,
        votes: int = 3,
        temperature: float = 0.7,
        seed: int = 0,
        frames: int = 0,
        upscale: int = 2,
    ) -> None:
        self.name = name
        self.model = model
        self.votes = votes
        self.rubrics: tuple[Rubric, ...] = rubrics_of(name)
        self._client = client
        self._temperature = temperature
        self._seed = seed
        self._frames = frames
        self._upscale = upscale

    async def judge(self, segment: Segment) -> Verdict:
        """Ask for the votes on a segment; see `Judge.judge`."""
        answers = await self._client.choices(self.request(segment), self.votes)
        return Verdict(self.name, self.source, self.model, tuple(self._ballot(answer) for answer in answers))

    def request(self, segment: Segment) -> dict[str, Any]:
        """Return the body of the request on a segment, all but `n`; the same segment gives the same bytes."""
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instructions(self.rubrics)},
                {"role": "user", "content": self._content(segment)},
            ],
            "temperature": self._temperature,
            "max_tokens": MAX_ANSWER_TOKENS,
            "seed": self._request_seed(segment),
            "response_format": answer_schema(self.rubrics),
        }

    def _content(self, segment: Segment) -> str | list[dict[str, Any]]:
        """Return the segment as one delimited JSON string, which nothing inside it can leave, and its frames."""
        told = json.dumps(transcribe(segment), ensure_ascii=True).replace("<", "\\u003c")
        text = f"The record, as one JSON string:\n<record>{told}</record>"
        steps = select_frames(segment, self._frames) if self._frames else []
        if not steps:
            return text
        text += f"\nFrames after steps {', '.join(map(str, steps))}, in this order:"
        images = [image_part(segment.frame(step, self._upscale)) for step in steps]
        return [{"type": "text", "text": text}, *images]

    def _request_seed(self, segment: Segment) -> int:
        text = f"{self._seed}:{PROMPT_VERSION}:{self.name}:{segment.sha256}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1

    def _ballot(self, answer: dict[str, Any] | RequestError) -> Ballot:
        if isinstance(answer, RequestError):
            return failed(answer.status, str(answer))
        return parse_ballot(answer, [rubric.name for rubric in self.rubrics])
