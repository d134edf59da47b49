"""The one list of formats of minutes. A new format is a module and a line in `_MODULES`."""

from pydantic import BaseModel, ConfigDict, Field

from steno.exports.phrases import LANGUAGE, Language
from steno.exports.registry import Registry
from steno.minutes import Minutes

_MODULES = {
    "md": "markdown",
    "docx": "word",
    "json": "structured",
    "txt": "plain",
    "ics": "calendar",
}


class MinutesExportOptions(BaseModel):
    """What a person may choose about exports of minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    link: str | None = Field(
        default=None, description="Address of the recording, to which times lead; else its name, beside the minutes."
    )
    language: Language | None = LANGUAGE


_minutes = Registry[Minutes, MinutesExportOptions]("steno.exports.minutes", _MODULES, MinutesExportOptions)
export_minutes = _minutes.export
minutes_formats = _minutes.formats
get_minutes_format = _minutes.get
render_minutes = _minutes.render
