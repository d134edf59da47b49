"""What failed and what is stuck, for administrators: whose it is, never what it is called; and another try."""

import pytest

from steno.database.tables import AuditEvent, Delivery, Job, Question, StageRun
from steno.ledger import jobs, overseeing, troubles
from steno.ledger.consequences import Failure
from steno.states import JobState, Queue, Stage
from tests.ledger import BAD_INPUT, MAY_PASS, Ledger

NAMED = Failure("unreadable-media", "Merger with Acme.mp3 is no audio. Check Merger with Acme.")


def named(ledger: Ledger) -> str:
    """A failed job whose error names its recording."""
    job_id = ledger.hand_in(ledger.upload(name="Merger with Acme.mp3"))
    ledger.fail(ledger.take(), NAMED)
    return job_id


def test_a_failed_step_is_told_without_the_name_of_its_recording(ledger: Ledger) -> None:
    job_id = named(ledger)

    (one,) = ledger.do(troubles.failed)

    assert (one.job_id, one.owner, one.stage, one.code) == (job_id, "a", Stage.PREPARE, NAMED.code)
    assert one.message == "… is no audio. Check …."
    assert ledger.do(troubles.example, NAMED.code) == one.message
    assert ledger.do(troubles.example, "never-seen") == ""
    assert "Acme" not in repr(one)


def test_what_waits_long_is_tried_again_or_lost_its_worker_needs_a_look(ledger: Ledger) -> None:
    silent = ledger.submit()
    mine = ledger.take()
    ledger.lapse(mine)
    again = ledger.submit()
    ledger.fail(ledger.take(), MAY_PASS)
    waits = ledger.submit()
    ledger.change(Job, waits, created=Job.created - 7200)
    ledger.submit()

    found = {one.job_id: one for one in ledger.do(troubles.stuck)}

    assert set(found) == {silent, again, waits}
    assert found[again].again is not None
    assert ledger.do(troubles.failed) == []


def test_an_administrator_runs_again_and_cancels_what_is_somebody_elses(ledger: Ledger) -> None:
    job_id = named(ledger)

    ledger.do(troubles.run_again, job_id, Stage.PREPARE, by="admin")
    assert ledger.job(job_id).state == JobState.QUEUED
    ledger.do(troubles.cancel, job_id, by="admin")

    assert ledger.job(job_id).state == JobState.CANCELLED
    acts = [event for event in ledger.happened(job_id) if event.kind.startswith("admin.")]
    assert [(event.kind, event.user_id) for event in acts] == [
        ("admin.job-run-again", "admin"),
        ("admin.job-cancelled", "admin"),
    ]


def test_what_is_done_already_is_a_conflict_and_changes_nothing(ledger: Ledger) -> None:
    job_id = ledger.submit()
    with pytest.raises(jobs.Conflict):
        ledger.do(troubles.run_again, job_id, Stage.PREPARE, by="admin")
    with pytest.raises(jobs.UnknownJob):
        ledger.do(troubles.cancel, "0" * 32, by="admin")
    assert ledger.count(AuditEvent, AuditEvent.kind.startswith("admin.")) == 0


def test_what_could_not_be_sent_is_told_and_sent_again(ledger: Ledger) -> None:
    job_id = ledger.submit(webhook_url="https://hooks.example.org/secret-path?key=1", notify_email="a@example.org")
    ledger.fail(ledger.take(), BAD_INPUT)
    for one in ledger.all(Delivery):
        ledger.change(Delivery, one.id, state="failed", error="refused", attempts=4)

    found = {one.kind: one for one in ledger.do(troubles.undelivered)}
    assert (found["webhook"].to, found["mail"].to) == ("hooks.example.org", "a@example.org")
    assert "secret-path" not in repr(found)
    ledger.do(troubles.send_again, found["mail"].id, by="admin")

    assert [one.kind for one in ledger.do(troubles.undelivered) if one.state == "failed"] == ["webhook"]
    assert any(event.kind == "admin.delivery-sent-again" for event in ledger.happened(job_id))
    with pytest.raises(jobs.Conflict):
        ledger.do(troubles.send_again, found["mail"].id, by="admin")


def test_the_overview_counts_what_waits_and_names_whose_runs(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.submit("ann")
    running = ledger.take()
    ledger.change(StageRun, running.stage_id, progress=0.5, started=StageRun.started - 60)
    ledger.fail(ledger.take(), MAY_PASS)
    asked_of = ledger.submit("ann")
    ledger.database.write(lambda session: session.add(Question(job_id=asked_of, blob="q")))

    lines = {one.queue: one for one in ledger.do(overseeing.lines)}
    (run,) = ledger.do(overseeing.running)

    assert (lines[Queue.MEDIA].depth, lines[Queue.MEDIA].later) == (2, 1)
    assert (lines[Queue.LLM].depth, lines[Queue.LLM].age is not None) == (1, True)
    assert lines[Queue.GPU].age is None
    assert (run.owner, run.stage, run.progress, run.worker) == ("ann", Stage.PREPARE, 0.5, "worker")
    assert run.since == pytest.approx(60, abs=10)
    assert not run.late
