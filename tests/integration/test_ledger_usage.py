"""Usage is counted when jobs end, without content, once for what is transcribed once; and it outlives the jobs."""

import pytest

from steno.config import Settings
from steno.database.clock import DAY
from steno.database.tables import Job, JobEnding, StageRun, User
from steno.ledger import housekeeping, jobs, usage
from steno.ledger.endings import KEPT
from steno.states import JobState, Stage
from tests.ledger import BAD_INPUT, Ledger
from web.portal.admin.usage import PERIODS


def transcribed(ledger: Ledger, person: str = "a", *, seconds: float = 600.0, minutes: bool = False) -> str:
    job_id = ledger.submit(person, minutes=minutes)
    ledger.change(Job, job_id, duration=seconds)
    ledger.run()
    return job_id


def test_a_job_that_ends_is_counted_and_stays_counted_when_it_is_deleted(ledger: Ledger) -> None:
    job_id = transcribed(ledger)
    ledger.database.write(lambda session: jobs.delete(session, session.get_one(Job, job_id)))

    (last,) = [day for day in ledger.do(usage.by_day, since=ledger.do(usage.today) - 6) if day.completed]

    assert (last.seconds, last.completed, last.failed) == (600.0, 1, 0)
    assert ledger.count(Job) == 0


def test_what_is_run_again_is_counted_again_only_where_it_is_transcribed_again(ledger: Ledger) -> None:
    job_id = transcribed(ledger, minutes=True)

    ledger.rerun(job_id, Stage.SUMMARIZE)
    ledger.run()
    assert [one.seconds for one in endings(ledger)] == [600.0, 0.0]

    ledger.rerun(job_id, Stage.TRANSCRIBE)
    ledger.run()
    assert [one.seconds for one in endings(ledger)] == [600.0, 0.0, 600.0]
    assert [one.waited is not None for one in endings(ledger)] == [True, False, False]


def test_failures_and_cancelled_jobs_are_told_apart_by_reason(ledger: Ledger) -> None:
    ledger.submit("a")
    ledger.fail(ledger.take(), BAD_INPUT)
    ledger.cancel(ledger.submit("a"))
    no_minutes = ledger.submit("b")
    ledger.run(until=Stage.TRANSCRIBE)
    ledger.fail(ledger.take(Stage.SUMMARIZE), BAD_INPUT)
    day = ledger.do(usage.today)

    (of_day,) = ledger.do(usage.by_day, since=day)
    (reason,) = ledger.do(usage.by_reason, since=day)

    assert (of_day.completed, of_day.failed, of_day.cancelled) == (1, 1, 1)
    assert (reason.code, reason.count, reason.without_minutes) == (BAD_INPUT.code, 2, 1)
    assert ledger.job(no_minutes).state == JobState.COMPLETED


def test_people_are_ranked_and_who_is_gone_has_no_name(ledger: Ledger) -> None:
    transcribed(ledger, "small", seconds=60.0)
    transcribed(ledger, "big", seconds=3600.0)
    transcribed(ledger, "gone", seconds=600.0)
    ledger.change(User, "big", display_name="Béa <b>")
    ledger.database.write(lambda session: session.delete(session.get_one(User, "gone")))

    people = ledger.do(usage.by_person, since=ledger.do(usage.today))

    assert [(one.name, one.seconds) for one in people] == [("Béa <b>", 3600.0), (None, 600.0), ("small", 60.0)]


def test_waiting_and_pace_are_measured(ledger: Ledger) -> None:
    for wait in range(1, 21):
        job_id = ledger.submit()
        ledger.change(Job, job_id, duration=100.0, created=Job.created - 10.0 * wait)
    ledger.run()
    day = ledger.do(usage.today)

    found = ledger.do(usage.waiting, since=day - 1)

    assert found is not None
    assert found.median == pytest.approx(100.0, abs=10.0)
    assert found.late == pytest.approx(200.0, abs=10.0)
    assert sum(one.seconds for one in ledger.do(usage.by_day, since=day - 1)) == 2000.0


def test_days_without_anything_are_there_and_weeks_are_sums(ledger: Ledger) -> None:
    today = ledger.do(usage.today)
    ledger.database.write(lambda session: session.add_all([ending(today - ago) for ago in (0, 1, 8, 13, 27, 28)]))

    assert len(ledger.do(usage.by_day, since=today - 29)) == 30
    weeks = ledger.do(usage.by_day, since=today - 27, every=7)
    assert [week.completed for week in weeks] == [1, 0, 2, 2]
    assert ledger.do(usage.waiting, since=today + 1) is None


def test_what_is_too_old_to_be_looked_at_goes_with_its_job(ledger: Ledger) -> None:
    today, kept = ledger.do(usage.today), transcribed(ledger, minutes=True)
    ledger.database.write(lambda session: session.add_all([ending(today - KEPT - 1), ending(today - KEPT)]))
    (own,) = (one for one in endings(ledger) if one.job_id == kept)
    ledger.change(JobEnding, own.id, day=today - KEPT - 1, at=own.at - (KEPT + 1) * DAY)
    for stage in ledger.job(kept).stages:
        ledger.change(StageRun, stage.id, started=own.at - (KEPT + 1) * DAY - 10.0)

    housekeeping.follow_rules(ledger.database, Settings())
    ledger.rerun(kept, Stage.SUMMARIZE)
    ledger.run()

    left = [(one.job_id == kept, one.day - today, one.seconds) for one in endings(ledger)]
    assert left == [(True, -KEPT - 1, 600.0), (False, -KEPT, 60.0), (True, 0, 0.0)], "nothing is counted twice"


def test_the_longest_time_that_is_looked_at_is_kept() -> None:
    assert max(-(-days // every) * every for days, every in PERIODS.items()) < KEPT


def endings(ledger: Ledger) -> list[JobEnding]:
    return sorted(ledger.all(JobEnding), key=lambda one: one.id)


def ending(day: int) -> JobEnding:
    return JobEnding(at=day * 86_400.0, day=day, user_id="a", job_id="0" * 32, state="completed", seconds=60.0)
