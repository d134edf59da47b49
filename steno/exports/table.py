"""CSV and TSV: a row a segment, times in milliseconds. They have no place for provenance."""

import csv
import io

from steno.exports.clean import clean, milliseconds
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript

_FORMULA = frozenset("=+-@＝＋－＠")
COLUMNS = ("id", "start_ms", "end_ms", "speaker", "text", "confidence", "marks")


@export("csv", media_type="text/csv")
def comma_separated(transcript: Transcript, options: ExportOptions) -> str:
    """RFC 4180, UTF-8 without a byte order mark."""
    del options
    return _table(transcript, ",")


@export("tsv", media_type="text/tab-separated-values")
def tab_separated(transcript: Transcript, options: ExportOptions) -> str:
    """Tabs and line ends inside cells are spaces, so that a row is a line; cells with `"` are quoted as in CSV."""
    del options
    return _table(transcript, "\t")


def _table(transcript: Transcript, delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n")
    writer.writerow(COLUMNS)
    for segment in transcript.segments:
        writer.writerow(
            (
                segment.id,
                milliseconds(segment.start),
                milliseconds(segment.end),
                defused(clean(transcript.speaker_name(segment.speaker) or "")),
                defused(clean(segment.text)),
                "" if segment.confidence is None else segment.confidence,
                defused(clean("; ".join(f"{mark.kind}: {mark.reason}" for mark in segment.marks))),
            )
        )
    return out.getvalue()


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe goes before it.

    An apostrophe at the beginning gets another, so that taking one away always gives back what was there.
    """
    return "'" + cell if cell.lstrip()[:1] in _FORMULA or cell[:1] in ("\t", "\r", "\n", "'") else cell
