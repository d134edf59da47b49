"""Running one stage: heartbeats beside it, its result and its state in one transaction, its failure in words."""

import logging
import threading
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import PurePath

from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.errors import EngineFailure, KeyUnusable, RecordingBusy, StenoError, StorageDenied, StorageFull
from steno.ledger import recordings, stages, workspaces
from steno.ledger.consequences import Failure
from steno.ledger.stages import Claim
from steno.sayings.marking import said
from steno.sayings.sentences import SENTENCES
from steno.states import Stage
from steno.vault import Vault
from worker.preparation import Cancelled
from worker.service.beats import beats
from worker.service.patience import Patience
from worker.service.steps import Work, prepare_stage, summarize_stage, transcribe_stage
from worker.service.warm import WarmLines

_LOG = logging.getLogger("steno.worker")
_BUSY = 5.0  # seconds
_STEPS = {Stage.PREPARE: prepare_stage, Stage.TRANSCRIBE: transcribe_stage, Stage.SUMMARIZE: summarize_stage}
_MAY_PASS = (EngineFailure, KeyUnusable, StorageFull)
Ending = Callable[[Session], object]  # writes how a stage ended


class Runner:
    """Runs stages in this process."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        settings: Settings,
        lines: WarmLines,
        stop: Event,
        too_large: Callable[[], bool] = lambda: False,
    ) -> None:
        """Work stops where `stop` is set, or the process is `too_large` for it to go on."""
        self._database, self._vault, self._settings = database, vault, settings
        self._lines, self._stop, self._too_large = lines, stop, too_large

    def run(self, mine: Claim) -> None:
        """Run the stage to its end, whichever that is. Raises nothing but what ends the process."""
        begun = time.monotonic()
        watch = _Watch(self._database, mine, self._settings.lease, self._stop, self._too_large)
        patiently = Patience(watch.go_on)
        work = Work(
            mine, self._database, self._vault, self._settings, self._lines, watch.check, watch.progress, patiently
        )
        _LOG.info("stage.started job=%s stage=%s attempt=%d", mine.job_id, mine.stage, mine.attempt)
        with watch:
            try:
                ending = self._end_of(work, watch)
                if ending is not None:
                    patiently(lambda: self._database.write(ending))
            except Cancelled:  # while the database is away: it finds out when it is back, by the lease
                _LOG.warning("stage.left job=%s stage=%s", mine.job_id, mine.stage)
                return
        self._clear_up(mine.job_id)
        _LOG.info("stage.ended job=%s stage=%s seconds=%.1f", mine.job_id, mine.stage, time.monotonic() - begun)

    def _clear_up(self, job_id: str) -> None:
        """Delete what nobody needs now: a recording that is not to stay, what was left on the way to a job's end."""
        if recordings.erase_unwanted(self._database, self._vault.blobs, job_id):
            _LOG.info("recording.deleted job=%s", job_id)
        with self._database.reading() as session:
            job = session.get(Job, job_id)
            over = job is None or workspaces.is_over(job)
        if over:
            self._vault.blobs.delete_workspace(job_id)

    def _end_of(self, work: Work, watch: "_Watch") -> Ending | None:
        """Do the work; what is then to be written, where the work has not written it itself."""
        mine = work.mine
        try:
            return self._worked(work)
        except Cancelled:
            if self._stop.is_set() or watch.too_large:
                return lambda session: stages.hand_back(session, mine)
            return lambda session: stages.cancelled(session, mine)

    def _worked(self, work: Work) -> Ending | None:
        """Do the work. Raises Cancelled."""
        mine = work.mine
        try:
            _STEPS[mine.stage](work)
        except Cancelled:
            raise
        except RecordingBusy:
            return lambda session: stages.hand_back(session, mine, after=_BUSY)
        except StenoError as error:
            if isinstance(error, EngineFailure):
                self._lines.forget()
            # Stages know the recording by the name of its blob.
            job = work.job()
            message = str(error).replace(PurePath(job.blob).name, job.name)
            if isinstance(error, StorageFull | StorageDenied):  # where that is says nothing to the recording's owner
                _LOG.error("stage.no_storage job=%s stage=%s %s", mine.job_id, mine.stage, error)
                message = SENTENCES[error.code]
            failure = Failure(error.code, message, again=isinstance(error, _MAY_PASS))
            return lambda session: stages.fail(session, mine, failure)
        except Exception as error:
            _LOG.exception("stage.crashed job=%s stage=%s", mine.job_id, mine.stage)
            message = said(f"Steno failed unexpectedly ({type(error).__name__}). See its log.")
            failure = Failure("unexpected", message, again=True)
            return lambda session: stages.fail(session, mine, failure)
        return None


class _Watch:
    """Renews the lease while a stage runs, and knows when it is to stop."""

    def __init__(
        self, database: Database, mine: Claim, lease: float, stop: Event, too_large: Callable[[], bool]
    ) -> None:
        self._database, self._mine, self._lease, self._stop = database, mine, lease, stop
        self._ask_memory, self.too_large = too_large, False
        self._done, self._lost = threading.Event(), threading.Event()
        self._progress = 0.0
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def check(self) -> None:
        """Raises Cancelled where the work is to stop."""
        self.go_on()
        if self.too_large:
            raise Cancelled

    def go_on(self) -> None:
        """Raises Cancelled where what is finished is of no use any more, or somebody waits for us to end."""
        if self._lost.is_set() or self._stop.is_set():
            raise Cancelled

    def progress(self, share: float) -> None:
        """Share of the stage that is done, 0 to 1. Raises Cancelled where the work is to stop."""
        self._progress = min(1.0, max(self._progress, share))
        self.check()

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        for too_long in beats(self._done, self._stop):
            try:
                if too_long:
                    self._database.write(lambda session: stages.hand_back(session, self._mine))
                    ours = False
                else:
                    ours = self._database.write(
                        lambda session: stages.heartbeat(session, self._mine, self._lease, self._progress)
                    )
            except Exception:  # the database is away: the lease may run out, and then the work is another's
                _LOG.warning("heartbeat.failed job=%s", self._mine.job_id)
                continue
            if not ours:
                self._lost.set()
                return
            self.too_large = self.too_large or self._ask_memory()
