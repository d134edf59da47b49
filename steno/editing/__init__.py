"""Transcripts and minutes as a person corrects them, in part or in structure."""

from steno.editing.applying import edited, restored
from steno.editing.difference import Difference, difference
from steno.editing.minutes import MinutesEdits, edited_minutes
from steno.editing.names import with_names
from steno.editing.requests import TranscriptEdits

__all__ = [
    "Difference",
    "MinutesEdits",
    "TranscriptEdits",
    "difference",
    "edited",
    "edited_minutes",
    "restored",
    "with_names",
]
