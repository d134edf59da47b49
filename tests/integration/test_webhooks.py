"""Webhooks against real receivers: signed, once, to checked addresses only, in bounded time."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from steno.config import Settings
from steno.ledger import jobs
from steno.ledger import outbox as ledger_outbox
from steno.states import Stage
from tests.outbox import UNREADABLE, Certificate, Outbox
from worker.notification import NotSent, webhooks
from worker.notification.connecting import Deadline, dial
from worker.notification.sending import notice_of, send_due

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq="
LONGEST = 9.0  # seconds; sending stops itself after 1.5, the servers after 10
PUBLIC = ip_address("93.184.216.34")
HERE = ip_address("127.0.0.1")


@dataclass
class Receiver:
    """What came in. `answer` says what the next one gets."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    port: int = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def verified(self, number: int = 0) -> dict:
        """The call's body, its signature checked as receivers do."""
        _, headers, body = self.calls[number]
        return Webhook(SECRET).verify(body, headers)


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Callable:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def repeating(first: bytes, every: bytes, pause: float) -> Callable:
    """An answer without end, for ten seconds."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(first)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            handler.wfile.write(every)
            time.sleep(pause)

    return answer


@contextmanager
def receiving(answer: Callable | None = None, *, certificate: Certificate | None = None) -> Iterator[Receiver]:
    receiver = Receiver(answer or status(204))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append((self.path, dict(self.headers), body))
            with suppress(OSError):
                receiver.answer(self)

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *args: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    if certificate is not None:
        server.socket = certificate.server.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox.at(tmp_path / "data")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def send(outbox: Outbox):
    def sent(*, lease: float = 30.0, **settings) -> int:
        chosen = {"webhook_secret": SECRET, "webhook_allow": "127.0.0.1", "public_url": "https://steno.example.org/"}
        return send_due(outbox.database, Settings(**chosen | settings), "sender", lease=lease)

    return sent


@pytest.fixture
def call(outbox: Outbox):
    """Send the one delivery that is due with resolvers and dialers of a test's own."""

    def called(url: str, resolver: Callable, dialer: Callable = dial, *, seconds: float = 5.0, **settings) -> int:
        outbox.ended(webhook_url=url)
        chosen = Settings(**{"webhook_secret": SECRET} | settings)
        with outbox.database.transaction() as session:
            mine = ledger_outbox.claim_delivery(session, "sender", 30.0)
            notice = notice_of(session, mine)
        with Deadline(seconds) as deadline:
            return webhooks.send(notice, chosen, deadline, resolver=resolver, dialer=dialer)

    return called


def test_while_the_secret_is_changed_a_call_is_signed_with_both(outbox, send):
    newest = "whsec_" + "B" * 44
    with receiving() as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}/hook")
        send(webhook_secret=f"{newest}, {SECRET}")

    _, headers, body = receiver.calls[0]
    assert receiver.verified() == Webhook(newest).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "C" * 44).verify(body, headers)


def test_a_completed_job_is_told_and_signed(outbox, send):
    with receiving() as receiver:
        job = outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}/hook?a=1")
        assert send() == 1

    path, headers, _ = receiver.calls[0]
    event = receiver.verified()
    assert path == "/hook?a=1"
    assert headers["webhook-id"] == outbox.only.id
    assert headers["Content-Type"] == "application/json"
    assert event["type"] == "job.completed"
    assert event["timestamp"].endswith("Z")
    assert event["data"] == {
        "id": job,
        "state": "completed",
        "name": "Weekly meeting.mp3",
        "links": {
            "self": f"https://steno.example.org/api/v1/jobs/{job}",
            "page": f"https://steno.example.org/jobs/{job}",
        },
    }
    assert (outbox.only.state, outbox.only.status) == ("sent", 204)


def test_failed_and_cancelled_jobs_are_told_as_such(outbox, send):
    with receiving() as receiver:
        url = f"http://127.0.0.1:{receiver.port}"
        outbox.ended(webhook_url=url, failure=UNREADABLE)
        job = outbox.ended(webhook_url=url)
        outbox.rerun(job)
        with outbox.database.transaction() as session:
            jobs.cancel(session, jobs.get(session, "u" * 32, job))
        send()

    told = [receiver.verified(number) for number in range(3)]
    assert {(one["type"], one["data"]["state"]) for one in told} == {
        ("job.failed", "failed"),
        ("job.completed", "completed"),
        ("job.cancelled", "cancelled"),
    }


def test_a_repetition_can_be_told_by_its_id(outbox, send):
    with receiving(status(503)) as receiver:
        outbox.ended("Kokous \u202eäänite\r\n", webhook_url=f"http://127.0.0.1:{receiver.port}")
        send()
        outbox.later()
        receiver.answer = status(200)
        send()

    (_, first, once), (_, second, again) = receiver.calls
    assert first["webhook-id"] == second["webhook-id"] == outbox.only.id
    assert once == again
    assert receiver.verified(1)["data"]["name"] == "Kokous äänite"
    assert (outbox.only.state, outbox.only.status, outbox.only.attempts) == ("sent", 200, 2)


@pytest.mark.parametrize(
    ("code", "state"),
    [(200, "sent"), (202, "sent"), (400, "due"), (404, "due"), (410, "failed"), (429, "due"), (500, "due")],
)
def test_what_the_answer_means(outbox, send, code, state):
    with receiving(status(code, body=b"secret of an inner server")) as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        send()

    assert (outbox.only.state, outbox.only.status) == (state, code)
    assert "secret" not in (outbox.only.error or "")


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_redirects_are_not_followed(outbox, send, code):
    with receiving() as inner, receiving() as receiver:
        receiver.answer = status(code, {"Location": f"http://127.0.0.1:{inner.port}/admin"})
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        send()

    assert inner.calls == []
    assert (outbox.only.state, outbox.only.status) == ("due", code)


@pytest.mark.parametrize(
    "answer",
    [
        repeating(b"", b"", 0.1),
        repeating(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.1),
        repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    ],
    ids=["silent", "dripping headers", "endless 100"],
)
def test_a_receiver_that_never_ends_costs_bounded_time(outbox, send, answer):
    with receiving(answer) as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        begun = time.monotonic()
        send(lease=2.0)
        took = time.monotonic() - begun

    assert took < LONGEST
    assert outbox.only.state == "due"
    assert outbox.only.error == "the receiver took longer than 1.5 s"


@pytest.mark.parametrize("every", [(b"x", 0.1), (b"x" * 65536, 0.0)], ids=["dripping", "gigabytes"])
def test_a_body_without_end_is_not_read(outbox, send, every):
    with receiving(repeating(b"HTTP/1.0 200 OK\r\n\r\n", *every)) as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        begun = time.monotonic()
        send(lease=2.0)
        took = time.monotonic() - begun

    assert took < LONGEST
    assert outbox.only.state == "sent"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 999999 ?\r\n\r\n", b"\x00" * 70_000])
def test_what_is_no_http_is_tried_again(outbox, send, said):
    with receiving(lambda handler: handler.wfile.write(said) and None) as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        send()

    assert outbox.only.state == "due"
    assert "broke off" in outbox.only.error


def test_nobody_listens(outbox, send):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outbox.ended(webhook_url=f"http://127.0.0.1:{port}")

    send()

    assert (outbox.only.state, outbox.only.error) == ("due", "the receiver refuses connections")


def test_a_private_receiver_is_refused_unless_allowed(outbox, send):
    with receiving() as receiver:
        outbox.ended(webhook_url=f"https://localhost:{receiver.port}")
        send(webhook_allow="")

    assert receiver.calls == []
    assert outbox.only.state == "failed"
    assert "localhost is not a public address" in outbox.only.error


def test_without_a_secret_nothing_is_called(outbox, send):
    with receiving() as receiver:
        outbox.ended(webhook_url=f"http://127.0.0.1:{receiver.port}")
        send(webhook_secret=None)

    assert receiver.calls == []
    assert outbox.only.state == "failed"
    assert "no secret" in outbox.only.error


def test_https_by_the_name_to_the_checked_address_only(call, certificate, monkeypatch):
    """DNS rebinding: public when checked, this machine when asked again. Nobody asks again."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.pem))
    answers, dialled = iter([[PUBLIC], [HERE], [HERE]]), []

    def rebinding(host, port, deadline):
        assert host == "hooks.example"
        return next(answers)

    with receiving(certificate=certificate) as receiver, receiving() as inner:

        def route(addresses, port, deadline):
            dialled.append((list(addresses), port))
            return dial([HERE], receiver.port, deadline)  # the part of the internet

        assert call(f"https://hooks.example:{inner.port}/hook", rebinding, route) == 204

    assert dialled == [([PUBLIC], inner.port)]
    assert list(answers) == [[HERE], [HERE]]
    assert inner.calls == []
    assert receiver.calls[0][1]["Host"] == f"hooks.example:{inner.port}"


def test_the_system_is_asked_once(outbox, send, certificate, monkeypatch):
    asked, real = [], socket.getaddrinfo

    def rebinding(host, *args, **kw):
        if host != "hooks.example":
            return real(host, *args, **kw)
        asked.append(host)
        address = str(PUBLIC) if len(asked) == 1 else str(HERE)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with receiving(certificate=certificate) as inner:
        outbox.ended(webhook_url=f"https://hooks.example:{inner.port}")
        send(lease=1.0)

    assert asked == ["hooks.example"]
    assert inner.calls == []
    assert outbox.only.state == "due"


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1"])
def test_a_name_of_an_inner_address_is_refused_and_never_dialled(call, inner):
    def route(*args):
        raise AssertionError("it must not be connected to")

    with pytest.raises(NotSent, match="has an address that is not public") as refused:
        call("https://hooks.example", lambda *_: [PUBLIC, ip_address(inner)], route)

    assert not refused.value.again
    assert inner not in refused.value.reason


def test_a_network_that_is_allowed_may_be_called(call, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.pem))

    with receiving(certificate=certificate) as receiver:
        url = f"https://hooks.example:{receiver.port}"
        assert call(url, lambda *_: [HERE], webhook_allow="10.0.0.0/8, 127.0.0.0/8") == 204


@pytest.mark.parametrize("trusted", [True, False], ids=["wrong name", "unknown issuer"])
def test_a_certificate_must_be_of_the_name(call, certificate, monkeypatch, trusted):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.pem))

    with receiving(certificate=certificate) as receiver, pytest.raises(NotSent, match="certificate is not valid") as no:
        host = "other.example" if trusted else "hooks.example"
        call(f"https://{host}:{receiver.port}", lambda *_: [HERE], webhook_allow="127.0.0.1")

    assert receiver.calls == []
    assert no.value.again


def test_name_servers_that_hang_cost_bounded_time(outbox, send, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kw: stop.wait(30) and [])
    outbox.ended(webhook_url="https://hooks.example")

    begun = time.monotonic()
    send(lease=1.0)
    took = time.monotonic() - begun
    stop.set()

    assert took < LONGEST
    assert outbox.only.state == "due"


def test_a_minutes_failure_is_still_a_completed_job(outbox, send):
    with receiving() as receiver:
        outbox.ended(
            webhook_url=f"http://127.0.0.1:{receiver.port}", minutes=True, failure=UNREADABLE, failing=Stage.SUMMARIZE
        )
        send()

    assert json.loads(receiver.calls[0][2])["type"] == "job.completed"
