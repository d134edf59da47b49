"""The minutes as people read them: clean words in the order of reading, for every format to lay out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from steno.exports.clean import clean, milliseconds, short_clock, stretch
from steno.exports.minutes.registry import MinutesExportOptions
from steno.minutes import METHOD_LABELS, ActionItem, Due, Evidence, Minutes, MinutesProvenance, Proven, Statement

NONE_FOUND = "None found."
NOBODY = "nobody named"
ABOUT = "About these minutes"


@dataclass(frozen=True)
class Moment:
    """A time in the recording as people read it, and where it leads (W3C, Media Fragments URI 1.0)."""

    clock: str
    url: str


@dataclass(frozen=True)
class Quote:
    """Words that prove a statement."""

    moment: Moment
    speaker: str | None
    text: str

    @property
    def line(self) -> str:
        """As plain text."""
        speaker = f"{self.speaker}, " if self.speaker is not None else ""
        return f"{speaker}{self.moment.clock}: “{self.text}”"


@dataclass(frozen=True)
class Duty:
    """Who, where somebody is named, and by when, where that is said; whether it is done."""

    owner: str | None
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
    """Entries under a heading; without any, `NONE_FOUND` is to be said."""

    heading: str
    entries: tuple[Entry, ...]


class Links:
    """Where times lead: the address given, or the recording beside the minutes."""

    def __init__(self, minutes: Minutes, options: MinutesExportOptions) -> None:
        # What an address may hold stays, parentheses and quotes apart: they would end it in Markdown.
        name = quote(clean(minutes.provenance.recording_name), safe="")
        self.recording = name if options.link is None else quote(clean(options.link), safe="%!$&*+,/:;=?@[]")

    def at(self, seconds: float, clock: str | None = None) -> Moment:
        """A time, shown by the clock where no other text is given."""
        place = f"{milliseconds(seconds) / 1000:.3f}".rstrip("0").rstrip(".")
        return Moment(short_clock(seconds) if clock is None else clock, f"{self.recording}#t={place}")

    def quoted(self, evidence: Iterable[Evidence]) -> tuple[Quote, ...]:
        """The words of the evidence in its order."""
        return tuple(Quote(self.at(one.start), clean(one.speaker or "") or None, clean(one.quote)) for one in evidence)


def heading(minutes: Minutes) -> str:
    """The title."""
    return clean(minutes.title) or "Minutes"


def making(provenance: MinutesProvenance) -> str:
    """How the minutes were made, in a line."""
    model = f"; model: {provenance.model}" if provenance.model is not None else ""
    template = f"{provenance.template} {provenance.template_version}"
    return clean(f"How these minutes were made: {METHOD_LABELS[provenance.method]}{model}; template: {template}.")


def notices(provenance: MinutesProvenance) -> list[str]:
    """What a reader must know."""
    return [clean(notice) for notice in provenance.notices]


def sections(minutes: Minutes, options: MinutesExportOptions) -> Iterator[Section]:
    """What to do first, then what was decided and what is open, then what was said. Empty sections are left out, but
    not those of action items and decisions.
    """
    links = Links(minutes, options)
    yield Section("Action items", tuple(_item(item, links) for item in minutes.action_items))
    yield Section("Decisions", tuple(_statement(one, links, links.quoted(one.evidence)) for one in minutes.decisions))
    for name, statements in (("Open questions", minutes.open_questions), ("Summary", minutes.summary)):
        if statements:
            yield Section(name, tuple(_statement(one, links) for one in statements))
    if minutes.topics:
        topics = (Entry(clean(topic.title), links.at(topic.start, stretch(topic))) for topic in minutes.topics)
        yield Section("Topics", tuple(topics))


def facts(minutes: Minutes) -> list[tuple[str, str]]:
    """What made the minutes, as names and clean values."""
    provenance, account = minutes.provenance, minutes.provenance.account
    dropped = "; ".join(f"{reason}: {count}" for reason, count in sorted(account.dropped.items()))
    told = [
        ("Made by", f"Steno {provenance.steno_version}"),
        ("Method", METHOD_LABELS[provenance.method]),
        *([("Model", provenance.model)] if provenance.model is not None else []),
        ("Template", f"{provenance.template} {provenance.template_version}"),
        ("Recording", provenance.recording_name),
        ("Recording SHA-256", provenance.recording_sha256),
        ("Day of the recording", provenance.recorded.isoformat()),
        ("Transcript SHA-256", provenance.transcript_sha256),
        ("Date", provenance.created.isoformat()),
        ("Windows", str(account.windows)),
        ("Windows read by rules", str(account.by_rules)),
        ("Requests", str(account.requests)),
        ("Answers from an earlier run", str(account.cached)),
        ("Statements dropped", dropped or "none"),
        ("Unverified statements", str(minutes.unverified)),
        *([("Statements written or changed by a person", str(minutes.by_hand))] if minutes.by_hand else []),
    ]
    return [(name, clean(value)) for name, value in told]


def doubted(proven: Proven) -> str | None:
    """`unverified:` and why; None where nothing is to be doubted."""
    return clean(f"unverified: {'; '.join(proven.doubts)}") if proven.doubts else None


def _statement(statement: Statement, links: Links, quotes: tuple[Quote, ...] = ()) -> Entry:
    return Entry(clean(statement.text), links.at(statement.start), doubts=doubted(statement), quotes=quotes)


def _item(item: ActionItem, links: Links) -> Entry:
    return Entry(
        clean(item.task),
        links.at(item.start),
        Duty(clean(item.owner or "") or None, _due(item.due), item.done),
        doubted(item),
        links.quoted(item.evidence),
    )


def _due(due: Due | None) -> str | None:
    if due is None:
        return None
    spoken = f"“{clean(due.spoken)}”" if clean(due.spoken) else ""
    if due.day is None:
        return f"due {spoken}" if spoken else None
    return f"due {due.day.isoformat()} ({spoken})" if spoken else f"due {due.day.isoformat()}"
