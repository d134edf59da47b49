"""Several programs as one: started together, restarted when they die, ended together."""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_LOG = logging.getLogger("steno.up")
_POLL = 0.2  # seconds
_PATIENCE = 20.0  # seconds until what was asked to stop is killed
_HEALTHY = 30.0  # seconds after which a start counts as a success
_SLOWEST = 15.0  # seconds between starts


@dataclass
class Program:
    """A command with its environment. It ends on SIGTERM."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    next_start: float = field(default=0.0)

    def start(self) -> None:
        """Start it, in a process group of its own: Ctrl-C goes to the supervisor alone."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(list(self.command), env=dict(self.environment), start_new_session=True)
        _LOG.info("program.started name=%s pid=%d", self.name, self.process.pid)

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps programs running until `stop`."""

    def __init__(self, programs: Sequence[Program]) -> None:
        """In the order in which they start; they end in the opposite one."""
        self._programs = list(programs)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Start all, restart what dies, with a pause that grows; end all when asked to."""
        asked = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            asked.append(signal.SIGHUP)  # the terminal is closed: what we have started does not hear of it
        for number in asked:
            signal.signal(number, lambda signum, frame: self.stop())
        try:
            while not self._stopping.wait(_POLL):
                for program in self._programs:
                    self._look_after(program)
        finally:
            for program in reversed(self._programs):
                _end(program)

    def _look_after(self, program: Program) -> None:
        if program.running:
            return
        now = time.monotonic()
        if program.process is not None:
            code = program.process.returncode
            # Code 0: it ended by itself, as a worker does that has grown.
            program.failures = 1 if code == 0 or now - program.began > _HEALTHY else program.failures + 1
            program.next_start = now + min(_SLOWEST, 0.2 * 2**program.failures)
            _LOG.warning("program.%s name=%s code=%s", "ended" if code == 0 else "died", program.name, code)
            program.process = None
        if now >= program.next_start:
            program.start()


def _end(program: Program) -> None:
    if not program.running:
        return
    assert program.process is not None
    program.process.terminate()
    try:
        program.process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(program.process.pid, signal.SIGKILL)  # with the processes that it has started
        program.process.wait()
