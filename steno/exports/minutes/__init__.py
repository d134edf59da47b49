"""Minutes rendered in a format, made on demand: `render_minutes("md", minutes)` and `minutes_formats()`."""

from steno.exports.minutes.registry import MinutesExportOptions, get_minutes_format, minutes_formats, render_minutes

__all__ = ["MinutesExportOptions", "get_minutes_format", "minutes_formats", "render_minutes"]
