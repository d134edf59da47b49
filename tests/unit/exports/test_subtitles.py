"""The rules of subtitles: what always holds, and what yields where speech is too fast."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from steno.exports import ExportOptions, SubtitleOptions, render
from steno.exports.subtitles import Cue, cues
from steno.transcript import Segment, Transcript
from tests.unit.exports.transcripts import ms, normalised, spoken, squeezed, transcript_of, transcripts

options_of_all_kinds = st.builds(
    SubtitleOptions,
    max_chars=st.integers(10, 60),
    max_lines=st.integers(1, 4),
    max_chars_per_second=st.integers(5, 40),
    min_duration=st.sampled_from([0.1, 0.833, 1.0]),
    max_duration=st.sampled_from([1.0, 5.0, 7.0]),
    min_gap=st.sampled_from([0.0, 0.083, 1.0]),
    name_speakers=st.booleans(),
)


def shown(made: list[Cue]) -> list[tuple[str, ...]]:
    return [cue.lines for cue in made]


@given(transcripts())
def test_no_text_is_lost_and_none_is_out_of_order(transcript: Transcript) -> None:
    made = cues(transcript, SubtitleOptions(name_speakers=False))

    for segment in transcript.segments:
        told = "".join(line for cue in made if cue.segment == segment.id for line in cue.lines)
        assert squeezed(told) == squeezed(segment.text)


@given(transcripts(), options_of_all_kinds)
def test_limits_hold_for_any_options(transcript: Transcript, options: SubtitleOptions) -> None:
    made = cues(transcript, options)

    assert all(1 <= len(cue.lines) <= options.max_lines for cue in made)
    assert all(0 < len(line) <= options.max_chars and line == normalised(line) for cue in made for line in cue.lines)
    assert all(40 <= cue.end - cue.start <= ms(options.max_duration) for cue in made)
    assert all(before.start < before.end <= after.start for before, after in pairwise(made))


@given(transcripts(), options_of_all_kinds)
def test_a_cue_is_too_short_only_where_something_stands_in_its_way(
    transcript: Transcript, options: SubtitleOptions
) -> None:
    made = cues(transcript, options)

    for cue, following in pairwise([*made, None]):
        assert cue is not None
        reading = 1000 * sum(map(len, cue.lines)) / options.max_chars_per_second
        if cue.end - cue.start < max(reading, 1000 * options.min_duration) - 1:
            gap = min(ms(options.min_gap), (following.start - cue.start) // 2) if following else 0
            stopped = following is not None and cue.end == following.start - gap
            assert stopped or cue.end >= ms(transcript.duration) or cue.end - cue.start == ms(options.max_duration)


@given(st.lists(st.text("abc,.", min_size=1, max_size=10), min_size=1, max_size=60), options_of_all_kinds)
def test_words_that_fit_a_line_are_never_parted(parts: list[str], options: SubtitleOptions) -> None:
    made = cues(transcript_of(spoken(" ".join(parts), 0, 30)), options)

    assert [word for cue in made for line in cue.lines for word in line.split()] == parts


@given(transcripts(overlapping=False))
def test_a_cue_starts_with_its_segment(transcript: Transcript) -> None:
    # Words that go on after their segment's end push the next cue away, as they should.
    assume(all(word.end <= segment.end for segment in transcript.segments for word in segment.words))

    made = cues(transcript, SubtitleOptions(name_speakers=False))

    first = {cue.segment: cue.start for cue in reversed(made)}
    without_words = [segment for segment in transcript.segments if not segment.words and segment.id in first]
    crowded = any(after - before <= 80 for before, after in pairwise(sorted(cue.start for cue in made)))
    assert crowded or all(abs(first[segment.id] - ms(segment.start)) <= 1 for segment in without_words)


def test_a_long_sentence_becomes_cues_that_end_where_a_reader_pauses() -> None:
    text = (
        "We decided to move the launch to the third of March, because the customer wants a better search, "
        "and the design team needs two more weeks to finish the prototype."
    )

    made = cues(transcript_of(spoken(text, 0, 12)), SubtitleOptions())

    assert shown(made) == [
        ("We decided to move the launch", "to the third of March,"),
        ("because the customer", "wants a better search,"),
        ("and the design team needs two more", "weeks to finish the prototype."),
    ]


def test_text_without_spaces_is_parted_after_its_sentences() -> None:
    text = (
        "会議を始めます。それでは最初の議題です。"
        "来年度の研究費は四百万円になる予定ですが、まだ正式には決まっていません。"
    )

    made = cues(transcript_of(spoken(text, 0, 14)), SubtitleOptions(max_chars=20))

    assert shown(made) == [
        ("会議を始めます。それでは最初の議題です。",),
        ("来年度の研究費は四百", "万円になる予定ですが、"),
        ("まだ正式には決まっていません。",),
    ]


def test_a_word_longer_than_a_line_is_cut_into_equal_parts() -> None:
    made = cues(transcript_of(spoken("x" * 15 + "y" * 15, 0, 3)), SubtitleOptions(max_chars=20))

    assert shown(made) == [("x" * 15, "y" * 15)]


def test_an_emoji_of_several_characters_stays_whole() -> None:
    family = "👩‍👩‍👧"

    made = cues(transcript_of(spoken(family * 5, 0, 3)), SubtitleOptions(max_chars=12))

    assert {line.replace(family, "") for cue in made for line in cue.lines} == {""}


def test_times_without_words_are_shared_by_characters() -> None:
    segment = Segment(id=0, start=10, end=20, text="abcd " * 20)

    made = cues(transcript_of(segment), SubtitleOptions(max_chars=49, max_lines=1))

    # 99 characters in 10 s; the 51st begins the second cue.
    assert [cue.start for cue in made] == [10_000, 10_000 + round(50 / 99 * 10_000)]


def test_a_short_cue_stays_until_it_is_read() -> None:
    (cue,) = cues(transcript_of(spoken("Yes, of course we can.", 1.0, 1.3)), SubtitleOptions())

    assert (cue.start, cue.end) == (1000, 2100)  # 22 characters at 20 a second


def test_reading_speed_yields_to_the_next_cue() -> None:
    first = spoken("Yes, of course we can.", 1.0, 1.3, id=0)
    second = spoken("Good.", 1.9, 2.2, id=1)

    made = cues(transcript_of(first, second), SubtitleOptions())

    assert [(cue.start, cue.end) for cue in made] == [(1000, 1817), (1900, 2733)]


def test_no_cue_outlasts_the_recording() -> None:
    (cue,) = cues(transcript_of(spoken("Yes, of course we can.", 1.0, 1.3), duration=1.5), SubtitleOptions())

    assert cue.end == 1500


def test_people_who_speak_at_once_alternate_under_their_names() -> None:
    anna = spoken("I think that we should wait for the report, and then decide about it together.", 0, 8, speaker="S0")
    bo = spoken("No.", 2, 2.5, id=1, speaker="S1")

    made = cues(transcript_of(anna, bo, names=("Anna", "Bo")), SubtitleOptions(max_lines=1))

    assert shown(made) == [
        ("[Anna] I think",),
        ("that we should wait for the report,",),
        ("[Bo] No.",),
        ("[Anna] and then decide about it together.",),
    ]


def test_a_name_counts_as_text_and_takes_at_most_half_of_a_cue() -> None:
    segment = spoken("The budget for Aurora is forty two thousand euros this year.", 0, 6, speaker="S0")

    made = cues(transcript_of(segment, names=("Annabella",)), SubtitleOptions(max_chars=20, max_lines=1))

    assert all(len(line) <= 20 for cue in made for line in cue.lines)
    assert " ".join(line for cue in made for line in cue.lines).startswith("[Annabel…] The")


def test_rules_reach_the_formats() -> None:
    options = ExportOptions(subtitles=SubtitleOptions(max_chars=20, max_lines=1))
    segment = spoken("The budget for Aurora is forty two thousand euros this year.", 0, 6)

    content = render("srt", transcript_of(segment), options).decode()

    told = [line for line in content.splitlines() if line and "-->" not in line and not line.isdigit()]
    assert max(map(len, told)) <= 20
    assert " ".join(told) == segment.text


@pytest.mark.parametrize(
    "wrong",
    [{"max_chars": 5}, {"max_lines": 0}, {"min_duration": 3, "max_duration": 2}, {"min_gap": -1}, {"colour": "red"}],
)
def test_impossible_rules_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        SubtitleOptions.model_validate(wrong)
