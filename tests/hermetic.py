"""What a test must leave as it found it: the state of the process, which every test after it would have."""

import gc
import locale
import os
import signal
import socket
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
