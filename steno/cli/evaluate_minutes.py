"""`steno eval minutes`: how good minutes are on golden meetings, as numbers."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from steno.cli.console import shown, speaks_plainly, stderr, stdout
from steno.cli.minutes import Language, Template, minutes_options
from steno.config import load_settings
from steno.errors import InvalidOption, MissingProgram
from steno.evaluation.golden import GoldenMeeting, read_golden
from steno.evaluation.minutes import MinutesEvaluation, Score, Share, evaluate_minutes, total


@speaks_plainly
def eval_minutes(
    golden: Annotated[
        list[Path], typer.Argument(help="Golden meetings: files, or folders of .txt.", metavar="GOLDEN...")
    ],
    rules: Annotated[bool, typer.Option("--rules", help="Without a language model, even where one is set.")] = False,
    template: Template = None,
    language: Language = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Precision, recall and F1 of action items, decisions and open questions, and how far their evidence bears them.

    docs/evaluation.md describes the golden meetings and the figures.
    """
    if find_spec("scipy") is None:
        raise MissingProgram("steno eval needs scipy", "Install it: pip install 'steno[evaluation]'")
    settings = load_settings()
    if rules:
        settings = settings.model_copy(update={"llm_url": None})
    options = minutes_options(settings, template, language, None)
    from worker.summarization.summarizing import summarize

    measured: list[MinutesEvaluation] = []
    for meeting in _meetings(golden):
        made = summarize(meeting.transcript, options, settings)
        measured.append(evaluate_minutes(meeting, made))
        for notice in made.provenance.notices:
            stderr.print(f"[yellow]note:[/] {shown(meeting.name)}: {shown(notice)}")
    codes = sorted({one.language for one in measured})
    sums = [total([one for one in measured if one.language == code], f"all in {code}", code) for code in codes]
    sums.append(total(measured))
    if json_:
        document = {"meetings": [_as_json(one) for one in measured], "totals": [_as_json(one) for one in sums]}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        _print(measured, sums)


def _meetings(paths: Sequence[Path]) -> list[GoldenMeeting]:
    files = [file for path in paths for file in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    if not files:
        raise InvalidOption("There is no golden meeting", "Name files, or a folder that holds some.")
    return [read_golden(file) for file in files]


def _print(measured: Sequence[MinutesEvaluation], sums: Sequence[MinutesEvaluation]) -> None:
    table = Table()
    heads = "items P,R,F1,owners,due,decisions P,R,F1,questions F1,evidence,unverified".split(",")
    for head in ("", *heads):
        table.add_column(head, justify="right" if head else "left")
    for at, one in enumerate((*measured, *sums)):
        if at == len(measured):
            table.add_section()
        table.add_row(
            shown(one.name),
            *_scores(one.actions),
            _percent(one.owners),
            _percent(one.due_days),
            *_scores(one.decisions),
            f"{one.questions.f1:.2f}",
            _percent(one.evidence),
            _percent(one.unverified),
        )
    stdout.print(table)


def _scores(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.2f}", f"{score.recall:.2f}", f"{score.f1:.2f}"


def _percent(share: Share) -> str:
    return f"{100 * share.value:.0f} %" if share.of else "-"


def _as_json(one: MinutesEvaluation) -> dict[str, object]:
    document = asdict(one)
    for name in ("actions", "decisions", "questions"):
        score: Score = getattr(one, name)
        document[name] |= {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    for name in ("owners", "due_days", "evidence", "unverified"):
        document[name]["share"] = getattr(one, name).value
    return document
