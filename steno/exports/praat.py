"""Praat TextGrid (long text form): interval tiers that cover the whole recording. It has no place for provenance."""

from collections.abc import Iterator

from steno.exports.clean import clean, milliseconds
from steno.exports.registry import ExportOptions, export
from steno.exports.tiers import UNKNOWN, Annotation, Tier, tiers
from steno.transcript import Transcript


@export("textgrid", media_type="text/plain", suffix="TextGrid")
def praat(transcript: Transcript, options: ExportOptions) -> str:
    """Tiers of each speaker's segments and words; gaps are empty intervals. Times are seconds to the millisecond."""
    del options
    laid = tiers(transcript) or [Tier(UNKNOWN, UNKNOWN, "segments", ())]
    last = max((tier.annotations[-1].end for tier in laid if tier.annotations), default=1)
    end = max(milliseconds(transcript.duration), last, 1)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0 ",
        f"xmax = {_seconds(end)} ",
        "tiers? <exists> ",
        f"size = {len(laid)} ",
        "item []: ",
    ]
    for number, tier in enumerate(laid, start=1):
        intervals = list(_covering(tier, end))
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier" ',
            f'        name = "{_quoted(tier.name)}" ',
            "        xmin = 0 ",
            f"        xmax = {_seconds(end)} ",
            f"        intervals: size = {len(intervals)} ",
        ]
        for count, interval in enumerate(intervals, start=1):
            lines += [
                f"        intervals [{count}]:",
                f"            xmin = {_seconds(interval.start)} ",
                f"            xmax = {_seconds(interval.end)} ",
                f'            text = "{_quoted(interval.text)}" ',
            ]
    return "\n".join(lines) + "\n"


def _covering(tier: Tier, end: int) -> Iterator[Annotation]:
    position = 0
    for annotation in tier.annotations:
        if annotation.start > position:
            yield Annotation(position, annotation.start, "")
        yield annotation
        position = annotation.end
    if position < end:
        yield Annotation(position, end, "")


def _seconds(milliseconds_: int) -> str:
    return f"{milliseconds_ / 1000:.3f}".rstrip("0").rstrip(".") or "0"


def _quoted(text: str) -> str:
    return clean(text).replace('"', '""')
