"""`steno submit` and `steno jobs`: the service from afar."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from steno.cli.console import complain, shown, speaks_plainly, stderr, stdout
from steno.cli.minutes import wanted_formats
from steno.cli.options import ExportLanguage, language_of_exports, transcript_formats
from steno.cli.sources import expand
from steno.client import Client, ServiceAway, ServiceRefused
from steno.config import Settings, load_settings
from steno.errors import InvalidOption, StenoError
from steno.results import ResultWriter

_ASK_EVERY = 1.0  # seconds
_ENDED = {"completed", "failed", "cancelled"}


@speaks_plainly
def submit(
    recordings: Annotated[list[str], typer.Argument(help="Files or folders.", metavar="FILE...")],
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Name of the speech model; else as the service is set.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", "-l", help="Code such as en; else detected.")] = None,
    speakers: Annotated[int | None, typer.Option(min=1, max=50, help="How many people speak, if known.")] = None,
    diarize: Annotated[
        bool | None, typer.Option("--diarize/--no-diarize", help="Tell speakers apart; else as the service is set.")
    ] = None,
    minutes: Annotated[
        bool | None, typer.Option("--minutes/--no-minutes", help="Write minutes, too; else as the service is set.")
    ] = None,
    keep_recording: Annotated[
        bool | None,
        typer.Option(
            "--keep-recording/--drop-recording",
            help="Keep the recording when the transcript is there; else as the service is set.",
        ),
    ] = None,
    notify: Annotated[str | None, typer.Option(help="Mail address to tell when it is done.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait, and fetch the results.")] = False,
    format_: Annotated[str, typer.Option("--format", "-f", help="Of the transcripts fetched.")] = "txt,srt,json",
    minutes_format: Annotated[str, typer.Option(help="Of the minutes fetched.")] = "md,json",
    export_language: ExportLanguage = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for the results.")] = None,
) -> None:
    """Hand recordings to a Steno service (STENO_SERVER, STENO_TOKEN). An upload that broke off goes on where it was.

    The exit code is 0 only if all were handed in, and with --wait completed.
    """
    settings = load_settings()
    client = connect(settings)
    results = _Results(
        transcript_formats(format_),
        wanted_formats(minutes_format) if minutes is not False else (),
        language_of_exports(export_language),
    )
    options: dict[str, Any] = {"model": model, "language": language, "speakers": speakers, "diarize": diarize}
    asked: dict[str, Any] = {"options": {name: value for name, value in options.items() if value is not None}}
    asked |= {"minutes": minutes} if minutes is not None else {}
    asked |= {"keep_recording": keep_recording} if keep_recording is not None else {}
    asked |= {"notify_email": notify} if notify else {}
    handed: list[tuple[Path, str]] = []
    failed = 0
    for source in expand(recordings):
        try:
            if isinstance(source, StenoError):
                raise source
            job = client.hand_in(source, **asked)
            handed.append((source, job["id"]))
            stderr.print(f"[dim]{shown(source.name)} is job {shown(job['id'])}[/]")
        except ServiceAway:
            raise
        except StenoError as error:
            complain(error)
            failed += 1
    for source, job_id in handed if wait else ():
        try:
            _fetch(client, settings, source, job_id, results, output or source.parent)
        except StenoError as error:
            complain(error)
            failed += 1
    if failed:
        raise typer.Exit(1)


@speaks_plainly
def jobs() -> None:
    """List your jobs at the service."""
    for job in connect(load_settings()).jobs():
        stdout.print(shown(f"{job['id']} {job['state']:10} {job['created']} {job['name']}"))


def connect(settings: Settings) -> Client:
    """The service that is set. Raises InvalidOption."""
    if settings.server is None or settings.token is None:
        cure = "Set it; `steno up` prints both on its first start."
        raise InvalidOption("STENO_SERVER or STENO_TOKEN is not set", cure)
    return Client(
        settings.server, settings.token.get_secret_value(), memory=settings.data_dir / "client" / "uploads.json"
    )


@dataclass(frozen=True)
class _Results:
    """Formats, and the language of their headings."""

    transcript: Sequence[str]
    minutes: Sequence[str]
    language: str | None


def _fetch(client: Client, settings: Settings, source: Path, job_id: str, results: _Results, folder: Path) -> None:
    """Wait for a job, then write its results."""
    from steno.exports import get
    from steno.exports.minutes import get_minutes_format

    while (job := client.job(job_id))["state"] not in _ENDED:
        time.sleep(_ASK_EVERY)
    if job["state"] != "completed":
        reason = (job.get("error") or {}).get("message") or f"The job is {job['state']}. Submit it again."
        message, _, cure = str(reason).partition(". ")
        raise ServiceRefused(f"{source.name}: {message.rstrip('.')}", cure or "Correct it and submit it again.")
    language = results.language
    contents = {get(one).suffix: client.result(job_id, "transcript", one, language) for one in results.transcript}
    made = {stage["stage"] for stage in job["stages"] if stage["state"] == "done"}
    if "summarize" in made:
        for one in results.minutes:
            contents[get_minutes_format(one).suffix] = client.result(job_id, "minutes", one, language)
    writer = ResultWriter(settings.data_dir / "results")
    written = writer.write(folder, source.name, job["recording_sha256"], contents)
    notices = "".join(f"\n  {shown(notice)}" for notice in job.get("notices", ()))
    stderr.print(f"[dim]{shown(source.name)} -> {shown(', '.join(map(str, written)))}{notices}[/]")
