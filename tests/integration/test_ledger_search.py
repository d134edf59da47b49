"""Full-text search on both databases: passages follow the transcript, and go with the job."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from steno.database.passages import INDEX
from steno.database.tables import Job, Passage
from steno.ledger import jobs, listing, search
from steno.searching import read_query
from steno.transcript import Segment, Transcript
from tests.ledger import Ledger
from tests.unit.exports.transcripts import small


def spoken(*texts: str, every: float = 40.0) -> Transcript:
    """A transcript of these segments, so far apart that each is a passage."""
    said = [Segment(id=place, start=place * every, end=place * every + 1, text=one) for place, one in enumerate(texts)]
    return small().model_copy(update={"segments": tuple(said)})


def index(ledger: Ledger, job_id: str, transcript: Transcript, **options: bool) -> None:
    ledger.do(lambda session: search.index_transcript(session, session.get_one(Job, job_id), transcript, **options))


def found(ledger: Ledger, query: str, person: str = "a") -> list[str]:
    with ledger.database.reading() as session:
        return [job.id for job in listing.page(session, person, limit=50, terms=read_query(query))]


def passages(ledger: Ledger) -> int:
    with ledger.database.reading() as session:
        return session.scalar(select(func.count(Passage.id))) or 0


def test_words_phrases_and_beginnings_are_found(ledger: Ledger) -> None:
    job = ledger.submit()
    index(ledger, job, spoken("The budget of the työryhmä.", "Second group begins later."))

    for query in ("budget", "BUDGET later", '"second group"', "tyoryhma", "bud", "meeting.mp3", "meeting budget"):
        assert found(ledger, query) == [job], query
    for query in ('"group second"', '"bud"', '"budge" later', "gr later", "other", "!!!", ""):
        assert found(ledger, query) == [], query


def test_words_are_found_with_their_endings(ledger: Ledger) -> None:
    job = ledger.submit()
    index(ledger, job, spoken("Kokouksessa puhuttiin talousarvioista.", "Verträge und Termine."))

    for query in ("kokou talousarvio", "talous kokouksessa", "vertrag termin puhu"):
        assert found(ledger, query) == [job], query


def test_what_is_somebody_elses_is_not_found(ledger: Ledger) -> None:
    theirs, own = ledger.submit("b"), ledger.submit("a")
    for job in (theirs, own):
        index(ledger, job, spoken("The budget."))

    assert found(ledger, "budget") == [own]


def test_a_hit_says_where(ledger: Ledger) -> None:
    job = ledger.submit()
    index(ledger, job, spoken("Of the budget.", "Of the second budget, and the room.", "Of the room."))

    with ledger.database.reading() as session:
        match = search.matches(session, [job], read_query("budget room"))[job]

    assert match.start == 40.0
    assert [part.text for part in match.parts if part.hit] == ["budget", "room"]


def test_an_edit_is_found_and_what_it_replaced_is_not(ledger: Ledger) -> None:
    job = ledger.submit()
    index(ledger, job, spoken("The budget.", "The keys."))
    with ledger.database.reading() as session:
        before = set(session.scalars(select(Passage.id).where(Passage.text == "The keys.")))

    index(ledger, job, spoken("The rooms.", "The keys."))

    assert (found(ledger, "rooms"), found(ledger, "budget")) == ([job], [])
    with ledger.database.reading() as session:
        assert set(session.scalars(select(Passage.id).where(Passage.text == "The keys."))) == before


def test_another_name_is_found(ledger: Ledger) -> None:
    job = ledger.submit()

    ledger.do(lambda session: jobs.amend(session, session.get_one(Job, job), {"name": "Kickoff.wav"}))

    assert (found(ledger, "kickoff"), found(ledger, "meeting")) == ([job], [])


def test_nothing_stays_of_a_job_that_is_deleted(ledger: Ledger) -> None:
    job, other = ledger.submit(), ledger.submit()
    for one in (job, other):
        index(ledger, one, spoken("The budget."))

    ledger.do(lambda session: jobs.delete(session, session.get_one(Job, job)))

    assert found(ledger, "budget") == [other]
    assert passages(ledger) == 2
    if not ledger.is_postgresql:
        # The index and the table agree, word by word.
        check = f"INSERT INTO {INDEX} ({INDEX}, rank) VALUES ('integrity-check', 1)"
        ledger.do(lambda session: session.execute(text(check)))


def test_where_it_is_turned_off_no_word_stays(ledger: Ledger) -> None:
    job = ledger.submit()
    index(ledger, job, spoken("The budget."))

    index(ledger, job, spoken("The budget."), enabled=False)

    assert (found(ledger, "budget"), found(ledger, "meeting")) == ([], [job])


@pytest.mark.parametrize(
    "query",
    [
        "'",
        '"',
        '""',
        "a' OR 1=1 --",
        "NEAR(a b)",
        "a AND NOT b",
        "col:a",
        "*",
        "^a",
        "a*b",
        "-a",
        "\\",
        "%_",
        "\0",
        "𝔸",
    ],
)
def test_nothing_a_person_writes_is_an_operator(ledger: Ledger, query: str) -> None:
    job = ledger.submit()
    index(ledger, job, spoken(f"words {query} words"))

    assert found(ledger, query) in ([], [job])
    assert found(ledger, f"words {query}") == [job]


def test_a_database_without_an_index_is_searched_too(sqlite_ledger: Ledger) -> None:
    job = sqlite_ledger.submit()
    index(sqlite_ledger, job, spoken("The budget of the työryhmä.", "Second group begins later."))

    def without(session: Session) -> list[bool]:
        return [
            session.scalar(select(Passage.id).where(search._stands_in(session, term))) is not None
            for query in ("budget", "bud", '"second group"', '"group second"', '"bud"')
            for term in read_query(query)
        ]

    assert sqlite_ledger.do(without) == [True, True, True, False, False]
