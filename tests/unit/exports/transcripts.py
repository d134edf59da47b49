"""Any transcript there can be, for property tests; and one small readable one."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from steno.transcript import Mark, MarkKind, Provenance, Segment, Speaker, Transcript, Uncovered, Word

_HOSTILE = [
    "<script>alert(1)</script>", "a --> b", '="cmd|calc"', "@SUM(A1)", "-1+1", "&amp; <v Bob>", '"quoted" \\ text',
    "line\nbreak\ttab", "\x00\x07bell", "\u202egnp.exe",
    "会議を始めます。それでは最初の議題です。今日は予算について話します。", "ä" * 60,
    "👩‍👩‍👧 family", "]]>", "'apostrophe",
]  # fmt: skip
_text = st.one_of(
    st.sampled_from(_HOSTILE), st.text(min_size=1, max_size=80), st.text("abc ,.", min_size=1, max_size=120)
)
_times = st.integers(0, 4_000_000).map(lambda value: value / 1000)
_durations = st.integers(0, 40_000).map(lambda value: value / 1000)
_probability = st.none() | st.integers(0, 100).map(lambda value: value / 100)

# What the documentation says no format but JSON carries, written down a second time.
_REPLACED = frozenset(
    map(chr, [*range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF, *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF])
)


def normalised(text: str) -> str:
    """Controls are spaces, a run of white space is one space, none at the ends."""
    kept = (" " if unicodedata.category(char) == "Cc" or char in _REPLACED else char for char in text)
    return " ".join("".join(kept).split())


def squeezed(text: str) -> str:
    """Without any white space: where a line ends is the format's to choose."""
    return "".join(normalised(text).split())


def ms(seconds: float) -> int:
    return round(seconds * 1000)


@st.composite
def _words(draw: st.DrawFn, text: str, start: float, duration: float) -> tuple[Word, ...]:
    """None; or those of the text, evenly or anyhow in time; or some that do not spell it."""
    kind = draw(st.sampled_from(["none", "even", "even", "anyhow", "others"]))
    parts = ["not", "this"] if kind == "others" else text.split()
    if kind == "none" or not parts:
        return ()
    step = duration / len(parts)
    spans = [(start + step * n, start + step * (n + 1)) for n in range(len(parts))]
    if kind == "anyhow":
        spans = [(begin, begin + draw(_durations)) for begin in (start + draw(_durations) for _ in parts)]
    return tuple(
        Word(start=round(begin, 3), end=round(end, 3), text=part, probability=draw(_probability))
        for (begin, end), part in zip(spans, parts, strict=True)
    )


@st.composite
def _segment(draw: st.DrawFn, start: float, duration: float, speakers: list[str]) -> Segment:
    text = draw(_text)
    return Segment(
        id=0,
        start=start,
        end=round(start + duration, 3),
        text=text,
        speaker=draw(st.none() | st.sampled_from(speakers)) if speakers else None,
        words=draw(_words(text, start, duration)),
        confidence=draw(_probability),
        marks=draw(st.lists(st.builds(Mark, kind=st.sampled_from(MarkKind), reason=_text), max_size=2).map(tuple)),
    )


@st.composite
def transcripts(draw: st.DrawFn, *, overlapping: bool = True) -> Transcript:
    """Segments in order of their start, possibly overlapping, of up to three speakers or none."""
    names = draw(st.lists(_text, max_size=3))
    speakers = [Speaker(id=f"S{number}", name=name) for number, name in enumerate(names)]
    segments: list[Segment] = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(_times) if overlapping else max([0.0, *(s.end for s in segments)]) + draw(_durations)
        segments.append(draw(_segment(round(start, 3), draw(_durations), [s.id for s in speakers])))
    segments.sort(key=lambda segment: segment.start)
    holes = draw(st.lists(st.tuples(_times, _durations, _text), max_size=2))
    return Transcript(
        language="en",
        duration=max([1.0, *(segment.end for segment in segments)]),
        speakers=tuple(speakers),
        segments=tuple(segment.model_copy(update={"id": n}) for n, segment in enumerate(segments)),
        uncovered=tuple(Uncovered(start=start, end=start + long, reason=reason) for start, long, reason in holes),
        provenance=provenance(name=draw(_text), model=draw(_text), notice=draw(_text)),
    )


def provenance(*, name: str = "talk.mp3", model: str = "starter", notice: str = "Only a demonstration.") -> Provenance:
    return Provenance(
        steno_version="0.1.0",
        model=model,
        model_revision="abc",
        settings={"beam_size": "5"},
        recording_name=name,
        recording_sha256="0" * 64,
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        notices=(notice,),
    )


def spoken(text: str, start: float, end: float, **fields: Any) -> Segment:
    """A segment whose words share its time evenly."""
    parts = text.split()
    step = (end - start) / len(parts)
    words = tuple(
        Word(start=round(start + step * n, 3), end=round(start + step * (n + 1), 3), text=part)
        for n, part in enumerate(parts)
    )
    return Segment(start=start, end=end, text=text, words=words, **({"id": 0} | fields))


def transcript_of(*segments: Segment, names: tuple[str, ...] = (), duration: float = 60.0) -> Transcript:
    """With speakers `S0`, `S1` ... of these names."""
    return Transcript(
        language="en",
        duration=duration,
        speakers=tuple(Speaker(id=f"S{n}", name=name) for n, name in enumerate(names)),
        segments=segments,
        provenance=provenance(),
    )


def small() -> Transcript:
    """Two speakers, a doubt, and speech without words."""
    doubt = (Mark(kind=MarkKind.SUSPECT, reason="low confidence"),)
    both = transcript_of(
        spoken("Good morning, everyone.", 0.5, 2.0, id=0, speaker="S0", confidence=0.9),
        spoken("=Who takes <care> of it?", 3.0, 5.0, id=1, speaker="S1", confidence=0.5, marks=doubt),
        names=("Anna", "Bo & Co"),
        duration=12.5,
    )
    hole = Uncovered(start=7.0, end=9.0, reason="voice was found, but no words were recognised")
    return both.model_copy(update={"uncovered": (hole,)})
