"""A ledger for tests: people who hand in jobs, workers that take stages, and time that passes without waiting."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Barrier
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.tables import AuditEvent, Base, Delivery, Job, StageRun, Upload, User, new_id
from steno.jobs import MinutesOptions
from steno.ledger import accounts, jobs, outbox, people, stages
from steno.ledger.consequences import Failure
from steno.ledger.stages import Claim
from steno.ledger.ways_in import WaysIn
from steno.states import ENDED, ORDER, QUEUE_OF, JobState, Queue, Stage, StageState

P, T = ParamSpec("P"), TypeVar("T")
LEASE = 30.0
BAD_INPUT = Failure("unreadable-media", "The recording cannot be decoded.")
MAY_PASS = Failure("engine-failure", "The engine ran out of memory.", again=True)
_IDLE = {StageState.DONE, StageState.FAILED, StageState.CANCELLED, StageState.SKIPPED}


class Ledger:
    """What people and workers do, each in a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *exception: object) -> None:
        self.database.dispose()

    @property
    def is_postgresql(self) -> bool:
        return self.database.engine.dialect.name == "postgresql"

    def do(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One function of the ledger, in a transaction."""
        return self.database.write(lambda session: work(session, *args, **kwargs))

    # People

    def upload(self, person: str = "a", **fields: Any) -> str:
        """The id of a complete upload."""
        values = {"name": "meeting.mp3", "size": 9, "received": 9, "sha256": "0" * 64, "expires": 4e9} | fields

        def write(session: Session) -> str:
            if session.get(User, person) is None:
                session.add(User(id=person, name=person))
                session.flush()
            upload = Upload(id=new_id(), user_id=person, **({"blob": _blob()} | values))
            session.add(upload)
            return upload.id

        return self.database.write(write)

    def hand_in(self, upload_id: str, *, minutes: bool = True, key: str | None = None, **request: Any) -> str:
        """The id of the job that takes an upload over."""
        wanted = jobs.Request(minutes=MinutesOptions() if minutes else None, **request)

        def write(session: Session) -> str:
            upload = session.get_one(Upload, upload_id)
            return jobs.submit(session, upload, wanted, idempotency_key=key, request_sha256=wanted.sha256).id

        return self.database.write(write)

    def submit(self, person: str = "a", *, key: str | None = None, minutes: bool = True, **request: Any) -> str:
        return self.hand_in(self.upload(person), minutes=minutes, key=key, **request)

    def submit_many(self, count: int, people: int = 7) -> None:
        """Jobs of several people, in one transaction."""

        def write(session: Session) -> None:
            session.add_all([User(id=f"person-{number}", name=f"person-{number}") for number in range(people)])
            session.flush()
            for number in range(count):
                owner = f"person-{number % people}"
                upload = Upload(user_id=owner, name="a.mp3", size=9, blob=_blob(), sha256="0" * 64, expires=4e9)
                session.add(upload)
                session.flush()
                jobs.submit(session, upload, jobs.Request())

        self.database.write(write)

    def cancel(self, job_id: str) -> None:
        self.database.write(lambda session: jobs.cancel(session, session.get_one(Job, job_id)))

    def delete(self, job_id: str) -> None:
        self.database.write(lambda session: jobs.delete(session, session.get_one(Job, job_id)))

    def rerun(self, job_id: str, stage: Stage) -> None:
        self.database.write(lambda session: jobs.rerun(session, session.get_one(Job, job_id), stage))

    # Workers

    def claim(self, queue: Queue = Queue.MEDIA, owner: str = "worker") -> Claim | None:
        return self.do(stages.claim, queue, owner, LEASE)

    def take(self, stage: Stage = Stage.PREPARE, owner: str = "worker") -> Claim:
        """Claim where there must be something to do."""
        found = self.claim(QUEUE_OF[stage], owner)
        assert found is not None
        return found

    def finish(self, mine: Claim) -> bool:
        return self.do(stages.finish, mine)

    def fail(self, mine: Claim, failure: Failure = BAD_INPUT) -> bool:
        return self.do(stages.fail, mine, failure)

    def die(self, mine: Claim, max_deaths: int = 3) -> list[str]:
        """The worker is gone, its lease runs out, and somebody looks for such."""
        self.lapse(mine)
        return self.do(stages.recover, max_deaths=max_deaths)

    def run(self, *, until: Stage = Stage.SUMMARIZE) -> None:
        """Do whatever is ready, stage by stage, all of it well."""
        for stage in ORDER[: ORDER.index(until) + 1]:
            while (mine := self.claim(QUEUE_OF[stage])) is not None:
                assert self.finish(mine)

    # Time

    def lapse(self, mine: Claim) -> None:
        """Let a lease run out."""
        self.change(StageRun, mine.stage_id, lease_until=StageRun.lease_until - LEASE - 3600)

    def change(self, table: type[Base], row_id: str, **values: Any) -> None:
        self.database.write(lambda session: session.execute(update(table).where(table.id == row_id).values(**values)))

    # What is there

    def job(self, job_id: str) -> Job:
        with self.database.reading() as session:
            return session.get_one(Job, job_id)

    def stage(self, job_id: str, stage: Stage) -> StageRun:
        return next(one for one in self.job(job_id).stages if one.stage == stage)

    def states(self, job_id: str) -> list[str]:
        """The states of a job's stages, in their order."""
        return [str(one.state) for one in self.job(job_id).stages]

    def all(self, table: type[Base], *where: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(table).where(*where)))

    def count(self, table: type[Base], *where: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table).where(*where)) or 0

    def deliver(self, owner: str = "sender") -> outbox.Due | None:
        return self.do(outbox.claim_delivery, owner, LEASE)

    def happened(self, job_id: str) -> list[AuditEvent]:
        return sorted(self.all(AuditEvent, AuditEvent.job_id == job_id), key=lambda event: event.id)

    def check(self) -> None:
        """Whether every job is in a state that makes sense."""
        for job in self.all(Job):
            check_job(job)
            reached = [event.kind for event in self.happened(job.id) if event.kind in {f"job.{end}" for end in ENDED}]
            told = [one.event for one in self.all(Delivery, Delivery.job_id == job.id, Delivery.kind == outbox.WEBHOOK)]
            assert job.webhook_url is None or sorted(told) == sorted(reached)


def check_job(job: Job) -> None:
    """Whether a job and its stages agree."""
    states = [StageState(stage.state) for stage in job.stages]
    seen = f"{job.state} {[str(state) for state in states]}"
    for stage in job.stages:
        leased = stage.lease_owner is not None and stage.lease_until is not None
        assert leased == (stage.state == StageState.RUNNING), seen
    assert (job.finished is not None) == (job.state in ENDED), seen
    assert job.cancel_requested == (job.state == JobState.CANCELLED), seen
    assert (job.error is not None) == (job.state == JobState.FAILED), seen
    if job.state == JobState.CANCELLED:
        assert not {StageState.READY, StageState.WAITING} & set(states), seen
    elif job.state in ENDED:
        assert set(states) <= _IDLE, seen
    else:
        at = next(place for place, state in enumerate(states) if state is not StageState.DONE)
        assert states[at] in {StageState.READY, StageState.RUNNING}, seen
        assert set(states[at + 1 :]) <= {StageState.WAITING, StageState.SKIPPED}, seen
        assert job.state == JobState.RUNNING or states[at] is StageState.READY, seen
    if job.state == JobState.COMPLETED:
        assert states[:2] == [StageState.DONE, StageState.DONE], seen
        assert len(job.notices) == (states[2] is StageState.FAILED), seen


def at_once(works: list[Callable[[], T]]) -> list[T]:
    """Do several things in threads that start together; what each gave."""
    gate = Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def on_all(executor: Executor, work: Callable[..., T], *arguments: tuple[Any, ...]) -> list[T]:
    """Give each its arguments, all at the same time."""
    return [one.result(60) for one in [executor.submit(work, *argument) for argument in arguments]]


def upgrade(url: str) -> None:
    """In a process of its own: bring the tables up."""
    Database(url).upgrade()


def claim_all(url: str, owner: str) -> list[str]:
    """In a process of its own: claim until nothing is left."""
    with Ledger(url) as ledger:
        return list(claims(ledger, owner))


def claims(ledger: Ledger, owner: str) -> list[str]:
    """Ids of the stages that one worker gets."""
    found = []
    while (mine := ledger.claim(owner=owner)) is not None:
        found.append(mine.stage_id)
    return found


def keep_out(database: Database, name: str, *, disabled: bool = True) -> None:
    """As an administrator does it, or lets them in again."""
    database.write(
        lambda session: people.set_disabled(
            session, accounts.find_user(session, name).id, disabled=disabled, by="another", ways=WaysIn()
        )
    )


def empty(database: Database) -> None:
    """Delete all rows."""
    with database.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


def _blob() -> str:
    name = new_id()
    return f"recordings/{name[:2]}/{name}"
