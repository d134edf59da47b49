import pytest

from steno.transcript import Segment, Span, Word
from worker.quality import doubts, repeats, speech_share


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("thank you very very much", 1),
        ("no no no", 1),
        ("no no no no no", 5),
        ("and so it goes and so it goes and so it goes and so it goes", 4),
        ("I'll, I'll I'll I'll. take it", 4),
        ("", 1),
    ],
)
def test_repeats_counts_phrases_in_direct_succession(text: str, times: int) -> None:
    assert repeats(text.split()) == times


def test_share_of_a_span_that_is_speech() -> None:
    assert speech_share(Span(start=1, end=3), [Span(start=0, end=2), Span(start=2.5, end=9)]) == 0.75
    assert speech_share(Span(start=1, end=1), [Span(start=0, end=2)]) == 1.0


def segment(text: str, start: float, end: float, probability: float = 0.9) -> Segment:
    words = text.split()
    step = (end - start) / len(words)
    timed = [
        Word(start=start + step * n, end=start + step * (n + 1), text=word, probability=probability)
        for n, word in enumerate(words)
    ]
    return Segment(id=0, start=start, end=end, text=text, words=tuple(timed), confidence=probability)


@pytest.mark.parametrize(
    ("spoken", "speech", "reason"),
    [
        (segment("we go on we go on we go on we go on", 0, 4), [Span(start=0, end=4)], "4 times in a row"),
        (segment("thanks for watching", 10, 12), [Span(start=0, end=4)], "no voice"),
        (segment("nobody can ever say all of this in so short a time", 0, 1), [Span(start=0, end=1)], "a second"),
        (segment("some mumbled words here", 0, 3, 0.1), [Span(start=0, end=3)], "confidence"),
    ],
)
def test_a_doubt_comes_with_its_reason(spoken: Segment, speech: list[Span], reason: str) -> None:
    assert any(reason in mark.reason for mark in doubts(spoken, speech))


def test_plain_speech_raises_no_doubt() -> None:
    assert doubts(segment("The budget is forty two thousand euros.", 0, 3), [Span(start=0, end=3)]) == ()
