"""Due dates: the phrase as it was said, and the day it means, counted from the day of the recording."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import product

from steno.minutes import Due
from worker.summarization.languages import DatePhrases, phrases

# Order matters: where two readings begin at one place the earlier one wins.
_KINDS = (
    "next_week_end", "week_end", "next_month_end", "named_month_end", "month_end", "overmorrow", "next_weekday",
    "in_units", "tomorrow", "today", "vague", "day_month", "weekday", "day_only",
)  # fmt: skip
_FRIDAY = 4


@dataclass(frozen=True)
class DuePhrase:
    """A phrase that may be a due date, at `span` in its text; `deadline` where a word such as 'by' says so."""

    due: Due
    span: tuple[int, int]
    deadline: bool


@lru_cache(maxsize=4096)
def due_phrases(text: str, language: str, recorded: date) -> tuple[DuePhrase, ...]:
    """Every phrase of the text that names a time to come, in order. Empty for a language without phrases."""
    known = phrases(language)
    if known is None:
        return ()
    found: list[DuePhrase] = []
    for match in _pattern(language).finditer(text):
        kind = next(name for name in (*_KINDS, "numeric") if match[name] is not None)
        words = {key: value for key, value in match.groupdict().items() if value is not None}
        day = _Resolver(known.dates, language, recorded).day(kind, words)
        spoken = text[match.start() : match.end()].strip()
        deadline = re.search(rf"\b(?:{known.dates.deadline})\b", spoken, re.I) is not None
        phrase = DuePhrase(Due(spoken=spoken, day=day), match.span(), deadline)
        if found and kind in {"day_month", "numeric"} and _adjoin(text[found[-1].span[1] : match.start()]):
            before = found.pop()  # 'Tuesday, December 9th' is one day
            span = (before.span[0], match.end())
            phrase = DuePhrase(Due(spoken=text[slice(*span)].strip(), day=day), span, before.deadline or deadline)
        found.append(phrase)
    return tuple(found)


def find_due(text: str, language: str, recorded: date) -> Due | None:
    """The due date in a text: the first that a word such as 'by' marks, else the first that means a day, else any."""
    found = due_phrases(text, language, recorded)
    ranked = sorted(found, key=lambda one: (not one.deadline, one.due.day is None))
    return ranked[0].due if ranked else None


def resolve_due(spoken: str, language: str, recorded: date) -> date | None:
    """The day a phrase means; None where it means no single one."""
    due = find_due(spoken, language, recorded)
    if due is not None:
        return due.day
    return _parse(spoken, language, recorded) if phrases(language) is None else None


@dataclass(frozen=True)
class _Resolver:
    dates: DatePhrases
    language: str
    recorded: date

    def day(self, kind: str, words: dict[str, str]) -> date | None:
        method = getattr(self, f"_{kind}", None)
        found: date | None = method(words) if method is not None else None
        return found

    def _today(self, words: dict[str, str]) -> date:
        del words
        return self.recorded

    def _tomorrow(self, words: dict[str, str]) -> date:
        del words
        return self.recorded + timedelta(days=1)

    def _overmorrow(self, words: dict[str, str]) -> date:
        del words
        return self.recorded + timedelta(days=2)

    def _weekday(self, words: dict[str, str]) -> date:
        ahead = self._index(self.dates.weekdays, words, "weekday") - self.recorded.weekday()
        return self.recorded + timedelta(days=(ahead - 1) % 7 + 1)

    def _next_weekday(self, words: dict[str, str]) -> date:
        """Of the next calendar week: 'next Tuesday' said on a Monday is not tomorrow."""
        monday = self.recorded + timedelta(days=7 - self.recorded.weekday())
        return monday + timedelta(days=self._index(self.dates.weekdays, words, "weekday"))

    def _week_end(self, words: dict[str, str]) -> date:
        del words
        return self.recorded + timedelta(days=max(0, _FRIDAY - self.recorded.weekday()))

    def _next_week_end(self, words: dict[str, str]) -> date:
        del words
        return self.recorded + timedelta(days=7 - self.recorded.weekday() + _FRIDAY)

    def _month_end(self, words: dict[str, str]) -> date:
        del words
        return _last_of_month(self.recorded.year, self.recorded.month)

    def _next_month_end(self, words: dict[str, str]) -> date:
        del words
        return _last_of_month(self.recorded.year + self.recorded.month // 12, self.recorded.month % 12 + 1)

    def _named_month_end(self, words: dict[str, str]) -> date:
        month = self._index(self.dates.months, words, "month") + 1
        return _last_of_month(self.recorded.year + (month < self.recorded.month), month)

    def _in_units(self, words: dict[str, str]) -> date | None:
        counted = next((value for key, value in words.items() if key.startswith("count")), "1")
        unit = next(value for key, value in words.items() if key.startswith("unit"))
        number = int(counted) if counted.isdigit() else self._numeral(counted)
        number *= 2 if unit.casefold().startswith("fortnight") else 1
        if re.fullmatch(self.dates.months_unit, unit, re.I):
            return _parse(f"in {number} months", "en", self.recorded)
        weeks = re.fullmatch(self.dates.weeks, unit, re.I) is not None
        return self.recorded + timedelta(days=7 * number if weeks else number)

    def _day_month(self, words: dict[str, str]) -> date | None:
        return self._next(self._day_number(words), self._index(self.dates.months, words, "month") + 1)

    def _day_only(self, words: dict[str, str]) -> date | None:
        wanted = self._day_number(words)
        if not 1 <= wanted <= 31:
            return None
        for later in range(1, 62):
            day = self.recorded + timedelta(days=later)
            if day.day == wanted:
                return day
        return None

    def _numeric(self, words: dict[str, str]) -> date | None:
        day, month = int(words["numeric_day"]), int(words["numeric_month"])
        return self._next(day, month)

    def _next(self, day: int, month: int) -> date | None:
        """That day of this year, or of the next where it is over; None where no month has it."""
        for year in (self.recorded.year, self.recorded.year + 1):
            if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
                found = date(year, month, day)
                if found >= self.recorded:
                    return found
        return None

    def _day_number(self, words: dict[str, str]) -> int:
        for key, value in words.items():
            if key.startswith("day_number"):
                return int(value)
            if key.startswith("ordinal"):
                return ordinals(self.language)[value.casefold()]
        raise KeyError("day")

    def _numeral(self, word: str) -> int:
        for pattern, value in zip(self.dates.numeral.split("|"), self.dates.numeral_values, strict=True):
            if re.fullmatch(pattern, word, re.I):
                return value
        raise KeyError(word)

    @staticmethod
    def _index(patterns: tuple[str, ...], words: dict[str, str], group: str) -> int:
        said = next(value for key, value in words.items() if re.fullmatch(rf"{group}_\d+", key))
        return next(number for number, pattern in enumerate(patterns) if re.fullmatch(pattern, said, re.I))


@cache
def ordinals(language: str) -> dict[str, int]:
    """Words for the 1st to the 31st."""
    from num2words import num2words

    found: dict[str, int] = {}
    cases = ({}, *({"case": case} for case in ("genitive", "illative", "essive"))) if language == "fi" else ({},)
    for number, case in product(range(1, 32), cases):
        word = str(num2words(number, lang=language, to="ordinal", **case)).casefold()
        found[word] = number
        found[word.replace("-", " ")] = number
        if language == "de":
            found[word.removesuffix("r").removesuffix("s").removesuffix("n")] = number
    return found


@cache
def _pattern(language: str) -> re.Pattern[str]:
    known = phrases(language)
    assert known is not None
    dates = known.dates
    number = iter(range(10_000))
    numbered = "|".join(sorted(map(re.escape, ordinals(language)), key=len, reverse=True))

    def fill(pattern: str) -> str:
        parts = {
            "{day}": lambda: rf"(?P<day_number_{next(number)}>3[01]|[12]\d|0?[1-9])",
            "{month}": lambda: rf"(?P<month_{next(number)}>{'|'.join(dates.months)})",
            "{weekday}": lambda: rf"(?P<weekday_{next(number)}>{'|'.join(dates.weekdays)})",
            "{ordinal}": lambda: rf"(?P<ordinal_{next(number)}>{numbered})",
            "{count}": lambda: rf"(?P<count_{next(number)}>\d{{1,2}}|{dates.numeral})",
            "{unit}": lambda: rf"(?P<unit_{next(number)}>{dates.days}|{dates.weeks}|{dates.months_unit})",
        }
        return re.sub(r"\{[a-z]+\}", lambda match: parts[match[0]](), pattern)

    kinds = []
    for kind in _KINDS:
        alternatives = []
        for pattern in getattr(dates, kind):
            alternatives.append(fill(pattern))
            if "{day}" in pattern and "{month}" in pattern:
                alternatives.append(fill(pattern.replace("{day}", "{ordinal}")))
        if alternatives:
            kinds.append(rf"(?P<{kind}>(?:{'|'.join(alternatives)}))")
        else:
            kinds.append(rf"(?P<{kind}>(?!))")
    # 15.5. as continental Europe writes it; English writes it in two ways that contradict each other.
    numeric = r"(?P<numeric>(?P<numeric_day>[0-3]?\d)\. ?(?P<numeric_month>1[0-2]|0?[1-9])\.(?:\d{4})?)"
    kinds.append(numeric if language != "en" else "(?P<numeric>(?!))")
    lead = rf"(?:\b(?:{dates.deadline}|{dates.lead}) (?:the )?)?"
    trail = rf"(?:(?: |(?='))(?:{dates.trail}))?"
    body = "|".join(kinds)
    return re.compile(rf"{lead}(?<![\w])(?:{body})(?![\w]){trail}(?!\w)", re.I)


def _adjoin(between: str) -> bool:
    return re.fullmatch(r",? ?(?:the|den|dem|der)? ?", between, re.I) is not None


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _parse(text: str, language: str, recorded: date) -> date | None:
    import dateparser

    base = datetime(recorded.year, recorded.month, recorded.day, 12)
    try:
        found = dateparser.parse(
            text, languages=[language], settings={"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base}
        )
    except ValueError:  # a language dateparser does not know
        return None
    return found.date() if found is not None else None
