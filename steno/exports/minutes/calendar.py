"""iCalendar (RFC 5545): a task for each action item, for calendars and task lists."""

from functools import cache
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from steno.errors import MissingProgram
from steno.exports.clean import clean, universal
from steno.exports.minutes.reading import Links, doubted
from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.exports.phrases import phrases
from steno.exports.tiers import unique
from steno.minutes import ActionItem, Minutes

if TYPE_CHECKING:
    from icalendar import vText


@export_minutes("ics", media_type="text/calendar")
def calendar(minutes: Minutes, options: MinutesExportOptions) -> bytes:
    """A VTODO an action item. Who is to do it stands in the summary: a name is no address to invite.

    Raises MissingProgram where the library icalendar is not installed.
    """
    try:
        from icalendar import Calendar, Todo
    except ImportError as error:
        raise MissingProgram("iCalendar needs the library icalendar", "Install it: pip install 'steno[minutes]'") from (
            error
        )

    text = _verbatim()
    phrase = phrases(minutes.language, options.language)
    links = Links(minutes, options, phrase)
    made = Calendar()
    made.add("prodid", text(clean(f"-//Steno//Steno {minutes.provenance.steno_version}//EN")))
    made.add("version", "2.0")
    taken: set[str] = set()
    for item in minutes.action_items:
        owner = clean(phrase.called(item.owner or ""))
        todo = Todo()
        todo.add("uid", str(uuid5(NAMESPACE_URL, unique(_identity(item, minutes.provenance.transcript_sha256), taken))))
        todo.add("dtstamp", universal(minutes.provenance.created))
        todo.add("summary", text(f"{owner}: {clean(item.task)}" if owner else clean(item.task)))
        if item.due is not None and item.due.day is not None:
            todo.add("due", item.due.day)
        todo.add("description", text(_description(item, links)))
        todo.add("categories", ["Steno"])
        todo.add("status", "COMPLETED" if item.done else "NEEDS-ACTION")
        made.add_component(todo)
    content: bytes = made.to_ical()
    return content


def _identity(item: ActionItem, transcript_sha256: str) -> str:
    # Made anew from the same transcript, a task is the same task to a calendar that has it.
    return f"urn:steno:action-item:{transcript_sha256}:{item.evidence[0].segment}:{clean(item.task)}"


def _description(item: ActionItem, links: Links) -> str:
    phrase, moment = links.phrase, links.at(item.start)
    spoken = item.due.spoken if item.due is not None else ""
    lines = [phrase("Due: {spoken}", spoken=clean(spoken))] if spoken else []
    lines.append(phrase("Said at {moment}", moment=f"{moment.clock} <{moment.url}>"))
    lines += [quote.line for quote in links.quoted(item.evidence)]
    doubts = doubted(item, phrase)
    return "\n".join([*lines, *([doubts] if doubts is not None else [])])


@cache
def _verbatim() -> "type[vText]":
    """Text that stays as it is: icalendar 7 takes a backslash before an N for a line end when it writes."""
    from icalendar import vText

    class Verbatim(vText):
        def to_ical(self) -> bytes:
            content = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
            return content.encode()

    return Verbatim
