"""A request's body as it comes from the socket: waited for with a limit, and read away after a refusal."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flask import g, request
from werkzeug.wsgi import get_input_stream

from web.intake import BLOCK, MIB, Stream

_SILENCE = 60.0  # seconds without a byte: the connection is dead, and must not keep an upload locked
_DRAINED, _DRAIN_SECONDS = 16 * MIB, 5.0


@contextmanager
def patience(silence: float | None = None) -> Iterator[None]:
    """Whoever sends the body is waited for: a read fails after `silence` seconds, by default a minute.

    Else a computer that fell asleep while it sent something would hold a thread of the server for good.
    """
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        yield
        return
    before = connection.gettimeout()
    connection.settimeout(_SILENCE if silence is None else silence)
    try:
        yield
    finally:
        with suppress(OSError):
            connection.settimeout(before)


@contextmanager
def body(silence: float | None = None) -> Iterator[Stream]:
    """The bytes of the body, not limited but by what was announced, with `patience`."""
    if "body" not in g:  # a second one would count from the beginning
        g.body = get_input_stream(request.environ)
    stream: Stream = g.body
    with patience(silence):
        yield stream


def drain() -> None:
    """Read away what is still sent after a refusal, a few seconds long.

    Else the sender, who reads the answer when all is sent, sees a broken connection and no reason.
    """
    left, until = _DRAINED, time.monotonic() + _DRAIN_SECONDS
    with body(_DRAIN_SECONDS) as stream, suppress(Exception):  # the refusal counts, whatever the connection's state
        while left > 0 and time.monotonic() < until and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
