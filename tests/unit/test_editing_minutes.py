"""Corrections of minutes, and the names they show."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from steno.editing import MinutesEdits, TranscriptEdits, edited, edited_minutes, with_names
from steno.errors import InvalidOption
from steno.minutes import Due, Minutes
from steno.transcript import Transcript
from tests.seeding import long_transcript, minutes_of

TRANSCRIPT = long_transcript(300, speakers=3)
MINUTES = minutes_of(TRANSCRIPT)


def apply(*edits: dict[str, Any], add: tuple[dict[str, Any], ...] = ()) -> Minutes:
    return edited_minutes(MINUTES, MinutesEdits.model_validate({"edits": edits, "add": add}), TRANSCRIPT)


def test_what_a_person_wrote_has_no_doubts() -> None:
    assert MINUTES.open_questions[0].doubts

    after = apply({"kind": "open_questions", "index": 0, "text": " Who pays? "})

    one = after.open_questions[0]
    assert (one.text, one.edited, one.doubts) == ("Who pays?", True, ())
    assert one.evidence == MINUTES.open_questions[0].evidence
    assert after.model_copy(update={"open_questions": MINUTES.open_questions}) == MINUTES


def test_what_a_person_has_checked_has_no_doubts_as_it_stands() -> None:
    doubtful, sure = {"kind": "open_questions", "index": 0}, {"kind": "decisions", "index": 0}

    after = apply(doubtful | {"checked": True}, sure | {"checked": True})

    one = after.open_questions[0]
    assert (one.text, one.edited, one.doubts) == (MINUTES.open_questions[0].text, True, ())
    assert after.decisions == MINUTES.decisions


def test_to_tick_off_is_not_to_write() -> None:
    one = apply({"kind": "action_items", "index": 0, "done": True}).action_items[0]

    assert (one.done, one.edited) == (True, False)


def test_an_owner_who_speaks_is_that_speaker() -> None:
    name = TRANSCRIPT.speakers[1].name
    items = apply(
        {"kind": "action_items", "index": 0, "owner": "Somebody else", "due": None},
        {"kind": "action_items", "index": 1, "owner": f" {name.upper()} ", "due": date(2026, 4, 1)},
    ).action_items

    assert (items[0].owner, items[0].owner_speaker, items[0].due) == ("Somebody else", None, None)
    assert (items[1].owner_speaker, items[1].due) == (TRANSCRIPT.speakers[1].id, Due(spoken="", day=date(2026, 4, 1)))
    assert items[0].edited
    assert items[1].edited


def test_indexes_are_those_of_before() -> None:
    after = apply(
        {"kind": "action_items", "index": 0, "remove": True},
        {"kind": "action_items", "index": 1, "text": "Call."},
        add=({"kind": "action_items", "text": "Write.", "segments": [3, 3, 1], "owner": "Bo"},),
    )

    assert [one.task for one in after.action_items] == ["Call.", "Write."]
    new = after.action_items[1]
    assert [one.segment for one in new.evidence] == [3, 1]
    assert new.evidence[0].quote == TRANSCRIPT.segments[3].text
    assert (new.owner, new.edited) == ("Bo", True)
    assert Minutes.model_validate_json(after.model_dump_json()) == after


def test_what_changes_nothing_is_the_very_minutes() -> None:
    item = MINUTES.action_items[0]
    assert item.due is not None
    assert item.due.day is not None

    assert apply({"kind": "action_items", "index": 0, "text": item.task, "due": item.due.day, "done": False}) is MINUTES


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "summary", "index": 0, "owner": "x"},
        {"kind": "decisions", "index": 0, "done": True},
        {"kind": "topics", "index": 0},
        {"kind": "summary", "index": 0, "remove": False},
        {"kind": "summary", "index": -1},
        {"kind": "action_items", "index": 0, "due": "tomorrow"},
    ],
)
def test_what_no_statement_has_is_refused(edit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        apply(edit)


@pytest.mark.parametrize(
    ("edit", "add"),
    [
        ({"kind": "summary", "index": 9, "text": "x"}, ()),
        ({"kind": "summary", "index": 0, "text": "\u202e"}, ()),
        ({"kind": "summary", "index": 0}, ({"kind": "summary", "text": "x", "segments": [99_999]},)),
    ],
)
def test_what_there_is_not_is_refused(edit: dict[str, Any], add: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(InvalidOption):
        apply(edit, add=add)


def renamed(*operations: dict[str, Any], **names: str) -> Transcript:
    speakers = [{"id": key, "name": name} for key, name in names.items()]
    return edited(TRANSCRIPT, TranscriptEdits.model_validate({"speakers": speakers, "operations": operations}))


def test_minutes_name_speakers_as_they_are_called_now() -> None:
    now = renamed(S1="Anna", S2="Bo", S3="Cai")
    names = {one.id: one.name for one in now.speakers}

    shown = with_names(MINUTES, now)

    assert shown.action_items[0].owner == "Anna"
    assert shown.action_items[1].owner is None
    for one in shown.proven():
        for proof in one.evidence:
            assert proof.speaker == names[now.segments[proof.segment].speaker or ""]


def test_who_was_merged_is_called_as_the_other() -> None:
    first = MINUTES.action_items[0].evidence[0]
    speaker = TRANSCRIPT.segments[first.segment].speaker
    assert speaker is not None
    item = MINUTES.action_items[0].model_copy(update={"owner": first.speaker, "owner_speaker": speaker})
    other = next(one.id for one in TRANSCRIPT.speakers if one.id != speaker)
    now = renamed({"op": "merge-speakers", "speaker": speaker, "into": other}, **{other: "Anna"})

    shown = with_names(MINUTES.model_copy(update={"action_items": (item,)}), now)

    assert (shown.action_items[0].owner, shown.action_items[0].owner_speaker) == ("Anna", other)


def test_a_segment_that_is_gone_leaves_the_name_of_before() -> None:
    gone = MINUTES.decisions[0].evidence[0]
    now = renamed({"op": "delete", "segment": gone.segment}, S1="Anna", S2="Bo", S3="Cai")

    assert with_names(MINUTES, now).decisions[0].evidence[0] == gone


@given(st.permutations(["Anna", "Bo", "Cai"]))
def test_names_are_the_only_thing_that_changes(names: list[str]) -> None:
    now = renamed(**{f"S{place + 1}": name for place, name in enumerate(names)})

    shown = with_names(MINUTES, now)

    assert with_names(shown, TRANSCRIPT) == MINUTES
    assert with_names(MINUTES, TRANSCRIPT) == MINUTES
