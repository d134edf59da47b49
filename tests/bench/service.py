"""The service measured: many jobs, large uploads, its cost beside the plain line, how soon a short clip is there."""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Document, Job, StageRun, User, new_id
from steno.jobs import MinutesOptions, TranscriptionOptions
from steno.ledger.jobs import Request
from steno.states import ORDER, QUEUE_OF, JobState, Stage, StageState
from tests.conftest import ROOT
from tests.media_factory import ffmpeg
from tests.service import Service

MEETING = ROOT / "examples" / "meeting.opus"
JOBS, WAITING = 10_000, 200
_REQUESTS, _CLIENTS = 400, 8
_SIZE, _CHUNK, _MIB = 512 * 2**20, 8 * 2**20, 2**20
_THREADS = 2
_POLL = 0.05  # seconds
_CLIPS = 10
_FAR = 4e9  # seconds since 1970: no worker takes a stage before


def jobs(folder: Path, pairs: int) -> list[str]:
    """Answers to one client and to eight at once; first everything is done, then the newest 200 jobs wait."""
    del folder, pairs
    rows = [
        f"| {JOBS:,} jobs of one person | one client, p50 | p99 | {_CLIENTS} clients, p50 | p99 | requests a second |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as data, Service(Path(data)) as service:
        database = Database.of(Settings(data_dir=Path(data)))
        ids = database.write(lambda session: many_jobs(session, JOBS))
        for title, change in (("all of them done", None), (f"{WAITING} of them wait", let_wait)):
            if change is not None:
                database.write(lambda session: let_wait(session, ids[-WAITING:]))
            for path, place in (("/api/v1/jobs", "?limit=50"), ("/api/v1/jobs/{id}", "")):
                # One after the other, the newest: those that wait in the second round.
                places = [path.format(id=job_id) + place for job_id in ids[-WAITING:]]
                alone, _ = _ask(service, places, 1)
                crowd, seconds = _ask(service, places, _CLIENTS)
                figures = " | ".join(
                    f"{1000 * _share(times, at):.0f} ms" for times in (alone, crowd) for at in (50, 99)
                )
                rows.append(f"| GET {path}{place}, {title} | {figures} | {len(crowd) / seconds:.0f} |")
        database.dispose()
    return rows


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
                found.setdefault(name, []).append(_timed(way))
                sys.stderr.write(f"{name}: {found[name][-1]:.2f} s\n")
                _tidy(service, Path(data))
    recording.unlink()
    rows = ["| 512 MiB over loopback | seconds | MiB/s | / cp, sync | / cp, sync, sha256 |", "|---|---|---|---|---|"]
    for name, times in found.items():
        ratios = " | ".join(spread(times, found[base]) for base in ("cp, sync", "cp, sync, sha256"))
        middle = statistics.median(times)
        rows.append(f"| {name} | {middle:.2f} | {_SIZE / _MIB / middle:.0f} | {ratios} |")
    return rows


def overhead(folder: Path, pairs: int) -> list[str]:
    """Submit to completed, beside the line in a process where it is warm, too."""
    from worker.loading import load_line

    recording = _meeting(folder, 180)
    options = TranscriptionOptions(model="starter", language="en", diarize=False)
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as data, Service(Path(data), STENO_THREADS=str(_THREADS)) as service:
        settings = Settings(data_dir=Path(data) / "plain", threads=_THREADS, device="cpu")
        line = load_line(options, settings)
        line.run(recording)
        _transcribe(service, recording)
        for _ in range(2 * pairs):
            plain.append(_timed(lambda: line.run(recording)))
            ours.append(_timed(lambda: _transcribe(service, recording)))
            sys.stderr.write(f"line {plain[-1]:.2f} s, service {ours[-1]:.2f} s\n")
        line.close()
    return [
        "| 3 minutes of speech, starter model, no speakers, no minutes | seconds | / the line |",
        "|---|---|---|",
        f"| the line, warm, in one process | {statistics.median(plain):.2f} | 1 |",
        f"| the service, submit to completed | {statistics.median(ours):.2f} | {spread(ours, plain)} |",
    ]


def latency(folder: Path, pairs: int) -> list[str]:
    """From the first byte sent to the transcript in hand, with the model warm."""
    del pairs
    clip = _meeting(folder, 10)
    ways = {
        f"POST /api/v1/jobs, then looking every {1000 * _POLL:.0f} ms": _transcribe,
        "POST /v1/audio/transcriptions": _as_openai,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as data, Service(Path(data), STENO_THREADS=str(_THREADS)) as service:
        _transcribe(service, clip)
        for _ in range(_CLIPS):
            for name, way in ways.items():
                found[name].append(_timed(lambda way=way: way(service, clip)))  # type: ignore[misc]
    rows = [f"| a clip of 10 s, {_CLIPS} times | median | longest |", "|---|---|---|"]
    rows += [f"| {name} | {statistics.median(times):.2f} s | {max(times):.2f} s |" for name, times in found.items()]
    return rows


def spread(ours: list[float], base: list[float]) -> str:
    """Median and extremes of the ratios of neighbours."""
    ratios = [one / other for one, other in zip(ours, base, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _share(times: list[float], at: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[at - 1]


# Many jobs


def many_jobs(session: Session, count: int) -> list[str]:
    """Jobs that are done, a minute apart; their ids, the oldest first."""
    user_id = session.scalars(select(User.id)).one()
    wanted = Request(minutes=MinutesOptions())
    assert wanted.minutes is not None
    begun = time.time() - 60.0 * (count + 1)
    ids = [new_id() for _ in range(count)]
    shared = {
        "user_id": user_id,
        "state": JobState.COMPLETED,
        "size": 10_000_000,
        "duration": 1800.0,
        "options": wanted.options.model_dump(mode="json"),
        "minutes": wanted.minutes.model_dump(mode="json"),
        "options_sha256": wanted.sha256,
    }
    made, stages, documents = [], [], []
    for number, job_id in enumerate(ids):
        created = begun + 60.0 * number
        times = {"started": created + 1, "finished": created + 40}
        hashed = hashlib.sha256(job_id.encode()).hexdigest()
        own = {"id": job_id, "name": f"meeting {number}.mp3", "blob": f"none/{job_id}", "recording_sha256": hashed}
        made.append({**shared, **own, "created": created, **times})
        for place, stage in enumerate(ORDER):
            done = {"state": StageState.DONE, "attempts": 1, "progress": 1.0}
            when = {"started": created + 10 * place, "finished": created + 10 * place + 9}
            stages.append({"id": new_id(), "job_id": job_id, "stage": stage, "queue": QUEUE_OF[stage], **done, **when})
        documents += [
            {"id": new_id(), "job_id": job_id, "kind": kind, "revision": 1, "blob": f"none/{kind}/{job_id}"}
            for kind in ("transcript", "minutes")
        ]
    for table, values in ((Job, made), (StageRun, stages), (Document, documents)):
        session.execute(insert(table), values)
    return ids


def let_wait(session: Session, ids: list[str]) -> None:
    """Let jobs stand in the queue for the GPU, their recordings known."""
    session.execute(update(Job).where(Job.id.in_(ids)).values(state=JobState.RUNNING, finished=None))
    for stage, state in ((Stage.TRANSCRIBE, StageState.READY), (Stage.SUMMARIZE, StageState.WAITING)):
        chosen = update(StageRun).where(StageRun.job_id.in_(ids), StageRun.stage == stage)
        undone = {"attempts": 0, "progress": 0.0, "started": None, "finished": None, "not_before": _FAR}
        session.execute(chosen.values(state=state, **undone))


def _ask(service: Service, places: list[str], clients: int) -> tuple[list[float], float]:
    """Seconds of each answer, and of all."""

    def client(number: int) -> list[float]:
        connection, times = HTTPConnection("127.0.0.1", service.port, timeout=60), []
        for turn in range(_REQUESTS // clients):
            place = places[(number + clients * turn) % len(places)]
            begun = time.perf_counter()
            connection.request("GET", place, headers={"Authorization": f"Bearer {service.token}"})
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - begun)
            assert answer.status == 200, answer.status
        connection.close()
        return times

    client(0)  # warm
    with ThreadPoolExecutor(clients) as pool:
        begun = time.perf_counter()
        times = [one for some in pool.map(client, range(clients)) for one in some]
        return times, time.perf_counter() - begun


# Large uploads


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


# Jobs


def _meeting(folder: Path, seconds: int) -> Path:
    """The example meeting over and over."""
    made = folder / f"meeting-{seconds}-s.opus"
    if not made.exists():
        ffmpeg("-stream_loop", "-1", "-i", str(MEETING), "-t", str(seconds), "-c:a", "libopus", str(made))
    return made


def _transcribe(service: Service, recording: Path) -> None:
    """Hand it in, and wait for the transcript."""
    job_id = service.submit(recording, language="en")
    while (job := service.job(job_id))["state"] not in {"completed", "failed"}:
        time.sleep(_POLL)
    assert job["state"] == "completed", job
    assert service.request("GET", f"/api/v1/jobs/{job_id}/transcript.json").ok


def _as_openai(service: Service, recording: Path) -> None:
    with recording.open("rb") as file:
        form = {"model": "starter", "language": "en"}
        answer = service.request("POST", "/v1/audio/transcriptions", files={"file": file}, data=form)
    assert answer.json()["text"]
