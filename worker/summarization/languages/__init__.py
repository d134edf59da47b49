"""How each language says who does what by when: one TOML file a language, read by the offline extractor.

A new language is a new file; nothing else knows which there are.
"""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatePhrases(_Table):
    """Words and patterns of due dates. In patterns {day}, {month}, {weekday}, {ordinal}, {count} and {unit} stand for
    the words of the language; `lead` and `trail` are taken into the phrase, `deadline` says that it is one."""

    lead: str
    deadline: str
    trail: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    numeral: str
    numeral_values: tuple[int, ...]
    days: str
    weeks: str
    months_unit: str
    day_month: tuple[str, ...]
    day_only: tuple[str, ...]
    next_weekday: tuple[str, ...]
    weekday: tuple[str, ...]
    in_units: tuple[str, ...]
    today: tuple[str, ...]
    tomorrow: tuple[str, ...]
    overmorrow: tuple[str, ...]
    week_end: tuple[str, ...]
    next_week_end: tuple[str, ...]
    month_end: tuple[str, ...]
    next_month_end: tuple[str, ...]
    named_month_end: tuple[str, ...]
    vague: tuple[str, ...]


class PeoplePhrases(_Table):
    """Titles that stand before a surname, and common given names: who is spoken of only once is known by them.

    `does` are verbs before which a word with a capital is a person's name, unless it is like `things` or stands behind
    one of the `articles` elsewhere.
    """

    titles: str
    does: str
    things: str
    articles: str
    given: str


class ActionPhrases(_Table):
    """Patterns of action items; the group `task` is what is to be done, {name} a person known in the recording.

    `welcome` is how an offer is taken, `listed` how a task is noted that nobody takes, `past` the end of what has been
    done already; `pointing` are the words of which a task consists that only points at what was said before ('do
    that'), `pronouns` those of them that stand for a thing; `aside` begins what no longer belongs to the task;
    `subject` is 'I' where it stands behind the verb. `dated` is a task only where it has a date ('Ich besuche ihn am
    Montag'), and so is a `delivery` ('You'll have it on Friday'); `negated` is a task that is none ('not do that'), and
    after `reason` a date is not the task's.
    """

    commitment: tuple[str, ...]
    offer: tuple[str, ...]
    named: tuple[str, ...]
    request: tuple[str, ...]
    anybody: tuple[str, ...]
    need: tuple[str, ...]
    marker: tuple[str, ...]
    accept: tuple[str, ...]
    refuse: tuple[str, ...]
    welcome: tuple[str, ...]
    listed: tuple[str, ...]
    dated: tuple[str, ...]
    delivery: tuple[str, ...]
    negated: tuple[str, ...]
    never: tuple[str, ...]
    past: tuple[str, ...]
    immediate: tuple[str, ...]
    withdraw: tuple[str, ...]
    strip: tuple[str, ...]
    pointing: str
    pronouns: str
    subject: str
    aside: str
    reason: str


class DecisionPhrases(_Table):
    """Patterns of decisions. `announced` says that something is decided, its group `text` what; where that is empty,
    the sentence before says it. `decision` is one in itself; a `proposal` becomes one when somebody else agrees
    (`confirm`); `never` is what only looks like one."""

    announced: tuple[str, ...]
    decision: tuple[str, ...]
    proposal: tuple[str, ...]
    confirm: tuple[str, ...]
    never: tuple[str, ...]


class QuestionPhrases(_Table):
    """Patterns of questions, of answers that leave them open (`unknown`), of what says that one is `open`, of questions
    that are none, and of relief when somebody knew after all."""

    open: tuple[str, ...]
    unknown: tuple[str, ...]
    question: tuple[str, ...]
    small_talk: tuple[str, ...]
    answered: tuple[str, ...]


class Phrases(_Table):
    """All of one language."""

    name: str
    dates: DatePhrases
    people: PeoplePhrases
    actions: ActionPhrases
    decisions: DecisionPhrases
    questions: QuestionPhrases


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a file."""
    return tuple(sorted(entry.name[:-5] for entry in files(__name__).iterdir() if entry.name.endswith(".toml")))


@cache
def phrases(language: str) -> Phrases | None:
    """The phrases of a language; None where it has no file."""
    if language not in languages():
        return None
    return Phrases.model_validate(tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8")))
