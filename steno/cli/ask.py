"""`steno ask`: a question to recordings."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from steno.answer import Answer, Passage
from steno.cli.console import shown, speaks_plainly, stderr, stdout
from steno.cli.minutes import read_transcript
from steno.config import Settings, load_settings
from steno.errors import InvalidOption
from steno.exports.clean import short_clock
from steno.jobs import TranscriptionOptions
from steno.transcript import Transcript


@speaks_plainly
def ask(
    sources: Annotated[
        list[str],
        typer.Argument(help="Transcripts as JSON, or recordings; the question last.", metavar="FILE... QUESTION"),
    ],
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="Of the answer; default: the first's.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask recordings a question: an answer whose every sentence cites what was said, or the best passages.

    A recording that has its JSON transcript beside it is not transcribed again.
    """
    *names, question = sources
    if not names:
        raise InvalidOption("A file or the question is missing", 'For example: steno ask meeting.json "Who pays?"')
    settings = load_settings()
    transcripts = [_transcript(Path(name), settings) for name in names]
    from worker.asking.answering import answer

    found = answer(question, transcripts, settings, language=language.strip().lower() if language else None)
    if json_:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


def _transcript(path: Path, settings: Settings) -> Transcript:
    if path.suffix.lower() == ".json":
        return read_transcript(path)
    from worker.pipeline import hash_file

    beside = path.with_suffix(".json")
    if path.is_file() and beside.is_file():
        known = read_transcript(beside)
        if known.provenance.recording_sha256 == hash_file(path):
            return known
    from worker.loading import load_line

    stderr.print(f"[dim]{shown(path.name)} is being transcribed ...[/]")
    line = load_line(TranscriptionOptions(model=settings.model, diarize=settings.diarize), settings)
    try:
        return line.run(path)
    finally:
        line.close()


def _print(found: Answer) -> None:
    for notice in found.notices:
        stderr.print(f"[yellow]note:[/] {shown(notice)}")
    for sentence in found.sentences:
        stdout.print(shown(sentence.text))
        if sentence.doubts:
            stdout.print(f"  [italic]unverified: {shown('; '.join(sentence.doubts))}[/]")
        for citation in sentence.citations:
            stdout.print(f"  [dim]{_place(citation)} “{shown(citation.text)}”[/]")
    if found.sentences:
        return
    if found.model is not None:
        stdout.print("[dim]The language model found no answer in these recordings.[/]")
    stdout.print("[dim]Passages most like the question:[/]" if found.passages else "[dim]Nothing like it was said.[/]")
    for passage in found.passages:
        stdout.print(f"[bold]{_place(passage)}[/]\n  {shown(passage.text)}")


def _place(passage: Passage) -> str:
    speakers = f" {shown(', '.join(passage.speakers))}" if passage.speakers else ""
    return f"{shown(passage.recording)} {escape(short_clock(passage.start))}{speakers}:"
