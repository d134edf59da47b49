"""The minutes as people read them: clean words in the order of reading, for every format to lay out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from steno.exports.clean import clean, milliseconds, short_clock, stretch
from steno.exports.minutes.registry import MinutesExportOptions
from steno.exports.phrases import Phrases
from steno.minutes import METHOD_LABELS, ActionItem, Due, Evidence, Minutes, MinutesProvenance, Proven, Statement


@dataclass(frozen=True)
class Moment:
    """A time in the recording as people read it, and where it leads (W3C, Media Fragments URI 1.0)."""

    clock: str
    url: str


@dataclass(frozen=True)
class Quote:
    """Words that prove a statement; `marks` stand around them."""

    moment: Moment
    speaker: str | None
    text: str
    marks: str

    @property
    def line(self) -> str:
        """As plain text."""
        speaker = f"{self.speaker}, " if self.speaker is not None else ""
        return f"{speaker}{self.moment.clock}: {self.marks[0]}{self.text}{self.marks[1]}"


@dataclass(frozen=True)
class Duty:
    """Who, `named` or not, and by when, where that is said; whether it is done."""

    owner: str
    named: bool
    due: str | None
    done: bool = False


@dataclass(frozen=True)
class Entry:
    """A statement or a topic; `duty` where it is an action item, `doubts` where it is unverified."""

    text: str
    moment: Moment
    duty: Duty | None = None
    doubts: str | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Section:
    """Entries under a heading; without any, `empty` is to be said."""

    heading: str
    entries: tuple[Entry, ...]
    empty: str


class Links:
    """Where times lead: the address given, or the recording beside the minutes."""

    def __init__(self, minutes: Minutes, options: MinutesExportOptions, phrase: Phrases) -> None:
        self.phrase = phrase
        # What an address may hold stays, parentheses and quotes apart: they would end it in Markdown.
        name = quote(clean(minutes.provenance.recording_name), safe="")
        self.recording = name if options.link is None else quote(clean(options.link), safe="%!$&*+,/:;=?@[]")

    def at(self, seconds: float, clock: str | None = None) -> Moment:
        """A time, shown by the clock where no other text is given."""
        place = f"{milliseconds(seconds) / 1000:.3f}".rstrip("0").rstrip(".")
        return Moment(short_clock(seconds) if clock is None else clock, f"{self.recording}#t={place}")

    def quoted(self, evidence: Iterable[Evidence]) -> tuple[Quote, ...]:
        """The words of the evidence in its order."""
        return tuple(self._quote(one) for one in evidence)

    def _quote(self, one: Evidence) -> Quote:
        speaker = clean(self.phrase.called(one.speaker or "")) or None
        return Quote(self.at(one.start), speaker, clean(one.quote), self.phrase.marks)


def heading(minutes: Minutes, phrase: Phrases) -> str:
    """The title."""
    return clean(minutes.title) or phrase("Minutes")


def making(provenance: MinutesProvenance, phrase: Phrases) -> str:
    """How the minutes were made, in a line."""
    method = phrase.retold(METHOD_LABELS[provenance.method])
    model = "; " + phrase("model: {model}", model=provenance.model) if provenance.model is not None else ""
    template = f"{provenance.template} {provenance.template_version}"
    return clean(
        phrase(
            "How these minutes were made: {method}{model}; template: {template}.",
            method=method,
            model=model,
            template=template,
        )
    )


def notices(provenance: MinutesProvenance, phrase: Phrases) -> list[str]:
    """What a reader must know."""
    return [clean(phrase.retold(notice)) for notice in provenance.notices]


def about(phrase: Phrases) -> str:
    """The heading of `facts`."""
    return phrase("About these minutes")


def sections(minutes: Minutes, options: MinutesExportOptions, phrase: Phrases) -> Iterator[Section]:
    """What to do first, then what was decided and what is open, then what was said. Empty sections are left out, but
    not those of action items and decisions.
    """
    links, empty = Links(minutes, options, phrase), phrase("None found.")
    yield Section(phrase("Action items"), tuple(_item(item, links) for item in minutes.action_items), empty)
    decisions = (_statement(one, links, links.quoted(one.evidence)) for one in minutes.decisions)
    yield Section(phrase("Decisions"), tuple(decisions), empty)
    open_questions = (phrase("Open questions"), minutes.open_questions)
    for name, statements in (open_questions, (phrase("Summary"), minutes.summary)):
        if statements:
            yield Section(name, tuple(_statement(one, links) for one in statements), empty)
    if minutes.topics:
        topics = (Entry(clean(topic.title), links.at(topic.start, stretch(topic))) for topic in minutes.topics)
        yield Section(phrase("Topics"), tuple(topics), empty)


def facts(minutes: Minutes, phrase: Phrases) -> list[tuple[str, str]]:
    """What made the minutes, as names and clean values."""
    provenance, account = minutes.provenance, minutes.provenance.account
    dropped = "; ".join(f"{phrase.retold(reason)}: {count}" for reason, count in sorted(account.dropped.items()))
    told = [
        (phrase("Made by"), f"Steno {provenance.steno_version}"),
        (phrase("Method"), phrase.retold(METHOD_LABELS[provenance.method])),
        *([(phrase("Model"), provenance.model)] if provenance.model is not None else []),
        (phrase("Template"), f"{provenance.template} {provenance.template_version}"),
        (phrase("Recording"), provenance.recording_name),
        (phrase("Recording SHA-256"), provenance.recording_sha256),
        (phrase("Day of the recording"), phrase.day(provenance.recorded)),
        (phrase("Transcript SHA-256"), provenance.transcript_sha256),
        (phrase("Date"), provenance.created.isoformat()),
        (phrase("Windows"), str(account.windows)),
        (phrase("Windows read by rules"), str(account.by_rules)),
        (phrase("Requests"), str(account.requests)),
        (phrase("Answers from an earlier run"), str(account.cached)),
        (phrase("Statements dropped"), dropped or phrase("none")),
        (phrase("Unverified statements"), str(minutes.unverified)),
        *([(phrase("Statements written or changed by a person"), str(minutes.by_hand))] if minutes.by_hand else []),
    ]
    return [(name, clean(value)) for name, value in told]


def doubted(proven: Proven, phrase: Phrases) -> str | None:
    """`unverified:` and why; None where nothing is to be doubted."""
    reasons = "; ".join(map(phrase.retold, proven.doubts))
    return clean(phrase("unverified: {reasons}", reasons=reasons)) if proven.doubts else None


def _statement(statement: Statement, links: Links, quotes: tuple[Quote, ...] = ()) -> Entry:
    return Entry(
        clean(statement.text), links.at(statement.start), doubts=doubted(statement, links.phrase), quotes=quotes
    )


def _item(item: ActionItem, links: Links) -> Entry:
    phrase = links.phrase
    owner = clean(phrase.called(item.owner or ""))
    return Entry(
        clean(item.task),
        links.at(item.start),
        Duty(owner or phrase("nobody named"), bool(owner), _due(item.due, phrase), item.done),
        doubted(item, phrase),
        links.quoted(item.evidence),
    )


def _due(due: Due | None, phrase: Phrases) -> str | None:
    if due is None:
        return None
    spoken = clean(due.spoken)
    if due.day is None:
        return phrase("due “{spoken}”", spoken=spoken) if spoken else None
    day = phrase.day(due.day)
    return phrase("due {day} (“{spoken}”)", day=day, spoken=spoken) if spoken else phrase("due {day}", day=day)
