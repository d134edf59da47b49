"""Any minutes there can be, for property tests; one small readable meeting, and one that says nothing."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from steno.minutes import Account, ActionItem, Due, Evidence, Minutes, MinutesProvenance, Proven, Statement, Topic
from tests.unit.exports.transcripts import ms, normalised

HOSTILE = [
    "[click](https://evil.example)", "![x](https://evil.example/x.png)", "[a]: https://evil.example", "<b>bold</b>",
    "<script>alert(1)</script>", "<https://evil.example>", "<!-- hidden", "<div class=a",
    "https://evil.example/a", "www.evil.example", "www. 😀",
    "anna@example.org", "&lt;b&gt; &#60; &", "# heading", "- item", "+ item", "* item", "1. one", "2) two", "> quote",
    "``` fence", "    code", "`code`", "***", "---", "===", "| a | b |", "~~gone~~", "**bold** _it_", "[x] done",
    "[ ] to do", "$x^2$", "\\", "a\\nb \\N \\; \\,", "x\nEND:VTODO", "y\r\nATTENDEE:mailto:a@example.org",
    "z\r\n\r\nBEGIN:VALARM", ';VALUE=URI:"x"', "line\nbreak\ttab", "\x00\x07bell\x1b[31m", "\u202egnp.exe\u2066",
    "one\u2028two\x85three", "שלום\u200f עולם", "مرحبا", "👩‍👩‍👧 family", "word " * 300, "ä" * 200, "", " ",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.text("ab1 \\`*_{}[]()<>#+-=.!|~&$^:;,@/\"'\r\n", max_size=40),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map(" ".join),
)
_times = st.integers(0, 40_000_000).map(lambda value: value / 1000)
_days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@st.composite
def _evidence(draw: st.DrawFn) -> Evidence:
    start = draw(_times)
    speaker = draw(st.none() | texts)
    return Evidence(segment=draw(st.integers(0, 9)), start=start, end=start + 1, speaker=speaker, quote=draw(texts))


_proof = {
    "evidence": st.lists(_evidence(), min_size=1, max_size=2).map(tuple),
    "doubts": st.lists(texts, max_size=2).map(tuple),
    "edited": st.booleans(),
}
_statements = st.lists(st.builds(Statement, text=texts, **_proof), max_size=2).map(tuple)
_items = st.lists(
    st.builds(
        ActionItem,
        task=texts,
        owner=st.none() | texts,
        due=st.none() | st.builds(Due, spoken=texts, day=st.none() | _days),
        done=st.booleans(),
        **_proof,
    ),
    max_size=3,
).map(tuple)


@st.composite
def all_minutes(draw: st.DrawFn) -> Minutes:
    """Of up to three action items and two of each other thing, or nothing at all."""
    topics = draw(st.lists(st.tuples(_times, texts), max_size=2))
    return Minutes(
        language=draw(st.sampled_from(["en", "ar", "nl"])),
        title=draw(texts),
        summary=draw(_statements),
        topics=tuple(Topic(start=start, end=start + 90, title=title) for start, title in topics),
        decisions=draw(_statements),
        open_questions=draw(_statements),
        action_items=draw(_items),
        duration=50_000.0,
        provenance=provenance(
            model=draw(st.none() | texts),
            recording_name=draw(texts),
            account=Account(dropped=draw(st.dictionaries(texts, st.integers(1, 9), max_size=2))),
            notices=draw(st.lists(texts, max_size=2).map(tuple)),
        ),
    )


def provenance(**fields: Any) -> MinutesProvenance:
    known: dict[str, Any] = {
        "steno_version": "0.1.0",
        "method": "language model",
        "model": "tiny",
        "template": "general",
        "template_version": "1",
        "transcript_sha256": "1" * 64,
        "recording_name": "town hall.mp3",
        "recording_sha256": "0" * 64,
        "recorded": date(2026, 1, 1),
        "created": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "account": Account(windows=2, requests=3, dropped={"no evidence": 1}),
        "notices": ("Only a demonstration.",),
    }
    return MinutesProvenance(**(known | fields))


def said(quote: str, start: float, speaker: str | None = None, segment: int = 0) -> Evidence:
    return Evidence(segment=segment, start=start, end=start + 2, speaker=speaker, quote=quote)


def to_do(task: str, start: float = 80.0, **fields: Any) -> ActionItem:
    """An action item that one person's words prove."""
    return ActionItem(**({"task": task, "evidence": (said("I will.", start, "Anna"),)} | fields))


def minutes_of(*items: ActionItem, **fields: Any) -> Minutes:
    known: dict[str, Any] = {
        "language": "en",
        "title": "Town hall",
        "action_items": items,
        "duration": 4000.0,
        "provenance": provenance(),
    }
    return Minutes(**(known | fields))


def meeting() -> Minutes:
    """One of everything, two action items, and a doubt."""
    return minutes_of(
        to_do("Send the plan", 80.0, owner="Anna", due=Due(spoken="by Friday", day=date(2026, 1, 2))),
        to_do("Book a room", 3723.5),
        decisions=(
            Statement(
                text="The roof is mended.",
                evidence=(said("So we mend it.", 65.5, "Bo & Co", 4), said("Yes, the roof.", 61.0, None, 3)),
                doubts=("'roof' is not certain",),
            ),
        ),
        open_questions=(Statement(text="Who pays?", evidence=(said("Who pays?", 70.0),)),),
        summary=(Statement(text="They talk of the roof.", evidence=(said("The roof leaks.", 1.25, "Anna"),)),),
        topics=(Topic(start=0.0, end=62.5, title="Roof"),),
    )


def proven(minutes: Minutes) -> list[Proven]:
    """Statements in the order of reading."""
    return [*minutes.action_items, *minutes.decisions, *minutes.open_questions, *minutes.summary]


def clock(seconds: float) -> str:
    """`h:mm:ss`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def duty(item: ActionItem) -> str:
    """What, who and by when, as people read it."""
    due = item.due
    spoken = f"“{normalised(due.spoken)}”" if due is not None and normalised(due.spoken) else ""
    day = str(due.day) if due is not None and due.day is not None else ""
    by = f", due {day} ({spoken})" if day and spoken else f", due {day or spoken}" if day or spoken else ""
    return f"{normalised(item.task)} — {normalised(item.owner or '') or 'nobody named'}{by}"


def doubts(one: Proven) -> str:
    """Why it is unverified, where it is."""
    return f"unverified: {'; '.join(one.doubts)}" if one.doubts else ""


def quoted(evidence: Evidence) -> str:
    """Who says it when, and the words."""
    speaker = normalised(evidence.speaker or "")
    return normalised(f"{speaker}, " * bool(speaker) + f"{clock(evidence.start)}: “{normalised(evidence.quote)}”")


def times(links: list[str]) -> list[int]:
    """Milliseconds to which links lead."""
    return [ms(float(link.split("#t=")[1])) for link in links]


def quotes(minutes: Minutes, one: Proven) -> tuple[Evidence, ...]:
    """Evidence is quoted below what is to be done and what was decided."""
    return one.evidence if any(one is quoting for quoting in (*minutes.action_items, *minutes.decisions)) else ()
