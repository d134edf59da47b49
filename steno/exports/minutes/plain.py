"""Plain text, to send as mail."""

import textwrap
from collections.abc import Iterator

from steno.exports.minutes.reading import Entry, about, facts, heading, making, notices, sections
from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.exports.phrases import phrases
from steno.minutes import Minutes

_COLUMNS = 76


@export_minutes("txt", media_type="text/plain", suffix="minutes.txt")
def plain(minutes: Minutes, options: MinutesExportOptions) -> str:
    """At most 76 characters a line; only an address, which no line end may part, can be longer."""
    phrase = phrases(minutes.language, options.language)
    title = _filled(heading(minutes, phrase))
    blocks = [f"{title}\n{'=' * max(map(len, title.splitlines()))}", _filled(making(minutes.provenance, phrase))]
    blocks += [_filled(f"{phrase('Note')}: {notice}") for notice in notices(minutes.provenance, phrase)]
    for section in sections(minutes, options, phrase):
        blocks.append(_underlined(section.heading))
        blocks += ["\n".join(_lines(entry)) for entry in section.entries] or [section.empty]
    blocks.append(_underlined(about(phrase)))
    blocks.append("\n".join(_filled(f"{name}: {value}", following="  ") for name, value in facts(minutes, phrase)))
    return "\n\n".join(blocks) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    mark = "-" if entry.duty is None else "[x]" if entry.duty.done else "[ ]"
    indent = " " * (len(mark) + 1)
    text = entry.text
    if entry.duty is not None:
        text += f" — {', '.join(part for part in (entry.duty.owner, entry.duty.due) if part is not None)}"
    yield _filled(text, first=f"{mark} ", following=indent)
    yield f"{indent}{entry.moment.clock} <{entry.moment.url}>"
    if entry.doubts is not None:
        yield _filled(entry.doubts, first=indent, following=indent)
    for quote in entry.quotes:
        yield _filled(quote.line, first=indent, following=indent + "  ")


def _underlined(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _filled(text: str, *, first: str = "", following: str = "") -> str:
    filled = textwrap.fill(text, _COLUMNS, initial_indent=first, subsequent_indent=following, break_on_hyphens=False)
    return filled or first.rstrip()
