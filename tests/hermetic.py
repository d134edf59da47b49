"""What tests must leave as they found it: the state of the process, which every test after them would have."""

import gc
import locale
import logging
import os
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from worker.diarization import denormals

_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR1]


def state() -> dict[str, Any]:
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "denormal numbers": "flushed" if denormals.are_flushed() else "kept",
        "umask": oct(mask),
        "size of a core": resource.getrlimit(resource.RLIMIT_CORE),
        "level of the log": logging.root.level,
        "folder": Path.cwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "time-out of sockets": socket.getdefaulttimeout(),
        "garbage collection": (gc.isenabled(), gc.get_threshold()),
        **{number.name: signal.getsignal(number) for number in _SIGNALS},
        **{f"variable {name}": value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs; libraries that are imported meanwhile may set variables of their own."""
    return [
        f"{name}: {before.get(name)!r}, then {after.get(name)!r}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name) and (name in before or "STENO_" in name)
    ]


@contextmanager
def as_a_program_begins() -> Iterator[None]:
    """A process in which anybody may read files, and cores are as large as may be; afterwards as it was."""
    _, most = core = resource.getrlimit(resource.RLIMIT_CORE)
    before = os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    try:
        yield
    finally:
        os.umask(before)
        resource.setrlimit(resource.RLIMIT_CORE, core)
