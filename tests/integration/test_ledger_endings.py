"""How stages and jobs end: tried again, failed, cancelled, run again; and what the states forbid."""

import pytest
from sqlalchemy.orm import Session

from steno.database.tables import Job, StageRun
from steno.ledger import jobs, stages
from steno.ledger.consequences import Failure
from steno.ledger.moves import ForbiddenMove, move_job, move_stage
from steno.states import JOB_MOVES, STAGE_MOVES, JobState, Stage, StageState
from tests.ledger import BAD_INPUT, LEASE, MAY_PASS, Ledger


def test_a_job_goes_through_its_stages_to_its_end(ledger: Ledger) -> None:
    job = ledger.submit()

    ledger.run()

    assert ledger.job(job).state == JobState.COMPLETED
    assert ledger.states(job) == ["done", "done", "done"]
    ledger.check()


def test_a_job_without_minutes_skips_them(ledger: Ledger) -> None:
    job = ledger.submit(minutes=False)

    ledger.run()

    assert ledger.job(job).state == JobState.COMPLETED
    assert ledger.states(job) == ["done", "done", "skipped"]


def test_what_may_pass_is_tried_three_times_each_time_later(ledger: Ledger) -> None:
    job = ledger.submit()

    waits = []
    for _ in range(2):
        mine = ledger.take()
        ledger.fail(mine, MAY_PASS)
        assert ledger.claim() is None
        started = ledger.stage(job, Stage.PREPARE)
        waits.append(round(started.not_before - (started.started or 0)))
        ledger.change(StageRun, mine.stage_id, not_before=0.0)
    ledger.fail(ledger.take(), MAY_PASS)

    assert waits[0] in range(4, 9)
    assert waits[1] in range(29, 35)
    assert (ledger.job(job).state, ledger.job(job).error_code) == (JobState.FAILED, "engine-failure")
    ledger.check()


def test_bad_input_is_not_tried_again(ledger: Ledger) -> None:
    job = ledger.submit()

    assert ledger.fail(ledger.take(), BAD_INPUT)

    failed = ledger.job(job)
    assert (failed.state, failed.error_code, failed.error) == (JobState.FAILED, BAD_INPUT.code, BAD_INPUT.message)
    assert ledger.states(job) == ["failed", "cancelled", "cancelled"]
    ledger.check()


def test_a_failed_summary_leaves_the_transcript_and_a_notice(ledger: Ledger) -> None:
    job = ledger.submit()
    ledger.run(until=Stage.TRANSCRIBE)

    ledger.fail(ledger.take(Stage.SUMMARIZE), Failure("endpoint-unusable", "The language model is away."))

    assert ledger.job(job).state == JobState.COMPLETED
    assert ledger.job(job).notices == ["There are no minutes: The language model is away."]
    ledger.check()


def test_a_queued_job_is_cancelled_at_once(ledger: Ledger) -> None:
    job = ledger.submit()

    ledger.cancel(job)

    assert ledger.states(job) == ["cancelled", "cancelled", "cancelled"]
    assert ledger.claim() is None
    ledger.check()


@pytest.mark.parametrize("ending", ["cancelled", "handed back", "may pass", "bad input", "finished", "died"])
def test_a_running_job_that_is_cancelled_stops_and_stays_so(ledger: Ledger, ending: str) -> None:
    job = ledger.submit(webhook_url="https://example.org")
    mine = ledger.take()

    ledger.cancel(job)
    told_to_stop = not ledger.do(stages.heartbeat, mine, LEASE)
    {
        "cancelled": lambda: ledger.do(stages.cancelled, mine),
        "handed back": lambda: ledger.do(stages.hand_back, mine),
        "may pass": lambda: ledger.fail(mine, MAY_PASS),
        "bad input": lambda: ledger.fail(mine, BAD_INPUT),
        "finished": lambda: ledger.finish(mine),
        "died": lambda: ledger.die(mine),
    }[ending]()

    assert told_to_stop
    assert ledger.job(job).state == JobState.CANCELLED
    assert ledger.states(job) == ["done" if ending == "finished" else "cancelled", "cancelled", "cancelled"]
    assert ledger.claim() is None
    ledger.check()


def test_an_ended_job_cannot_be_cancelled(ledger: Ledger) -> None:
    job = ledger.submit()
    ledger.run()

    with pytest.raises(jobs.Conflict, match="completed already"):
        ledger.cancel(job)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("end", list(JobState)[2:])
def test_each_stage_is_run_again_with_what_depends_on_it(ledger: Ledger, stage: Stage, end: JobState) -> None:
    job = ledger.submit()
    if end is JobState.COMPLETED:
        ledger.run()
    elif end is JobState.FAILED:
        ledger.run(until=Stage.PREPARE)
        ledger.fail(ledger.take(Stage.TRANSCRIBE))
    else:
        ledger.run(until=Stage.PREPARE)
        ledger.cancel(job)

    ledger.rerun(job, stage)

    first = stage if end is JobState.COMPLETED else min(stage, Stage.TRANSCRIBE, key=list(Stage).index)
    expected = {
        Stage.PREPARE: ["ready", "waiting", "waiting"],
        Stage.TRANSCRIBE: ["done", "ready", "waiting"],
        Stage.SUMMARIZE: ["done", "done", "ready"],
    }
    assert ledger.states(job) == expected[first]
    ledger.check()
    ledger.run()
    assert ledger.job(job).state == JobState.COMPLETED
    ledger.check()


def test_a_job_that_runs_is_not_run_again(ledger: Ledger) -> None:
    job = ledger.submit()
    ledger.take()

    with pytest.raises(jobs.Conflict, match="running"):
        ledger.rerun(job, Stage.PREPARE)


def test_a_cancelled_job_is_run_again_when_its_worker_has_stopped(ledger: Ledger) -> None:
    job = ledger.submit()
    mine = ledger.take()
    ledger.cancel(job)

    with pytest.raises(jobs.Conflict, match="about to stop"):
        ledger.rerun(job, Stage.PREPARE)
    ledger.do(stages.cancelled, mine)
    ledger.rerun(job, Stage.PREPARE)

    ledger.run()
    assert ledger.job(job).state == JobState.COMPLETED


def test_minutes_that_nobody_asked_for_are_not_made_again(ledger: Ledger) -> None:
    job = ledger.submit(minutes=False)
    ledger.run()

    with pytest.raises(jobs.Conflict, match="No minutes"):
        ledger.rerun(job, Stage.SUMMARIZE)
    assert ledger.job(job).state == JobState.COMPLETED


@pytest.mark.parametrize(("stage", "kept"), [(Stage.SUMMARIZE, ["The starter model."]), (Stage.TRANSCRIBE, [])])
def test_remarks_on_a_transcript_last_as_long_as_it_does(ledger: Ledger, stage: Stage, kept: list[str]) -> None:
    job = ledger.submit()
    ledger.run(until=Stage.TRANSCRIBE)
    ledger.change(Job, job, notices=["The starter model."])
    ledger.fail(ledger.take(Stage.SUMMARIZE))

    ledger.rerun(job, stage)

    assert ledger.job(job).notices == kept


@pytest.mark.parametrize("was", list(JobState))
@pytest.mark.parametrize("to", list(JobState))
def test_jobs_move_as_the_table_says(sqlite_ledger: Ledger, was: JobState, to: JobState) -> None:
    job = sqlite_ledger.submit()
    sqlite_ledger.change(Job, job, state=was)

    def move(session: Session) -> None:
        move_job(session, session.get_one(Job, job), to)

    if to is was or to in JOB_MOVES[was]:
        sqlite_ledger.do(move)
        assert sqlite_ledger.job(job).state == to
    else:
        with pytest.raises(ForbiddenMove, match=f"job {was} -> {to}"):
            sqlite_ledger.do(move)
        assert sqlite_ledger.job(job).state == was


@pytest.mark.parametrize("was", list(StageState))
def test_stages_move_as_the_table_says(was: StageState) -> None:
    for to in StageState:
        stage = StageRun(stage=Stage.PREPARE, state=was, job=Job(version=1), lease_owner="worker")

        if to in STAGE_MOVES[was]:
            move_stage(stage, to)
            assert (stage.state, stage.lease_owner is None) == (to, to is not StageState.RUNNING)
        else:
            with pytest.raises(ForbiddenMove):
                move_stage(stage, to)
