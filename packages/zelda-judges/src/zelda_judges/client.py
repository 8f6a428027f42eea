"""A client for `/v1/chat/completions` that survives what servers do."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from zelda_judges.ballot import clean
from zelda_judges.errors import ConfigError, EndpointError, RequestError
from zelda_judges.retry import RETRIED_CODES, RetryPolicy, retry_after

logger = logging.getLogger(__name__)

CONNECTIONS = 8
"""Connections of one httpx client. One client slows down badly above about a hundred requests at once
(encode/httpx#3215), so the concurrency is spread over several small ones."""

MAX_RESPONSE_BYTES = 4 << 20
"""Longer responses are cut off and count as no answer."""

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
        self.base_url = _checked_url(base_url)
        self.counters = Counters()
        self._key = _checked_key(api_key)
        self._timeout_s = timeout_s
        self._policy = policy or RetryPolicy()
        self._rng = rng or random.Random(0)
        self._sleep = sleep
        self._pool: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        self._clients = [self._client(ca_file) for _ in range(math.ceil(max(1, concurrency) / CONNECTIONS))]
        for slot in range(max(1, concurrency)):
            self._pool.put_nowait(self._clients[slot % len(self._clients)])
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
        for client in self._clients:
            await client.aclose()

    async def check(self, models: set[str]) -> None:
        """See that the server is there and knows the models, before any work is done.

        Args:
            models: Names that will be asked for. A server without a list of models is taken at its word.

        Raises:
            EndpointError: It cannot be reached, refuses the key, or lists none of a name.
        """
        async with self._slot() as client:
            try:
                code, data, _ = await self._send(client, "GET", "/models", None)
            except (httpx.RequestError, TimeoutError) as error:
                raise EndpointError(self._unreachable(_describe(error))) from error
        if code in {401, 403}:
            raise EndpointError(f"{self.base_url} answers {code}; {_FATAL[code]}")
        listed = _model_names(data) if code == httpx.codes.OK else None
        if listed is None:
            logger.warning("%s has no list of models (status %d); the names are not checked", self.base_url, code)
            return
        if missing := sorted(models - listed):
            raise EndpointError(
                f"{self.base_url} has no model {missing[0]!r}; it has {', '.join(sorted(listed)[:8]) or 'none'}; "
                "set --model-state, --model-puzzle and --model-vision to names it has"
            )

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
        payload = json.dumps({**body, "n": n}, sort_keys=True, ensure_ascii=True, allow_nan=False).encode()
        self.counters.requests += 1
        async with self._slot() as client:
            data = await self._persist(client, payload)
        completion = _json_object(data)
        found = completion.get("choices")
        if not isinstance(found, list) or not found or not all(isinstance(choice, dict) for choice in found):
            raise RequestError("http", f"not a chat completion: {self._scrub(data)}", httpx.codes.OK)
        self._count_tokens(completion.get("usage"))
        return found

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
            code, data, headers = await self._send(client, "POST", "/chat/completions", payload)
        except (TimeoutError, httpx.TimeoutException) as error:
            self.counters.timeouts += 1
            return RequestError("timeout", f"no answer within {self._timeout_s:g} s ({type(error).__name__})"), None
        except httpx.RequestError as error:
            self.counters.disconnects += 1
            return RequestError("http", f"no answer: {_describe(error)}"), None
        if code == httpx.codes.OK:
            return data, None
        self.counters.errors += 1
        self.counters.throttled += code in {429, 503}
        return RequestError("http", f"status {code}: {self._scrub(data)}", code), retry_after(headers)

    async def _send(
        self, client: httpx.AsyncClient, method: str, path: str, payload: bytes | None
    ) -> tuple[int, bytes, httpx.Headers]:
        """Return status, body and headers; never more than the allowed bytes, never longer than the allowed time."""
        async with (
            asyncio.timeout(self._timeout_s),
            client.stream(method, f"{self.base_url}{path}", content=payload) as response,
        ):
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > MAX_RESPONSE_BYTES:
                    break
            return response.status_code, bytes(data[:MAX_RESPONSE_BYTES]), response.headers

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
        if failure.code is None and not await self._lives(client):
            self._gone = self._unreachable(str(failure))
            raise EndpointError(self._gone) from failure
        raise failure

    async def _lives(self, client: httpx.AsyncClient) -> bool:
        try:
            code, _, _ = await self._send(client, "GET", "/models", None)
        except (httpx.RequestError, TimeoutError):
            return False
        return code < httpx.codes.INTERNAL_SERVER_ERROR

    def _unreachable(self, seen: str) -> str:
        return (
            f"cannot reach {self.base_url} ({seen}); check that the server runs and that --base-url is right, "
            "then run the command again: it goes on where it stopped"
        )

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[httpx.AsyncClient]:
        client = await self._pool.get()
        try:
            yield client
        finally:
            self._pool.put_nowait(client)

    def _client(self, ca_file: str | None) -> httpx.AsyncClient:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(self._timeout_s),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            verify=_ssl_context(ca_file, self.base_url),
            trust_env=False,
        )

    def _count_tokens(self, usage: object) -> None:
        if not isinstance(usage, dict):
            return
        self.counters.prompt_tokens += _count(usage.get("prompt_tokens"))
        self.counters.completion_tokens += _count(usage.get("completion_tokens"))
        details = usage.get("prompt_tokens_details")
        self.counters.cached_tokens += _count(details.get("cached_tokens")) if isinstance(details, dict) else 0

    def _scrub(self, data: bytes) -> str:
        """Return the beginning of a server's text for a message, without the key should it be echoed."""
        text = data[:2000].decode("utf-8", "replace")
        return clean(text.replace(self._key, "[key]") if self._key else text) or "nothing"


def _checked_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigError(
            f"--base-url {base_url!r} is not a URL ({error}); expected one like http://host:8000/v1"
        ) from None
    if url.userinfo:
        raise ConfigError("--base-url holds a user or a password; put the key into LLM_API_KEY instead")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError(f"--base-url {base_url!r} is not http or https; expected one like http://host:8000/v1")
    return str(url).rstrip("/")


def _checked_key(api_key: str | None) -> str:
    key = (api_key or "").strip()
    if not key.isascii() or not (key.isprintable() and " " not in key):
        raise ConfigError(
            "LLM_API_KEY holds blanks or characters that no key has; set it again (its text is not shown)"
        )
    return key


def _ssl_context(ca_file: str | None, url: str) -> ssl.SSLContext | bool:
    if not ca_file:
        # Loading the system's authorities costs tens of milliseconds a client; plain HTTP needs none.
        return url.startswith("https://")
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"--ca-file {ca_file!r} cannot be read ({error}); expected certificates in PEM form"
        ) from error


def _describe(error: Exception) -> str:
    text = clean(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


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
