"""A worker process: takes stages whose turn it is, sends hints on, takes back what dead workers left."""

import logging
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Collection
from multiprocessing.synchronize import Event

from celery import Celery
from sqlalchemy.exc import OperationalError

from steno.config import Settings
from steno.database import Database, reason
from steno.ledger import checks, housekeeping, letters, outbox, questions, stages, sweeping
from steno.states import Queue
from steno.vault import Vault
from worker.service.answering import Answering
from worker.service.hints import Hints
from worker.service.memory import Growth, resident
from worker.service.names import name_of
from worker.service.patience import Patience
from worker.service.presence import Presence
from worker.service.running import Runner
from worker.service.standstill import Beat, Standstill
from worker.service.warm import WarmLines

_LOG = logging.getLogger("steno.worker")
_RECOVER_EVERY = 2.0  # seconds
_CLEAN_EVERY = 300.0
_SWEEP_EVERY = 12  # rounds of cleaning: an hour


class Office:
    """One per process. Nothing is opened before it is needed."""

    def __init__(
        self,
        settings: Settings,
        app: Celery,
        stop: Event,
        *,
        slot: str | None = None,
        queues: Collection[Queue] = tuple(Queue),
        forked: bool = False,
    ) -> None:
        """`forked` is one of several processes of a worker, which are replaced one by one."""
        self._settings, self._stop, self._forked = settings, stop, forked
        host = socket.gethostname()
        self._slot = name_of(host, slot) if slot else None
        self._owner = f"{self._slot or name_of(host)}/{os.getpid()}"
        self._database = Database.of(settings)
        self._vault = Vault.of(settings)
        self._hints = Hints(app)
        self._lines = WarmLines(settings)
        self._growth = Growth(settings.worker_memory)
        self._runner = Runner(self._database, self._vault, settings, self._lines, stop, self._growth.far_over)
        self._answers = Answering(self._database, self._vault, settings, self._owner, stop)
        self._presence = Presence(self._database, self._slot or self._owner, queues, self._lines)

    def begin(self) -> None:
        """At the start of the main process: bring the tables up, take back our own leases of before, watch."""
        self._database.hold_forks()  # the pool forks whenever one of its processes is replaced
        self._database.upgrade()
        if self._slot is not None:
            slot = self._slot
            self._database.write(lambda session: stages.expire_leases_of(session, slot))
        threading.Thread(target=self._watch, name="recovery", daemon=True).start()

    def look(self, queue: Queue) -> None:
        """Do what is to be done in a queue, one after the other, until nothing is left or we are to stop."""
        if queue in checks.QUEUE_OF.values():
            from worker.service.checking import try_out

            try_out(self._database, self._settings, queue, self._owner)
        if queue is Queue.NOTIFY:
            from worker.notification.personal import send_letters
            from worker.notification.sending import send_due

            # Whoever is killed in the middle of a mail leaves it to be sent again: none is begun that may not end.
            stop = self._stop.is_set
            for send in (send_due, send_letters):
                send(self._database, self._settings, self._owner, patiently=Patience.until(stop), stop=stop)
            return
        while not self._stop.is_set():
            if queue is Queue.LLM:  # people wait for answers; minutes have time
                self._answers.answer_due()
            mine = self._database.write(lambda session: stages.claim(session, queue, self._owner, self._settings.lease))
            if mine is None:
                return
            self._runner.run(mine)
            grown = self._growth.stage_ended()
            self._nudge()
            if grown:
                self._end()
                return

    def _end(self) -> None:
        """Let a process that has grown end; whoever supervises it starts it anew."""
        _LOG.warning("worker.grown pid=%d held=%d limit=%d", os.getpid(), resident(os.getpid()), self._growth.limit)
        if not self._forked:  # else Celery replaces it when it has nothing to do
            self._stop.set()
            os.kill(os.getpid(), signal.SIGTERM)

    def _nudge(self) -> None:
        """Send hints for whatever waits."""
        with self._database.reading() as session:
            depths = Counter(stages.waiting(session)) + Counter(checks.waiting(session))
            depths[Queue.NOTIFY] += outbox.due_now(session) + letters.due_now(session)
            depths[Queue.LLM] += questions.waiting(session)
        self._hints.top_up(depths)

    def _take_back(self, standstill: Standstill) -> None:
        with self._database.reading() as session:
            beats = [Beat(*held) for held in stages.running(session)]
        stopped = standstill.stopped(beats)
        if stopped:
            deaths = self._settings.max_deaths
            self._database.write(lambda session: stages.recover(session, max_deaths=deaths, stopped=stopped))

    def _watch(self) -> None:
        """The recovery loop. Every worker runs one: what it does is the same, however many do it."""
        cleaned, rounds = 0.0, 0
        standstill = Standstill(self._settings.lease)
        while not self._stop.wait(_RECOVER_EVERY):
            try:
                self._presence.tell()
                self._take_back(standstill)
                self._nudge()
                cleaned += _RECOVER_EVERY
                if cleaned >= _CLEAN_EVERY:
                    cleaned, rounds = 0.0, rounds + 1
                    housekeeping.tidy(self._database, self._vault.blobs)
                    housekeeping.follow_rules(self._database, self._settings)
                    if rounds % _SWEEP_EVERY == 0:
                        sweeping.sweep(self._database, self._vault.blobs)
            except OperationalError as error:  # the next round may find it
                _LOG.warning("database.away %s", reason(error))
            except Exception:  # Redis is away, or a fault of ours
                _LOG.warning("recovery.failed", exc_info=True)
        self._presence.end()
