"""Whoever follows their jobs misses nothing, and costs next to nothing while nothing happens."""

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from steno.database.tables import Job, StageRun
from steno.ledger import jobs, tags
from steno.states import Stage
from tests.ledger import Ledger
from web.api.list_events import Watch


@pytest.fixture
def watch(ledger: Ledger) -> Watch:
    ledger.submit()
    return Watch(ledger.database, "a")


def test_one_statement_tells_that_nothing_has_changed(ledger: Ledger, watch: Watch) -> None:
    ledger.run()
    watch.look()
    asked: list[str] = []

    @event.listens_for(ledger.database.engine, "before_cursor_execute")
    def ask(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    found = watch.look()
    event.remove(ledger.database.engine, "before_cursor_execute", ask)

    assert found == ([], [])
    assert len(asked) == 1


def test_a_change_that_is_committed_after_a_later_one_was_seen_is_news(
    postgresql_ledger: Ledger,
) -> None:
    early, late = (postgresql_ledger.submit() for _ in range(2))
    watch = Watch(postgresql_ledger.database, "a")
    watch.look()

    with postgresql_ledger.database.transaction() as session:
        _tag(session, early)
        postgresql_ledger.do(_tag, late)
        first = [job.id for job in watch.look()[0]]
    second = [job.id for job in watch.look()[0]]

    assert (first, second) == ([late], [early])


def test_what_comes_and_goes_and_changes_between_two_looks_is_told(ledger: Ledger, watch: Watch) -> None:
    gone, changed = (ledger.submit() for _ in range(2))
    watch.look()

    ledger.do(lambda session: jobs.delete(session, session.get_one(Job, gone)))
    new = ledger.submit()
    ledger.do(_tag, changed)
    # As many jobs as before, and all versions together what they were.
    ledger.do(lambda session: session.execute(update(Job).where(Job.id == new).values(version=0)) and None)
    told, deleted = watch.look()

    assert {changed, new} <= {job.id for job in told}
    assert deleted == [gone]
    assert watch.look() == ([], [])


def test_progress_is_told_though_no_version_changes(ledger: Ledger, watch: Watch) -> None:
    ledger.run(until=Stage.PREPARE)
    mine = ledger.take(Stage.TRANSCRIBE)
    watch.look()

    ledger.change(StageRun, mine.stage_id, progress=0.5)
    told, _ = watch.look()

    assert [job.progress.percent for job in told] == [pytest.approx(43.5)]


def test_a_stage_that_is_taken_is_told_though_no_version_changes(ledger: Ledger, watch: Watch) -> None:
    ledger.run(until=Stage.PREPARE)
    watch.look()

    ledger.take(Stage.TRANSCRIBE)
    told, _ = watch.look()

    assert [str(stage.state) for job in told for stage in job.stages] == ["done", "running", "waiting"]
    assert watch.look() == ([], [])


def test_a_place_in_the_queue_is_told(ledger: Ledger) -> None:
    ledger.submit("b")
    job = ledger.submit("a")
    watch = Watch(ledger.database, "a")
    first = watch.look()[0]

    ledger.take()
    second = watch.look()[0]

    assert [one.progress.queue_position for one in first + second] == [2, 1]
    assert second[0].id == job


def test_jobs_of_others_are_no_news(ledger: Ledger, watch: Watch) -> None:
    watch.look()

    ledger.submit("b")

    assert watch.look() == ([], [])


def _tag(session: Session, job_id: str) -> None:
    tags.put(session, session.get_one(Job, job_id), ["urgent"])
