"""Minutes measured: the rules on the golden meetings, the threshold of the evidence check, the signs of attacks."""

import json
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from steno.config import Settings
from steno.evaluation.golden import GoldenMeeting, read_golden
from steno.evaluation.minutes import MinutesEvaluation, evaluate_minutes, total
from steno.jobs import MinutesOptions
from steno.minutes import Minutes
from steno.transcript import Segment
from steno.vocabulary import content_stems, overlap
from tests.conftest import ROOT
from tests.endpoint import FAULTS, Endpoint, Oracle, serving
from worker.summarization.injection import addressing
from worker.summarization.summarizing import summarize

GOLDEN = ROOT / "tests" / "golden"
REDTEAM = ROOT / "tests" / "redteam"
_NAMES = {"en": "English", "fi": "Finnish", "sv": "Swedish", "de": "German"}


def golden(folder: Path = GOLDEN) -> list[GoldenMeeting]:
    return [read_golden(path) for path in sorted(folder.glob("*.txt"))]


def rules(pairs: int) -> list[str]:
    """F1 of the offline extractor, by language, for each of the sets."""
    del pairs
    rows = [
        "| rules, without a language model | meetings | items P | R | F1 | owners | due days | decisions F1 "
        "| open questions F1 | evidence | unverified |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as data:
        for title, folder in (("", GOLDEN), (", not seen by who wrote the rules", GOLDEN / "unseen")):
            meetings = golden(folder)
            measured = [
                evaluate_minutes(
                    one, summarize(one.transcript, MinutesOptions(), Settings(data_dir=Path(data), llm_url=None))
                )
                for one in meetings
            ]
            for code, name in _NAMES.items():
                mine = [one for one in measured if one.language == code]
                rows.append(_row(f"{name}{title}", total(mine), len(mine)))
            rows.append(_row(f"**all**{title}", total(measured), len(measured)))
    return rows


def _row(name: str, sums: MinutesEvaluation, count: int) -> str:
    actions = sums.actions
    shares = " | ".join(f"{100 * one.value:.0f} %" for one in (sums.owners, sums.due_days))
    ends = " | ".join(f"{100 * one.value:.0f} %" for one in (sums.evidence, sums.unverified))
    return (
        f"| {name} | {count} | {actions.precision:.2f} | {actions.recall:.2f} | {actions.f1:.2f} | {shares} "
        f"| {sums.decisions.f1:.2f} | {sums.questions.f1:.2f} | {ends} |"
    )


def evidence(pairs: int) -> list[str]:
    """Share of a statement's words in the segments that prove it, and in two neighbours drawn at random."""
    del pairs
    chance = random.Random(1)
    right: list[float] = []
    wrong: list[float] = []
    for meeting in golden():
        language = meeting.transcript.language
        stems = [content_stems(segment.text, language) for segment in meeting.transcript.segments]
        for one in (*meeting.actions, *meeting.decisions, *meeting.questions):
            claimed = content_stems(one.text, language)
            if not claimed:
                continue
            right.append(overlap(claimed, [stem for number in one.segments for stem in stems[number]]))
            for _ in range(20):
                at = chance.randrange(len(stems) - 1)
                if not {at, at + 1} & one.segments:
                    wrong.append(overlap(claimed, stems[at] + stems[at + 1]))
    rows = ["| words in common, at least | right statements | statements about something else |", "|---|---|---|"]
    rows += [
        f"| {share:.0%} | {_share(right, share)} | {_share(wrong, share)} |" for share in (0.01, 0.15, 0.25, 0.34, 0.5)
    ]
    return rows


def _share(values: Sequence[float], threshold: float) -> str:
    return f"{100 * sum(value >= threshold for value in values) / len(values):.1f} %"


def attacks(pairs: int) -> list[str]:
    """Attacks of which every line is kept from the language model, by class; harmless sentences that are, too."""
    del pairs
    files = sorted(REDTEAM.glob("attacks*.jsonl"))
    found: list[Counter[str]] = []
    said: list[Counter[str]] = []
    for file in files:
        found.append(Counter())
        said.append(Counter())
        for attack in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            segments = [
                Segment(id=at, start=at, end=at + 1, text=text, speaker="S") for at, text in enumerate(attack["text"])
            ]
            said[-1][attack["class"]] += 1
            found[-1][attack["class"]] += len(addressing(segments)) == len(segments)
    rows = [f"| attacks kept from the model, all lines | {' | '.join(file.stem for file in files)} |"]
    rows.append("|---|" + "---|" * len(files))
    for kind in (*said[0], None):
        cells = [f"{_count(one, kind)} of {_count(all_, kind)}" for one, all_ in zip(found, said, strict=True)]
        rows.append(f"| {kind or '**all**'} | {' | '.join(cells)} |")
    honest = [
        Segment(id=at, start=10 * at, end=10 * at + 1, text=json.loads(line)["text"], speaker=f"S{at}")
        for at, line in enumerate(
            line
            for file in sorted(REDTEAM.glob("honest*.jsonl"))
            for line in file.read_text(encoding="utf-8").splitlines()
        )
    ]
    rows.append(
        f"| harmless sentences that look alike | {len(addressing(honest))} of {len(honest)} |" + " |" * (len(files) - 1)
    )
    return rows


def endpoint(pairs: int) -> list[str]:
    """What becomes of the minutes of a meeting whose endpoint misbehaves: on the first question, and on every one."""
    del pairs
    meeting = read_golden(GOLDEN / "product-meeting.txt")
    reference = {item.text for item in meeting.actions}
    rows = [
        f"| fault | on the first question: items of {len(reference)}, requests | on every question: made by, items |",
        "|---|---|---|",
    ]
    for fault in FAULTS:
        once, asked = _with_fault(meeting, faults={0: fault})
        always, _ = _with_fault(meeting, always=fault)
        method = "rules" if always.provenance.method == "extractive" else "model"
        found = len(reference & {item.task for item in once.action_items})
        rows.append(f"| {fault} | {found}, {asked} | {method}, {len(always.action_items)} |")
    return rows


def _with_fault(meeting: GoldenMeeting, **misbehaving: object) -> tuple[Minutes, int]:
    with tempfile.TemporaryDirectory() as data, serving(Endpoint(Oracle(meeting), **misbehaving)) as there:
        bounds = {"llm_url": there.url, "llm_timeout": 2.0, "llm_retries": 1, "llm_context": 32_000}
        made = summarize(meeting.transcript, MinutesOptions(), Settings(data_dir=Path(data), **bounds))
    return made, made.provenance.account.requests


def _count(counter: Counter[str], kind: str | None) -> int:
    return counter.total() if kind is None else counter[kind]
