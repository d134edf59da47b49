"""Revisions of documents: one after the other however many write at once, thinned, never lost."""

import pytest

from steno.database.tables import Document, Job
from steno.ledger import documents, jobs
from steno.ledger.documents import FOLD, Kept
from steno.ledger.jobs import Conflict
from tests.ledger import Ledger, at_once


@pytest.fixture
def job(ledger: Ledger) -> str:
    """A job with the machine's revision."""
    made = ledger.submit()
    ledger.database.write(
        lambda session: jobs.add_document(session, session.get_one(Job, made), "transcript", "a") and None
    )
    return made


def latest(ledger: Ledger, job: str) -> Document:
    with ledger.database.reading() as session:
        found = jobs.document(session, session.get_one(Job, job), "transcript")
    assert found is not None
    return found


def keep(ledger: Ledger, job: str, seen: str, blob: str, *, author: str = "ann", fold: bool = True) -> Kept:
    return ledger.database.write(
        lambda session: documents.keep(session, session.get_one(Job, job), seen, blob, author=author, fold=fold)
    )


def test_of_many_at_once_one_is_kept(ledger: Ledger, job: str) -> None:
    for turn in range(4):
        seen = latest(ledger, job).id

        def write(name: int, seen: str = seen, turn: int = turn) -> Kept | None:
            try:
                return keep(ledger, job, seen, f"{turn}-{name}", fold=turn % 2 == 0)
            except Conflict:
                return None

        kept = [one for one in at_once([lambda name=name: write(name) for name in range(6)]) if one is not None]  # type: ignore[misc]

        assert len(kept) == 1
        assert latest(ledger, job).id == kept[0].document.id


def test_edits_of_one_author_are_one_revision(ledger: Ledger, job: str) -> None:
    first = keep(ledger, job, latest(ledger, job).id, "b")
    begun = first.document.created

    second = keep(ledger, job, first.document.id, "c")

    assert (first.spare, second.spare) == (None, "b")
    assert (second.document.revision, second.document.blob, second.document.created) == (2, "c", begun)
    assert second.document.changed is not None
    assert second.document.id != first.document.id
    assert ledger.count(Document) == 2


def test_nothing_that_somebody_may_go_back_to_is_folded(ledger: Ledger, job: str) -> None:
    machine = latest(ledger, job)
    mine = keep(ledger, job, machine.id, "b").document
    theirs = keep(ledger, job, mine.id, "c", author="bob").document
    again = keep(ledger, job, theirs.id, "d").document
    ledger.change(Document, again.id, created=Document.created - FOLD - 1)
    later = keep(ledger, job, again.id, "e").document
    wanted = keep(ledger, job, later.id, "f", fold=False).document

    assert [one.revision for one in (machine, mine, theirs, again, later, wanted)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(Conflict):
        keep(ledger, job, later.id, "g")


def test_a_document_of_another_job_is_not_the_latest(ledger: Ledger, job: str) -> None:
    other = ledger.submit("b")

    with pytest.raises(Conflict):
        keep(ledger, other, latest(ledger, job).id, "b")
