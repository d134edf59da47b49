"""A transcript as a person corrects it: texts and speakers of segments, names, segments parted, joined, left out."""

from steno.editing.applying import edited
from steno.editing.difference import Difference, difference
from steno.editing.requests import TranscriptEdits

__all__ = ["Difference", "TranscriptEdits", "difference", "edited"]
