"""Full-text search: passages kept in step with titles and transcripts, and the jobs in which words are found.

Queries are of one owner because they are conditions on the jobs of one owner; see `steno.ledger.listing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, case, column, delete, exists, func, literal, or_, select, table
from sqlalchemy.orm import Session

from steno.database.passages import INDEX
from steno.database.tables import Job, Passage
from steno.searching import Part, Term, marked, words
from steno.transcript import Transcript

PASSAGE = 30.0  # seconds
_COMMON = 2000  # passages
_INDEX = table(INDEX, column("rowid"), column(INDEX))


@dataclass(frozen=True)
class Match:
    """Where in a job something was found. `start` is seconds, None where it is the title."""

    parts: tuple[Part, ...]
    start: float | None


def index_title(session: Session, job: Job) -> None:
    """Let the job be found by its name as it is now."""
    session.execute(delete(Passage).where(Passage.job_id == job.id, Passage.start.is_(None)))
    _add(session, job, None, job.name)


def index_transcript(session: Session, job: Job, transcript: Transcript, *, enabled: bool = True) -> None:
    """Let the job be found by what is said in it, in the same transaction in which the transcript becomes the latest.

    Only passages that changed are written. Where it is not `enabled` (STENO_SEARCH), none of its words stay.
    """
    wanted = _passages(transcript) if enabled else set()
    there = select(Passage.id, Passage.start, Passage.text).where(Passage.job_id == job.id, Passage.start.is_not(None))
    known = {(start, text): number for number, start, text in session.execute(there)}
    over = [number for passage, number in known.items() if passage not in wanted]
    if over:
        session.execute(delete(Passage).where(Passage.id.in_(over)))
    for start, text in sorted(wanted - known.keys()):
        _add(session, job, start, text)


def found_in(session: Session, terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    """Conditions on jobs: every term stands somewhere in the job. No terms: nothing is found."""
    if not terms:
        return [literal(value=False)]
    return [_found_in(session, term) for term in terms]


def matches(session: Session, job_ids: Sequence[str], terms: Sequence[Term]) -> dict[str, Match]:
    """By id of the job: the passage in which most of the terms stand, the earliest of them."""
    here = [_stands_in(session, term) for term in terms]
    score = sum((case((one, 1), else_=0) for one in here), start=literal(0))
    order = (score.desc(), Passage.start.is_(None), Passage.start)
    ranked = (
        select(
            Passage.job_id,
            Passage.start,
            Passage.text,
            func.row_number().over(partition_by=Passage.job_id, order_by=order).label("place"),
        )
        .where(Passage.job_id.in_(list(job_ids)), or_(*here))
        .subquery()
    )
    best = select(ranked.c.job_id, ranked.c.start, ranked.c.text).where(ranked.c.place == 1)
    return {job_id: Match(marked(text, terms), start) for job_id, start, text in session.execute(best)}


def _passages(transcript: Transcript) -> set[tuple[float, str]]:
    """Pieces of half a minute: by the clock, so that an edit changes the one that it is in."""
    spoken = [segment for segment in transcript.segments if segment.text.strip()]
    found = set()
    for _, group in groupby(spoken, key=lambda segment: int(segment.start // PASSAGE)):
        segments = list(group)
        found.add((segments[0].start, " ".join(segment.text.strip() for segment in segments)))
    return found


def _add(session: Session, job: Job, start: float | None, text: str) -> None:
    text = text.replace("\0", " ").encode("utf-8", "replace").decode()  # what PostgreSQL cannot hold
    line = " ".join(words(text))
    kept = func.to_tsvector("simple", line) if _is_postgresql(session) else line
    session.add(Passage(job_id=job.id, start=start, text=text, words=kept))


def _found_in(session: Session, term: Term) -> ColumnElement[bool]:
    """A condition on jobs. What is rare is looked up in the index; for what is common it is quicker to look into one
    job after the other, newest first, until enough are found. PostgreSQL knows by itself which is which.
    """
    stands = _stands_in(session, term)
    if _is_postgresql(session):
        return Job.id.in_(select(Passage.job_id).where(stands))
    within = exists().where(Passage.job_id == Job.id, stands)
    phrase = f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")
    rows = select(_INDEX.c.rowid).where(_INDEX.c[INDEX].match(phrase))
    some = select(func.count()).select_from(rows.limit(_COMMON + 1).subquery())
    if not _has_index(session) or (session.scalar(some) or 0) > _COMMON:
        return within
    return Job.id.in_(select(Passage.job_id).where(Passage.id.in_(rows)))


def _stands_in(session: Session, term: Term) -> ColumnElement[bool]:
    """A condition on passages."""
    if _is_postgresql(session):
        # Words are letters and digits alone, so that nothing in them is an operator.
        words_of = [f"'{word}'" for word in term.words]
        query = " <-> ".join(words_of) + (":*" if term.prefix else "")
        return Passage.words.op("@@")(func.to_tsquery("simple", query))
    wanted = f" {' '.join(term.words)}" + ("" if term.prefix else " ")
    return func.instr(" " + Passage.words + " ", wanted) > 0


def _has_index(session: Session) -> bool:
    """Whether this SQLite could make one (FTS5)."""
    names = table("sqlite_master", column("name"))
    return session.scalar(select(names.c.name).where(names.c.name == INDEX)) is not None


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"
