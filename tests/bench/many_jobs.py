"""A service with very many jobs measured: how soon it answers to one client, and to eight at once."""

import hashlib
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Document, Job, StageRun, User, new_id
from steno.jobs import MinutesOptions
from steno.ledger.jobs import Request
from steno.states import ORDER, QUEUE_OF, JobState, Stage, StageState
from tests.service import Service

JOBS, WAITING = 10_000, 200
_REQUESTS, _CLIENTS = 400, 8
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


def _share(times: list[float], at: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[at - 1]
