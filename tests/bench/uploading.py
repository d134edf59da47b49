"""Large uploads measured, by a form and by tus, beside copies of the same file."""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.service import spread, timed
from tests.service import Service

_SIZE, _CHUNK, _MIB = 512 * 2**20, 8 * 2**20, 2**20


def upload(folder: Path, pairs: int) -> list[str]:
    """A large recording by a form and by tus, beside copies of the same file."""
    recording = folder / "large.wav"
    if not recording.exists() or recording.stat().st_size != _SIZE:
        block = os.urandom(_MIB)  # what is not sound fails at once, and no worker is in the way
        with recording.open("wb") as file:
            for number in range(_SIZE // _MIB):
                file.write(number.to_bytes(8) + block[8:])
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=folder) as data, Service(Path(data)) as service:
        ways: dict[str, Callable[[], object]] = {
            "cp, sync": lambda: _copy(recording, Path(data)),
            "cp, sync, sha256": lambda: (_copy(recording, Path(data)), _hash(recording)),
            "multipart": lambda: _by_form(service, recording),
            "tus, chunks of 8 MiB": lambda: _by_tus(service, recording),
        }
        for _ in range(pairs):
            for name, way in ways.items():
                os.sync()
                found.setdefault(name, []).append(timed(way))
                sys.stderr.write(f"{name}: {found[name][-1]:.2f} s\n")
                _tidy(service, Path(data))
    recording.unlink()
    rows = ["| 512 MiB over loopback | seconds | MiB/s | / cp, sync | / cp, sync, sha256 |", "|---|---|---|---|---|"]
    for name, times in found.items():
        ratios = " | ".join(spread(times, found[base]) for base in ("cp, sync", "cp, sync, sha256"))
        middle = statistics.median(times)
        rows.append(f"| {name} | {middle:.2f} | {_SIZE / _MIB / middle:.0f} | {ratios} |")
    return rows


def _copy(recording: Path, folder: Path) -> None:
    copy = folder / "copy.wav"
    subprocess.run(["cp", "--reflink=never", str(recording), str(copy)], check=True)
    subprocess.run(["sync", str(copy)], check=True)


def _hash(recording: Path) -> None:
    with recording.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def _by_form(service: Service, recording: Path) -> None:
    """As curl sends it: from the file to the socket."""
    mark = "steno-bench"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{recording.name}"\r\n\r\n'.encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
    connection.putrequest("POST", "/api/v1/jobs?force=true")
    connection.putheader("Authorization", f"Bearer {service.token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
    connection.putheader("Content-Length", str(len(head) + _SIZE + len(tail)))
    connection.endheaders(head)
    with recording.open("rb") as file:
        connection.sock.sendfile(file)
    connection.send(tail)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def _by_tus(service: Service, recording: Path) -> None:
    """In chunks over one connection, as long as it takes until the upload is complete."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
    access = {"Authorization": f"Bearer {service.token}", "Tus-Resumable": "1.0.0"}

    def ask(method: str, place: str, body: bytes = b"", **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, place, body, access | named)
        answer = connection.getresponse()
        assert answer.status in {201, 204}, answer.read()
        answer.read()
        return answer.getheader("Location", "")

    place = ask("POST", "/api/v1/uploads", Upload_Length=str(_SIZE))
    with recording.open("rb") as file:
        for offset in range(0, _SIZE, _CHUNK):
            chunk = {"Upload_Offset": str(offset), "Content_Type": "application/offset+octet-stream"}
            ask("PATCH", place, file.read(_CHUNK), **chunk)
    connection.close()


def _tidy(service: Service, data: Path) -> None:
    """Delete what came, so that the disk does not fill and nothing goes on beside the next one."""
    for job in service.request("GET", "/api/v1/jobs").json()["jobs"]:
        service.wait([job["id"]])
        service.request("DELETE", f"/api/v1/jobs/{job['id']}")
    for blob in (data / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    (data / "copy.wav").unlink(missing_ok=True)
