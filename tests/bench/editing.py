"""Edits of a long transcript measured: what a person waits for after each change, on the server."""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.rest import Person, make_rest
from tests.seeding import long_transcript, seed
from web.parsed import Parsed

WORDS = 30_000
_EDITS = 15  # of each kind


def edits(pairs: int) -> list[str]:
    """Medians of an edit, from the request to the answer, with the short answer and with the whole transcript."""
    del pairs
    rows = [
        f"| an edit of {WORDS} words, request to answer | short answer | whole transcript | nothing in memory |",
        "|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as data:
        rest = make_rest(Path(data), rate_limit=0)
        ann = rest.person("admin")
        job = seed(rest.settings, long_transcript(WORDS), recording=b"RIFF")
        for name, body in _BODIES.items():
            short = _median(ann, job, body, {"Prefer": "return=minimal"})
            whole = _median(ann, job, body, {})
            cold = _median(ann, job, body, {"Prefer": "return=minimal"}, before=_forgetting(rest.app.extensions))
            rows.append(f"| {name} | {short:.0f} ms | {whole:.0f} ms | {cold:.0f} ms |")
    return rows


def _text(turn: int) -> dict[str, Any]:
    return {"segments": [{"segment": 1000 + turn, "text": f"Take {turn} of it, corrected by hand."}]}


def _structure(turn: int) -> dict[str, Any]:
    return {"operations": [{"op": "split", "segment": 500 + turn, "word": 2}, {"op": "join", "segment": 500 + turn}]}


def _everywhere(turn: int) -> dict[str, Any]:
    first, second = ("report", "account") if turn % 2 == 0 else ("account", "report")
    return {"operations": [{"op": "replace", "find": first, "with": second}]}


_BODIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "one segment's text": _text,
    "parted and joined": _structure,
    "a word replaced everywhere": _everywhere,
}


def _forgetting(extensions: dict[str, Any]) -> Callable[[], None]:
    def forget() -> None:
        kept: Parsed = extensions["steno"].parsed
        kept.clear()

    return forget


def _median(
    person: Person,
    job: str,
    body: Callable[[int], dict[str, Any]],
    headers: dict[str, str],
    before: Callable[[], None] = lambda: None,
) -> float:
    person.get(f"/jobs/{job}/transcript")
    times = []
    for turn in range(_EDITS):
        asked = body(turn)
        before()
        begun = perf_counter()
        answer = person("PATCH", f"/jobs/{job}/transcript", json=asked, headers=headers)
        times.append(1000 * (perf_counter() - begun))
        assert answer.status_code == 200, answer.text
    return statistics.median(times)
