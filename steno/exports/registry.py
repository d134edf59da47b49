"""The one list of formats. A new format is a module and a line in `_MODULES`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from pydantic import BaseModel, ConfigDict

from steno.errors import InvalidOption
from steno.exports.subtitles import SubtitleOptions
from steno.transcript import Transcript

_MODULES = {
    "txt": "plain",
    "srt": "srt",
    "vtt": "webvtt",
    "json": "structured",
    "csv": "table",
    "tsv": "table",
    "docx": "word",
    "eaf": "elan",
    "textgrid": "praat",
    "rttm": "rttm",
}


class ExportOptions(BaseModel):
    """What a person may choose about exports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subtitles: SubtitleOptions = SubtitleOptions()


Renderer = Callable[[Transcript, ExportOptions], str | bytes]


@dataclass(frozen=True)
class Export:
    """A format: its name, file suffix (without the dot), media type and renderer.

    What is not `binary` is UTF-8 text.
    """

    name: str
    suffix: str
    media_type: str
    render: Renderer
    binary: bool = False


_registered: dict[str, Export] = {}


def export(
    name: str, *, media_type: str, suffix: str | None = None, binary: bool = False
) -> Callable[[Renderer], Renderer]:
    """Register a renderer under a name; the suffix is the name where none is given."""

    def register(renderer: Renderer) -> Renderer:
        _registered[name] = Export(name, suffix or name, media_type, renderer, binary)
        return renderer

    return register


def formats() -> tuple[str, ...]:
    """Every format's name."""
    return tuple(_MODULES)


@cache
def get(name: str) -> Export:
    """The format of that name. Raises InvalidOption where there is none."""
    module = _MODULES.get(name.lower())
    if module is None:
        raise InvalidOption(f"There is no format '{name}'", f"Known: {', '.join(formats())}, or all.")
    import_module(f"steno.exports.{module}")
    return _registered[name.lower()]


def render(name: str, transcript: Transcript, options: ExportOptions | None = None) -> bytes:
    """The transcript in a format; text formats are UTF-8. Raises InvalidOption for an unknown name."""
    content = get(name).render(transcript, options or ExportOptions())
    return content.encode() if isinstance(content, str) else content
