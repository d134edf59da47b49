import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.transcript import MarkKind, Segment, SpeakerTurn
from worker.assembly import segments
from worker.attribution import attribute, mark_overlaps, speaker_turns, speakers
from worker.diarization.result import Turn
from worker.recognition import RecognisedChunk, RecognisedWord

ONE, TWO = "speaker-1", "speaker-2"


def word(start: float, end: float, text: str = " word") -> RecognisedWord:
    return RecognisedWord(text, start, end, 0.9)


def turn(start: float, end: float, speaker: int) -> Turn:
    return Turn(start=start, end=end, speaker=speaker)


@pytest.mark.parametrize(
    ("start", "end", "speaker"),
    [
        (0.2, 0.6, ONE),  # inside
        (0.8, 1.1, ONE),  # more of it in the first turn
        (0.95, 1.4, TWO),  # more of it in the second
        (3.3, 3.6, TWO),  # 0.3 s after the last turn
        (3.6, 3.9, None),  # 0.6 s after it
        (7.0, 7.0, None),
    ],
)
def test_a_word_belongs_to_the_turn_that_covers_most_of_it_or_is_near(
    start: float, end: float, speaker: str | None
) -> None:
    turns = [turn(0.0, 1.0, 0), turn(1.0, 3.0, 1)]

    [attributed] = attribute([word(start, end)], turns)

    assert attributed.speaker == speaker


def test_between_two_turns_the_nearer_one_wins() -> None:
    turns = [turn(0.0, 1.0, 0), turn(1.8, 3.0, 1)]

    near_first, near_second = attribute([word(1.1, 1.3), word(1.5, 1.7)], turns)

    assert (near_first.speaker, near_second.speaker) == (ONE, TWO)


def test_without_turns_nobody_is_known() -> None:
    assert attribute([word(0, 1)], [])[0].speaker is None


def seconds(least: float, most: float) -> st.SearchStrategy[float]:
    # A library loaded by another test may have switched subnormal numbers off for the whole process.
    return st.floats(least, most, allow_subnormal=False)


@given(
    st.lists(st.tuples(seconds(0, 50), seconds(0.05, 3)), max_size=12),
    st.lists(st.tuples(seconds(0.01, 4), seconds(0, 2), st.integers(0, 3)), max_size=12),
)
def test_no_turn_is_nearer_than_the_one_chosen(
    spans: list[tuple[float, float]], lengths: list[tuple[float, float, int]]
) -> None:
    turns, clock = [], 0.0
    for length, pause, speaker in lengths:
        turns.append(turn(clock + pause, clock + pause + length, speaker))
        clock += pause + length
    words = [word(start, start + length) for start, length in spans]

    attributed = attribute(words, turns)

    for spoken in attributed:
        nearness = [min(spoken.end, one.end) - max(spoken.start, one.start) for one in turns]
        if not nearness or max(nearness) < -0.5:
            assert spoken.speaker is None
        else:
            best = turns[nearness.index(max(nearness))]
            chosen = [value for value, one in zip(nearness, turns, strict=True) if _id(one) == spoken.speaker]
            assert max(chosen) == pytest.approx(max(nearness)), best


def _id(one: Turn) -> str:
    return f"speaker-{one.speaker + 1}"


def test_a_segment_ends_where_the_speaker_changes_and_unknown_words_go_along() -> None:
    words = tuple(
        word(start, start + 0.3, text)
        for start, text in [(0.0, " Are"), (0.4, " you"), (0.8, " sure"), (1.2, " yes"), (1.6, " I"), (2.0, " am.")]
    )
    chunk = RecognisedChunk(0, words, (), ())
    turns = [turn(0.0, 1.15, 0), turn(1.18, 1.5, 1), turn(1.99, 2.4, 1)]

    built, _ = segments([chunk], label=lambda spoken: attribute(spoken, turns, max_gap=0.05))

    assert [(segment.text, segment.speaker) for segment in built] == [("Are you sure", ONE), ("yes I am.", TWO)]
    assert [spoken.speaker for spoken in built[1].words] == [TWO, None, TWO]


def test_speakers_are_named_by_their_number() -> None:
    assert [one.name for one in speakers(["speaker-10", "speaker-2", "speaker-2"])] == ["Speaker 2", "Speaker 10"]


def segment(start: float, end: float, speaker: str | None) -> Segment:
    return Segment(id=0, start=start, end=end, text="x", speaker=speaker)


@pytest.mark.parametrize(
    ("speaker", "end", "marked"),
    [(ONE, 2.0, True), (TWO, 2.0, True), ("speaker-3", 2.0, False), (None, 2.0, False), (ONE, 1.1, False)],
)
def test_overlapped_speech_is_marked_for_those_who_take_part(speaker: str | None, end: float, marked: bool) -> None:
    turns = speaker_turns([turn(0.0, 1.5, 0), turn(1.0, 3.0, 1)])

    [one] = mark_overlaps([segment(0.0, end, speaker)], turns)

    assert [mark.kind for mark in one.marks] == ([MarkKind.OVERLAP] if marked else [])


def test_the_time_spent_overlapping_is_said() -> None:
    turns = [
        SpeakerTurn(start=0, end=10, speaker=ONE),
        SpeakerTurn(start=2, end=3, speaker=TWO),
        SpeakerTurn(start=2.5, end=4, speaker="speaker-3"),
    ]

    [one] = mark_overlaps([segment(0, 10, ONE)], turns)

    assert "2.0 s" in one.marks[0].reason
