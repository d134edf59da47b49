"""`steno submit`, `steno jobs` and `steno admin` with the real service, and what a broken upload does."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from steno.client import Client, ServiceAway
from steno.errors import UnreadableMedia
from steno.minutes import Minutes
from steno.transcript import Transcript
from tests.conftest import ROOT, Steno
from tests.service import Service, free_port

EXAMPLE = ROOT / "examples" / "meeting.opus"
MIB = 2**20


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("service") / "data"
    with Service(data, STENO_MODEL="starter", STENO_MINUTES="1") as running:
        yield running


@pytest.fixture
def client(steno: Steno, service: Service) -> Steno:
    """The program on another machine: with a data directory of its own, an address and a token."""
    steno.environment = {"STENO_SERVER": service.url, "STENO_TOKEN": service.token}
    return steno


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return _copy(tmp_path / "in" / "kokous äö.opus")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Path) -> Path:
    """Eight seconds in 48 MiB."""
    wav = tmp_path_factory.mktemp("large") / "large.wav"
    wide = ["-t", "8", "-ac", "8", "-ar", "192000", "-c:a", "pcm_s32le"]
    command = [str(ffmpeg), "-nostdin", "-loglevel", "error", "-i", str(EXAMPLE), *wide, str(wav)]
    subprocess.run(command, check=True)
    assert wav.stat().st_size > 40 * MIB
    return wav


class SlowLine:
    """A way to the service that lets a few MiB a second through, and counts what is sent."""

    def __init__(self, port: int) -> None:
        self.sent, self.slow = 0, True
        self._to = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except ConnectionRefusedError:  # the server restarts
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while block := source.recv(256 * 1024):
                target.sendall(block)
                if counted:
                    self.sent += len(block)
                    time.sleep(len(block) / (8 * MIB) if self.slow else 0)
        except OSError:
            pass
        finally:
            for one in (source, target):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            if not counted:
                source.close()
                target.close()


@pytest.fixture
def slow_line(service: Service, client: Steno) -> Iterator[SlowLine]:
    line = SlowLine(service.port)
    client.environment["STENO_SERVER"] = line.url
    yield line
    line.close()


def test_the_first_token_is_printed_once(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    service.start()
    first = service.token
    service.stop()
    assert sum(first in line for line in service.said) == 1

    service.said.clear()
    service.start()  # which waits for a token: it still has the first
    service.stop()

    assert not [line for line in service.said if "steno_" in line or "'s token" in line]


def test_submit_waits_and_writes_transcript_and_minutes(client: Steno, recording: Path) -> None:
    formats = ("--format", "txt,srt,json,TextGrid", "--export-language", "sv")
    run = client("submit", recording, "--wait", "-m", "starter", "-l", "en", *formats)

    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == b""
    written = {path.name for path in recording.parent.iterdir()} - {recording.name}
    endings = ("txt", "srt", "json", "TextGrid", "minutes.md", "minutes.json")
    assert written == {f"kokous äö.{ending}" for ending in endings}
    transcript = Transcript.model_validate_json((recording.parent / "kokous äö.json").read_bytes())
    assert transcript.segments
    assert transcript.provenance.recording_name == recording.name
    Minutes.model_validate_json((recording.parent / "kokous äö.minutes.json").read_bytes())
    assert (recording.parent / "kokous äö.txt").read_text("utf-8").startswith("Transkriberat av: Steno")
    assert "\n## Uppgifter\n" in (recording.parent / "kokous äö.minutes.md").read_text("utf-8")


def test_what_is_not_asked_for_is_as_the_service_is_set(service: Service, client: Steno, tmp_path: Path) -> None:
    recordings = [_copy(tmp_path / f"{number}.opus", str(number).encode()) for number in range(3)]
    asked = [[], ["--no-minutes", "-m", "tiny", "--drop-recording"], ["--minutes", "--diarize"]]

    jobs = [
        service.job(_job_id(client("submit", one, *options))) for one, options in zip(recordings, asked, strict=True)
    ]

    assert [job["options"]["model"] for job in jobs] == ["starter", "tiny", "starter"]
    assert [job["options"]["diarize"] for job in jobs] == [False, False, True]
    assert [job["minutes"] is not None for job in jobs] == [True, False, True]
    assert [job["keep_recording"] for job in jobs] == [True, False, True]
    for job in jobs:  # only how they were handed in counts
        service.request("DELETE", f"/api/v1/jobs/{job['id']}")


def test_what_was_handed_in_is_not_sent_again(slow_line: SlowLine, client: Steno, large: Path, tmp_path: Path) -> None:
    slow_line.slow = False
    moved = tmp_path / "moved.wav"
    first = client("submit", large, "--no-minutes", "-m", "starter")
    sent = slow_line.sent
    moved.hardlink_to(large)

    second = client("submit", moved, "--no-minutes", "-m", "starter")

    assert (first.returncode, second.returncode) == (0, 0), second.stderr.decode()
    assert _job_id(first) == _job_id(second)
    assert slow_line.sent - sent < 10_000


def test_an_upload_that_was_killed_goes_on(
    slow_line: SlowLine, service: Service, client: Steno, large: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.wav"  # begins as the one above, and is as long
    other.write_bytes(large.read_bytes()[:-4] + b"\1\2\3\4")
    size = other.stat().st_size
    killed = client.start("submit", other, "--no-minutes", "-m", "starter")
    service.until(lambda: slow_line.sent > size / 2, "half of it is sent")
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=20)
    before, slow_line.slow = slow_line.sent, False

    run = client("submit", other, "--no-minutes", "-m", "starter", "--wait")

    assert run.returncode == 0, run.stderr.decode()
    assert slow_line.sent - before < size * 0.7
    job = service.job(_job_id(run))
    assert job["recording_sha256"] == hashlib.sha256(other.read_bytes()).hexdigest()
    assert (job["name"], job["size"]) == ("other.wav", size)
    assert (tmp_path / "other.txt").exists()


def test_an_upload_outlives_the_web_server(slow_line: SlowLine, service: Service, client: Steno, large: Path) -> None:
    third = client.data / "third.wav"
    third.write_bytes(large.read_bytes()[:-4] + b"\4\3\2\1")
    begun = slow_line.sent
    running = client.start("submit", third, "--no-minutes", "-m", "starter")
    service.until(lambda: slow_line.sent - begun > 10 * MIB, "a part is sent")
    service.kill("web")

    _, said = running.communicate(timeout=120)

    assert running.returncode == 0, said.decode()
    job = service.job(said.decode().split(" is job ")[1].split()[0])
    assert job["recording_sha256"] == hashlib.sha256(third.read_bytes()).hexdigest()


def test_a_deleted_job_is_made_anew(service: Service, client: Steno, tmp_path: Path) -> None:
    recording = _copy(tmp_path / "again.opus", b"again")
    first = _job_id(client("submit", recording, "--no-minutes", "-m", "starter"))
    assert service.request("DELETE", f"/api/v1/jobs/{first}").status_code == 204

    second = client("submit", recording, "--no-minutes", "-m", "starter")

    assert second.returncode == 0, second.stderr.decode()
    assert _job_id(second) != first


def test_of_several_files_one_may_fail(client: Steno, recording: Path) -> None:
    text, empty = recording.parent / "notes.mp3", recording.parent / "empty.mp3"
    text.write_text("These are no sounds.")
    empty.touch()

    run = client(
        "submit", text, recording.parent / "gone.mp3", empty, recording, "--wait", "-m", "starter", "-f", "txt"
    )

    assert run.returncode == 1
    errors = _errors(run)
    assert len(errors) == 3
    for name, error in zip(("gone.mp3", "empty", "notes.mp3"), errors, strict=True):
        assert name in error
        assert ".. " not in error
    assert "No such file" in errors[0]
    assert {path.name for path in recording.parent.glob("*.txt")} == {"kokous äö.txt"}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"STENO_TOKEN": "steno_wrong"}, "STENO_TOKEN"),
        ({"STENO_TOKEN": "steno_ä"}, "STENO_TOKEN"),
        ({"STENO_TOKEN": ""}, "STENO_TOKEN"),
        ({"STENO_SERVER": f"http://127.0.0.1:{free_port()}"}, "cannot be reached"),
        ({"STENO_SERVER": "nonsense"}, "STENO_SERVER"),
    ],
)
def test_without_service_or_token_one_line_says_so(
    client: Steno, recording: Path, environment: dict[str, str], says: str
) -> None:
    for command in (["submit", str(recording), str(EXAMPLE)], ["jobs"]):
        run = client(*command, **environment)

        assert run.returncode == 1
        assert run.stdout == b""
        (line,) = run.stderr.decode().splitlines()
        assert line.startswith("error: ")
        assert says in line
        assert "unexpectedly" not in line


def test_something_else_at_the_address_is_no_service(client: Steno, service: Service) -> None:
    run = client("jobs", STENO_SERVER=f"{service.url}/api/v1/docs")

    assert run.returncode == 1
    assert "STENO_SERVER" in _errors(run)[0]


class Everything(BaseHTTPRequestHandler):
    """A server that answers 200 to whatever is asked, as pages of hotels do."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_PATCH = do_POST

    def log_message(self, format: str, *args: object) -> None:
        del format, args


def test_a_server_that_takes_everything_is_no_service(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Everything) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = Client(f"http://127.0.0.1:{server.server_port}", "steno_x", memory=tmp_path / "uploads.json")

        with pytest.raises(ServiceAway, match="no Steno service"):
            client.hand_in(EXAMPLE)
        server.shutdown()

    assert not (tmp_path / "uploads.json").exists()


def test_a_recording_that_gets_shorter_while_it_is_sent_is_refused(service: Service, tmp_path: Path) -> None:
    class Meanwhile(Client):
        def _begin(self, recording: Path, size: int) -> str:
            os.truncate(recording, size // 2)
            return super()._begin(recording, size)

        def _ask(self, method: str, path: str, **request: Any) -> Any:
            assert request.get("data") != b"", "nothing, again and again"
            return super()._ask(method, path, **request)

    recording, memory = _copy(tmp_path / "short.opus"), tmp_path / "uploads.json"

    with pytest.raises(UnreadableMedia, match=r"short\.opus"):
        Meanwhile(service.url, service.token, memory=memory).hand_in(recording)

    (upload,) = json.loads(memory.read_text()).values()
    service.request("DELETE", f"/api/v1/uploads/{upload}", headers={"Tus-Resumable": "1.0.0"})


def test_jobs_are_listed(client: Steno, service: Service, tmp_path: Path) -> None:
    names = ["first [bold].opus", "second.opus"]
    ids = [service.submit(_copy(tmp_path / name)) for name in names]

    run = client("jobs")

    assert run.returncode == 0
    listed = run.stdout.decode().splitlines()
    assert [line.split()[0] for line in listed[:2]] == ids[::-1]
    assert [line.endswith(name) for line, name in zip(listed, names[::-1], strict=False)] == [True, True]
    service.wait(ids)


def test_people_and_tokens_are_administered(admin: Steno, client: Steno) -> None:
    assert admin("admin", "users", "add", "bo@example.org").returncode == 0
    assert "bo@example.org" in _errors(admin("admin", "users", "add", "bo@example.org"))[0]
    assert "bo@example.org" in admin("admin", "users", "list").stdout.decode()
    token = admin("admin", "tokens", "issue", "bo@example.org", "--scopes", "jobs:read").stdout.decode().strip()
    assert token.startswith("steno_")

    assert client("jobs", STENO_TOKEN=token).returncode == 0
    refused = client("submit", EXAMPLE, STENO_TOKEN=token)
    assert (refused.returncode, "jobs:write" in _errors(refused)[0]) == (1, True)
    assert admin("admin", "users", "disable", "bo@example.org").returncode == 0
    assert client("jobs", STENO_TOKEN=token).returncode == 1
    assert admin("admin", "users", "disable", "bo@example.org", "--enable").returncode == 0
    assert client("jobs", STENO_TOKEN=token).returncode == 0
    listed = admin("admin", "tokens", "list", "bo@example.org").stdout.decode()
    assert token not in listed
    assert admin("admin", "tokens", "revoke", "bo@example.org", listed.split()[0]).returncode == 0
    assert client("jobs", STENO_TOKEN=token).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tokens", "issue", "nobody"], "nobody"),
        (["tokens", "issue", "admin", "--scopes", "all"], "all"),
        (["tokens", "issue", "admin", "--scopes", ""], "There is no scope ''"),
        (["tokens", "revoke", "admin", "x"], "steno admin tokens list admin"),
        (["users", "disable", "nobody"], "nobody"),
        (["users", "disable", "admin"], "First give the role to somebody else"),
        (["users", "promote", "admin", "--demote"], "First give the role to somebody else"),
        (["purge", "--days", "1", "--user", "nobody"], "nobody"),
    ],
)
def test_what_an_administrator_gets_wrong_is_said(admin: Steno, arguments: list[str], says: str) -> None:
    run = admin("admin", *arguments)

    (line,) = _errors(run)
    assert (run.returncode, says in line) == (1, True)


def test_an_administrator_may_go_where_another_one_is_made_first(admin: Steno) -> None:
    admin("admin", "users", "add", "cy@example.org")

    assert admin("admin", "users", "promote", "cy@example.org").returncode == 0
    assert admin("admin", "users", "disable", "admin").returncode == 0
    assert admin("admin", "users", "disable", "cy@example.org").returncode == 1
    assert admin("admin", "users", "disable", "admin", "--enable").returncode == 0
    assert admin("admin", "users", "promote", "cy@example.org", "--demote").returncode == 0


def test_purge_deletes_ended_jobs_with_their_files(service: Service, admin: Steno, tmp_path: Path) -> None:
    mine = service.submit(_copy(tmp_path / "old.opus", b"old"), minutes="true")
    service.wait(job["id"] for job in service.request("GET", "/api/v1/jobs?limit=100").json()["jobs"])
    young = admin("admin", "purge", "--days", "1", "--yes")
    asked = admin("admin", "purge", "--days", "0")
    assert service.job(mine)["state"] == "completed"

    run = admin("admin", "purge", "--days", "0", "--yes")

    assert "0 jobs" in young.stdout.decode()
    assert asked.returncode == 1
    assert (run.returncode, "jobs deleted" in run.stdout.decode()) == (0, True)
    assert service.request("GET", "/api/v1/jobs").json()["jobs"] == []
    assert [path for path in (service.data / "blobs").rglob("*") if path.is_file()] == []


@pytest.fixture
def admin(steno: Steno, service: Service) -> Steno:
    """The program on the service's machine."""
    return Steno(service.data)


def _copy(path: Path, ending: bytes = b"") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(EXAMPLE.read_bytes() + ending)
    return path


def _job_id(run: subprocess.CompletedProcess[bytes]) -> str:
    return run.stderr.decode().split(" is job ")[1].split()[0]


def _errors(run: subprocess.CompletedProcess[bytes]) -> list[str]:
    return [line for line in run.stderr.decode().splitlines() if line.startswith("error: ")]
