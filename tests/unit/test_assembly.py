from steno.transcript import Span
from worker.assembly import segments
from worker.recognition import RecognisedChunk, RecognisedWord


def chunk(*words: tuple[str, float, float], speech: list[tuple[float, float]], index: int = 0) -> RecognisedChunk:
    return RecognisedChunk(
        index,
        tuple(RecognisedWord(" " + text, start, end, 0.9) for text, start, end in words),
        tuple(Span(start=start, end=end) for start, end in speech),
        (),
    )


def test_segments_end_with_the_sentence_and_at_long_pauses() -> None:
    heard = chunk(
        ("Good", 0.0, 0.3), ("morning.", 0.3, 0.8), ("Dr.", 0.9, 1.1), ("Ray", 1.1, 1.5),
        ("is", 2.5, 2.7), ("late", 2.7, 3.0),
        speech=[(0, 1.5), (2.5, 3.0)],
    )  # fmt: skip

    built, _ = segments([heard])

    assert [segment.text for segment in built] == ["Good morning.", "Dr. Ray", "is late"]


def test_a_sentence_goes_on_across_the_seam_of_two_chunks() -> None:
    first = chunk(("We", 0.0, 0.2), ("decided", 0.2, 0.8), speech=[(0, 0.8)])
    second = chunk(("to", 1.0, 1.1), ("go.", 1.1, 1.4), speech=[(1.0, 1.4)], index=1)

    built, _ = segments([first, second])

    assert [segment.text for segment in built] == ["We decided to go."]


def test_edges_are_pulled_to_where_the_voice_begins_and_ends() -> None:
    built, _ = segments([chunk(("Hello", 0.7, 1.0), ("there.", 1.0, 1.3), speech=[(0.9, 1.5)])])

    assert (built[0].start, built[0].end) == (0.9, 1.5)


def test_a_long_sentence_is_parted_at_a_pause() -> None:
    words = [(f"w{n}", float(n), n + 0.9 if n != 14 else n + 0.5) for n in range(30)]
    built, _ = segments([chunk(*words, speech=[(0, 30)])])

    assert [len(segment.words) for segment in built] == [15, 15]


def test_the_offset_of_a_time_range_moves_everything() -> None:
    built, _ = segments([chunk(("Hello.", 1.0, 1.4), speech=[(1.0, 1.4)])], offset=60)

    assert built[0].start == 61.0
    assert built[0].words[0].start == 61.0
