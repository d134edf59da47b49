"""CSV and TSV: a row a segment, times in milliseconds. They have no place for provenance."""

import csv
import io

from steno.exports.clean import clean, milliseconds
from steno.exports.registry import ExportOptions, export
from steno.transcript import Transcript

COLUMNS = ("id", "start_ms", "end_ms", "speaker", "text", "confidence", "marks")


@export("csv", media_type="text/csv")
def comma_separated(transcript: Transcript, options: ExportOptions) -> str:
    """RFC 4180."""
    del options
    return _table(transcript, ",")


@export("tsv", media_type="text/tab-separated-values")
def tab_separated(transcript: Transcript, options: ExportOptions) -> str:
    """Tabs and line ends inside cells are spaces, so that a row is a line."""
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
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe goes before it."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "'", "＝", "＋", "－", "＠") else cell
