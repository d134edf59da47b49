"""`steno transcribe`: recordings in, transcripts out."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from steno.cli.console import complain, shown, speaks_plainly, stderr, unexpected
from steno.cli.minutes import (
    Formats,
    Language,
    Recorded,
    Scribe,
    Template,
    day,
    minutes_options,
    summary_line,
    wanted_formats,
)
from steno.cli.options import Channels, ExportLanguage, bounds, end_after, language_of_exports, transcript_formats
from steno.cli.progress import Display
from steno.cli.sources import expand, seconds
from steno.config import Settings, load_settings
from steno.errors import InvalidOption, StenoError, UnreadableMedia
from steno.exports import ExportOptions, formats, get, render
from steno.exports.minutes import MinutesExportOptions
from steno.jobs import TranscriptionOptions
from steno.results import ResultWriter
from steno.storage import storage_errors
from steno.transcript import Transcript

if TYPE_CHECKING:
    from worker.pipeline import Line

_DEFAULT_FORMATS = "txt,srt,json"


@speaks_plainly
def transcribe(
    recordings: Annotated[
        list[str], typer.Argument(help="Files or folders; - reads standard input.", metavar="FILE...")
    ],
    model: Annotated[str, typer.Option("--model", "-m", help="Name, Hugging Face id or directory.")] = "auto",
    language: Annotated[str | None, typer.Option("--language", "-l", help="Code such as en; else detected.")] = None,
    translate: Annotated[bool, typer.Option("--translate", help="Translate to English.")] = False,
    hotwords: Annotated[str | None, typer.Option(help="Names and terms likely to be said.")] = None,
    prompt: Annotated[str | None, typer.Option(help="A text that sets style and spelling.")] = None,
    speakers: Annotated[int | None, typer.Option(min=1, max=50, help="How many people speak, if known.")] = None,
    min_speakers: Annotated[int | None, typer.Option(min=1, max=50, help="At least so many.")] = None,
    max_speakers: Annotated[int | None, typer.Option(min=1, max=50, help="At most so many.")] = None,
    diarize: Annotated[
        bool | None, typer.Option("--diarize/--no-diarize", help="Tell speakers apart. [default: diarize]")
    ] = None,
    channels: Annotated[Channels, typer.Option(help="separate: each channel is one speaker.")] = Channels.MIX,
    start: Annotated[str | None, typer.Option(help="Leave out what lies before: seconds or h:mm:ss.")] = None,
    end: Annotated[str | None, typer.Option(help="Leave out what lies after.")] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", help=f"Any of {','.join(formats())}, or all. [default: {_DEFAULT_FORMATS}]"),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for the results.")] = None,
    minutes: Annotated[
        bool | None,
        typer.Option("--minutes/--no-minutes", help="Write minutes, too. [default: where STENO_LLM_URL is set]"),
    ] = None,
    template: Template = None,
    minutes_language: Language = None,
    minutes_format: Formats = None,
    recorded: Recorded = None,
    export_language: ExportLanguage = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    beam_size: Annotated[int | None, typer.Option(help="Beam width; 1 is fastest.")] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; 0 is all.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")] = False,
) -> None:
    """Transcribe recordings.

    Results are written beside each recording, or into --output. The exit code is 0 only if all succeeded.
    """
    piped = recordings == ["-"] and output is None
    wanted = transcript_formats(format_ or ("txt" if piped else _DEFAULT_FORMATS))
    exporting = ExportOptions(language=language_of_exports(export_language))
    settings = load_settings(device=device, beam_size=beam_size, threads=threads)
    options = TranscriptionOptions(
        model=model,
        language=language.strip().lower() if language else None,
        task="translate" if translate else "transcribe",
        hotwords=hotwords,
        prompt=prompt,
        diarize=settings.diarize if diarize is None else diarize,
        channels=channels.value,
        start=seconds(start, "--start") or 0.0,
        end=end_after(start, end),
        recorded=day(recorded),
        **bounds(speakers, min_speakers, max_speakers, channels),
    )
    if piped and len(wanted) > 1:
        raise InvalidOption("Standard output takes one format", "Choose one with --format, or give --output.")
    scribe = None
    if _minutes_wanted(minutes, settings, piped=piped):
        asked = minutes_options(settings, template, minutes_language, None)
        of_minutes = MinutesExportOptions(language=exporting.language)
        scribe = Scribe(settings, asked, wanted_formats(minutes_format), of_minutes)
    sources = expand(recordings)
    from worker.loading import load_line

    say: Callable[[str], None] = (lambda text: None) if quiet else (lambda text: stderr.print(f"[dim]{shown(text)}[/]"))
    line = load_line(options, settings, on_step=lambda step: say(f"{step} ..."))
    said = [line.engine.source.notice, line.diarizer.source.notice if line.diarizer else line.no_speakers]
    for notice in filter(None, said if options.diarize else said[:1]):
        stderr.print(f"[yellow]note:[/] {shown(notice)}")
    known = frozenset(filter(None, said))
    batch = _Batch(line, settings, wanted, exporting, output, None if piped else say, known, scribe)
    try:
        failed = [source for source in sources if not batch.run(source)]
    finally:
        line.close()
    if failed:
        if len(sources) > 1:
            complain(f"{len(failed)} of {len(sources)} recordings failed")
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Batch:
    line: "Line"
    settings: Settings
    formats: Sequence[str]
    exporting: ExportOptions
    output: Path | None
    say: Callable[[str], None] | None  # None: the transcript itself goes to standard output
    said_before: frozenset[str]
    scribe: Scribe | None

    def run(self, source: Path | StenoError) -> bool:
        """Transcribe one recording; False, and a line that says why, where it fails."""
        try:
            if isinstance(source, StenoError):
                raise source
            with _recording(source, self.settings) as recording:
                self._transcribe(source, recording)
        except StenoError as error:
            complain(error)
            return False
        except Exception as error:
            unexpected(error)
            return False
        return True

    def _transcribe(self, source: Path, recording: Path) -> None:
        name = "stdin" if source == Path("-") else source.name
        folder = self.output or (Path.cwd() if source == Path("-") else source.parent)
        begun = monotonic()
        written: list[Path] = []

        def deliver(transcript: Transcript) -> None:
            contents = {get(wanted).suffix: render(wanted, transcript, self.exporting) for wanted in self.formats}
            if self.say is None:
                sys.stdout.buffer.write(next(iter(contents.values())))
                sys.stdout.buffer.flush()
            else:
                sha256 = transcript.provenance.recording_sha256
                written.extend(self._writer.write(folder, name, sha256, contents))

        if self.say is not None:
            self._writer.check(folder)
        with Display(name, enabled=self.say is not None) as display:
            transcript = self.line.run(recording, name=name, on_progress=display.update, deliver=deliver)
        if self.say is not None:
            self.say(_summary(name, transcript, written, monotonic() - begun, said_before=self.said_before))
            if self.scribe is not None:  # the transcript is safe by now, whatever becomes of them
                self.say(summary_line(f"minutes of {name}", *self.scribe.write(transcript, folder, name)))

    @property
    def _writer(self) -> ResultWriter:
        return ResultWriter(self.settings.data_dir / "results")


@contextmanager
def _recording(source: Path, settings: Settings) -> Iterator[Path]:
    """The file to read: standard input is first copied to a scratch file, since media needs seeking."""
    if source != Path("-"):
        yield source
        return
    with storage_errors(settings.data_dir):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="stdin-", dir=settings.data_dir) as folder:
            copy = Path(folder) / "stdin"
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
            if not copy.stat().st_size:
                raise UnreadableMedia("Standard input is empty", "Pipe a recording into it.")
            yield copy


def _minutes_wanted(given: bool | None, settings: Settings, *, piped: bool) -> bool:
    if piped:
        if given:
            raise InvalidOption("Standard output takes one format", "Give --output for the minutes.")
        return False
    if given is not None:
        return given
    return settings.llm_url is not None if settings.minutes is None else settings.minutes


def _summary(
    name: str, transcript: Transcript, written: Sequence[Path], took: float, *, said_before: Collection[str]
) -> str:
    suspect = sum(segment.suspect for segment in transcript.segments)
    missing = sum(hole.duration for hole in transcript.uncovered)
    parts = [f"{len(transcript.segments)} segments"]
    if transcript.provenance.diarization is not None:
        count = len(transcript.speakers)
        parts.append(f"{count} speaker{'' if count == 1 else 's'}")
    parts += [f"{transcript.duration / max(took, 0.01):.0f}x real time"]
    if suspect:
        parts.append(f"{suspect} suspect")
    if missing:
        parts.append(f"{missing:.0f} s of speech without words")
    notices = "".join(f"\n  {notice}" for notice in transcript.provenance.notices if notice not in said_before)
    where = str(written[0])
    if len(written) > 1:
        name_only = where.removesuffix(written[0].suffix)
        where = f"{name_only}.{{{','.join(path.suffix[1:] for path in written)}}}"
    return f"{name}: {', '.join(parts)} -> {where}{notices}"
