"""Corrections of transcripts: no word is lost or doubled, times stay in order, ids stay those of their segments."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steno.editing import TranscriptEdits, difference, edited, restored
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.transcript import Mark, MarkKind, Segment, Speaker, SpeakerTurn, Transcript, Word
from tests.seeding import long_transcript
from tests.unit.exports.transcripts import small

_TEXTS = st.text("abcåß.,'’-", min_size=1, max_size=6).filter(lambda text: text[0].isalpha() and clean(text) == text)


def segment(number: int, start: float, texts: list[str], speaker: str | None = "S0", gap: str = " ") -> Segment:
    words = tuple(
        Word(start=start + 0.5 * n, end=start + 0.5 * n + 0.4, text=text, probability=0.9, speaker=speaker)
        for n, text in enumerate(texts)
    )
    return Segment(
        id=number,
        start=start,
        end=words[-1].end,
        text=gap.join(texts),
        speaker=speaker,
        words=words,
        confidence=0.9,
        marks=(Mark(kind=MarkKind.SUSPECT, reason="unsure"),) if number % 3 == 0 else (),
    )


def transcript(*segments: Segment, language: str = "en") -> Transcript:
    speakers = dict.fromkeys(one.speaker for one in segments if one.speaker is not None)
    return small().model_copy(
        update={
            "language": language,
            "duration": 10_000.0,
            "segments": segments,
            "speakers": tuple(Speaker(id=key, name=f"Name {key}") for key in speakers),
            "turns": tuple(SpeakerTurn(start=o.start, end=o.end, speaker=o.speaker) for o in segments if o.speaker),
        }
    )


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Up to six segments of up to six words; ids in no order."""
    texts = draw(st.lists(st.lists(_TEXTS, min_size=1, max_size=6), min_size=1, max_size=6))
    ids = draw(st.permutations(range(len(texts))))
    speakers = draw(st.lists(st.sampled_from(["S0", "S1", "S2"]), min_size=len(texts), max_size=len(texts)))
    return transcript(*(segment(ids[n], 10.0 * n, words, speakers[n]) for n, words in enumerate(texts)))


@st.composite
def operations(draw: st.DrawFn, of: Transcript, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """An operation, perhaps one that makes no sense."""
    number = st.integers(0, len(of.segments) + 1)
    kinds = {
        "split": st.fixed_dictionaries({"segment": number, "word": st.integers(0, 6)}),
        "join": st.fixed_dictionaries({"segment": number}),
        "delete": st.fixed_dictionaries({"segment": number}),
        "merge-speakers": st.fixed_dictionaries(
            {"speaker": st.sampled_from(["S0", "S1"]), "into": st.sampled_from(["S1", "S2", "S3"])}
        ),
        "replace-word": st.fixed_dictionaries(
            {"segment": number, "word": st.integers(0, 6), "text": st.sampled_from(["x", "x y", "", " \u202e", "x."])}
        ),
        "replace": st.fixed_dictionaries(
            {"find": _TEXTS, "with": st.sampled_from(["", "x", "x y"]), "whole_words": st.booleans()}
        ),
    }
    kind = draw(st.sampled_from([one for one in kinds if one not in without]))
    return {"op": kind, **draw(kinds[kind])}


def apply(before: Transcript, *asked: dict[str, Any]) -> Transcript:
    return edited(before, TranscriptEdits.model_validate({"operations": list(asked)}))


def whole(after: Transcript) -> None:
    """Valid, in order of time, with words that spell the texts."""
    assert Transcript.model_validate_json(after.model_dump_json()) == after
    assert len({one.id for one in after.segments}) == len(after.segments)
    for first, second in pairwise(after.segments):
        assert first.end <= second.start
    for one in after.segments:
        assert one.text
        assert clean(one.text) == one.text
        assert "".join(word.text for word in one.words) == one.text.replace(" ", "")
        times = [one.start, *(time for word in one.words for time in (word.start, word.end)), one.end]
        assert all(later >= earlier - 1e-9 for earlier, later in pairwise(times))
        assert one.speaker is None or one.speaker in {speaker.id for speaker in after.speakers}


@given(st.data())
def test_whatever_is_asked_for_the_transcript_stays_whole(data: st.DataObject) -> None:
    now = data.draw(transcripts())

    for _ in range(data.draw(st.integers(1, 5))):
        try:
            now = apply(now, data.draw(operations(now)))
        except InvalidOption:
            continue
        whole(now)


@given(st.data())
def test_structure_loses_and_doubles_no_word(data: st.DataObject) -> None:
    before = data.draw(transcripts())
    asked = data.draw(operations(before, without=("delete", "replace", "replace-word")))

    try:
        after = apply(before, asked)
    except InvalidOption:
        return

    def plain(value: Transcript) -> list[tuple[float, float, str]]:
        return [(word.start, word.end, word.text) for word in value.words()]

    assert plain(after) == plain(before)


@given(st.data())
def test_parted_and_joined_again_it_is_the_same(data: st.DataObject) -> None:
    before = data.draw(transcripts())
    one = data.draw(st.sampled_from(before.segments))
    if len(one.words) < 2:
        return
    word = data.draw(st.integers(1, len(one.words) - 1))

    parted = apply(before, {"op": "split", "segment": one.id, "word": word})
    again = apply(parted, {"op": "join", "segment": one.id})

    assert len(parted.segments) == len(before.segments) + 1
    assert again.segments == before.segments


@given(st.data())
def test_the_difference_makes_the_one_the_other(data: st.DataObject) -> None:
    before = data.draw(transcripts())
    try:
        after = apply(before, data.draw(operations(before)), data.draw(operations(before)))
    except InvalidOption:
        return

    new = difference(before, after)
    known = {one.id: one for one in before.segments} | {one.id: one for one in new.segments}
    order = new.order if new.order is not None else tuple(one.id for one in before.segments)

    assert tuple(known[number] for number in order) == after.segments
    assert set(new.removed) == {one.id for one in before.segments} - set(order)


def test_a_new_segment_stands_behind_with_the_next_id() -> None:
    before = transcript(segment(4, 0, ["one", "two,", "three"]), segment(2, 10, ["four"]))

    after = apply(before, {"op": "split", "segment": 4, "word": 2})

    assert [(one.id, one.text, one.start, one.end) for one in after.segments] == [
        (4, "one two,", 0.0, 0.9),
        (5, "three", 1.0, 1.4),
        (2, "four", 10.0, 10.4),
    ]
    assert after.segments[2] is before.segments[1]


def test_the_id_of_a_segment_that_is_gone_is_not_used_again() -> None:
    before = transcript(segment(0, 0, ["one", "two"]), segment(1, 10, ["three"]))
    part = {"op": "split", "segment": 0, "word": 1}

    less = apply(before, {"op": "delete", "segment": 1})
    more = apply(less, part)
    again = apply(restored(before, more), part)

    assert [one.id for one in more.segments] == [0, 2]
    assert [one.id for one in again.segments] == [0, 3, 1]


@given(st.data())
def test_no_new_segment_has_an_id_that_was_there_before(data: st.DataObject) -> None:
    revisions = [data.draw(transcripts())]
    known = {one.id for one in revisions[0].segments}

    for _ in range(data.draw(st.integers(2, 8))):
        now = revisions[-1]
        if data.draw(st.booleans()):
            revisions.append(restored(data.draw(st.sampled_from(revisions)), now))
            continue
        try:
            revisions.append(apply(now, data.draw(operations(now, without=("replace", "replace-word")))))
        except InvalidOption:
            continue
        new = {one.id for one in revisions[-1].segments} - {one.id for one in now.segments}
        assert not new & known
        known |= new


def test_joined_segments_are_the_first_ones() -> None:
    before = transcript(segment(0, 0, ["Yes,"], "S0"), segment(1, 10, ["we", "can."], "S1"))

    one = apply(before, {"op": "join", "segment": 0}).segments[0]

    assert (one.id, one.text, one.start, one.end, one.speaker) == (0, "Yes, we can.", 0.0, 10.9, "S0")
    assert {word.speaker for word in one.words} == {"S0"}
    assert [mark.kind for mark in one.marks] == [MarkKind.SUSPECT]


def test_merged_speakers_have_one_voice() -> None:
    before = transcript(segment(0, 0, ["a"], "S1"), segment(1, 10, ["b"], "S2"), segment(2, 20, ["c"], "S0"))
    turns = (
        SpeakerTurn(start=0, end=5, speaker="S1"),
        SpeakerTurn(start=4, end=8, speaker="S2"),
        SpeakerTurn(start=4, end=6, speaker="S0"),
    )
    before = before.model_copy(update={"turns": turns})

    after = apply(before, {"op": "merge-speakers", "speaker": "S2", "into": "S1"})

    assert [one.speaker for one in after.segments] == ["S1", "S1", "S0"]
    assert [one.id for one in after.speakers] == ["S1", "S0"]
    assert [(one.speaker, one.start, one.end) for one in after.turns] == [("S1", 0, 8), ("S0", 4, 6)]


def test_a_word_is_replaced_in_its_time() -> None:
    before = transcript(segment(0, 0, ["met", "Anders,", "he"]))

    one = apply(before, {"op": "replace-word", "segment": 0, "word": 1, "text": "Anna Åberg,"}).segments[0]

    assert one.text == "met Anna Åberg, he"
    assert [word.text for word in one.words] == ["met", "Anna", "Åberg,", "he"]
    assert (one.words[1].start, one.words[2].end) == (0.5, 0.9)
    assert (one.words[0], one.words[3]) == (before.segments[0].words[0], before.segments[0].words[2])
    assert one.marks == ()


def test_new_words_have_times_of_whole_milliseconds() -> None:
    before = transcript(segment(0, 0.608, ["Anders"]))

    words = (
        apply(before, {"op": "replace-word", "segment": 0, "word": 0, "text": "one of the other three"})
        .segments[0]
        .words
    )

    assert [(word.start, word.end) for word in words] == [
        (0.608, 0.688), (0.688, 0.768), (0.768, 0.848), (0.848, 0.928), (0.928, 1.008),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"find": "cat", "with": "dog"}, "The dog concatenates dog's Catalog."),
        ({"find": "cat", "with": "dog", "whole_words": False}, "The dog condogenates dog's dogalog."),
        ({"find": "cat", "with": "dog", "whole_words": False, "case": True}, "The dog condogenates dog's Catalog."),
        ({"find": "the Cat", "with": "\\1 a"}, "\\1 a concatenates cat's Catalog."),
        ({"find": "cat.*", "with": "x"}, "The cat concatenates cat's Catalog."),
    ],
)
def test_a_text_is_found_and_replaced(asked: dict[str, Any], text: str) -> None:
    before = transcript(segment(0, 0, ["The", "cat", "concatenates", "cat's", "Catalog."]), segment(1, 9, ["no"]))

    after = apply(before, {"op": "replace", **asked})

    assert after.segments[0].text == text
    assert after.segments[0].marks == before.segments[0].marks
    assert after.segments[1] is before.segments[1]


def test_a_segment_without_text_goes() -> None:
    before = transcript(segment(0, 0, ["Um"]), segment(1, 10, ["um", "yes"]))

    after = apply(before, {"op": "replace", "find": "um", "with": ""})

    assert [(one.id, one.text) for one in after.segments] == [(1, "yes")]


def test_what_changes_nothing_is_the_very_transcript() -> None:
    before = transcript(segment(0, 0, ["Um"]))
    nothing = {"segments": [{"segment": 0, "text": " Um "}], "speakers": [{"id": "S0", "name": " Name S0"}]}

    assert apply(before, {"op": "replace", "find": "zebra", "with": "x"}) is before
    assert edited(before, TranscriptEdits.model_validate(nothing)) is before


def test_where_no_spaces_are_written_words_stay_words() -> None:
    before = transcript(segment(0, 0, ["予算", "に", "ついて", "話します。"], gap=""), language="ja")

    parted = apply(before, {"op": "split", "segment": 0, "word": 1})
    again = apply(parted, {"op": "join", "segment": 0})
    other = edited(
        before, TranscriptEdits.model_validate({"segments": [{"segment": 0, "text": "計画について話します。"}]})
    )

    assert [one.text for one in parted.segments] == ["予算", "について話します。"]
    assert again.segments == before.segments
    assert [word.text for word in other.segments[0].words] == ["計画", "に", "ついて", "話します。"]
    assert other.segments[0].words[1:] == before.segments[0].words[1:]


def test_segments_without_words_are_parted_by_their_text() -> None:
    bare = segment(0, 0, ["aa", "bb", "cc", "dd"]).model_copy(update={"words": ()})

    after = apply(transcript(bare), {"op": "split", "segment": 0, "word": 2})

    assert [(one.text, one.words) for one in after.segments] == [("aa bb", ()), ("cc dd", ())]
    assert after.segments[0].end == after.segments[1].start == pytest.approx(bare.duration / 2)


@pytest.mark.parametrize(
    "asked",
    [
        {"op": "split", "segment": 0, "word": 0},
        {"op": "split", "segment": 0, "word": 2},
        {"op": "split", "segment": 9, "word": 1},
        {"op": "join", "segment": 1},
        {"op": "delete", "segment": 9},
        {"op": "merge-speakers", "speaker": "S0", "into": "S0"},
        {"op": "merge-speakers", "speaker": "S0", "into": "S9"},
        {"op": "replace-word", "segment": 0, "word": 2, "text": "x"},
        {"op": "replace-word", "segment": 1, "word": 0, "text": "\u202e"},
        {"op": "replace", "find": "\u202e", "with": "x"},
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidOption):
        apply(transcript(segment(0, 0, ["a", "b"]), segment(1, 10, ["c"])), asked)


def test_replacing_makes_no_transcript_that_nobody_can_hold() -> None:
    grow = [{"op": "replace", "find": "e", "with": "e" * 500, "whole_words": False}] * 3

    with pytest.raises(InvalidOption, match="too long"):
        apply(long_transcript(3000), *grow)


def test_replacing_makes_no_more_words_than_a_server_can_hold() -> None:
    before = transcript(segment(0, 0, ["a"] * 5000))

    with pytest.raises(InvalidOption, match="too long"):
        apply(before, {"op": "replace", "find": "a", "with": " ".join("a" * 250)})


def test_texts_that_would_take_too_long_to_compare_are_not_compared() -> None:
    choice = Random(1).choice
    old, new = ([choice("ab") for _ in range(2000)] for _ in range(2))
    old[0], new[0], old[-1], new[-1] = "first", "other", "last", "end"

    words = edited(
        transcript(segment(0, 0, old)),
        TranscriptEdits.model_validate({"segments": [{"segment": 0, "text": " ".join(new)}]}),
    ).segments[0].words  # fmt: skip

    assert [word.text for word in words] == new
    assert {word.probability for word in words} == {None}  # none was found again
