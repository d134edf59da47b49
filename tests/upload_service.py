"""The web server in a process of its own, as the tests of uploads start, kill and ask it; and raw requests to it.

`python -m tests.upload_service PORT` serves, with the settings of the environment.
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path

import requests

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Upload
from steno.ledger import accounts
from steno.vault import Vault
from tests.conftest import ROOT
from tests.stored import stored, there
from web.serving import serve

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = TUS | {"Content-Type": "application/offset+octet-stream"}
MIB = 1024**2


def wait_for(condition: Callable[[], object], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.01)


@dataclass
class UploadService:
    """One server on one data directory."""

    data: Path
    variables: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    port: int = 0

    def __post_init__(self) -> None:
        self.settings = Settings(data_dir=self.data)
        self.database = Database.of(self.settings)
        self.database.upgrade()
        self.vault = Vault.of(self.settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/uploads"

    def start(self) -> None:
        wait_for(self._has_port)
        own = {"STENO_DATA_DIR": str(self.data), "STENO_KEEP_FREE": "0", "STENO_RATE_LIMIT": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.upload_service", str(self.port)],
            env={**os.environ, **own, **self.variables},
            cwd=ROOT,
            start_new_session=True,
        )
        wait_for(self._answers)

    def kill(self) -> None:
        """As the kernel does when memory is short: no handler runs."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def token(self, name: str = "ada@example.org") -> str:
        def issue(session):  # type: ignore[no-untyped-def]
            return accounts.issue_token(session, accounts.add_user(session, name), "test")[1]

        return self.database.write(issue)

    def row(self, address: str) -> Upload:
        with self.database.reading() as session:
            return session.get_one(Upload, address.rsplit("/", 1)[-1])

    def uploads(self) -> int:
        with self.database.reading() as session:
            return session.query(Upload).count()

    def blob(self, address: str) -> Path:
        return self.vault.blobs.path(self.row(address).blob)

    def stored(self, address: str) -> bytes:
        """What of the recording lies in the vault."""
        return stored(self.vault, self.row(address))

    def there(self, address: str) -> int:
        """How much of it."""
        return there(self.vault, self.row(address))

    def files(self) -> list[Path]:
        return [path for path in (self.data / "blobs").rglob("*") if path.is_file()]

    def memory(self) -> int:
        """Resident bytes of the server's processes, added up."""
        assert self.process is not None
        pages = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue  # it ended meanwhile
            if int(fields[2]) == self.process.pid:  # the process group
                pages += int(fields[21])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _has_port(self) -> bool:
        try:
            with socket.create_server(("127.0.0.1", self.port)) as free:
                self.port = free.getsockname()[1]
        except OSError:
            return False  # of one that was killed, a process lives for a moment
        return True

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "the server ended"
        try:
            return requests.options(self.url, timeout=30).status_code == 204
        except requests.ConnectionError:
            return False


@dataclass(frozen=True)
class Person:
    """Somebody with a token, who sends uploads without a library."""

    service: UploadService
    token: str

    @property
    def access(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def create(self, size: int, name: str = "meeting.wav", **headers: str) -> requests.Response:
        named = {"Upload-Length": str(size), "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}"}
        return self.ask("POST", self.service.url, **(TUS | named | headers))

    def new(self, size: int) -> str:
        """The address of a new upload."""
        answer = self.create(size)
        assert answer.status_code == 201, answer.text
        return f"http://127.0.0.1:{self.service.port}{answer.headers['Location']}"

    def send(self, address: str, offset: int, body: bytes, **headers: str) -> requests.Response:
        return self.ask("PATCH", address, body, **CHUNK, **{"Upload-Offset": str(offset)}, **headers)

    def look(self, address: str) -> requests.Response:
        return self.ask("HEAD", address, **TUS)

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> requests.Response:
        return requests.request(method, address, data=body, headers=self.access | headers, timeout=60)

    def offset(self, address: str) -> int:
        return int(self.look(address).headers["Upload-Offset"])

    def begin(self, address: str, offset: int, announced: int, **headers: str) -> socket.socket:
        """A connection on which the bytes of a PATCH are to follow."""
        lines = CHUNK | {"Upload-Offset": str(offset), "Content-Length": str(announced)} | self.access | headers
        path = address.split(str(self.service.port), 1)[1]
        head = [f"PATCH {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{key}: {value}" for key, value in lines.items())]
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=60)
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        return connection


def answer_of(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the body of what the server says."""
    connection.settimeout(20)
    with connection, HTTPResponse(connection) as response:
        response.begin()
        return response.status, response.read()


if __name__ == "__main__":
    serve(Settings(), host="127.0.0.1", port=int(sys.argv[1]), threads=8)
