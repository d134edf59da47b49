"""A REST API on a real database in a folder of its own, and people who use it."""

import io
import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from steno.blobs import BlobStore
from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job, StageRun
from steno.errors import InvalidOption
from steno.ledger import accounts, jobs, outbox, search, stages
from steno.states import Queue, Stage
from steno.vault import Vault
from steno.waveform import Waveform
from tests.unit.exports import meetings
from tests.unit.exports.transcripts import small
from web.app import create_app
from web.broker import BrokerState

API = "/api/v1"
WEBHOOK_SECRET = "whsec_" + "A" * 44


@dataclass
class Person:
    """Somebody with a token."""

    client: FlaskClient
    id: str
    token: str

    def __call__(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | request.pop("headers", {})
        address = path if path.startswith(("/api", "/v1/", "/metrics")) else API + path
        whole = not path.endswith("/events")  # what is read whole is closed at once
        return self.client.open(address, method=method, headers=headers, buffered=whole, **request)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def submit(self, content: str = "RIFF sound", name: str = "meeting.wav", **fields: str) -> TestResponse:
        """Hand in a recording by a form."""
        query, headers = fields.pop("query", ""), json.loads(fields.pop("headers", "{}"))
        form = {"file": (io.BytesIO(content.encode()), name), **fields}
        return self("POST", f"/jobs{query}", data=form, headers=headers, content_type="multipart/form-data")

    def job(self, **fields: str) -> str:
        """The id of a new job."""
        answer = self.submit(**fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])


@dataclass
class Rest:
    """The application with what stands behind it."""

    app: Flask
    database: Database
    vault: Vault
    settings: Settings
    nudged: list[Queue] = field(default_factory=list)
    broker_is_there: bool = True

    @property
    def blobs(self) -> BlobStore:
        """The files behind the vault."""
        return self.vault.blobs

    def person(self, name: str = "ann@example.org", *, admin: bool = False, scopes: Any = None) -> Person:
        """A new person, or another token of one that is there."""

        def add(session: Session) -> tuple[str, str]:
            try:
                user = accounts.find_user(session, name)
            except InvalidOption:
                user = accounts.add_user(session, name, admin=admin)
            return user.id, accounts.issue_token(session, user, "test", scopes=scopes)[1]

        user_id, token = self.database.write(add)
        return Person(self.app.test_client(), user_id, token)

    def work(self, job_id: str, stage: Stage, *, duration: float | None = None) -> None:
        """Do a stage as a worker would, with the example's results."""
        queue = {Stage.PREPARE: Queue.MEDIA, Stage.TRANSCRIBE: Queue.GPU, Stage.SUMMARIZE: Queue.LLM}[stage]

        def do(session: Session) -> None:
            mine = stages.claim(session, queue, "test", 30.0)
            assert mine is not None
            assert (mine.job_id, mine.stage) == (job_id, stage)
            job = session.get_one(Job, job_id)
            if duration is not None:
                job.duration = duration
            made: dict[Stage, dict[str, BaseModel]] = {
                Stage.PREPARE: {},
                Stage.TRANSCRIBE: {"transcript": small(), "waveform": Waveform(duration=60.0, peaks=(0.0, 0.5, 1.0))},
                Stage.SUMMARIZE: {"minutes": meetings.meeting()},
            }
            for kind, content in made[stage].items():
                key = self.vault.write_document(job, kind, content.model_dump_json().encode())
                jobs.add_document(session, job, kind, key)
                if stage is Stage.TRANSCRIBE:
                    search.index_transcript(session, job, small(), enabled=self.settings.search)
            assert stages.finish(session, mine)

        self.database.write(do)

    def fail(self, job_id: str, failure: stages.Failure) -> None:
        """Let the job's first stage fail."""

        def do(session: Session) -> None:
            mine = stages.claim(session, Queue.MEDIA, "test", 30.0)
            assert mine is not None
            assert mine.job_id == job_id
            assert stages.fail(session, mine, failure)

        self.database.write(do)

    def took(self, job_id: str, stage: Stage, seconds: float) -> None:
        """Let a stage that is done have taken so long."""
        one = (StageRun.job_id == job_id) & (StageRun.stage == stage)
        began = update(StageRun).where(one).values(started=StageRun.finished - seconds)
        self.database.write(lambda session: session.execute(began))

    def send(self, delivery_id: str) -> None:
        """Send what is due, as the worker would, without sending it."""

        def do(session: Session) -> None:
            due = outbox.claim_delivery(session, "test", 30.0)
            assert due is not None
            assert due.id == delivery_id
            outbox.delivered(session, due, 204)

        self.database.write(do)

    def complete(self, job_id: str) -> None:
        """Do every stage."""
        with self.database.reading() as session:
            asked = session.get_one(Job, job_id).minutes is not None
        self.work(job_id, Stage.PREPARE, duration=60.0)
        self.work(job_id, Stage.TRANSCRIBE)
        if asked:
            self.work(job_id, Stage.SUMMARIZE)


@cache
def _tables() -> bytes:
    """A database that has all tables and nothing in them."""
    with TemporaryDirectory() as folder:
        database = Database.of(Settings(data_dir=Path(folder)))
        database.upgrade()
        database.dispose()
        return (Path(folder) / "steno.sqlite").read_bytes()


def make_rest(folder: Path, *, database: Database | None = None, **settings: Any) -> Rest:
    """An API with its files in `folder`; its database is there, too, unless one with tables is given."""
    chosen = Settings(**{"data_dir": folder, "keep_free": 0, "webhook_secret": WEBHOOK_SECRET} | settings)
    if database is None:
        database = Database.of(chosen)
        with suppress(FileExistsError), (folder / "steno.sqlite").open("xb") as file:
            file.write(_tables())
    rest = Rest(Flask("later"), database, Vault.of(chosen), chosen)

    def broker() -> BrokerState:
        return BrokerState(answers=rest.broker_is_there, keeps=True)

    rest.app = create_app(chosen, database, nudge=rest.nudged.append, look_at_broker=broker)
    return rest
