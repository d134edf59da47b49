"""The search index built anew, from transcripts as they lie in the vault."""

import pytest
from sqlalchemy import delete, func, select

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Passage
from steno.ledger import accounts
from steno.reindexing import reindex
from steno.vault import Vault
from tests.conftest import Steno
from tests.rest import Person, Rest


def words_of(ann: Person, job: str) -> str:
    """A word that is said in the job."""
    segment = ann.get(f"/jobs/{job}/transcript").json["segments"][0]["text"]
    return max(segment.split(), key=len).strip(".,?")


def test_what_was_lost_is_found_again(rest: Rest, ann: Person) -> None:
    jobs = [ann.job(content=str(number), name=f"{number}.wav") for number in range(3)]
    for job in jobs[:2]:
        rest.complete(job)
    word = words_of(ann, jobs[0])
    rest.database.write(lambda session: session.execute(delete(Passage)) and None)
    assert ann.get(f"/jobs?q={word}").json["jobs"] == []

    unread = reindex(rest.database, Vault.of(rest.settings), rest.settings)

    assert unread == 0
    assert {job["id"] for job in ann.get(f"/jobs?q={word}").json["jobs"]} == set(jobs[:2])
    assert [job["id"] for job in ann.get("/jobs?q=2.wav").json["jobs"]] == [jobs[2]]


def test_turned_off_the_words_of_transcripts_leave_the_database(rest: Rest, ann: Person) -> None:
    job = ann.job()
    rest.complete(job)

    reindex(rest.database, Vault.of(rest.settings), rest.settings.model_copy(update={"search": False}))

    with rest.database.reading() as session:
        assert session.scalars(select(Passage.text)).all() == ["meeting.wav"]


def test_a_transcript_that_cannot_be_read_is_counted_and_the_others_are_indexed(rest: Rest, ann: Person) -> None:
    broken, whole = ann.job(content="1"), ann.job(content="2")
    for job in (broken, whole):
        rest.complete(job)
    word = words_of(ann, whole)
    for path in (rest.settings.data_dir / "blobs").rglob("*.json"):
        if broken_document(rest, broken, path.name):
            path.write_bytes(b"nothing that can be read")
    rest.database.write(lambda session: session.execute(delete(Passage)) and None)

    unread = reindex(rest.database, Vault.of(rest.settings), rest.settings)

    assert unread == 1
    assert [job["id"] for job in ann.get(f"/jobs?q={word}").json["jobs"]] == [whole]


def broken_document(rest: Rest, job_id: str, name: str) -> bool:
    """Whether a file is a document of that job."""
    from steno.database.tables import Document

    with rest.database.reading() as session:
        blobs = session.scalars(select(Document.blob).where(Document.job_id == job_id)).all()
    return any(blob.endswith(name) for blob in blobs)


@pytest.mark.parametrize("search", ["true", "false"])
def test_the_command_says_how_many(steno: Steno, search: str) -> None:
    database = Database.of(Settings(data_dir=steno.data))
    database.upgrade()
    database.write(lambda session: accounts.add_user(session, "ann"))

    run = steno("admin", "reindex", STENO_SEARCH=search)

    assert run.stdout.decode() == "0 jobs indexed\n"
    with database.reading() as session:
        assert session.scalar(select(func.count(Passage.id))) == 0
    database.dispose()
