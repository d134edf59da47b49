"""A server that speaks the OpenAI protocol, answers from a golden meeting's reference, and misbehaves on demand."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from steno.evaluation.golden import GoldenMeeting

LINE = re.compile(r"^\[(\d+)\] (?:([^:\n]{1,60}): )?(.*)$", re.M)


@dataclass(frozen=True)
class Asked:
    """One chat request."""

    body: dict
    authorization: str | None

    @property
    def system(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "system")

    @property
    def user(self) -> str:
        return next(m["content"] for m in reversed(self.body["messages"]) if m["role"] == "user")

    @property
    def extracting(self) -> bool:
        """Whether it asks for what a window holds, rather than for the head of the minutes."""
        return "part of the transcript" in json.dumps(self.body["messages"])

    @property
    def lines(self) -> dict[int, tuple[str, str]]:
        """Number: (speaker, words) of what is shown."""
        return {int(number): (speaker or "", words) for number, speaker, words in LINE.findall(self.user)}


Mind = Callable[[Asked], dict | str]


@dataclass
class Oracle:
    """Answers as a perfect model would: with those statements of the reference that the shown lines prove."""

    golden: GoldenMeeting

    def __call__(self, asked: Asked) -> dict:
        shown = asked.lines
        if not asked.extracting:
            return {
                "title": " ".join(words for _, words in shown.values())[:60],
                "summary": [{"text": words, "lines": [number]} for number, (_, words) in list(shown.items())[:5]],
                "subjects": [],
            }

        def here(statements) -> Iterator:
            return ((one, sorted(one.segments & shown.keys())) for one in statements if one.segments & shown.keys())

        numbers = sorted(shown)
        return {
            "points": [{"text": shown[n][1], "lines": [n]} for n in numbers if len(shown[n][1].split()) > 12][:6],
            "subjects": [{"title": "All of it", "first_line": numbers[0], "last_line": numbers[-1]}] if numbers else [],
            "decisions": [{"text": one.text, "lines": proof} for one, proof in here(self.golden.decisions)],
            "open_questions": [{"text": one.text, "lines": proof} for one, proof in here(self.golden.questions)],
            "action_items": [
                {
                    "task": one.text,
                    "owner": one.owner,
                    "due": one.due,
                    "due_date": one.day.isoformat() if one.day else None,
                    "lines": proof,
                }
                for one, proof in here(self.golden.actions)
            ],
            "to_software": [],
        }


@dataclass
class Endpoint:
    """`faults[n]` is what is done with the n-th chat request, counted from 0, else `always`; None is to answer."""

    mind: Mind
    faults: dict[int, str] = field(default_factory=dict)
    always: str | None = None
    models: tuple[str, ...] = ("test-model",)
    modes: frozenset[str] = frozenset({"json_schema", "json_object", "text"})
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        """Reply to a chat request."""
        with self._lock:
            number = len(self.asked)
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._reply(handler, asked, self.faults.get(number, self.always))
        finally:
            with self._lock:
                self.at_once -= 1

    def _reply(self, handler: BaseHTTPRequestHandler, asked: Asked, fault: str | None) -> None:
        if asked.body.get("response_format", {}).get("type", "text") not in self.modes:
            return _send(handler, 400, _error("response_format is not supported by this model"))
        if fault is not None and fault in _FAULTS:
            return _FAULTS[fault](handler, asked, self)
        text = self.mind(asked)
        return _send(handler, 200, completion(text if isinstance(text, str) else json.dumps(text), asked))


def completion(text: str | None, asked: Asked, *, finish: str = "stop", **usage: int) -> dict:
    """A reply of the protocol."""
    length = sum(len(message["content"]) for message in asked.body["messages"])
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": length // 4, "completion_tokens": 10, "total_tokens": length // 4 + 10} | usage,
    }


def _error(message: str) -> dict:
    return {"error": {"message": message, "type": "invalid_request_error", "code": None}}


def _send(handler: BaseHTTPRequestHandler, status: int, body: dict | bytes, **headers: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def _text(endpoint: Endpoint, asked: Asked) -> str:
    made = endpoint.mind(asked)
    return made if isinstance(made, str) else json.dumps(made)


def _stall(seconds: float):
    def stall(handler: BaseHTTPRequestHandler, asked: Asked, endpoint: Endpoint) -> None:
        time.sleep(seconds)
        _send(handler, 200, completion(_text(endpoint, asked), asked))

    return stall


def _drip(handler: BaseHTTPRequestHandler, asked: Asked, endpoint: Endpoint) -> None:
    """Headers at once, then a byte now and then, for ever: no single read takes long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def _close(handler: BaseHTTPRequestHandler, asked: Asked, endpoint: Endpoint) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _half(handler: BaseHTTPRequestHandler, asked: Asked, endpoint: Endpoint) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "chatcmpl-1", "choices": [')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def _invented(handler: BaseHTTPRequestHandler, asked: Asked, endpoint: Endpoint) -> None:
    """Good answers with numbers of lines that do not exist, and items nobody spoke of."""
    made = endpoint.mind(asked)
    if asked.extracting:
        for claims in ("points", "decisions", "open_questions", "action_items"):
            for claim in made[claims]:
                claim["lines"] = [number + 100_000 for number in claim["lines"]]
        first = min(asked.lines, default=0)
        made["action_items"].append(
            {"task": "polish the unicorn", "owner": "Zorro", "due": None, "due_date": None, "lines": [first]}
        )
    _send(handler, 200, completion(json.dumps(made), asked))


def _status(status: int, message: str, **headers: str):
    return lambda handler, asked, endpoint: _send(handler, status, _error(message), **headers)


def _said(make: Callable[[str], str], **options):
    return lambda handler, asked, endpoint: _send(
        handler, 200, completion(make(_text(endpoint, asked)), asked, **options)
    )


_FAULTS: dict[str, Callable[[BaseHTTPRequestHandler, Asked, Endpoint], None]] = {
    "hang": _stall(60),
    "stall": _stall(10),
    "drip": _drip,
    "close": _close,
    "half": _half,
    "429": _status(429, "slow down", Retry_After="1"),
    "429 without end": _status(429, "slow down", Retry_After="3600"),
    "500": _status(500, "internal error"),
    "503": _status(503, "loading the model"),
    "401": _status(401, "wrong key"),
    "404": _status(404, "no such model"),
    "redirect": lambda handler, asked, endpoint: _send(handler, 307, b"", Location="http://127.0.0.1:9/v1"),
    "context": _status(400, "This model's maximum context length is 2048 tokens. Please reduce the length."),
    "cut answer": _said(lambda text: text[: len(text) // 2], finish="length"),
    "truncated": _said(lambda text: text[: len(text) * 2 // 3]),
    "fenced": _said(lambda text: f"<think>Well, {{}} hm.</think>Here you are:\n```json\n{text}\n```\nAnything else?"),
    "prose": _said(lambda text: "I am sorry, I cannot do that."),
    "wrong schema": _said(lambda text: json.dumps({"minutes": {"items": ["a", "b"]}})),
    "empty": _said(lambda text: ""),
    "swallowed": _said(lambda text: text, prompt_tokens=12),
    "html": lambda handler, asked, endpoint: _send(handler, 200, b"<html>gateway</html>", Content_Type="text/html"),
    "no choices": lambda handler, asked, endpoint: _send(handler, 200, {"id": "x", "object": "chat.completion"}),
    "invented": _invented,
}
FAULTS = tuple(_FAULTS)


@contextmanager
def serving(endpoint: Endpoint, port: int = 0) -> Iterator[Endpoint]:
    """The endpoint on a free port of this machine; `url` says where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/v1/embeddings":
                vectors = [
                    {"object": "embedding", "index": n, "embedding": _vector(t)} for n, t in enumerate(body["input"])
                ]
                return _send(self, 200, {"object": "list", "data": vectors, "model": body["model"], "usage": {}})
            return endpoint.answer(self, Asked(body, self.headers.get("Authorization")))

        def do_GET(self) -> None:
            _send(self, 200, {"object": "list", "data": [{"id": name, "object": "model"} for name in endpoint.models]})

        def log_message(self, *arguments: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def _vector(text: str) -> list[float]:
    """Counts of letter pairs: texts that share words are near each other."""
    counts = [0.0] * 256
    for pair in zip(text.lower(), text.lower()[1:], strict=False):
        counts[(ord(pair[0]) * 31 + ord(pair[1])) % 256] += 1
    return counts
