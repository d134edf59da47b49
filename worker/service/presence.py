"""Telling that this worker lives, and what it has at hand."""

import logging
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Collection
from functools import cache
from importlib.metadata import version

from steno.database import Database
from steno.ledger import workers
from steno.states import Queue
from worker.service.memory import resident
from worker.service.warm import WarmLines

_LOG = logging.getLogger("steno.worker")


class Presence:
    """Of one worker's main process. `name` is its slot's, or its own where it has none."""

    def __init__(self, database: Database, name: str, queues: Collection[Queue], lines: WarmLines) -> None:
        self._database, self._name, self._lines = database, name, lines
        self._queues = tuple(queues)
        self._told = float("-inf")

    def tell(self) -> None:
        """Tell, where it is time. Raises what the database raises."""
        if time.monotonic() - self._told < workers.TELL_EVERY:
            return
        self._told = time.monotonic()
        facts = workers.Facts(
            version=version("steno"),
            memory=resident(os.getpid()),
            accelerator=_accelerator() if Queue.GPU in self._queues else "",
            models=self._lines.models(),
        )
        host, pid = socket.gethostname(), os.getpid()
        self._database.write(
            lambda session: workers.tell(session, self._name, host=host, pid=pid, queues=self._queues, facts=facts)
        )

    def end(self) -> None:
        """Tell that it ends in order."""
        try:
            self._database.write(lambda session: workers.stop(session, self._name, pid=os.getpid()))
        except Exception:  # whoever looks sees it by its silence
            _LOG.warning("presence.not-told", exc_info=True)


@cache
def _accelerator() -> str:
    """The graphics cards of this machine, as their driver names them."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    asked = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return "; ".join(line.strip() for line in said.splitlines() if line.strip())[:300]
