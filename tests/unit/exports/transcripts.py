"""Any transcript there can be, for property tests; and one small readable one."""

from datetime import UTC, datetime

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
_probability = st.none() | st.integers(0, 100).map(lambda value: value / 100)


@st.composite
def _segment(draw: st.DrawFn, number: int, speakers: list[str]) -> Segment:
    start = draw(_times)
    duration = draw(st.integers(1, 40_000)) / 1000
    text = draw(_text)
    words: list[Word] = []
    if draw(st.booleans()):
        parts = text.split()
        step = duration / max(1, len(parts))
        words = [
            Word(start=round(start + step * n, 3), end=round(start + step * (n + 1), 3), text=part, probability=0.5)
            for n, part in enumerate(parts)
        ]
    return Segment(
        id=number,
        start=start,
        end=round(start + duration, 3),
        text=text,
        speaker=draw(st.none() | st.sampled_from(speakers)) if speakers else None,
        words=tuple(words),
        confidence=draw(_probability),
        marks=(Mark(kind=MarkKind.SUSPECT, reason=draw(_text)),) if draw(st.booleans()) else (),
    )


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Segments in order of their start, possibly overlapping, of up to three speakers or none."""
    names = draw(st.lists(_text, max_size=3, unique=True))
    speakers = [Speaker(id=f"S{number}", name=name) for number, name in enumerate(names)]
    segments = [draw(_segment(n, [s.id for s in speakers])) for n in range(draw(st.integers(0, 8)))]
    segments.sort(key=lambda segment: segment.start)
    end = max([1.0, *(segment.end for segment in segments)])
    hole = draw(_times)
    return Transcript(
        language="en",
        duration=end,
        speakers=tuple(speakers),
        segments=tuple(segment.model_copy(update={"id": n}) for n, segment in enumerate(segments)),
        uncovered=(Uncovered(start=hole, end=hole + 1, reason="no words"),) if draw(st.booleans()) else (),
        provenance=provenance(name=draw(_text)),
    )


def provenance(*, name: str = "talk.mp3") -> Provenance:
    return Provenance(
        steno_version="0.1.0",
        model="starter",
        model_revision="abc",
        settings={"beam_size": "5"},
        recording_name=name,
        recording_sha256="0" * 64,
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        notices=("Only a demonstration.",),
    )


def small() -> Transcript:
    def words(text: str, start: float, end: float) -> tuple[Word, ...]:
        parts = text.split()
        step = (end - start) / len(parts)
        return tuple(
            Word(start=round(start + step * n, 3), end=round(start + step * (n + 1), 3), text=part)
            for n, part in enumerate(parts)
        )

    first, second = "Good morning, everyone.", "=Who takes <care> of it?"
    return Transcript(
        language="en",
        duration=12.5,
        speakers=(Speaker(id="A", name="Anna"), Speaker(id="B", name="Bo & Co")),
        segments=(
            Segment(id=0, start=0.5, end=2.0, text=first, speaker="A", words=words(first, 0.5, 2.0), confidence=0.9),
            Segment(
                id=1, start=3.0, end=5.0, text=second, speaker="B", words=words(second, 3.0, 5.0), confidence=0.5,
                marks=(Mark(kind=MarkKind.SUSPECT, reason="low confidence"),),
            ),
        ),
        uncovered=(Uncovered(start=7.0, end=9.0, reason="voice was found, but no words were recognised"),),
        provenance=provenance(),
    )  # fmt: skip
