"""The one list of formats. A new format is a module and a line in `_MODULES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from steno.errors import InvalidOption
from steno.exports.phrases import LANGUAGE, Language
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

Value = TypeVar("Value")
Options = TypeVar("Options")
Renderer = Callable[[Value, Options], str | bytes]


@dataclass(frozen=True)
class Export(Generic[Value, Options]):
    """A format: its name, file suffix (without the dot), media type and renderer.

    What is not `binary` is UTF-8 text.
    """

    name: str
    suffix: str
    media_type: str
    render: Renderer[Value, Options]
    binary: bool = False


class Registry(Generic[Value, Options]):
    """Formats of one kind of value, each imported where it is first asked for.

    `modules` gives the module within `package` for each name; importing it registers the format by `export`.
    """

    def __init__(self, package: str, modules: Mapping[str, str], options: Callable[[], Options]) -> None:
        self._package = package
        self._modules = modules
        self._options = options
        self._registered: dict[str, Export[Value, Options]] = {}

    def export(
        self, name: str, *, media_type: str, suffix: str | None = None, binary: bool = False
    ) -> Callable[[Renderer[Value, Options]], Renderer[Value, Options]]:
        """Register a renderer under a name; the suffix is the name where none is given."""

        def register(renderer: Renderer[Value, Options]) -> Renderer[Value, Options]:
            self._registered[name] = Export(name, suffix or name, media_type, renderer, binary)
            return renderer

        return register

    def formats(self) -> tuple[str, ...]:
        """Every format's name."""
        return tuple(self._modules)

    def get(self, name: str) -> Export[Value, Options]:
        """The format of that name. Raises InvalidOption where there is none."""
        module = self._modules.get(name.lower())
        if module is None:
            raise InvalidOption(f"There is no format '{name}'", f"Known: {', '.join(self.formats())}, or all.")
        import_module(f"{self._package}.{module}")
        return self._registered[name.lower()]

    def render(self, name: str, value: Value, options: Options | None = None) -> bytes:
        """The value in a format; text formats are UTF-8. Raises InvalidOption for an unknown name."""
        content = self.get(name).render(value, self._options() if options is None else options)
        return content.encode() if isinstance(content, str) else content


class ExportOptions(BaseModel):
    """What a person may choose about exports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subtitles: SubtitleOptions = SubtitleOptions()
    language: Language | None = LANGUAGE


_transcripts = Registry[Transcript, ExportOptions]("steno.exports", _MODULES, ExportOptions)
export = _transcripts.export
formats = _transcripts.formats
get = _transcripts.get
render = _transcripts.render
