from hypothesis import given
from hypothesis import strategies as st

from worker.chunking import RANGE_SPEECH, Chunk, Chunker, Stretch
from worker.vad import SAMPLE_RATE, Speech


@st.composite
def speech(draw: st.DrawFn, longest: float = 8.7) -> list[Speech]:
    parts, position = [], 0
    for _ in range(draw(st.integers(0, 60))):
        position += round(draw(st.floats(0.1, 20)) * SAMPLE_RATE)
        length = round(draw(st.floats(0.1, longest)) * SAMPLE_RATE)
        parts.append(Speech(position, position + length))
        position += length
    return parts


def chunked(parts: list[Speech], seconds: float = 28.0) -> list[Chunk]:
    chunker = Chunker(seconds)
    end = parts[-1].end + SAMPLE_RATE if parts else SAMPLE_RATE
    return [*(chunk for part in parts for chunk in chunker.add(part)), *chunker.finish(end)]


@given(speech(), st.sampled_from([9.33, 28.0]))
def test_all_speech_is_in_exactly_one_chunk_and_no_chunk_is_too_long(parts: list[Speech], seconds: float) -> None:
    chunks = chunked(parts, seconds)

    assert [part for chunk in chunks for part in chunk.speech] == parts
    assert all(chunk.seconds <= seconds for chunk in chunks)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))


@given(speech())
def test_audio_holds_its_speech_and_is_never_used_twice(parts: list[Speech]) -> None:
    stretches = [stretch for chunk in chunked(parts) for stretch in chunk.stretches]

    assert all(before.end <= after.start for before, after in zip(stretches, stretches[1:], strict=False))
    assert all(any(s.start <= part.start and part.end <= s.end for s in stretches) for part in parts)


def test_a_full_chunk_is_cut_at_the_longest_pause_of_its_last_part() -> None:
    def at(start: float, end: float) -> Speech:
        return Speech(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))

    chunks = chunked([at(0, 9), at(9.4, 20), at(21.5, 24), at(24.2, 27), at(27.4, 33)])

    assert [len(chunk.speech) for chunk in chunks] == [2, 3]


def test_times_in_a_chunk_become_times_of_the_recording() -> None:
    chunk = Chunk(0, 0, (Stretch(16_000, 48_000), Stretch(160_000, 192_000)), ())

    assert chunk.place(0.5, 1.0) == (1.5, 2.0)
    assert chunk.place(2.5, 3.0) == (10.5, 11.0)
    assert chunk.place(1.7, 2.2) == (2.7, 3.0), "what crosses the seam stays in the stretch of its middle"


def test_a_range_is_closed_after_ten_minutes_of_speech() -> None:
    parts = [Speech(second * SAMPLE_RATE, (second + 8) * SAMPLE_RATE) for second in range(0, 9 * 220, 9)]
    chunks = chunked(parts)

    sizes = [sum(chunk.seconds for chunk in chunks if chunk.range == number) for number in {c.range for c in chunks}]
    assert len(sizes) == 4
    assert all(RANGE_SPEECH <= size < RANGE_SPEECH + 28 for size in sizes[:-1])
