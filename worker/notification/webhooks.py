"""Webhooks: one signed POST by Standard Webhooks, to checked addresses only, without redirects, in ten seconds."""

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime

from steno import __version__
from steno.config import Settings
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.sayings.marking import said
from steno.webhook_address import IpAddress, WebhookAddress, check_webhook_url, webhook_keys
from steno.webhook_event import WebhookEvent
from worker.notification import Notice, NotSent
from worker.notification.connecting import Deadline, dial, resolve
from worker.notification.guard import Resolver, checked_addresses

TIME_LIMIT = 10.0  # seconds, of the wall clock
_ANSWER_LIMIT = 64 * 1024  # bytes
Dialer = Callable[[Sequence[IpAddress], int, Deadline], socket.socket]


def send(
    notice: Notice, settings: Settings, deadline: Deadline, *, resolver: Resolver = resolve, dialer: Dialer = dial
) -> int:
    """Call the webhook; its status, which is 2xx. Raises NotSent.

    Every try has the same webhook-id and the same body. What the receiver answers is neither kept nor told, so that
    nobody can read an inner server through it.
    """
    try:
        to = check_webhook_url(notice.address, settings)
        keys = webhook_keys(settings)
    except InvalidOption as error:
        raise NotSent(str(error), again=False) from error
    sent = body(notice, settings)
    try:
        addresses = checked_addresses(to, settings, deadline, resolver=resolver)
        with closing(_connection(to, addresses, deadline, dialer)) as connection:
            status = _post(connection, to, sent, _headers(notice, keys, sent), deadline)
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(_trouble(error, deadline)) from error
    if status == http.HTTPStatus.GONE:
        raise NotSent("the receiver is gone (410)", status=status, again=False)
    if 300 <= status < 400:
        raise NotSent(f"the receiver redirects ({status}), which is not followed", status=status)
    if not 200 <= status < 300:
        raise NotSent(f"the receiver answered {status}", status=status)
    return status


def body(notice: Notice, settings: Settings) -> bytes:
    """What is sent: that it happened and where to look, no word of the recording."""
    places = {"self": "api/v1/jobs", "page": "jobs"} if settings.public_url else {}
    links = {name: f"{settings.public_url}/{at}/{notice.job_id}" for name, at in places.items()}
    about = {
        "id": notice.job_id,
        "state": notice.event.removeprefix("job."),
        "name": clean(notice.name),
        "links": links,
    }
    event = WebhookEvent.model_validate({"type": notice.event, "timestamp": notice.at.astimezone(UTC), "data": about})
    return event.model_dump_json().encode()


def _headers(notice: Notice, keys: Sequence[bytes], sent: bytes) -> dict[str, str]:
    from standardwebhooks import Webhook

    moment = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Steno/{__version__}",
        "Connection": "close",
        "webhook-id": notice.delivery_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        # One by each key: a receiver that still has the old one, or has the new one already, finds its own.
        "webhook-signature": " ".join(Webhook(key).sign(notice.delivery_id, moment, sent.decode()) for key in keys),
    }


def _connection(
    to: WebhookAddress, addresses: Sequence[IpAddress], deadline: Deadline, dialer: Dialer
) -> http.client.HTTPConnection:
    """Connected to one of the addresses; the certificate and the Host header are of the name."""
    line = dialer(addresses, to.port, deadline)
    if not to.secure:
        plain = http.client.HTTPConnection(to.host, to.port)
        plain.sock = line
        return plain
    context = ssl.create_default_context()
    try:
        wrapped = context.wrap_socket(line, server_hostname=to.host)
    except OSError:
        line.close()
        raise
    secure = http.client.HTTPSConnection(to.host, to.port, context=context)
    secure.sock = wrapped
    return secure


def _post(
    connection: http.client.HTTPConnection,
    to: WebhookAddress,
    sent: bytes,
    headers: dict[str, str],
    deadline: Deadline,
) -> int:
    connection.request("POST", to.target, body=sent, headers=headers)
    answer = connection.getresponse()
    deadline.left()  # the end of a line that the deadline cut off looks like the end of the headers
    # Read so that the receiver is not cut off while it writes; the status has been said, whatever becomes of the rest.
    with suppress(OSError, http.client.HTTPException):
        answer.read(_ANSWER_LIMIT)
    return answer.status


def _trouble(error: Exception, deadline: Deadline) -> str:
    if deadline.over or isinstance(error, TimeoutError):
        return said(f"the receiver took longer than {deadline.seconds:g} s")
    if isinstance(error, ssl.SSLCertVerificationError):
        return said(f"the receiver's certificate is not valid: {error.verify_message}")
    if isinstance(error, socket.gaierror):
        return said("the receiver's name is not known to the name servers")
    if isinstance(error, ConnectionRefusedError):
        return said("the receiver refuses connections")
    return said(f"the receiver cannot be reached, or broke off ({type(error).__name__})")
