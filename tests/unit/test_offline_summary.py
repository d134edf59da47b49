"""Topics and the extractive summary: which stretches, which sentences, in any language."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.evaluation.golden import read_golden
from tests.unit.dialogues import dialogue
from worker.summarization.offline.sentences import sentences
from worker.summarization.offline.summary import summarize, title
from worker.summarization.offline.topics import find_topics

# Held out for the evaluation: nobody who works on the rules runs them on these.
HELD_OUT = {"klausurtagung", "board-day"}
GOLDEN = [path for path in sorted((Path(__file__).parents[1] / "golden").glob("*.txt")) if path.stem not in HELD_OUT]

GARDEN = "Anna: The roses in the garden need water and the hedge needs a gardener with good shears."
BOAT = "Ben: The sailing boat in the harbour needs a new mast and the captain ordered canvas sails."
JAPANESE = "A: 北海道の会議では新しい予算と来年の計画について長い時間をかけて話し合いました。"
CHINESE = "A: 我们今天讨论了明年的预算和新的销售计划以及办公室的搬迁问题。"


def assert_covers(topics, duration):
    assert topics[0].start == 0
    assert topics[-1].end == duration
    assert all(one.end == other.start and one.start < one.end for one, other in zip(topics, topics[1:], strict=False))


def test_talk_that_turns_to_something_else_is_two_topics():
    transcript = dialogue("en", [GARDEN] * 60 + [BOAT] * 60, seconds=6)

    topics = find_topics(transcript, sentences(transcript), "en")

    assert len(topics) == 2
    assert abs(topics[1].start - 360) <= 60
    assert "garden" in topics[0].title
    assert "captain" in topics[1].title


def test_titles_leave_out_names_of_speakers_days_and_fillers():
    lines = ["Anna: Yeah, the harbour on Monday.", "Ben: Anna, the harbour, yeah.", "Anna: Yeah, Monday, the harbour."]
    transcript = dialogue("en", lines)

    (topic,) = find_topics(transcript, sentences(transcript), "en")

    assert topic.title == "harbour"


def test_a_short_recording_is_one_topic():
    transcript = dialogue("en", [GARDEN, BOAT] * 2 + ["Anna: Bye."])
    spoken = sentences(transcript)

    topics = find_topics(transcript, spoken, "en")

    assert_covers(topics, transcript.duration)
    assert len(topics) == 1
    assert len(summarize(spoken, topics, "en")) == 1


def test_silence_has_no_topics_and_is_named_after_its_file():
    transcript = dialogue("en", [], name="2026-03-02 board.wav")

    assert find_topics(transcript, [], "en") == []
    assert summarize([], [], "en") == []
    assert title(transcript, [], "en") == "2026-03-02 board"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_summary_of_a_meeting(path):
    transcript = read_golden(path).transcript
    spoken = sentences(transcript)

    topics = find_topics(transcript, spoken, transcript.language)
    summary = summarize(spoken, topics, transcript.language)

    assert_covers(topics, transcript.duration)
    assert 3 <= len(summary) <= 10
    cited = [claim.sentences[0] for claim in summary]
    assert [one.at for one in cited] == sorted({one.at for one in cited})
    assert all(one in spoken and claim.text == one.text for one, claim in zip(cited, summary, strict=True))
    assert not any(claim.text.endswith("?") for claim in summary)
    assert title(transcript, topics, transcript.language)
    assert summary == summarize(spoken, topics, transcript.language)
    assert topics == find_topics(transcript, spoken, transcript.language)


@pytest.mark.parametrize(("language", "line"), [("ja", JAPANESE), ("zh", CHINESE), ("xx", GARDEN), ("th", "A: งาน")])
def test_languages_without_phrases_are_summed_up_too(language, line):
    transcript = dialogue(language, [line] * 12)
    spoken = sentences(transcript)

    topics = find_topics(transcript, spoken, language)

    assert_covers(topics, transcript.duration)
    assert all(claim.sentences[0] in spoken for claim in summarize(spoken, topics, language))
    assert title(transcript, topics, language)


@given(
    lines=st.lists(st.sampled_from([GARDEN, BOAT, JAPANESE, "Ben: Yeah.", "Anna: ?"]), min_size=1, max_size=120),
    seconds=st.floats(min_value=0.5, max_value=60),
)
def test_topics_cover_any_recording(lines, seconds):
    transcript = dialogue("en", lines, seconds=seconds)
    spoken = sentences(transcript)

    topics = find_topics(transcript, spoken, "en")

    assert_covers(topics, transcript.duration)
    assert len(topics) <= max(1, round(transcript.duration / 300))
    assert len(summarize(spoken, topics, "en")) <= 25
