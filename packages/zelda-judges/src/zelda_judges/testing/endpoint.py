"""An OpenAI-compatible endpoint on the loopback interface that misbehaves on request."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Fault:
    """One way in which the endpoint answers a request badly. Use the constructors below."""

    kind: Literal["status", "hang", "drip", "drop", "body", "choice", "fewer"]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    choice: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1


def status(code: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Fault:
    """Answer with a status, such as `status(429, Retry_After="2")`."""
    return Fault("status", code, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def hang() -> Fault:
    """Never answer; the connection stays open until the endpoint closes."""
    return Fault("hang")


def drip() -> Fault:
    """Answer a byte at a time, so slowly that it never ends."""
    return Fault("drip")


def drop() -> Fault:
    """Close the connection after half of an answer."""
    return Fault("drop")


def body(text: str) -> Fault:
    """Answer 200 with this text as the whole body."""
    return Fault("body", body=text)


def content(text: str | None, finish_reason: str = "stop") -> Fault:
    """Answer with this text as the message of every choice."""
    return Fault("choice", choice={"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason})


def refusal(text: str) -> Fault:
    """Answer with a refusal."""
    message = {"role": "assistant", "content": None, "refusal": text}
    return Fault("choice", choice={"message": message, "finish_reason": "stop"})


def fewer(count: int) -> Fault:
    """Answer with at most so many choices."""
    return Fault("fewer", count=count)


Answer = Callable[[Mapping[str, Any], int], Mapping[str, Any]]


def hashed_answer(request: Mapping[str, Any], seed: int) -> Mapping[str, Any]:
    """Return a ballot drawn from a hash of the messages and the seed: the same request, the same votes."""
    digest = hashlib.sha256(f"{seed}:{json.dumps(request['messages'], sort_keys=True)}".encode()).digest()
    schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
    names = list(schema.get("properties", ()))
    return {name: byte % 6 for name, byte in zip(names, digest, strict=False) if name != "reason"} | {
        "reason": "so it looks"
    }


class FakeEndpoint:
    """An OpenAI-compatible endpoint on the loopback interface, for tests; use it as a context manager.

    Args:
        answer: Makes the object that a choice holds, from the request and the choice's seed.
        faults: What to do instead, one for each request, until they run out.
        always: What to do instead with every request after that.
        models: Names it lists.
        choices: Most choices it returns, as some servers ignore `n`.
        key: The key it wants, or None for any.
        sees: Whether images cost tokens; some servers take images and ignore them.
    """

    def __init__(
        self,
        answer: Answer = hashed_answer,
        faults: Iterable[Fault] = (),
        *,
        always: Fault | None = None,
        models: Sequence[str] = ("judge",),
        choices: int = 64,
        key: str | None = None,
        sees: bool = True,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        """Bodies of the completion requests, in the order in which they came."""
        self.headers: list[dict[str, str]] = []
        """Their headers, names in lower case."""
        self.most_at_once = 0
        """The most requests that were in work together."""
        self.answer, self.always, self.models, self.most_choices, self.key = answer, always, models, choices, key
        self.sees = sees
        self.faults = deque(faults)
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.at_once = 0
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Base URL, up to and including /v1; only while it runs."""
        if self._server is None:
            raise RuntimeError("the endpoint is not running; use it as a context manager")
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        """Start listening on a free port."""
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop as a server does that was killed: connections break, requests that hang with them."""
        self.released.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.break_connections()
            self._server.server_close()
            self._thread.join()

    def next_fault(self) -> Fault | None:
        """Return what to do badly now, or None."""
        with self.lock:
            return self.faults.popleft() if self.faults else self.always


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Remember the connection, so that it can be broken."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Forget the connection."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def break_connections(self) -> None:
        """Break the connections that clients keep open."""
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away: many tests make them."""


class _Handler(BaseHTTPRequestHandler):
    endpoint: FakeEndpoint
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """Answer /models."""
        if self.endpoint.key and self.headers.get("authorization") != f"Bearer {self.endpoint.key}":
            return self._send(401, json.dumps({"error": f"bad key {self.headers.get('authorization')}"}))
        if self.path != "/v1/models":
            return self._send(404, "{}")
        return self._send(200, json.dumps({"data": [{"id": name} for name in self.endpoint.models]}))

    def do_POST(self) -> None:
        """Answer /chat/completions, or do what the next fault says."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        endpoint = self.endpoint
        with endpoint.lock:
            endpoint.requests.append(request)
            endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
            endpoint.at_once += 1
            endpoint.most_at_once = max(endpoint.most_at_once, endpoint.at_once)
        try:
            self._answer(request, endpoint.next_fault() if self.path == "/v1/chat/completions" else status(404))
        finally:
            with endpoint.lock:
                endpoint.at_once -= 1

    def _answer(self, request: dict[str, Any], fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if fault and kind == "status":
            self._send(fault.status, fault.body, fault.headers)
        elif kind == "hang":
            self.endpoint.released.wait()
            self.close_connection = True
        elif kind == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not self.endpoint.released.wait(0.02):
                self.wfile.write(b" ")
            self.close_connection = True
        elif kind == "drop":
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"choices": [')
            self.close_connection = True
        elif fault and kind == "body":
            self._send(200, fault.body)
        else:
            self._send(200, json.dumps(self._completion(request, fault)))

    def _completion(self, request: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
        count = min(int(request.get("n", 1)), self.endpoint.most_choices)
        if fault and fault.kind == "fewer":
            count = min(count, fault.count)
        choices = [self._choice(request, int(request.get("seed", 0)) + index, fault) for index in range(count)]
        parts = [part for message in request["messages"] for part in message["content"] if isinstance(part, dict)]
        images = sum(part["type"] == "image_url" for part in parts) if self.endpoint.sees else 0
        usage = {
            "prompt_tokens": 100 + 30 * images,
            "completion_tokens": 20 * count,
            "prompt_tokens_details": {"cached_tokens": 40},
        }
        return {"object": "chat.completion", "model": request.get("model"), "choices": choices, "usage": usage}

    def _choice(self, request: dict[str, Any], seed: int, fault: Fault | None) -> dict[str, Any]:
        if fault and fault.kind == "choice":
            return dict(fault.choice)
        text = json.dumps(self.endpoint.answer(request, seed))
        return {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}

    def _send(self, code: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        data = text.encode()
        self.send_response(code)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
