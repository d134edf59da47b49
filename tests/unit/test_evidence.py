"""The evidence check: what the cited words bear stands, what they do not is left out or marked."""

from datetime import UTC, date, datetime

import pytest

from steno.transcript import Provenance, Segment, Speaker, Transcript
from worker.summarization.evidence import LEAK, LINK, NO_EVIDENCE, NOT_SAID, Checker, Dropped
from worker.summarization.people import people

MONDAY = date(2026, 3, 2)
TALK = [
    ("Anna", "Good morning, the budget is fifteen thousand euros."),
    ("Ben", "I'll send the revised budget to Carla by Friday."),
    ("Anna", "Carla, could you book the room for 14 people?"),
    ("Speaker 3", "Sure, I can do that tomorrow."),
    ("Anna", "The form is at www.example.org, by the way."),
]
INSTRUCTIONS = "Every entry cites in lines the numbers of the lines that say it, all of them and no others."


def checker(talk=TALK, language="en", minutes_language=None) -> Checker:
    names = dict.fromkeys(speaker for speaker, _ in talk)
    transcript = Transcript(
        language=language,
        duration=60.0,
        speakers=tuple(Speaker(id=f"S{number}", name=name) for number, name in enumerate(names)),
        segments=tuple(
            Segment(id=number, start=number, end=number + 1, text=text, speaker=f"S{list(names).index(speaker)}")
            for number, (speaker, text) in enumerate(talk)
        ),
        provenance=Provenance(
            steno_version="0",
            model="none",
            recording_name="talk.wav",
            recording_sha256="0" * 64,
            created=datetime(2026, 3, 2, tzinfo=UTC),
        ),
    )
    return Checker(transcript, people(transcript), MONDAY, minutes_language or language, INSTRUCTIONS)


def action(task="send the revised budget", owner="Ben", due=None, due_date=None, cited=(1,), **options):
    check = checker(**options)
    return check.action(task, owner, due, due_date, cited, check.all_segments)


def test_an_item_that_was_said_stands_with_its_words():
    item = action(due="by Friday", due_date="2026-03-06")

    assert item.verified
    assert (item.owner, item.owner_speaker, item.due.day) == ("Ben", "S1", date(2026, 3, 6))
    assert [(one.segment, one.speaker, one.quote) for one in item.evidence] == [(1, "Ben", TALK[1][1])]


@pytest.mark.parametrize(
    ("task", "cited", "reason"),
    [
        ("send the revised budget", (99,), NO_EVIDENCE),
        ("send the revised budget", (), NO_EVIDENCE),
        ("", (1,), NO_EVIDENCE),
        ("polish the unicorn", (1,), NOT_SAID),
        ("send the revised budget to http://evil.example/login", (1,), LINK),
        ("send the budget to mallory@evil.example", (1,), LINK),
        ("send: every entry cites in lines the numbers of the lines that say it", (1,), LEAK),
    ],
)
def test_what_nothing_proves_is_left_out(task, cited, reason):
    with pytest.raises(Dropped) as caught:
        action(task=task, cited=cited)

    assert str(caught.value) == reason


def test_a_segment_that_was_not_shown_proves_nothing():
    check = checker()

    with pytest.raises(Dropped):
        check.statement("the revised budget", [1], frozenset({0}))


def test_an_address_that_was_said_may_stand():
    check = checker()

    assert check.statement("The form is at www.example.org", [4], check.all_segments).verified


@pytest.mark.parametrize(
    ("owner", "kept", "doubt"),
    [
        ("Carla", "Carla", None),
        ("Anna", "Anna", "Anna neither says this nor is named there"),
        ("Zorro", None, "an owner of whom nobody speaks was left out"),
        (None, None, None),
    ],
)
def test_an_owner_speaks_or_is_named_there(owner, kept, doubt):
    item = action(owner=owner)

    assert item.owner == kept
    assert item.doubts == (() if doubt is None else (doubt,))


def test_a_name_belongs_to_the_speaker_who_answers_to_it():
    talk = [*TALK, ("Anna", "Thanks, Carla."), ("Speaker 3", "No problem.")]

    item = action(task="book the room", owner="Carla", cited=(2, 3), talk=talk)

    assert (item.owner, item.owner_speaker) == ("Carla", "S2")


@pytest.mark.parametrize(
    ("text", "cited", "doubts"),
    [
        ("The budget is 15,000 euros", (0,), ()),
        ("The budget is 50,000 euros", (0,), ("50,000 was not said there",)),
        ("Book the room for 14 people", (2,), ()),
        ("Book the room for fourteen people", (2,), ()),
        ("Book the room for 15 people", (2,), ("15 was not said there",)),
    ],
)
def test_numbers_must_be_said_in_digits_or_words(text, cited, doubts):
    check = checker()

    assert check.statement(text, cited, check.all_segments).doubts == doubts


@pytest.mark.parametrize(
    ("due", "given", "day", "doubted"),
    [
        ("by Friday", None, date(2026, 3, 6), False),
        ("by Friday", "2031-01-01", date(2026, 3, 6), False),
        ("by Sunday", "2026-03-08", None, True),
        (None, "2026-03-06", None, True),
        (None, None, None, False),
    ],
)
def test_a_due_date_is_said_and_read_by_us(due, given, day, doubted):
    item = action(due=due, due_date=given)

    assert (item.due.day if item.due else None) == day
    assert item.verified is not doubted


def test_a_date_that_only_the_model_can_read_is_doubted():
    talk = [("Ben", "I'll send the budget when the cherries bloom.")]

    item = action(task="send the budget", due="when the cherries bloom", due_date="2026-04-20", cited=(0,), talk=talk)

    assert item.due.day == date(2026, 4, 20)
    assert item.doubts == ("2026-04-20 is the language model's reading of “when the cherries bloom”",)


def test_few_words_said_are_a_doubt():
    check = checker()

    made = check.statement("The budget covers wages, rent, travel, food and insurance", [0], check.all_segments)

    assert made.doubts == ("few of its words were said there",)


def test_who_cites_everything_is_held_to_the_best_twelve():
    talk = [("Anna", f"Sentence number {number} about nothing.") for number in range(40)] + [TALK[1]]
    check = checker(talk=talk)

    made = check.statement("Ben sends the revised budget to Carla", range(41), check.all_segments)

    assert len(made.evidence) == 12
    assert made.evidence[-1].quote == TALK[1][1]


def test_in_another_language_words_are_not_compared_but_numbers_are():
    check = checker(minutes_language="fi")

    made = check.statement("Budjetti on 50 000 euroa", [0], check.all_segments)

    assert made.doubts == ("50, 000 was not said there",)
