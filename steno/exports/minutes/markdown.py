"""Markdown (CommonMark, with GitHub's task lists): for wikis, repositories and issue trackers."""

import re
from collections.abc import Iterator

from steno.exports.minutes.reading import Entry, Moment, Quote, about, facts, heading, making, notices, sections
from steno.exports.minutes.registry import MinutesExportOptions, export_minutes
from steno.exports.phrases import phrases
from steno.minutes import Minutes

# What means something anywhere in a line, `$`, `^` and `~` for many readers too; then what many make a link of without
# being asked: https:, anna@example.org (GitHub even so), www.example.org.
_PUNCTUATION = re.compile(
    r"[\\`*_{}\[\]<>#|~&$^]|:(?=[^\s\d])|@(?=\S)"
    r"|(?i:(?<=www)\.)|(?<=[^\s\d])\.(?=[^\s.])|(?<=\d)\.(?=[^\s\d.])"
)
_BEGINNING = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")


@export_minutes("md", media_type="text/markdown", suffix="minutes.md")
def markdown(minutes: Minutes, options: MinutesExportOptions) -> str:
    """Action items are a task list. Text shows literally: no word of the recording makes a link, image or HTML."""
    provenance, phrase = minutes.provenance, phrases(minutes.language, options.language)
    blocks = [f"# {escaped(heading(minutes, phrase))}", escaped(making(provenance, phrase))]
    blocks += [f"> **{phrase('Note')}:** {escaped(notice)}" for notice in notices(provenance, phrase)]
    for section in sections(minutes, options, phrase):
        blocks.append(f"## {section.heading}")
        blocks.append("\n".join(line for entry in section.entries for line in _lines(entry)) or section.empty)
    blocks.append(f"## {about(phrase)}")
    blocks.append("\n".join(f"- {name}: {escaped(value)}" for name, value in facts(minutes, phrase)))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """One clean line that shows as it is, at the beginning of a line too."""
    return _BEGINNING.sub(_defused, _PUNCTUATION.sub(r"\\\g<0>", text))


def _defused(beginning: re.Match[str]) -> str:
    return f"{beginning[0]}\\" if beginning[0].isdigit() else f"\\{beginning[0]}"


def _lines(entry: Entry) -> Iterator[str]:
    parts = [escaped(entry.text)]
    if entry.duty is not None:
        owner = f"**{escaped(entry.duty.owner)}**" if entry.duty.named else entry.duty.owner
        parts.append(", ".join([owner, *([escaped(entry.duty.due)] if entry.duty.due is not None else [])]))
    doubts = f" *{escaped(entry.doubts)}*" if entry.doubts is not None else ""
    line = f"{' — '.join(parts)} ({_link(entry.moment)}){doubts}"
    # A second space after the mark would set in what stands below.
    yield f"- {line.lstrip()}" if entry.duty is None else f"- [{'x' if entry.duty.done else ' '}] {line}"
    for quote in entry.quotes:
        yield f"  - {_quoted(quote)}"


def _quoted(quote: Quote) -> str:
    speaker = f"{escaped(quote.speaker)}, " if quote.speaker is not None else ""
    return f"{speaker}{_link(quote.moment)}: {quote.marks[0]}{escaped(quote.text)}{quote.marks[1]}"


def _link(moment: Moment) -> str:
    return f"[{moment.clock}]({moment.url.replace('&', '&amp;')})"
