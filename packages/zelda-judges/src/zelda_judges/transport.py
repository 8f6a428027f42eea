"""HTTP to one endpoint: a bounded pool of connections, bounded responses, and a key that is shown nowhere."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from zelda_judges.ballot import clean
from zelda_judges.errors import ConfigError

CONNECTIONS = 8
"""Connections of one httpx client. One client slows down badly above about a hundred requests at once
(encode/httpx#3215), so the concurrency is spread over several small ones."""

MAX_RESPONSE_BYTES = 4 << 20
"""Longer responses are cut off and count as no answer."""


@dataclass(frozen=True)
class Response:
    """What came back, whatever its status."""

    code: int
    data: bytes
    headers: httpx.Headers


class Transport:
    """Sends requests to one endpoint.

    Args:
        base_url: Up to and including `/v1`; no user or password in it.
        api_key: Sent as a bearer token.
        concurrency: How many slots there are, 1 or more.
        timeout_s: Longest time for one attempt, from its start to the last byte.
        ca_file: Certificates to trust instead of the system's.

    Raises:
        ConfigError: The URL, the key or the certificates cannot be used.
    """

    def __init__(
        self, base_url: str, *, api_key: str | None, concurrency: int, timeout_s: float, ca_file: str | None
    ) -> None:
        if concurrency < 1:
            raise ConfigError(f"concurrency is {concurrency}; expected 1 or more")
        self.base_url = _checked_url(base_url)
        self.timeout_s = timeout_s
        self._key = _checked_key(api_key)
        self._pool: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()
        self.clients = [self._client(ca_file) for _ in range(math.ceil(concurrency / CONNECTIONS))]
        for slot in range(concurrency):
            self._pool.put_nowait(self.clients[slot % len(self.clients)])

    def __repr__(self) -> str:
        """Return the endpoint, never the key."""
        return f"Transport({self.base_url!r})"

    async def close(self) -> None:
        """Close all connections."""
        for client in self.clients:
            await client.aclose()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[httpx.AsyncClient]:
        """Wait for a free slot and hold it, over all attempts of a request."""
        client = await self._pool.get()
        try:
            yield client
        finally:
            self._pool.put_nowait(client)

    async def send(self, client: httpx.AsyncClient, method: str, path: str, payload: bytes | None) -> Response:
        """Return the response; never more than the allowed bytes, never longer than the allowed time.

        Raises:
            TimeoutError: It took too long.
            httpx.RequestError: There was no response.
        """
        async with (
            asyncio.timeout(self.timeout_s),
            client.stream(method, f"{self.base_url}{path}", content=payload) as response,
        ):
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > MAX_RESPONSE_BYTES:
                    break
            return Response(response.status_code, bytes(data[:MAX_RESPONSE_BYTES]), response.headers)

    async def lives(self, client: httpx.AsyncClient) -> bool:
        """Return whether the server answers at all."""
        try:
            response = await self.send(client, "GET", "/models", None)
        except (httpx.RequestError, TimeoutError):
            return False
        return response.code < httpx.codes.INTERNAL_SERVER_ERROR

    def scrub(self, data: bytes) -> str:
        """Return the beginning of a server's text for a message, without the key should it be echoed."""
        text = data.decode("utf-8", "replace")
        return clean(text.replace(self._key, "[key]") if self._key else text) or "nothing"

    def _client(self, ca_file: str | None) -> httpx.AsyncClient:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        return httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(self.timeout_s),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            verify=_ssl_context(ca_file, self.base_url),
            trust_env=False,
        )


def _checked_url(base_url: str) -> str:
    if "@" in base_url or "?" in base_url:
        raise ConfigError("--base-url holds a user, a password or a query; put the key into LLM_API_KEY instead")
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigError(
            f"--base-url {base_url!r} is no URL ({error}); expected one like http://host:8000/v1"
        ) from None
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


def describe(error: Exception) -> str:
    """Return the kind and the text of an error in one line."""
    text = clean(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
