"""`steno minutes`: transcripts in, minutes out; and the minutes that follow a transcription."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from steno.cli.console import complain, shown, speaks_plainly, stderr, stdout, unexpected
from steno.cli.options import ExportLanguage, language_of_exports
from steno.config import Settings, load_settings
from steno.errors import InvalidOption, StenoError
from steno.exports.minutes import MinutesExportOptions, get_minutes_format, minutes_formats, render_minutes
from steno.jobs import MinutesOptions
from steno.results import ResultWriter
from steno.template_names import template_names
from steno.transcript import Transcript

if TYPE_CHECKING:
    from steno.minutes import Minutes

DEFAULT_FORMATS = "md,json"
_FORMATS = f"Any of {','.join(minutes_formats())}, or all. [default: {DEFAULT_FORMATS}]"
Template = Annotated[
    str | None, typer.Option("--template", help="general, interview, lecture, call, dictation, or a TOML file.")
]
Language = Annotated[str | None, typer.Option("--minutes-language", help="Of the minutes; default: the recording's.")]
Recorded = Annotated[
    str | None, typer.Option("--recorded", help="Day of the recording, YYYY-MM-DD: spoken dates count from it.")
]
Formats = Annotated[str | None, typer.Option("--minutes-format", help=_FORMATS)]


@speaks_plainly
def minutes(
    transcripts: Annotated[list[Path], typer.Argument(help="Transcripts as Steno's JSON.", metavar="TRANSCRIPT...")],
    template: Template = None,
    language: Language = None,
    recorded: Recorded = None,
    format_: Annotated[str | None, typer.Option("--format", "-f", help=_FORMATS)] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for the results.")] = None,
    export_language: ExportLanguage = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")] = False,
) -> None:
    """Write minutes of transcripts: by the language model that is set, else by rules.

    Results are written beside each transcript, or into --output. The exit code is 0 only if all succeeded.
    """
    settings = load_settings()
    exporting = MinutesExportOptions(language=language_of_exports(export_language))
    options = minutes_options(settings, template, language, recorded)
    scribe = Scribe(settings, options, wanted_formats(format_), exporting)
    failed = 0
    for path in transcripts:
        try:
            transcript = read_transcript(path)
            made, written = scribe.write(
                transcript, output or path.parent, f"{path.stem}{Path(transcript.provenance.recording_name).suffix}"
            )
            if not quiet:
                stderr.print(f"[dim]{shown(summary_line(path.name, made, written))}[/]")
        except StenoError as error:
            complain(error)
            failed += 1
        except Exception as error:
            unexpected(error)
            failed += 1
    if failed:
        raise typer.Exit(1)


@speaks_plainly
def templates() -> None:
    """List the templates for minutes."""
    from worker.summarization.templates import load_template

    settings = load_settings()
    for name in template_names(settings.template_dir):
        template = load_template(name, settings.template_dir)
        stdout.print(f"{shown(name):12} {shown(template.version):4} {shown(template.title)}")


@dataclass(frozen=True)
class Scribe:
    """Makes the minutes of one transcript after another, and writes them."""

    settings: Settings
    options: MinutesOptions
    formats: Sequence[str]
    exporting: MinutesExportOptions

    def write(self, transcript: Transcript, folder: Path, name: str) -> "tuple[Minutes, Sequence[Path]]":
        """Minutes in every format, under the recording's `name` in `folder`. Raises a StenoError."""
        from worker.summarization.summarizing import summarize

        made = summarize(transcript, self.options, self.settings)
        contents = {get_minutes_format(one).suffix: render_minutes(one, made, self.exporting) for one in self.formats}
        writer = ResultWriter(self.settings.data_dir / "results")
        return made, writer.write(folder, name, transcript.provenance.recording_sha256, contents)


def minutes_options(
    settings: Settings, template: str | None, language: str | None, recorded: str | None
) -> MinutesOptions:
    """The options as given, the settings where not. Raises InvalidOption."""
    from worker.summarization.templates import load_template

    chosen = template or settings.template
    load_template(chosen, settings.template_dir)  # a wrong name is said before hours of work
    code = language.strip().lower() if language else None
    return MinutesOptions(template=chosen, language=code, recorded=day(recorded))


def day(text: str | None) -> date | None:
    """YYYY-MM-DD as a day. Raises InvalidOption."""
    if text is None:
        return None
    with suppress(ValueError):
        return date.fromisoformat(text.strip())
    raise InvalidOption(f"--recorded {text} is no day", "Write YYYY-MM-DD, e.g. 2026-03-02.")


def wanted_formats(text: str | None) -> tuple[str, ...]:
    """Formats of minutes by name. Raises InvalidOption."""
    names = [name.strip().lower() for name in (text or DEFAULT_FORMATS).split(",") if name.strip()]
    if names == ["all"]:
        return minutes_formats()
    if not names:
        raise InvalidOption("--minutes-format is empty", f"Known: {', '.join(minutes_formats())}, or all.")
    return tuple(get_minutes_format(name).name for name in dict.fromkeys(names))


def read_transcript(path: Path) -> Transcript:
    """A transcript that Steno wrote as JSON. Raises InvalidOption."""
    try:
        return Transcript.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidOption(f"{path} cannot be read: {error.strerror}", "Check the path.") from error
    except ValidationError as error:
        raise InvalidOption(
            f"{path} is no transcript of Steno", "Give the JSON file that steno transcribe --format json wrote."
        ) from error


def summary_line(name: str, made: "Minutes", written: Sequence[Path]) -> str:
    """What was found, and where it is."""
    found = [_count(len(made.action_items), "action item"), _count(len(made.decisions), "decision")]
    if made.unverified:
        found.append(f"{_count(made.unverified, 'statement')} unverified")
    dropped = sum(made.provenance.account.dropped.values())
    if dropped:
        found.append(f"{dropped} left out")
    notices = "".join(f"\n  {notice}" for notice in made.provenance.notices)
    return f"{name}: {', '.join(found)} ({made.provenance.method}) -> {', '.join(map(str, written))}{notices}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
