"""For your tests: recorded segments made on the spot, and an endpoint that misbehaves on request.

Nothing here is a mock: segments are files in the store's format, and the endpoint is HTTP on the loopback interface.
"""

from __future__ import annotations

import hashlib
import json
import random
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

from zelda_judges.png import encode_rgb
from zelda_judges.store import Store, dump_record

FRAME_SIDES = (32, 28)
"""Pixels of the frames written by `write_episode`; a fifth of a Game Boy's screen, to keep tests quick."""

_START: dict[str, Any] = {
    "frame": 0, "group": 0, "room": 0xA7, "season": 0, "dungeon": None, "x": 72, "y": 72, "direction": 2,
    "health": 12, "max_health": 12, "rupees": 0, "keys": 0, "bombs": 0, "sword": 0, "shield": 0,
    "item_a": 0, "item_b": 0, "treasures": [], "essences": 0, "visited_rooms": 1,
    "enemies_left": 0, "enemies_killed": 0, "deaths": 0,
    "stable": True, "can_act": True, "dialog": False, "transition": False, "dead": False,
    "text_id": None, "menu": 0, "enemies": [], "npcs": [], "items": [],
}  # fmt: skip


def state(**changes: object) -> dict[str, Any]:
    """Return a `state/1` state: standing in a room with three hearts and nothing else, but for the changes."""
    return {**_START, **changes}


def wander(steps: int, seed: int) -> list[dict[str, Any]]:
    """Return states of a made-up walk with new rooms, rupees, fights and talks in it; the same seed, the same walk.

    Args:
        steps: How many states.
        seed: Decides also how able the player is, from hardly moving to finding much.
    """
    rng = random.Random(seed)
    skill, now, walk = rng.random(), state(), []
    for frame in range(steps):
        now = {**now, "frame": frame * 8, "dialog": False, "text_id": None, "can_act": True}
        if rng.random() < skill:
            now |= {
                "x": max(8, min(151, now["x"] + rng.choice((-8, 8)))),
                "y": max(8, min(119, now["y"] + rng.choice((-8, 8)))),
            }
        now |= _incident(now, rng.random() / max(skill, 0.05), rng)
        walk.append(now)
    return walk


def _incident(now: Mapping[str, Any], chance: float, rng: random.Random) -> dict[str, Any]:
    """Return what a draw from 0 upwards brings; most bring nothing."""
    incidents: list[tuple[float, dict[str, Any]]] = [
        (0.01, {"room": (now["room"] + 1) % 256, "visited_rooms": now["visited_rooms"] + 1}),
        (0.02, {"rupees": now["rupees"] + 5}),
        (0.03, {"enemies_killed": now["enemies_killed"] + 1}),
        (0.035, {"health": max(1, now["health"] - 2)}),
        (0.045, {"dialog": True, "can_act": False, "text_id": rng.randrange(256)}),
        (0.048, {"treasures": sorted({*now["treasures"], rng.randrange(1, 64)})}),
    ]
    return next((change for limit, change in incidents if chance < limit), {})


def write_episode(
    store: Store,
    epoch: int,
    segments: Sequence[Sequence[Mapping[str, Any]]],
    *,
    episode: int = 0,
    frames: Sequence[int] = (),
    actions: Sequence[int] = (),
) -> list[str]:
    """Write an episode as a recorder would, index last.

    Args:
        store: Where to.
        epoch: Of the episode.
        segments: For each segment the states of its steps.
        episode: Its number.
        frames: Steps that get a frame, in every segment that has them.
        actions: Of the steps, repeated from the start where they end; all NOP if empty.

    Returns:
        The references of the segments.
    """
    episode_id = f"e{epoch:04d}-w00-v00-{episode:06d}"
    names = [f"s{index:04d}" for index in range(len(segments))]
    for index, states in enumerate(segments):
        _write_segment(store, (epoch, episode, index), states, [step for step in frames if step < len(states)], actions)
    record = {
        "schema": "episode/1", "episode_id": episode_id, "epoch": epoch, "worker": 0, "env": 0, "episode": episode,
        "seed": episode, "segments": names, "steps": sum(map(len, segments)), "return": 0.0, "rewards": {},
        "unique_rooms": 1, "terminated": False, "truncated": True,
    }  # fmt: skip
    store.write_json(f"zelda-episodes/index/epoch_{epoch}/{episode_id}.json", record)
    return [f"{episode_id}/{name}" for name in names]


def _write_segment(
    store: Store,
    ids: tuple[int, int, int],
    states: Sequence[Mapping[str, Any]],
    frames: Sequence[int],
    actions: Sequence[int],
) -> None:
    epoch, episode, index = ids
    episode_id, segment_id = f"e{epoch:04d}-w00-v00-{episode:06d}", f"s{index:04d}"
    lines = [
        dump_record({
            "schema": "state/1", "step": step, "action": actions[step % len(actions)] if actions else 0,
            "reward": 0.0, "rewards": {}, "state": found,
        })
        for step, found in enumerate(states)
    ]  # fmt: skip
    files = {"states.jsonl": b"".join(lines), "observations.npy": _zeros(len(states))}
    files |= {f"frames/{step:06d}.png": _frame(step) for step in frames}
    entries = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    manifest = {
        "schema": "segment/1", "episode_id": episode_id, "segment_id": segment_id, "epoch": epoch,
        "worker": 0, "env": 0, "episode": episode, "index": index, "first_step": 300 * index, "steps": len(states),
        "terminated": False, "truncated": False, "seed": episode, "frame_skip": 8, "layout": "zelda-obs/1",
        "rom": {"title": "ACORN", "sha1": "0" * 40}, "return": 0.0, "rewards": {}, "rooms": {},
        "frames": list(frames), "files": entries,
    }  # fmt: skip
    for name, data in files.items():
        store.write(f"zelda-episodes/{episode_id}/{segment_id}/{name}", data)
    store.write_json(f"zelda-episodes/{episode_id}/{segment_id}/manifest.json", manifest)


def _zeros(steps: int) -> bytes:
    """Return a NumPy file of zeros, (T, 128) float32, format 1.0."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({steps}, 128), }}"
    padded = text.ljust(-(-(len(text) + 11) // 64) * 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode() + bytes(4 * 128 * steps)


def _frame(step: int) -> bytes:
    width, height = FRAME_SIDES
    return encode_rgb(
        width,
        height,
        bytes((x * 8, y * 8, step % 256)[c] for y in range(height) for x in range(width) for c in range(3)),
    )


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
    names = list(request["response_format"]["json_schema"]["schema"]["properties"])
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
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        """Bodies of the completion requests, in the order in which they came."""
        self.headers: list[dict[str, str]] = []
        """Their headers, names in lower case."""
        self.most_at_once = 0
        """The most requests that were in work together."""
        self.answer, self.always, self.models, self.most_choices, self.key = answer, always, models, choices, key
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
        usage = {"prompt_tokens": 100, "completion_tokens": 20 * count, "prompt_tokens_details": {"cached_tokens": 40}}
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
