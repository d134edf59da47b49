"""Every kind of event that is written down has words for people, and no words are left of kinds that are gone."""

import ast
from collections.abc import Iterator
from pathlib import Path

from steno.ledger.openings import OPENED
from steno.states import JobState
from web.portal.happenings import HAPPENINGS

ROOT = Path(__file__).parents[2]


def recorded() -> Iterator[str]:
    """The kinds, as they stand in the sources; of a choice both."""
    for path in [*ROOT.glob("steno/ledger/*.py"), *ROOT.glob("web/**/*.py")]:
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "record":
                yield from (str(part.value) for part in _kinds(one.args[1]))


def _kinds(kind: ast.expr) -> list[ast.Constant]:
    if isinstance(kind, ast.JoinedStr):  # f"job.{state}"
        return [ast.Constant(f"job.{state}") for state in JobState]
    chosen = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
    return [part for part in chosen if isinstance(part, ast.Constant)]


def test_every_kind_of_event_has_words_and_no_other() -> None:
    assert set(HAPPENINGS) == {*recorded(), OPENED}
