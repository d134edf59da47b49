"""The real service for tests: `steno up` with Redis, workers and web server, an SMTP sink, and ways to hurt it."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller

ENDED = {"completed", "failed", "cancelled"}
PATIENCE = 180.0  # seconds: a busy machine is no fault of the service, and who waits in vain fails anyway


def free_port() -> int:
    """A port that nobody listens at; none of those that the system gives to outgoing connections and so may lose."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def _processes() -> Iterator[tuple[int, int, str]]:
    """Id, parent and command of every process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):  # it has ended
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                yield int(entry.name), parent, command


class Sink:
    """An SMTP server that keeps what it gets."""

    def __init__(self, port: int) -> None:
        self.mails: list[Message] = []
        self.port = port
        self._controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


class Service:
    """One running service with a data directory of its own."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        smtp = free_port()
        self.sink = Sink(smtp)
        own = {
            "STENO_DATA_DIR": str(data),
            "STENO_DEVICE": "cpu",
            "STENO_DIARIZE": "0",
            "STENO_LEASE": "4",
            "STENO_KEEP_FREE": "0",
            "STENO_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
            "STENO_THREADS": "1",
            "STENO_RATE_LIMIT": "0",
        }
        self.environment = {**os.environ, **own, **environment}
        self.token = ""
        self.said: list[str] = []
        self._up: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Service":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Kill everything at once. Who wants to see it stop calls `stop`."""
        assert self._up is not None
        for pid in (self._up.pid, *self._family(self._up.pid)):  # the one first that would start the others anew
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._up.wait()
        self._listener.join(5)
        self.sink.stop()

    def start(self) -> None:
        """Start everything, and wait until it is ready."""
        self.sink.start()
        self._up = subprocess.Popen(
            [sys.executable, "-m", "steno", "up", "--port", str(self.port)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.until(self.ready, "the service is ready")
        self.until(lambda: bool(self.token), "the first token is printed")

    def stop(self) -> int:
        """Ctrl-C; the exit code of `steno up`."""
        assert self._up is not None
        self._up.send_signal(signal.SIGINT)
        try:
            code = self._up.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self._up.pid, signal.SIGKILL)
            raise
        self._listener.join(5)
        self.sink.stop()
        return code

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=10).ok
        except requests.RequestException:
            return False

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for a condition. Raises AssertionError with what the service said."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not in {PATIENCE:.0f} s: {what}\n" + "".join(self._told()))
            time.sleep(0.1)

    def request(self, method: str, path: str, **request: Any) -> requests.Response:
        """Ask the REST API, again while the web server is away."""
        headers = {"Authorization": f"Bearer {self.token}"} | request.pop("headers", {})
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return requests.request(method, f"{self.url}{path}", headers=headers, timeout=PATIENCE, **request)
            except requests.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def submit(self, recording: Path, key: str | None = None, **fields: str) -> str:
        """Hand a recording in; the job's id."""
        form = {"model": "starter", "diarize": "false", **fields}
        with recording.open("rb") as file:
            content = file.read()
        answer = self.request(
            "POST",
            "/api/v1/jobs?force=true",
            files={"file": (recording.name, content)},
            data=form,
            headers={"Idempotency-Key": key} if key else {},
        )
        assert answer.status_code in {200, 201, 202}, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.request("GET", f"/api/v1/jobs/{job_id}")
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait(self, job_ids: Iterable[str], seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """The jobs, when all have ended."""
        found = {job_id: {"state": ""} for job_id in job_ids}
        end = time.monotonic() + seconds
        while open_ := [job_id for job_id, job in found.items() if job["state"] not in ENDED]:
            for job_id in open_:
                found[job_id] = self.job(job_id)
            if time.monotonic() > end:
                left = [(job["state"], job.get("stages")) for job in map(found.get, open_) if job]
                raise AssertionError(f"not in {seconds} s: {left}\n" + "".join(self._told()))
            time.sleep(0.5)
        return list(found.values())

    def pids(self, name: str) -> list[int]:
        """Process groups of a program: redis, worker, gpu-worker or web."""
        wanted = {"redis": "redis-server", "worker": "--slot cpu", "gpu-worker": "--slot gpu", "web": "steno web"}[name]
        assert self._up is not None
        return [pid for pid, parent, command in _processes() if parent == self._up.pid and wanted in command]

    def kill(self, name: str) -> bool:
        """SIGKILL to a program with all its children; False where it is not there just now."""
        pids = self.pids(name)
        for pid in pids:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                return False
        return bool(pids)

    def _family(self, root: int) -> list[int]:
        """All that descend from a process."""
        found, processes = [root], list(_processes())
        for one in found:  # it grows as we go
            found += [pid for pid, parent, _ in processes if parent == one]
        return found[1:]

    def _told(self) -> list[str]:
        return [line for line in self.said if "request.answered" not in line][-60:]

    def _listen(self) -> None:
        assert self._up is not None
        assert self._up.stdout is not None
        with self._up.stdout as said:
            for line in said:
                self.said.append(line)
                match = re.search(r"steno_[\w-]{20,}", line)
                if match:
                    self.token = match[0]
