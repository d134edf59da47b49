"""A transcript rendered in a format, made on demand. `render("srt", transcript)` and `formats()` are the whole door."""

from steno.exports.registry import Export, ExportOptions, formats, get, render
from steno.exports.subtitles import SubtitleOptions

__all__ = ["Export", "ExportOptions", "SubtitleOptions", "formats", "get", "render"]
