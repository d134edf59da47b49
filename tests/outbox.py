"""An outbox with real rows: jobs that ended through the ledger, so that what is due is what the service would owe."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Delivery, Job, Upload, User
from steno.jobs import MinutesOptions
from steno.ledger import jobs, stages
from steno.states import QUEUE_OF, Stage

UNREADABLE = stages.Failure("unreadable-media", "The recording cannot be decoded. Check that it plays.")
NO_MODEL = stages.Failure("endpoint-unusable", "The language model does not answer. Make the minutes again later.")


@dataclass
class Outbox:
    """A database of its own, and jobs that end in it."""

    database: Database

    @classmethod
    def at(cls, folder: Path) -> "Outbox":
        database = Database.of(Settings(data_dir=folder))
        database.upgrade()
        with database.transaction() as session:
            session.add(User(id="u" * 32, name="person@example.org"))
        return cls(database)

    def ended(
        self,
        name: str = "Weekly meeting.mp3",
        *,
        failure: stages.Failure | None = None,
        failing: Stage = Stage.PREPARE,
        minutes: bool = False,
        **request: object,
    ) -> str:
        """The id of a job that was handed in, worked on, and ended."""
        asked = jobs.Request(minutes=MinutesOptions() if minutes else None, **request)
        with self.database.transaction() as session:
            upload = Upload(user_id="u" * 32, name=name, size=1, received=1, blob="b", sha256="0" * 64, expires=2e9)
            session.add(upload)
            session.flush()
            job = jobs.submit(session, upload, asked)
        self.work(failure, failing)
        return job.id

    def work(self, failure: stages.Failure | None = None, failing: Stage = Stage.PREPARE) -> None:
        """Run every stage that is ready."""
        for stage in Stage:
            with self.database.transaction() as session:
                claim = stages.claim(session, QUEUE_OF[stage], "worker", 30.0)
                if claim is None:
                    continue
                if failure is not None and stage is failing:
                    stages.fail(session, claim, failure)
                else:
                    stages.finish(session, claim)

    def job(self, job_id: str) -> Job:
        with self.database.reading() as session:
            return session.get_one(Job, job_id)

    def change(self, job_id: str, **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Job).where(Job.id == job_id).values(**values))

    def rerun(self, job_id: str) -> None:
        with self.database.transaction() as session:
            jobs.rerun(session, session.get_one(Job, job_id), Stage.PREPARE)

    def delete(self, job_id: str) -> None:
        with self.database.transaction() as session:
            jobs.delete(session, session.get_one(Job, job_id))

    @property
    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.created)))

    @property
    def only(self) -> Delivery:
        (one,) = self.deliveries
        return one

    def later(self) -> None:
        """As if the wait before the next try, every lease and the last call to its holder had passed."""
        with self.database.transaction() as session:
            session.execute(update(Delivery).values(not_before=0.0))
            session.execute(update(Delivery).where(Delivery.state == "sending").values(lease_until=1.0, not_before=2.0))


@dataclass(frozen=True)
class Certificate:
    """Self-made, for localhost, 127.0.0.1 and hooks.example."""

    pem: Path

    @classmethod
    def made(cls, folder: Path) -> "Certificate":
        key, pem = folder / "key.pem", folder / "certificate.pem"
        names = "subjectAltName=DNS:localhost,DNS:hooks.example,IP:127.0.0.1"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        command = ["openssl", "req", "-x509", *curve, "-subj", "/CN=steno test", "-addext", names]
        subprocess.run([*command, "-keyout", key, "-out", pem], check=True, capture_output=True)
        pem.write_bytes(pem.read_bytes() + key.read_bytes())
        return cls(pem)

    @property
    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context
