"""Answering the questions people ask of their transcripts: under a lease, with a heartbeat beside, ended in words."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.synchronize import Event

from sqlalchemy.orm import Session

from steno.answer import Exchange
from steno.blobs import BlobStore
from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.errors import StenoError
from steno.ledger import documents, questions
from steno.ledger.questions import Asked
from steno.sayings.marking import said
from steno.transcript import Transcript
from steno.vault import Vault
from worker.preparation import Cancelled
from worker.service.beats import beats
from worker.service.patience import Patience

_LOG = logging.getLogger("steno.worker")
_FOLDER = "questions"


class Answering:
    """Answers what is due, by the latest revision of each transcript."""

    def __init__(self, database: Database, vault: Vault, settings: Settings, owner: str, stop: Event) -> None:
        self._database, self._vault, self._settings = database, vault, settings
        self._owner, self._stop = owner, stop
        self._patiently = Patience.until(stop.is_set)

    @property
    def _blobs(self) -> BlobStore:
        return self._vault.blobs

    def answer_due(self) -> None:
        """Answer one question after the other, until none is due or the worker is to stop."""
        lease = self._settings.lease
        while not self._stop.is_set():
            mine = self._database.write(lambda session: questions.claim(session, self._owner, lease))
            if mine is None:
                return
            begun = time.monotonic()
            with self._beating(mine):
                well = self._answered(mine)
            _LOG.info("question.ended job=%s well=%s seconds=%.1f", mine.job_id, well, time.monotonic() - begun)

    def _answered(self, mine: Asked) -> bool:
        """Whether there is an answer now."""
        try:
            return self._answer(mine)
        except Cancelled:  # while the database is away: the lease runs out, and somebody else answers
            return False
        except StenoError as error:
            reason, again = str(error), False
        except Exception as error:  # the edge: the person is told, the log has the rest
            _LOG.exception("question.crashed job=%s", mine.job_id)
            reason, again = said(f"Steno failed unexpectedly ({type(error).__name__}). Ask again."), True
        with suppress(Cancelled):
            self._patiently(
                lambda: self._database.write(lambda session: questions.failed(session, mine, reason, again=again))
            )
        return False

    def _answer(self, mine: Asked) -> bool:
        from worker.asking.answering import answer

        with self._database.reading() as session:
            job = session.get(Job, mine.job_id)
        if job is None:
            return False  # deleted at this moment, with the question
        content = documents.read_latest(self._database, self._vault, job, "transcript")
        if content is None:
            self._database.write(
                lambda session: questions.failed(session, mine, said("There is no transcript to ask."))
            )
            return False
        asked = Exchange.model_validate_json(self._vault.read_document(job, mine.blob))
        made = answer(
            asked.question,
            [Transcript.model_validate_json(content)],
            self._settings,
            folder=self._blobs.workspace(job.id) / "asking",
        )
        kept = asked.model_copy(update={"answer": made}).model_dump_json().encode("utf-8", "replace")
        return self._keep(job, mine, kept)

    def _keep(self, job: Job, mine: Asked, content: bytes) -> bool:
        blob = self._vault.write_document(job, _FOLDER, content)
        kept = self._patiently(lambda: self._database.write(lambda session: questions.answered(session, mine, blob)))
        self._blobs.delete(mine.blob if kept else blob)
        with self._database.reading() as session:
            gone = session.get(Job, job.id) is None
        if gone:
            self._blobs.delete_workspace(job.id)
        return kept

    @contextmanager
    def _beating(self, mine: Asked) -> Iterator[None]:
        """Renew the lease meanwhile, so that nobody else answers, until we are to stop and the answer does not come."""
        done = threading.Event()

        def beat() -> None:
            renew = partial(_renew, mine=mine, lease=self._settings.lease)
            for too_long in beats(done, self._stop):
                try:
                    if too_long:
                        self._database.write(partial(questions.hand_back, mine=mine))
                        return
                    if not self._database.write(renew):
                        return
                except Exception:  # the database is away: the lease may run out, and then it is another's
                    _LOG.warning("heartbeat.failed job=%s", mine.job_id)

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _renew(session: Session, mine: Asked, lease: float) -> bool:
    return questions.heartbeat(session, mine, lease)
