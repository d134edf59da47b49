"""Two who do something to one job at the same moment: one after the other, and the second sees what the first did."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from steno.database.tables import Delivery, Job, Upload
from steno.ledger import jobs, stages
from steno.ledger.jobs import Conflict
from steno.states import JOB_MOVES, JobState, Queue, Stage, StageState
from tests.ledger import BAD_INPUT, LEASE, MAY_PASS, Ledger, at_once

HOOK = "https://example.org/hook"


def test_two_requests_with_one_key_make_one_job(ledger: Ledger) -> None:
    for number in range(8):
        uploads = [ledger.upload() for _ in range(4)]

        made = at_once([lambda one=one, key=f"key-{number}": ledger.hand_in(one, key=key) for one in uploads])

        assert len(set(made)) == 1
    assert ledger.count(Job) == 8


def test_a_key_that_was_used_for_another_request_is_refused(ledger: Ledger) -> None:
    first = ledger.submit(key="one", minutes=True)

    with pytest.raises(Conflict, match="another request"):
        ledger.submit(key="one", minutes=False)
    assert ledger.submit(key="one", minutes=True) == first
    assert ledger.submit("b", key="one", minutes=False) != first


def test_different_requests_with_one_key_at_once_make_one_job(ledger: Ledger) -> None:
    uploads = [ledger.upload() for _ in range(4)]

    made = at_once([lambda place=place: _or_conflict(ledger, uploads[place], place % 2 == 0) for place in range(4)])

    assert len(set(made) - {"conflict"}) == 1
    assert made.count("conflict") == 2
    assert ledger.count(Job) == 1


def test_one_upload_becomes_one_job(ledger: Ledger) -> None:
    upload = ledger.upload()

    with _first(ledger, lambda session: _hand_in(session, upload)):
        second = _Beside(lambda: ledger.database.write(lambda session: _hand_in(session, upload)), ledger)
    second.join()

    assert second.failed is not None
    assert (ledger.count(Job), ledger.count(Upload)) == (1, 0)


@pytest.mark.parametrize("stage", [Stage.PREPARE, Stage.SUMMARIZE])
def test_the_end_of_a_stage_while_its_job_is_cancelled_does_not_undo_it(ledger: Ledger, stage: Stage) -> None:
    job = ledger.submit(webhook_url=HOOK)
    if stage is Stage.SUMMARIZE:
        ledger.run(until=Stage.TRANSCRIBE)
    mine = ledger.take(stage)

    with _first(ledger, lambda session: jobs.cancel(session, session.get_one(Job, job))):
        worker = _Beside(lambda: ledger.finish(mine), ledger)
    worker.join()

    assert ledger.job(job).state == JobState.CANCELLED
    assert [one.event for one in ledger.all(Delivery)] == ["job.cancelled"]
    ledger.check()


def test_who_cancels_while_the_last_stage_ends_is_told_that_it_has(ledger: Ledger) -> None:
    job = ledger.submit(minutes=False, webhook_url=HOOK)
    ledger.run(until=Stage.PREPARE)
    mine = ledger.take(Stage.TRANSCRIBE)

    with _first(ledger, lambda session: stages.finish(session, mine)):
        person = _Beside(lambda: ledger.cancel(job), ledger)
    person.join()

    assert isinstance(person.failed, Conflict)
    assert [one.event for one in ledger.all(Delivery)] == ["job.completed"]
    ledger.check()


def test_two_recoveries_do_not_take_a_stage_from_its_new_holder(ledger: Ledger) -> None:
    job = ledger.submit()
    ledger.lapse(ledger.take(owner="dead"))

    def recover_and_take(session: Session) -> None:
        stages.recover(session, max_deaths=3)
        stages.claim(session, Queue.MEDIA, "alive", LEASE)

    with _first(ledger, recover_and_take):
        second = _Beside(lambda: ledger.do(stages.recover, max_deaths=3), ledger)
    second.join()

    stage = ledger.stage(job, Stage.PREPARE)
    assert (stage.state, stage.lease_owner, stage.deaths) == (StageState.RUNNING, "alive", 1)


def test_many_who_do_anything_at_once_never_break_the_rules(ledger: Ledger) -> None:
    ids = [ledger.submit(f"person-{number % 3}", webhook_url=HOOK) for number in range(6)]

    at_once([lambda seed=seed: _do_anything(ledger, ids, random.Random(seed)) for seed in range(5)])

    ledger.check()
    for job in ids:
        moves = [event for event in ledger.happened(job) if "was" in event.detail]
        for before, after in pairwise(moves):
            assert after.detail["was"] == before.kind.removeprefix("job.")
        for move in moves:
            assert JobState(move.kind.removeprefix("job.")) in JOB_MOVES[JobState(move.detail["was"])]


def _do_anything(ledger: Ledger, ids: list[str], chance: random.Random) -> None:
    for _ in range(40):
        job, mine = chance.choice(ids), ledger.claim(chance.choice(list(Queue)), f"w{chance.random()}")
        if mine is not None:
            chance.choice(
                [
                    lambda mine=mine: ledger.finish(mine),
                    lambda mine=mine: ledger.finish(mine),
                    lambda mine=mine: ledger.fail(mine, chance.choice([BAD_INPUT, MAY_PASS])),
                    lambda mine=mine: ledger.do(stages.hand_back, mine),
                    lambda mine=mine: ledger.die(mine),
                    lambda mine=mine: ledger.do(stages.heartbeat, mine, LEASE),
                ]
            )()
        with suppress(Conflict):
            if chance.random() < 0.3:
                ledger.cancel(job)
            elif chance.random() < 0.5:
                ledger.rerun(job, chance.choice(list(Stage)))


def _or_conflict(ledger: Ledger, upload: str, minutes: bool) -> str:
    try:
        return ledger.hand_in(upload, minutes=minutes, key="one")
    except Conflict:
        return "conflict"


def _hand_in(session: Session, upload: str) -> None:
    jobs.submit(session, session.get_one(Upload, upload), jobs.Request())
    session.flush()


@contextmanager
def _first(ledger: Ledger, work: Callable[[Session], object]) -> Iterator[None]:
    """Who has done something, and has not committed it before the end of the block."""
    with ledger.database.transaction() as session:
        work(session)
        session.flush()
        yield


class _Beside(threading.Thread):
    """Who does something at the same time; it waits for the first one already, where it must."""

    def __init__(self, work: Callable[[], object], ledger: Ledger) -> None:
        super().__init__()
        self._work, self.failed = work, None
        self.start()
        if ledger.is_postgresql:
            while self.is_alive() and not self._waits(ledger):
                self.join(0.01)

    def run(self) -> None:
        try:
            self._work()
        except Exception as error:
            self.failed = error

    @staticmethod
    def _waits(ledger: Ledger) -> bool:
        with ledger.database.reading() as session:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(session.scalar(text(waiting)))
