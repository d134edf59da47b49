"""A stage belongs to whoever holds its lease: heartbeats renew it, death ends it, and nothing late is kept."""

import pytest
from sqlalchemy import select

from steno.database.clock import now
from steno.database.tables import Document, Job, StageRun
from steno.ledger import jobs, stages
from steno.states import JobState, Queue, Stage, StageState
from tests.ledger import LEASE, Ledger
from worker.service.names import name_of


def test_a_heartbeat_extends_the_lease_and_keeps_progress(ledger: Ledger) -> None:
    job = ledger.submit()
    mine = ledger.take()
    ledger.lapse(mine)

    assert ledger.do(stages.heartbeat, mine, LEASE, 0.25)

    assert ledger.do(stages.recover, max_deaths=3) == []
    assert ledger.stage(job, Stage.PREPARE).progress == 0.25


def test_a_lease_that_ran_out_is_taken_back_and_taken_by_another(ledger: Ledger) -> None:
    job = ledger.submit()
    first = ledger.take(owner="dead")

    taken_back = ledger.die(first)
    second = ledger.take(owner="alive")

    assert taken_back == [first.stage_id]
    assert (second.job_id, second.attempt) == (job, 2)
    assert ledger.stage(job, Stage.PREPARE).deaths == 1
    ledger.check()


def test_however_long_the_names_of_machine_and_slot_are_a_lease_can_be_held_and_found_again(ledger: Ledger) -> None:
    ledger.submit()
    slots = [name_of("steno-worker-" + "h" * 50, "steno-gpu-" + "s" * 60 + end) for end in "ab"]

    mine = ledger.take(owner=f"{slots[0]}/4194304")
    ledger.do(stages.expire_leases_of, slots[1])
    others = ledger.do(stages.recover, max_deaths=3)
    ledger.do(stages.expire_leases_of, slots[0])

    assert others == []
    assert ledger.do(stages.recover, max_deaths=3) == [mine.stage_id]


def test_a_lease_that_holds_is_left_alone(ledger: Ledger) -> None:
    ledger.submit()
    ledger.take()

    assert ledger.do(stages.recover, max_deaths=3) == []
    assert ledger.claim() is None


def test_three_deaths_fail_the_job_in_words_and_no_other(ledger: Ledger) -> None:
    poison, sound = ledger.submit("a"), ledger.submit("b")
    beside = ledger.take()
    assert beside.job_id == poison
    beside, mine = ledger.take(), beside

    for _ in range(2):
        ledger.die(mine)
        ledger.change(StageRun, mine.stage_id, not_before=0.0)
        mine = ledger.take()
    ledger.die(mine)

    failed = ledger.job(poison)
    assert (failed.state, failed.error_code) == (JobState.FAILED, stages.DIED)
    assert failed.error == "The worker died 3 times over this recording. Check its memory and its log."
    assert ledger.states(poison) == ["failed", "cancelled", "cancelled"]
    assert ledger.job(sound).state == JobState.RUNNING
    assert ledger.finish(beside)
    ledger.check()


def test_after_a_second_death_other_jobs_come_first(ledger: Ledger) -> None:
    first = ledger.submit("a")
    ledger.die(ledger.take())
    ledger.submit("a")

    again = ledger.take()
    ledger.die(again)

    assert again.job_id == first
    assert ledger.take().job_id != first
    assert ledger.claim() is None
    wait = ledger.do(
        lambda session: session.scalar(select(StageRun.not_before - now()).where(StageRun.id == again.stage_id))
    )
    assert 5 < wait <= 10


def test_deaths_before_a_success_are_forgotten(ledger: Ledger) -> None:
    job = ledger.submit()
    for _ in range(2):
        ledger.die(mine := ledger.take())
        ledger.change(StageRun, mine.stage_id, not_before=0.0)

    assert ledger.finish(ledger.take())

    assert ledger.stage(job, Stage.PREPARE).deaths == 0


def test_handing_back_counts_neither_as_a_try_nor_as_a_death(ledger: Ledger) -> None:
    job = ledger.submit()

    for _ in range(5):
        ledger.do(stages.hand_back, ledger.take())

    stage = ledger.stage(job, Stage.PREPARE)
    assert (stage.state, stage.attempts, stage.deaths) == (StageState.READY, 0, 0)
    ledger.check()


def test_what_is_handed_back_for_later_is_left_until_then(ledger: Ledger) -> None:
    ledger.submit()
    mine = ledger.take()

    ledger.do(stages.hand_back, mine, after=60.0)

    assert ledger.claim() is None
    ledger.change(StageRun, mine.stage_id, not_before=StageRun.not_before - 61)
    assert ledger.claim() is not None


@pytest.mark.parametrize("ending", ["finish", "fail", "heartbeat", "hand back", "cancelled"])
@pytest.mark.parametrize("first", ["slow", "quick"], ids=["of another", "of its own"])
def test_whoever_lost_the_lease_changes_nothing(ledger: Ledger, ending: str, first: str) -> None:
    job = ledger.submit()
    late = ledger.take(owner=first)
    ledger.die(late)
    ledger.take(owner="quick")
    before = ledger.job(job).version

    kept = {
        "finish": lambda: ledger.finish(late),
        "fail": lambda: ledger.fail(late),
        "heartbeat": lambda: ledger.do(stages.heartbeat, late, LEASE),
        "hand back": lambda: ledger.do(stages.hand_back, late),
        "cancelled": lambda: ledger.do(stages.cancelled, late),
    }[ending]()

    assert not kept
    stage = ledger.stage(job, Stage.PREPARE)
    assert (stage.state, stage.lease_owner, ledger.job(job).version) == (StageState.RUNNING, "quick", before)


def test_the_end_of_a_worker_that_lost_its_lease_keeps_no_document(ledger: Ledger) -> None:
    job = ledger.submit()
    late = ledger.take()
    ledger.die(late)

    def deliver(session):  # type: ignore[no-untyped-def]
        if not stages.finish(session, late):
            raise InterruptedError
        jobs.add_document(session, session.get_one(Job, job), "transcript", "transcripts/00/late")

    with pytest.raises(InterruptedError):
        ledger.database.write(deliver)
    assert ledger.all(Document) == []


def test_a_worker_whose_job_was_deleted_may_stop(ledger: Ledger) -> None:
    job = ledger.submit()
    mine = ledger.take()

    ledger.do(lambda session: jobs.delete(session, session.get_one(Job, job)))

    assert not ledger.do(stages.heartbeat, mine, LEASE)
    assert not ledger.finish(mine)
    assert not ledger.fail(mine)


def test_a_worker_that_starts_again_ends_the_leases_of_its_slot_alone(ledger: Ledger) -> None:
    for _ in range(4):
        ledger.submit()
    held = {owner: ledger.take(owner=owner) for owner in ("host/cpu/1", "host/cpu2/1", "host/gpu/1", "hostXcpu/1")}

    ledger.do(stages.expire_leases_of, "host/cpu")

    assert ledger.do(stages.recover, max_deaths=3) == [held["host/cpu/1"].stage_id]


def test_leases_do_not_depend_on_the_clock_of_the_worker(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.submit()
    ledger.take()

    monkeypatch.setattr("time.time", lambda: 4e9)

    assert ledger.do(stages.recover, max_deaths=3) == []
    assert ledger.claim(Queue.MEDIA) is None
