"""Due dates as people say them, and the day each means."""

from datetime import date

import pytest

from tests.unit.dialogues import MONDAY
from worker.summarization.dates import due_phrases, find_due, resolve_due

# language, sentence said on Monday 2 March 2026, due as spoken, month and day
SPOKEN = [
    ("en", "I'll send it by Friday.", "by Friday", (3, 6)),
    ("en", "It goes out tomorrow morning.", "tomorrow morning", (3, 3)),
    ("en", "Let's do that next Tuesday.", "next Tuesday", (3, 10)),
    ("en", "We need it by the end of the week.", "by the end of the week", (3, 6)),
    ("en", "The deadline is the 15th of April.", "the 15th of April", (4, 15)),
    ("en", "It's due in two weeks.", "in two weeks", (3, 16)),
    ("en", "How about Tuesday, March 24th?", "Tuesday, March 24th", (3, 24)),
    ("en", "I'll do it later today.", "later today", (3, 2)),
    ("en", "You can have it a week today.", "a week today", (3, 9)),
    ("en", "It takes until the end of Tuesday.", "until the end of Tuesday", (3, 3)),
    ("en", "It'll be done in a fortnight.", "in a fortnight", (3, 16)),
    ("de", "Das schicke ich bis Freitag.", "bis Freitag", (3, 6)),
    ("de", "Ich brauche es bis zum 15. März.", "bis zum 15. März", (3, 15)),
    ("de", "In zwei Wochen geht das.", "In zwei Wochen", (3, 16)),
    ("de", "Das machen wir übermorgen.", "übermorgen", (3, 4)),
    ("de", "Reicht auch Dienstag nächster Woche?", "Dienstag nächster Woche", (3, 10)),
    ("de", "Das habt ihr nächste Woche Donnerstag.", "nächste Woche Donnerstag", (3, 12)),
    ("de", "Das geht innerhalb der nächsten zwei Wochen.", "innerhalb der nächsten zwei Wochen", (3, 16)),
    ("de", "Gleich morgen früh rufe ich an.", "Gleich morgen früh", (3, 3)),
    ("fi", "Lähetän sen perjantaihin mennessä.", "perjantaihin mennessä", (3, 6)),
    ("fi", "Se hoituu kahden viikon sisällä.", "kahden viikon sisällä", (3, 16)),
    ("fi", "Lähetän pöytäkirjan viikon kuluessa.", "viikon kuluessa", (3, 9)),
    ("fi", "Teen sen lokakuun 10. päivään mennessä.", "lokakuun 10. päivään mennessä", (10, 10)),
    ("fi", "Tehdään se ylihuomenna.", "ylihuomenna", (3, 4)),
    ("fi", "Teen sen huomiseen mennessä.", "huomiseen mennessä", (3, 3)),
    ("fi", "Se valmistuu viidenteentoista päivään mennessä.", "viidenteentoista päivään mennessä", (3, 15)),
    ("fi", "Katson sen keskiviikkoaamuna.", "keskiviikkoaamuna", (3, 4)),
    ("fi", "Saat sen ensi viikolla tiistaina.", "ensi viikolla tiistaina", (3, 10)),
    ("fi", "Hoidan sen kahdessa viikossa.", "kahdessa viikossa", (3, 16)),
    ("sv", "Jag skickar den senast på fredag.", "senast på fredag", (3, 6)),
    ("sv", "Det blir klart om tre veckor.", "om tre veckor", (3, 23)),
    ("sv", "Jag ringer i morgon.", "i morgon", (3, 3)),
    ("sv", "Ansökan ska in den 24 april.", "den 24 april", (4, 24)),
    ("sv", "Det blir klart veckan ut.", "veckan ut", (3, 6)),
    ("sv", "Vi ses på fredag om en vecka.", "på fredag om en vecka", (3, 13)),
]

VAGUE = [
    ("en", "I'll do it over the weekend."),
    ("en", "As soon as possible."),
    ("de", "Ich lese das am Wochenende."),
    ("fi", "Katson sitä ensi viikolla."),
    ("sv", "Vi tar det efter sommaren."),
]


@pytest.mark.parametrize(("language", "text", "spoken", "day"), SPOKEN)
def test_a_phrase_means_a_day(language, text, spoken, day):
    due = find_due(text, language, MONDAY)

    assert due is not None
    assert due.spoken == spoken
    assert due.day == date(2026, *day)


@pytest.mark.parametrize(("language", "text"), VAGUE)
def test_a_vague_phrase_is_kept_and_means_no_day(language, text):
    due = find_due(text, language, MONDAY)

    assert due is not None
    assert due.day is None


@pytest.mark.parametrize(
    "text", ["I'll send it.", "There are two weeks of snow.", "May I ask something?", "I read the first draft."]
)
def test_no_date_is_none(text):
    assert find_due(text, "en", MONDAY) is None


def test_the_deadline_counts_where_there_are_several_dates():
    due = find_due("We met on Tuesday and it has to be ready by Friday.", "en", MONDAY)

    assert due is not None
    assert due.day == date(2026, 3, 6)


def test_phrases_come_in_order_with_their_place():
    first, second = due_phrases("Tomorrow or by Friday.", "en", MONDAY)

    assert first.span == (0, 8)
    assert (second.due.spoken, second.deadline) == ("by Friday", True)


def test_a_month_that_is_over_is_next_years():
    assert resolve_due("by the 15th of January", "en", MONDAY) == date(2027, 1, 15)
