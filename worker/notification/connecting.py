"""Connections that end in time: resolving, connecting, handshake and answer all count against one wall clock."""

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from queue import Empty, SimpleQueue

from steno.webhook_address import IpAddress


class Deadline:
    """A limit that a peer which sends a byte now and then cannot stretch: the sockets it watches are shut down."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        with self._lock:
            while self._watched:
                self._watched.pop().close()

    @property
    def over(self) -> bool:
        """Whether the time has run out."""
        return time.monotonic() >= self._end

    def left(self) -> float:
        """Seconds that are left. Raises TimeoutError."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"it took longer than {self.seconds:g} s")
        return left

    def watch(self, connection: socket.socket) -> None:
        """Shut the connection down when the time runs out, whatever TLS is put around it later."""
        with self._lock:
            self._watched.append(connection.dup())
        if self.over:
            self._shut()

    def _shut(self) -> None:
        with self._lock:
            for connection in self._watched:
                with suppress(OSError):  # the peer was faster
                    connection.shutdown(socket.SHUT_RDWR)


def resolve(host: str, port: int, deadline: Deadline) -> list[IpAddress]:
    """The addresses of a host, asked for once. Raises OSError, also where the name servers take too long."""
    answers: SimpleQueue[list[IpAddress] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    # getaddrinfo knows no time-out; the thread ends when it does, and nobody waits for it.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except Empty:
        raise TimeoutError("the name servers did not answer in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def dial(addresses: Sequence[IpAddress], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first of these addresses that takes it, watched by the deadline. Raises OSError."""
    trouble: OSError = OSError("the host has no address")
    for tried, address in enumerate(addresses):
        family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(deadline.left() / (len(addresses) - tried))
            connection.connect((str(address), port))
            connection.settimeout(deadline.left())
            deadline.watch(connection)
            return connection
        except OSError as error:
            connection.close()
            trouble = error
    raise trouble
