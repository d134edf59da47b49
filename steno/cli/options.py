"""Options of the command line as values: speakers, formats, times."""

from enum import StrEnum
from typing import Annotated, TypedDict, get_args

import typer

from steno.cli.sources import seconds
from steno.errors import InvalidOption
from steno.exports import formats, get
from steno.exports.phrases import Language

ExportLanguage = Annotated[
    str | None,
    typer.Option(
        "--export-language", help="Of headings and the like in formats for people: en, de, fi, sv; default: the text's."
    ),
]


class Channels(StrEnum):
    """What to do with the channels of a recording."""

    MIX = "mix"
    SEPARATE = "separate"


class Bounds(TypedDict):
    """How many people speak, exactly or from and to."""

    speakers: int | None
    min_speakers: int | None
    max_speakers: int | None


def bounds(exactly: int | None, least: int | None, most: int | None, channels: Channels) -> Bounds:
    """How many people may speak, as given. Raises InvalidOption."""
    if exactly is not None and (least is not None or most is not None):
        raise InvalidOption("--speakers says it all", "Leave --min-speakers and --max-speakers away.")
    if least is not None and most is not None and least > most:
        raise InvalidOption("--min-speakers is more than --max-speakers", "Exchange them.")
    if channels is Channels.SEPARATE and (exactly, least, most) != (None, None, None):
        raise InvalidOption("With --channels separate every channel is one speaker", "Leave the number away.")
    return Bounds(speakers=exactly, min_speakers=least, max_speakers=most)


def transcript_formats(text: str) -> tuple[str, ...]:
    """Formats by name. Raises InvalidOption."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return formats()
    if not names:
        raise InvalidOption("--format is empty", f"Known: {', '.join(formats())}, or all.")
    return tuple(get(name).name for name in dict.fromkeys(names))


def language_of_exports(text: str | None) -> Language | None:
    """By its code. Raises InvalidOption."""
    known: dict[str, Language] = {code: code for code in get_args(Language)}
    if text is None:
        return None
    if (code := text.strip().lower()) not in known:
        raise InvalidOption(f"--export-language {text} is not known", f"Known: {', '.join(known)}.")
    return known[code]


def end_after(start: str | None, end: str | None) -> float | None:
    """The end in seconds. Raises InvalidOption where it does not lie after the start."""
    last = seconds(end, "--end")
    if last is not None and last <= (seconds(start, "--start") or 0.0):
        raise InvalidOption("--end does not lie after --start", "Give a later --end.")
    return last
