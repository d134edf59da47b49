"""`steno eval`: how good transcripts are, as numbers."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from steno.cli.console import complain, shown, speaks_plainly, stderr, stdout
from steno.cli.evaluate_minutes import eval_minutes
from steno.errors import InvalidOption, MissingProgram, StenoError
from steno.evaluation.reading import READERS, read
from steno.evaluation.report import Evaluation, Options, as_json, evaluate, total

_NEEDED = ("jiwer", "meeteval", "pyannote.metrics", "whisper_normalizer", "srt", "webvtt", "scipy")


evaluation = typer.Typer(help="How good transcripts and minutes are, as numbers.", invoke_without_command=True)
evaluation.command("minutes")(eval_minutes)


@evaluation.callback()
@speaks_plainly
def eval_(
    context: typer.Context,
    reference: Annotated[
        Path | None, typer.Option("--reference", help="What was said: a file, or a folder of them.")
    ] = None,
    hypothesis: Annotated[
        Path | None, typer.Option("--hypothesis", help="What was recognised: a file, or a folder.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="For the normalization; default: the transcripts', else en.")
    ] = None,
    collar: Annotated[
        float, typer.Option(min=0, help="Seconds on each side of a turn's edges that DER leaves out.")
    ] = 0.0,
    tcp_collar: Annotated[float, typer.Option(min=0, help="Seconds by which tcpWER lets words be off.")] = 5.0,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Word, speaker and diarization errors of a transcript, or of a folder of them matched by file name.

    Reads JSON, STM, RTTM, CTM, SRT, WebVTT and TXT. The exit code is 0 only if everything could be measured.
    """
    if context.invoked_subcommand is not None:
        return
    if reference is None or hypothesis is None:
        raise InvalidOption("Two things are compared", "Give --reference and --hypothesis, or: steno eval minutes FILE")
    _check_installed()
    options = Options(language.strip().lower() if language else None, collar, tcp_collar)
    pairs, alone = _pairs(reference, hypothesis)
    measured, failed = [], [f"{path.name} has no counterpart" for path in alone]
    for name, truth, heard in pairs:
        try:
            measured.append(evaluate(name, read(truth), read(heard), options))
        except StenoError as error:
            if len(pairs) == 1 and not alone:
                raise
            failed.append(str(error))
    if json_:
        folder = reference.is_dir()
        document: dict[str, object] = (
            {"recordings": [as_json(one) for one in measured], "total": as_json(total(measured)), "failed": failed}
            if folder
            else dict(as_json(measured[0]))
        )
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        _print(measured)
    for line in failed:
        complain(line)
    if failed:
        raise typer.Exit(1)


def _check_installed() -> None:
    for name in _NEEDED:
        try:
            found = find_spec(name) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            raise MissingProgram(f"steno eval needs {name}", "Install it: pip install 'steno[evaluation]'")


def _pairs(reference: Path, hypothesis: Path) -> tuple[list[tuple[str, Path, Path]], list[Path]]:
    """(name, reference, hypothesis) and the files without a counterpart."""
    for path in (reference, hypothesis):
        if not path.exists():
            raise InvalidOption(f"{path} does not exist", "Check the path.")
    if reference.is_dir() != hypothesis.is_dir():
        raise InvalidOption("One of the two is a folder, the other a file", "Give two files or two folders.")
    if not reference.is_dir():
        return [(hypothesis.stem, reference, hypothesis)], []
    truths, heard = _transcripts(reference), _transcripts(hypothesis)
    if not truths.keys() & heard.keys():
        raise InvalidOption(
            f"No file in {reference} has a counterpart in {hypothesis}",
            f"Names must agree up to the suffix; known: {', '.join(sorted(READERS))}.",
        )
    pairs = [(name, truths[name], heard[name]) for name in sorted(truths.keys() & heard.keys())]
    return pairs, [truths[name] for name in sorted(truths.keys() - heard.keys())]


def _transcripts(folder: Path) -> dict[str, Path]:
    """Of several files of one name the one that says most: JSON before STM before subtitles."""
    rank = {suffix: number for number, suffix in enumerate((".json", ".stm", ".vtt", ".srt", ".ctm", ".rttm", ".txt"))}
    found = [path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in rank]
    ordered = sorted(found, key=lambda path: rank[path.suffix.lower()], reverse=True)
    return {path.stem: path for path in ordered}


def _print(measured: list[Evaluation]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "WER", "cpWER", "tcpWER", "DER", "missed", "false alarm", "confusion", "word speakers"):
        table.add_column(column, justify="left" if not column else "right")
    rows = measured if len(measured) == 1 else [*measured, total(measured)]
    for one in rows:
        words = [None if errors is None else errors.rate for errors in (one.wer, one.cpwer, one.tcpwer)]
        right = one.attribution.accuracy if one.attribution else None
        table.add_row(shown(one.name), *map(_percent, [*words, *_der(one), right]))
    stdout.print(table)
    for one in measured:
        for note in one.notes:
            stderr.print(f"[dim]{shown(one.name)}: {shown(note)}[/]")


def _der(one: Evaluation) -> list[float | None]:
    """DER and its three parts, as shares of the speech."""
    if one.der is None or not one.der.speech:
        return [None] * 4
    parts = (one.der.missed, one.der.false_alarm, one.der.confusion)
    return [one.der.rate, *(part / one.der.speech for part in parts)]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
