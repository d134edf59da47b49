"""A slow machine and a slow network for the browser of the tests, on request: races come out there.

`TESTS_SLOW=7 pytest tests/e2e` has every page compute at a quarter of its speed, and holds back what goes between
browser and service, each piece by another moment up to half a second, so that answers overtake each other. The number
begins the sequence of those moments.
"""

import os
import random
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Page

SEED = os.environ.get("TESTS_SLOW", "")
_SLOWER = 4  # times
_HELD_BACK = 0.5  # seconds, at most
_PIECE = 1 << 20  # bytes
_moments = random.Random(SEED)


def compute_slowly(page: Page) -> None:
    """Only if asked for."""
    if SEED:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})


@contextmanager
def slow_network() -> Iterator[list[str]]:
    """Arguments that have Chromium reach everything, this machine too, over a network that is slow if asked for."""
    if not SEED:
        yield []
        return
    with _Network(("127.0.0.1", 0), _Connection) as network:
        threading.Thread(target=network.serve_forever).start()
        try:
            proxy = f"--proxy-server=socks5://127.0.0.1:{network.server_address[1]}"
            yield [proxy, "--proxy-bypass-list=<-loopback>"]
        finally:
            network.shutdown()


class _Network(socketserver.ThreadingTCPServer):
    request_queue_size = 100


class _Connection(socketserver.BaseRequestHandler):
    """A SOCKS 5 proxy (RFC 1928) without authentication."""

    request: socket.socket

    def handle(self) -> None:
        with suppress(OSError), self.request as here, socket.create_connection(self._asked()) as there:
            here.sendall(b"\x05\x00\x00\x01" + bytes(6))
            answers = threading.Thread(target=_pass_on, args=(there, here))
            answers.start()
            _pass_on(here, there)
            answers.join()

    def _asked(self) -> tuple[str, int]:
        """Host and port."""
        _, methods = self._read(2)
        self._read(methods)
        self.request.sendall(b"\x05\x00")
        kind = self._read(4)[3]
        if kind == 1:
            host = socket.inet_ntop(socket.AF_INET, self._read(4))
        elif kind == 4:
            host = socket.inet_ntop(socket.AF_INET6, self._read(16))
        else:
            host = self._read(self._read(1)[0]).decode()
        return host, int.from_bytes(self._read(2), "big")

    def _read(self, size: int) -> bytes:
        piece = self.request.recv(size, socket.MSG_WAITALL)
        if len(piece) < size:
            raise ConnectionError
        return piece


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until either side ends it, which the other is told."""
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            time.sleep(_moments.uniform(0, _HELD_BACK))
            target.sendall(piece)
    for side in (source, target):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
