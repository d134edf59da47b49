"""A worker that is to stop while it waits for somebody else: its stage is another's before anybody kills it."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from steno.answer import Exchange
from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job, Question, User
from steno.ledger import jobs, letters, questions, stages
from steno.states import Queue, Stage, StageState
from steno.vault import Vault
from tests.endpoint import Asked, Endpoint, serving
from tests.ledger import Ledger
from tests.outbox import Outbox
from tests.seeding import long_transcript, minutes_of, seed
from tests.service import Sink, free_port
from worker.service.answering import Answering
from worker.service.office import Office
from worker.service.running import Runner
from worker.service.warm import WarmLines


@contextmanager
def silent_model() -> Iterator[tuple[Endpoint, threading.Event, threading.Event]]:
    """A language model; whether it has been asked; what lets it answer."""
    asked, answering = threading.Event(), threading.Event()

    def slow(request: Asked) -> str:
        del request
        asked.set()
        answering.wait(60)
        return "nothing that anybody wants any more"

    with serving(Endpoint(slow)) as endpoint:
        yield endpoint, asked, answering


def test_a_language_model_that_does_not_answer_holds_up_no_stop(tmp_path: Path) -> None:
    stop = multiprocessing.get_context("fork").Event()
    with silent_model() as (endpoint, asked, answering):
        settings = Settings(data_dir=tmp_path, llm_url=endpoint.url, llm_retries=0)
        database = Database.of(settings)
        database.upgrade()
        with Ledger(f"sqlite:///{tmp_path / 'steno.sqlite'}") as ledger:
            ledger.upload("admin")
            transcript = long_transcript(200, hours=0.05)
            job = seed(settings, transcript, recording=b"sound", minutes=minutes_of(transcript))
            ledger.rerun(job, Stage.SUMMARIZE)
            mine = ledger.do(stages.claim, Queue.LLM, "stopping", 30.0)
            assert mine is not None
            runner = Runner(database, Vault.of(settings), settings, WarmLines(settings), stop)
            running = threading.Thread(target=runner.run, args=(mine,))
            running.start()
            assert asked.wait(30)

            stop.set()
            _until(lambda: ledger.stage(job, Stage.SUMMARIZE).state == StageState.READY)
            still = running.is_alive()
            handed_back = ledger.stage(job, Stage.SUMMARIZE)
            answering.set()
            running.join(30)

            assert still
            assert (handed_back.attempts, handed_back.deaths) == (0, 0)
            assert ledger.stage(job, Stage.SUMMARIZE).state == StageState.READY, "what came too late changes nothing"
            latest = ledger.do(lambda session: jobs.document(session, session.get_one(Job, job), "minutes"))
            assert latest is not None
            assert latest.revision == 1
        database.dispose()


def test_a_question_that_no_language_model_answers_is_handed_back(tmp_path: Path) -> None:
    stop = multiprocessing.get_context("fork").Event()
    with silent_model() as (endpoint, asked, answering):
        settings = Settings(data_dir=tmp_path, llm_url=endpoint.url, llm_retries=0)
        database, vault = Database.of(settings), Vault.of(settings)
        database.upgrade()
        with Ledger(f"sqlite:///{tmp_path / 'steno.sqlite'}") as ledger:
            ledger.upload("admin")
            job = ledger.job(seed(settings, long_transcript(200, hours=0.05), recording=b"sound"))
            question = Exchange(question="Who asks for the keys?").model_dump_json().encode()
            blob = vault.write_document(job, "questions", question)
            ledger.do(lambda session: questions.ask(session, session.get_one(Job, job.id), blob))
            worker = threading.Thread(target=Answering(database, vault, settings, "stopping", stop).answer_due)
            worker.start()
            assert asked.wait(30)

            stop.set()
            _until(lambda: ledger.count(Question, Question.state == "due") == 1 or not worker.is_alive())
            still = worker.is_alive()
            (handed_back,) = ledger.all(Question)
            answering.set()
            worker.join(30)

            assert still
            assert (handed_back.state, handed_back.attempts, handed_back.lease_owner) == ("due", 0, None)
            (late,) = ledger.all(Question)
            assert (late.state, late.blob) == ("due", blob), "what came too late changes nothing"
            assert vault.read_document(job, blob) == question
        database.dispose()


@pytest.mark.parametrize("kind", ["about a job", "to a person"])
def test_who_is_to_stop_sends_the_mail_it_has_begun_and_leaves_the_others(tmp_path: Path, kind: str) -> None:
    outbox, stop = Outbox.at(tmp_path), multiprocessing.get_context("fork").Event()

    class Server(Sink):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            stop.set()
            return await super().handle_DATA(server, session, envelope)

    for number in range(3):
        if kind == "about a job":
            outbox.ended(notify_email="person@example.org")
            continue
        with outbox.database.transaction() as session:
            user = User(name=f"person-{number}", email=f"{number}@example.org")
            session.add(user)
            session.flush()
            letters.ask(session, user, letters.INVITATION)
    server = Server(free_port())
    settings = Settings(
        data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{server.port}", public_url="https://steno.example.org"
    )
    server.start()
    try:
        Office(settings, Celery(), stop).look(Queue.NOTIFY)
    finally:
        server.stop()

    assert len(server.mails) == 1


def _until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s"
        time.sleep(0.1)
