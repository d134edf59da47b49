"""Whatever ends `steno up`, nothing of what it has started stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.outage import until

_SUPERVISED = """
import os, signal, sys
from steno import supervision
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[2]))  # the tests themselves may run under nohup
supervision._PATIENCE = 0.5
supervision.Supervisor([supervision.Program("it", ["sh", "-c", sys.argv[1]], os.environ)]).run()
"""
# Its own process and one that it starts, such as a worker's.
_PROGRAM = "{begin} sleep 600 & echo $$ $! > {pids}.new && mv {pids}.new {pids}; wait; wait"
_STUBBORN = "trap '' TERM;"  # as who waits for a language model that does not answer


@pytest.mark.parametrize(("begin", "sent"), [("", signal.SIGHUP), (_STUBBORN, signal.SIGTERM)])
def test_nothing_stays_when_it_ends(tmp_path: Path, begin: str, sent: signal.Signals) -> None:
    with _supervised(tmp_path / "pids", begin) as supervisor:
        main, child = _started(tmp_path / "pids")

        supervisor.send_signal(sent)  # SIGHUP: its terminal is closed

        assert supervisor.wait(60) == 0
        until(lambda: not _lives(main))
        if begin == _STUBBORN:  # else it ends its children itself
            until(lambda: not _lives(child))


def test_who_is_not_to_hear_of_the_terminal_goes_on(tmp_path: Path) -> None:
    with _supervised(tmp_path / "pids", hangup="SIG_IGN") as supervisor:  # as nohup does
        main, _ = _started(tmp_path / "pids")
        (tmp_path / "pids").unlink()

        supervisor.send_signal(signal.SIGHUP)
        os.killpg(main, signal.SIGKILL)

        assert _started(tmp_path / "pids")[0] != main
        supervisor.terminate()
        assert supervisor.wait(60) == 0


@contextmanager
def _supervised(pids: Path, begin: str = "", *, hangup: str = "SIG_DFL") -> Iterator[subprocess.Popen[bytes]]:
    command = _PROGRAM.format(begin=begin, pids=pids)
    supervisor = subprocess.Popen([sys.executable, "-c", _SUPERVISED, command, hangup])
    try:
        yield supervisor
    finally:
        supervisor.kill()
        supervisor.wait()
        with suppress(FileNotFoundError, ProcessLookupError):
            os.killpg(_started(pids)[0], signal.SIGKILL)


def _started(pids: Path) -> tuple[int, int]:
    until(pids.exists)
    main, child = map(int, pids.read_text().split())
    return main, child


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
