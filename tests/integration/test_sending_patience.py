"""The database is away just as something is sent or answered: it is neither sent nor asked again."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from steno.answer import Exchange
from steno.config import Settings
from steno.database.tables import Delivery, Job, PersonalLetter, Question
from steno.ledger import accounts, jobs, letters, questions
from steno.vault import Vault
from tests.ledger import Ledger
from tests.outage import Outage, lasting
from tests.seeding import long_transcript
from tests.service import Sink, free_port
from worker.asking.answering import answer
from worker.notification.personal import send_letters
from worker.notification.sending import send_due
from worker.service.answering import Answering
from worker.service.patience import Patience

TO = "ann@example.org"
FOR_EVER = Patience.until(lambda: False)


class Server(Sink):
    """A mail server that takes a mail, and then the database is away."""

    def __init__(self, port: int, outage: Outage) -> None:
        super().__init__(port)
        self._outage = outage

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._outage.begin()
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def server(outage: Outage) -> Iterator[Server]:
    made = Server(free_port(), outage)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def settings(server: Server) -> Settings:
    return Settings(smtp_url=f"smtp://127.0.0.1:{server.port}", public_url="https://steno.example.org")


def owed(ledger: Ledger, kind: str) -> tuple[Callable[..., object], type[Any]]:
    """A mail that is due; what sends it, and where it stands."""
    if kind == "of a job":
        ledger.submit(notify_email=TO, minutes=False)
        ledger.run()
        return send_due, Delivery
    user = ledger.do(accounts.add_user, TO)
    ledger.do(lambda session: letters.ask(session, accounts.find_user(session, user.name), letters.INVITATION))
    return send_letters, PersonalLetter


@pytest.mark.parametrize("kind", ["of a job", "of a person"])
def test_a_mail_is_sent_once(
    ledger: Ledger, outage: Outage, server: Server, settings: Settings, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = outage.database()
    send, table = owed(ledger, kind)

    lasting(lambda: send(database, settings, "sender", patiently=FOR_EVER), outage, caplog)
    send_due(database, settings, "another")
    send_letters(database, settings, "another")
    database.dispose()

    (row,) = ledger.all(table)
    assert (row.state, row.attempts) == ("sent", 1)
    assert len(server.mails) == 1


@pytest.mark.parametrize("kind", ["of a job", "of a person"])
def test_a_mail_is_sent_once_where_the_database_is_away_for_longer_than_its_lease(ledger: Ledger, kind: str) -> None:
    sink = Sink(free_port())
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{sink.port}", public_url="https://steno.example.org")
    send, table = owed(ledger, kind)
    others = 0

    class Overtaken(Patience):
        """When the database is back, another sender comes before the first has written it down."""

        def __call__(self, act: Callable[[], Any]) -> Any:
            nonlocal others
            (row,) = ledger.all(table)
            ledger.change(table, row.id, lease_until=table.lease_until - 3600, not_before=table.not_before - 3600)
            send(ledger.database, settings, "another")
            others += 1
            return act()

    sink.start()
    try:
        send(ledger.database, settings, "first", patiently=Overtaken(lambda: None))
        send(ledger.database, settings, "another")
    finally:
        sink.stop()

    (row,) = ledger.all(table)
    assert (row.state, row.attempts, others) == ("sent", 1, 1)
    assert len(sink.mails) == 1


def test_an_answer_is_kept(
    ledger: Ledger,
    outage: Outage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(data_dir=tmp_path)
    vault, database = Vault.of(settings), outage.database()
    job = ledger.job(ledger.submit())
    asked = vault.write_document(
        job, "questions", Exchange(question="Who asks for the keys?").model_dump_json().encode()
    )
    told = vault.write_document(job, "transcripts", long_transcript(200, hours=0.1).model_dump_json().encode())
    ledger.do(lambda session: jobs.add_document(session, session.get_one(Job, job.id), "transcript", told))
    ledger.do(lambda session: questions.ask(session, session.get_one(Job, job.id), asked))

    def answered(*arguments: Any, **options: Any) -> object:
        made = answer(*arguments, **options)
        outage.begin()
        return made

    monkeypatch.setattr("worker.asking.answering.answer", answered)
    stop = multiprocessing.get_context("fork").Event()

    lasting(Answering(database, vault, settings, "worker", stop).answer_due, outage, caplog)
    database.dispose()

    (row,) = ledger.all(Question)
    assert (row.state, row.attempts) == ("done", 1)
    assert Exchange.model_validate_json(vault.read_document(job, row.blob)).answer is not None


def test_an_answer_whose_commit_was_not_heard_of_is_known_to_be_kept(ledger: Ledger) -> None:
    job = ledger.submit()
    ledger.do(lambda session: questions.ask(session, session.get_one(Job, job), "questions/asked"))
    mine = ledger.do(questions.claim, "worker", 30.0)
    assert mine is not None

    first, second, other = (
        ledger.do(questions.answered, mine, blob) for blob in ("questions/a", "questions/a", "questions/b")
    )

    assert (first, second, other) == (True, True, False)
