"""Action items as tasks of iCalendar, read back with an independent reader."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from icalendar import Calendar

from steno.exports.minutes import render_minutes
from steno.minutes import Minutes
from tests.unit.exports.meetings import (
    HOSTILE,
    all_minutes,
    doubts,
    meeting,
    minutes_of,
    provenance,
    quoted,
    times,
    to_do,
)
from tests.unit.exports.transcripts import ms, normalised


def test_a_task() -> None:
    calendar = Calendar.from_ical(render_minutes("ics", meeting()))

    assert (calendar["VERSION"], calendar["PRODID"]) == ("2.0", "-//Steno//Steno 0.1.0//EN")
    first, second = calendar.walk("VTODO")
    assert first["SUMMARY"] == "Anna: Send the plan"
    assert first["DUE"].dt == date(2026, 1, 2)
    assert first["DTSTAMP"].dt == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert first["DESCRIPTION"].splitlines() == [
        "Due: by Friday",
        "Said at 0:01:20 <town%20hall.mp3#t=80>",
        "Anna, 0:01:20: “I will.”",
    ]
    assert first["STATUS"] == "NEEDS-ACTION"
    assert second["SUMMARY"] == "Book a room"
    assert "DUE" not in second


def uids(minutes: Minutes) -> list[str]:
    return [str(todo["UID"]) for todo in Calendar.from_ical(render_minutes("ics", minutes)).walk("VTODO")]


def test_a_task_stays_the_same_task_when_minutes_are_made_anew() -> None:
    later = provenance(created=datetime(2026, 5, 1, tzinfo=UTC), model="larger", steno_version="0.2.0")

    assert uids(meeting()) == uids(meeting().model_copy(update={"provenance": later}))


def test_tasks_of_the_same_words_and_of_other_transcripts_are_others() -> None:
    twice = minutes_of(to_do("Call her"), to_do("Call her"))
    elsewhere = twice.model_copy(update={"provenance": provenance(transcript_sha256="2" * 64)})

    assert len({*uids(twice), *uids(elsewhere)}) == 4


def test_a_calendar_of_nothing_has_no_tasks() -> None:
    assert [part.name for part in Calendar.from_ical(render_minutes("ics", minutes_of())).walk()] == ["VCALENDAR"]


@given(all_minutes())
def test_every_action_item_is_one_task(minutes: Minutes) -> None:
    content = render_minutes("ics", minutes)
    calendar = Calendar.from_ical(content)

    assert [part.name for part in calendar.walk()] == ["VCALENDAR", *("VTODO" for _ in minutes.action_items)]
    assert set(calendar) == {"VERSION", "PRODID"}
    todos = calendar.walk("VTODO")
    assert len({todo["UID"] for todo in todos}) == len(todos)
    for todo, item in zip(todos, minutes.action_items, strict=True):
        day = item.due.day if item.due is not None else None
        always = {"UID", "DTSTAMP", "SUMMARY", "DESCRIPTION", "CATEGORIES", "STATUS"}
        assert set(todo) == (always | {"DUE"} if day is not None else always)
        assert not any(todo[name].params for name in always)
        assert day is None or todo["DUE"].dt == day
        owner = normalised(item.owner or "")
        assert todo["SUMMARY"] == (f"{owner}: " if owner else "") + normalised(item.task)
        told = [normalised(line) for line in todo["DESCRIPTION"].split("\n")]
        # A day that a person chose was never spoken.
        spoken = item.due.spoken if item.due is not None else ""
        said_at = 1 if spoken else 0
        assert told[:said_at] == ([normalised(f"Due: {spoken}")] if spoken else [])
        assert times([told[said_at].rstrip(">")]) == [ms(item.start)]
        assert told[said_at + 1 :] == [
            *map(quoted, item.evidence),
            *([normalised(doubts(item))] if item.doubts else []),
        ]


@given(all_minutes())
def test_lines_of_ics_are_folded_and_end_as_rfc_5545_says(minutes: Minutes) -> None:
    lines = render_minutes("ics", minutes).split(b"\r\n")

    assert lines[-1] == b""
    assert not any(b"\r" in line or b"\n" in line or len(line) > 75 for line in lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_parts_values_is_escaped(text: str) -> None:
    content = render_minutes("ics", minutes_of(to_do(text))).decode().replace("\r\n ", "")

    (summary,) = re.findall(r"(?m)^SUMMARY:(.*)\r$", content)
    assert re.fullmatch(r"(?:[^\\;,\n]|\\[\\;,n])*", summary)
