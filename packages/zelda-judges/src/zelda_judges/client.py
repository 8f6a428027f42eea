"""A client for `/v1/chat/completions` that survives what servers do."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from zelda_judges.errors import EndpointError, RequestError
from zelda_judges.png import encode_rgb, enlarge
from zelda_judges.retry import RETRIED_CODES, RetryPolicy, retry_after
from zelda_judges.transport import Transport, describe

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 25
"""Failed attempts in a row, over all requests, after which nothing more is asked even of a server that lives.
At least twice the concurrency; answers 429 do not count, they say that the server is well and busy."""

_FATAL = {
    401: "check LLM_API_KEY",
    403: "check LLM_API_KEY and what it may do",
    404: "check --base-url (it ends in /v1) and the names of the models",
    405: "check --base-url: something else listens there",
}


@dataclass
class Counters:
    """What the client did; all of it is shown at the end of a run."""

    requests: int = 0
    """Requests, each with all its attempts."""
    attempts: int = 0
    retries: int = 0
    throttled: int = 0
    """Answers 429 and 503."""
    timeouts: int = 0
    disconnects: int = 0
    """Connections refused, broken, or answers cut off."""
    errors: int = 0
    """Answers of status 400 and above, the throttled ones among them."""
    fewer_choices: int = 0
    """Requests for n votes that were answered with fewer, or refused for their n."""
    extra_requests: int = 0
    """Requests made because the server gives one vote at a time."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counters by name."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


class ChatClient:
    """Asks an OpenAI-compatible endpoint; use it as an async context manager.

    Args:
        base_url: Up to and including `/v1`; no user or password in it.
        api_key: Sent as a bearer token; in no log line, no message and no repr.
        concurrency: Most requests at once, waits between attempts included.
        timeout_s: Longest time for one attempt, from its start to the last byte.
        policy: When to ask again.
        rng: Where the jitter comes from.
        sleep: How to wait.
        ca_file: Certificates to trust instead of the system's, such as a cluster's own authority.

    Raises:
        ConfigError: The URL or the key cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        concurrency: int = 16,
        timeout_s: float = 120.0,
        policy: RetryPolicy | None = None,
        rng: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ca_file: str | None = None,
    ) -> None:
        self.counters = Counters()
        self._transport = Transport(
            base_url, api_key=api_key, concurrency=concurrency, timeout_s=timeout_s, ca_file=ca_file
        )
        self.base_url = self._transport.base_url
        self._policy = policy or RetryPolicy()
        self._rng = rng or random.Random(0)
        self._sleep = sleep
        self._one_at_a_time: set[str] = set()
        self._give_up_after = max(GIVE_UP_AFTER, 2 * concurrency)
        self._failed_in_a_row = 0
        self._gone: str | None = None

    def __repr__(self) -> str:
        """Return the endpoint, never the key."""
        return f"ChatClient({self.base_url!r})"

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def check(self, models: set[str]) -> None:
        """See that the server is there and knows the models, before any work is done.

        Args:
            models: Names that will be asked for. A server without a list of models is taken at its word.

        Raises:
            EndpointError: It cannot be reached, refuses the key, or lists none of a name.
        """
        async with self._transport.slot() as client:
            try:
                response = await self._transport.send(client, "GET", "/models", None)
            except (httpx.RequestError, TimeoutError) as error:
                raise EndpointError(self._unreachable(describe(error))) from error
        if (code := response.code) in {401, 403}:
            raise EndpointError(f"{self.base_url} answers {code}; {_FATAL[code]}")
        listed = _model_names(response.data) if code == httpx.codes.OK else None
        if listed is None:
            logger.warning("%s has no list of models (status %d); the names are not checked", self.base_url, code)
            return
        if missing := sorted(models - listed):
            raise EndpointError(
                f"{self.base_url} has no model {missing[0]!r}; it has {', '.join(sorted(listed)[:8]) or 'none'}; "
                "set --model-state, --model-puzzle and --model-vision to names it has"
            )

    async def check_images(self, model: str) -> None:
        """See that a model looks at images: some servers take them, answer 200 and never show them to the model.

        Two requests for one token, with and without an image; the one with it has to have more tokens in its prompt.

        Raises:
            EndpointError: The server refuses images or ignores them.
        """
        text = {"type": "text", "text": "What is this?"}
        blind = await self._prompt_tokens(model, [text])
        seeing = await self._prompt_tokens(model, [text, image_part(_probe_image())])
        cure = "choose another --model-vision, or leave it out to judge from text alone"
        if isinstance(seeing, RequestError):
            raise EndpointError(f"{model} at {self.base_url} takes no images ({seeing}); {cure}")
        if isinstance(blind, RequestError) or not blind or not seeing:
            logger.warning("%s does not count the tokens of prompts; whether %s sees images is not known", self, model)
        elif seeing <= blind:
            raise EndpointError(f"{model} at {self.base_url} ignores images (they cost no tokens); {cure}")

    async def _prompt_tokens(self, model: str, content: list[dict[str, Any]]) -> int | RequestError:
        body = {"model": model, "messages": [{"role": "user", "content": content}], "max_tokens": 1, "temperature": 0}
        try:
            usage = (await self._complete(body, 1)).get("usage")
        except RequestError as error:
            return error
        return _count(usage.get("prompt_tokens")) if isinstance(usage, dict) else 0

    async def choices(self, body: Mapping[str, Any], n: int) -> list[dict[str, Any] | RequestError]:
        """Return n answers to one request: in one go where the server can, otherwise one at a time.

        A server that returns fewer choices than asked for, or refuses n > 1, is asked one at a time from then on for
        that model; this is logged once and counted.

        Args:
            body: The request, all but `n`; its `seed` is raised by one for each answer asked for alone.
            n: How many answers, 1 or more.

        Returns:
            n elements, each a choice as the server sent it or the error that stands in its place.

        Raises:
            EndpointError: The server is gone or refuses everything.
        """
        model = str(body.get("model"))
        found: list[dict[str, Any] | RequestError] = []
        if n == 1 or model not in self._one_at_a_time:
            try:
                found.extend((await self._ask(body, n))[:n])
            except RequestError as error:
                found.append(await self._second_opinion(body, n, error))
                if isinstance(found[0], RequestError):
                    return [error] * n
        if len(found) < n:
            self._note_fewer(model, n, len(found))
            self.counters.extra_requests += n - len(found)
            found += await asyncio.gather(*(self._ask_one(body, index) for index in range(len(found), n)))
        return found

    async def _second_opinion(
        self, body: Mapping[str, Any], n: int, error: RequestError
    ) -> dict[str, Any] | RequestError:
        """Return one answer where it was the n of a request that the server did not like, or the error."""
        if n == 1 or error.code not in {400, 422}:
            return error
        self.counters.extra_requests += 1
        return await self._ask_one(body, 0)

    def _note_fewer(self, model: str, asked: int, got: int) -> None:
        if model in self._one_at_a_time:
            return
        self._one_at_a_time.add(model)
        self.counters.fewer_choices += 1
        logger.warning(
            "%s gave %d of %d choices for %s; it is asked one at a time from now on", self, got, asked, model
        )

    async def _ask_one(self, body: Mapping[str, Any], index: int) -> dict[str, Any] | RequestError:
        seeded = {**body, "seed": body["seed"] + index} if isinstance(body.get("seed"), int) else body
        try:
            return (await self._ask(seeded, 1))[0]
        except RequestError as error:
            return error

    async def _ask(self, body: Mapping[str, Any], n: int) -> list[dict[str, Any]]:
        """Return at least one choice of a completion."""
        found: list[dict[str, Any]] = (await self._complete(body, n))["choices"]
        return found

    async def _complete(self, body: Mapping[str, Any], n: int) -> dict[str, Any]:
        """Return a completion that has at least one choice."""
        payload = json.dumps({**body, "n": n}, sort_keys=True, ensure_ascii=True, allow_nan=False).encode()
        self.counters.requests += 1
        async with self._transport.slot() as client:
            data = await self._persist(client, payload)
        completion = _json_object(data)
        found = completion.get("choices")
        if not isinstance(found, list) or not found or not all(isinstance(choice, dict) for choice in found):
            raise RequestError("http", f"not a chat completion: {self._transport.scrub(data)}", httpx.codes.OK)
        self._count_tokens(completion.get("usage"))
        return completion

    async def _persist(self, client: httpx.AsyncClient, payload: bytes) -> bytes:
        """Return the body of a 200; ask again where that may help."""
        attempt = 0
        while True:
            attempt += 1
            if self._gone:
                raise EndpointError(self._gone)
            self.counters.attempts += 1
            failure, wait_s = await self._attempt(client, payload)
            if isinstance(failure, bytes):
                self._failed_in_a_row = 0
                return failure
            self._note_failure(failure)
            if not self._may_retry(failure, attempt):
                await self._give_up(client, failure)
            self.counters.retries += 1
            await self._sleep(self._policy.wait_s(attempt, wait_s, self._rng))

    async def _attempt(self, client: httpx.AsyncClient, payload: bytes) -> tuple[bytes | RequestError, float | None]:
        """Return the body of a 200, or what went wrong and how long the server wants us to wait."""
        try:
            response = await self._transport.send(client, "POST", "/chat/completions", payload)
        except (TimeoutError, httpx.TimeoutException) as error:
            self.counters.timeouts += 1
            return RequestError(
                "timeout", f"no answer within {self._transport.timeout_s:g} s ({type(error).__name__})"
            ), None
        except httpx.RequestError as error:
            self.counters.disconnects += 1
            return RequestError("http", f"no answer: {describe(error)}"), None
        if (code := response.code) == httpx.codes.OK:
            return response.data, None
        self.counters.errors += 1
        self.counters.throttled += code in {429, 503}
        said = self._transport.scrub(response.data)
        return RequestError("http", f"status {code}: {said}", code), retry_after(response.headers)

    def _may_retry(self, failure: RequestError, attempt: int) -> bool:
        if failure.code is not None and failure.code not in RETRIED_CODES:
            return False
        return attempt < self._policy.attempts and self._policy.allows(self.counters.retries, self.counters.requests)

    def _note_failure(self, failure: RequestError) -> None:
        """Open the circuit when the server refuses us altogether, or has answered nothing for long."""
        self._failed_in_a_row += failure.code != httpx.codes.TOO_MANY_REQUESTS
        if failure.code in _FATAL:
            self._gone = f"{self.base_url} answers {failure}; {_FATAL[failure.code]}"
        elif self._failed_in_a_row >= self._give_up_after:
            self._gone = (
                f"{self.base_url} has failed {self._failed_in_a_row} times in a row, at last with {failure}; "
                "see the server's log, and whether it takes response_format json_schema and, for --model-vision, images"
            )
        if self._gone:
            raise EndpointError(self._gone) from failure

    async def _give_up(self, client: httpx.AsyncClient, failure: RequestError) -> NoReturn:
        """Raise the failure of one request, or, if the server does not live at all, open the circuit."""
        if failure.code is None and not await self._transport.lives(client):
            self._gone = self._unreachable(str(failure))
            raise EndpointError(self._gone) from failure
        raise failure

    def _unreachable(self, seen: str) -> str:
        return (
            f"cannot reach {self.base_url} ({seen}); check that the server runs and that --base-url is right, "
            "then run the command again: it goes on where it stopped"
        )

    def _count_tokens(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        self.counters.prompt_tokens += _count(usage.get("prompt_tokens"))
        self.counters.completion_tokens += _count(usage.get("completion_tokens"))
        details = usage.get("prompt_tokens_details")
        self.counters.cached_tokens += _count(details.get("cached_tokens")) if isinstance(details, dict) else 0


def image_part(png: bytes) -> dict[str, Any]:
    """Return the part of a message that holds a PNG."""
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(png).decode()}"}}


def _probe_image() -> bytes:
    """Return a square of 112 pixels: four patches a side of the usual vision towers."""
    return enlarge(encode_rgb(7, 7, bytes(range(147))), 16)


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _model_names(data: bytes) -> set[str] | None:
    listed = _json_object(data).get("data")
    if not isinstance(listed, list):
        return None
    return {str(entry["id"]) for entry in listed if isinstance(entry, dict) and "id" in entry}


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0
