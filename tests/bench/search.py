"""Full-text search measured: a thousand jobs with millions of words, in both databases."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter

from sqlalchemy.orm import Session

from steno.database import Database
from steno.database.tables import Job
from steno.ledger import search
from steno.transcript import Segment, Transcript
from tests.ledger import Ledger
from tests.postgres import Postgres
from tests.rest import Person, Rest, make_rest
from tests.seeding import long_transcript

JOBS, WORDS, VOCABULARY = 1000, 5000, 20_000
_TURNS = 7
# As common as words are in speech: the n-th word of the vocabulary comes once in about 10 n words.
QUERIES = {
    "a rare word (in about 12 jobs)": "w19000",
    "a word of every third passage": "w20",
    "the most common word": "w1",
    "three common words": "w1 w2 w3",
    "a phrase of common words": '"w1 w2"',
    "a beginning that half the vocabulary has": "w1 w1",
    "nothing": "nobody said this",
}


def searches(pairs: int) -> list[str]:
    """Medians of a search, from the request to the answer of twenty jobs with their snippets."""
    del pairs
    rows = [
        f"| {JOBS} jobs with {JOBS * WORDS / 1e6:.0f} million words | SQLite | PostgreSQL |",
        "|---|---|---|",
    ]
    found: dict[str, list[str]] = {name: [] for name in (*QUERIES, _INDEXING, _EDITING)}
    with tempfile.TemporaryDirectory() as folder, Postgres() as server:
        for place in (None, server.database()):
            with _service(Path(folder), place) as rest:
                for name, took in _measured(rest).items():
                    found[name].append(f"{took:.0f} ms")
    return rows + [f"| {name} | {' | '.join(times)} |" for name, times in found.items()]


_INDEXING = "a transcript of 30 000 words put in"
_EDITING = "one passage of it changed"


@contextmanager
def _service(folder: Path, url: str | None) -> Iterator[Rest]:
    database = Database(url) if url is not None else None
    if database is not None:
        database.upgrade()
    rest = make_rest(folder / ("postgresql" if url else "sqlite"), database=database, rate_limit=0)
    yield rest
    rest.database.dispose()


def _measured(rest: Rest) -> dict[str, float]:
    ann = rest.person("ann")
    ledger = Ledger.__new__(Ledger)
    ledger.url, ledger.database = "", rest.database
    chance = Random(1)
    jobs = [ledger.submit(ann.id, minutes=False) for _ in range(JOBS)]
    for begin in range(0, JOBS, 50):
        _index(rest.database, {job: _talk(chance, WORDS) for job in jobs[begin : begin + 50]})
    took = {name: _median(ann, query) for name, query in QUERIES.items()}
    return took | _writing(rest.database, ledger.submit(ann.id, minutes=False))


def _writing(database: Database, job: str) -> dict[str, float]:
    long = long_transcript(30_000)
    begun = perf_counter()
    _index(database, {job: long})
    first = perf_counter() - begun
    times = []
    for turn in range(_TURNS):
        segments = list(long.segments)
        segments[700] = segments[700].model_copy(update={"text": f"Take {turn} of it, corrected by hand."})
        changed = long.model_copy(update={"segments": tuple(segments)})
        begun = perf_counter()
        _index(database, {job: changed})
        times.append(perf_counter() - begun)
    return {_INDEXING: 1000 * first, _EDITING: 1000 * statistics.median(times)}


def _index(database: Database, talks: dict[str, Transcript]) -> None:
    def write(session: Session) -> None:
        for job, talk in talks.items():
            search.index_transcript(session, session.get_one(Job, job), talk)

    database.write(write)


def _talk(chance: Random, words: int) -> Transcript:
    """Words by Zipf's law, ten to a segment, two and a half a second."""
    ranks = (int(VOCABULARY ** chance.random()) for _ in range(words))
    texts = [f"w{rank}" for rank in ranks]
    segments = [
        Segment(id=place // 10, start=place / 2.5, end=(place + 10) / 2.5, text=" ".join(texts[place : place + 10]))
        for place in range(0, words, 10)
    ]
    return long_transcript(10).model_copy(update={"segments": tuple(segments), "turns": ()})


def _median(person: Person, query: str) -> float:
    times = []
    for _ in range(_TURNS):
        begun = perf_counter()
        answer = person("GET", "/jobs", query_string={"q": query})
        times.append(1000 * (perf_counter() - begun))
        assert answer.status_code == 200, answer.text
    return statistics.median(times)
