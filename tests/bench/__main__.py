"""`make bench`: ours beside the plain library, interleaved, as ratios; writes the tables of docs/benchmarks.md.

    python -m tests.bench [PART ...] [--pairs N] [--write]

Every run is a process of its own with the same recording, model and threads. A ratio is plain / ours of neighbouring
runs, so that a machine whose speed drifts does not decide; medians are quoted.
"""

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from tests.bench import editing, pages, search, service, speakers
from tests.bench import minutes as of_minutes
from tests.bench.attribution import attribution
from tests.bench.cancelling import cancelling
from tests.bench.encryption import encryption
from tests.bench.following import following
from tests.bench.many_jobs import jobs
from tests.bench.material import recording
from tests.bench.uploading import upload
from tests.conftest import RECORDINGS, ROOT
from tests.model_factory import random_whisper
from tests.reference import Reference, word_error_rate
from worker.models import STARTER

OUTPUT = ROOT / "bench-output"


@dataclass(frozen=True)
class Run:
    """Seconds without model loading, text, peak resident bytes."""

    seconds: float
    text: str
    peak: int


def run(system: str, audio: Path, *, model: str = STARTER, beam: int = 5, first: bool = False) -> Run:
    command = [
        sys.executable,
        "-m",
        "tests.bench.runs",
        system,
        str(audio),
        model,
        str(beam),
        "first" if first else "all",
    ]
    result = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, text=True)
    made = Run(**json.loads(result.stdout))
    sys.stderr.write(f"{system} {audio.name} beam {beam}: {made.seconds:.2f} s, {made.peak / 1e6:.0f} MB\n")
    return made


def paired(audio: Path, pairs: int, **options: object) -> tuple[list[float], float, float]:
    """Ratios plain / ours, and the median seconds of ours and of the plain batched library."""
    ours, theirs = [], []
    for _ in range(pairs):
        ours.append(run("ours", audio, **options).seconds)  # type: ignore[arg-type]
        theirs.append(run("batched", audio, **options).seconds)  # type: ignore[arg-type]
    ratios = [plain / mine for mine, plain in zip(ours, theirs, strict=True)]
    return ratios, statistics.median(ours), statistics.median(theirs)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def random_tiny() -> str:
    """Random weights in the shape of Whisper tiny (30 s window): for timing, not for reading."""
    folder = OUTPUT / "random-tiny"
    if not (folder / "preprocessor_config.json").exists():
        random_whisper(folder, width=384, layers=4, heads=6)
    return str(folder)


def speed(pairs: int) -> list[str]:
    audio = recording(OUTPUT, 30)
    rows = ["| 30 minutes of speech, words with times | plain / ours | ours | plain batched |", "|---|---|---|---|"]
    for label, model in (("starter model", STARTER), ("random weights in the shape of Whisper tiny", random_tiny())):
        for beam in (1, 5):
            ratios, mine, plain = paired(audio, pairs, beam=beam, model=model)
            rows.append(f"| {label}, beam {beam} | {spread(ratios)} | {mine:.1f} s | {plain:.1f} s |")
    return rows


def first(pairs: int) -> list[str]:
    rows = ["| time to first segment | plain / ours | ours | plain batched |", "|---|---|---|---|"]
    for minutes in (10, 120):
        ratios, mine, plain = paired(recording(OUTPUT, minutes), pairs, first=True)
        rows.append(f"| {minutes} minutes | {spread(ratios)} | {mine:.2f} s | {plain:.2f} s |")
    return rows


def memory(pairs: int) -> list[str]:
    del pairs
    rows = ["| peak resident memory | shorter | longer | growth for each hour |", "|---|---|---|---|"]
    for label, system, lengths in (("ours", "ours", (0.5, 6)), ("plain batched", "batched", (0.5, 2))):
        low, high = (run(system, recording(OUTPUT, 60 * hours), beam=1).peak / 1e6 for hours in lengths)
        growth = (high - low) / (lengths[1] - lengths[0])
        rows.append(f"| {label}, {lengths[0]} h and {lengths[1]} h | {low:.0f} MB | {high:.0f} MB | {growth:.1f} MB |")
    return rows


def accuracy(pairs: int) -> list[str]:
    del pairs
    meetings = sorted(RECORDINGS.glob("meeting-*.opus"))
    truth = [Reference.beside(meeting).text for meeting in meetings]
    rows = ["| word error rate, eight held-out meetings | beam 5 |", "|---|---|"]
    for label, system in (
        ("ours", "ours"),
        ("plain, batched", "batched"),
        ("plain, sequential, voice filter, no conditioning", "sequential"),
    ):
        texts = [run(system, meeting).text for meeting in meetings]
        rows.append(f"| {label} | {word_error_rate(truth, texts):.1%} |")
    return rows


PARTS: dict[str, Callable[[int], list[str]]] = {
    "speed": speed,
    "first": first,
    "memory": memory,
    "accuracy": accuracy,
    "diarization": partial(speakers.diarization, OUTPUT),
    "diarization-memory": partial(speakers.diarization_memory, OUTPUT),
    "together": partial(speakers.together, OUTPUT),
    "attribution": partial(attribution, OUTPUT),
    "minutes": of_minutes.rules,
    "evidence": of_minutes.evidence,
    "attacks": of_minutes.attacks,
    "endpoint": of_minutes.endpoint,
    "jobs": partial(jobs, OUTPUT),
    "following": following,
    "upload": partial(upload, OUTPUT),
    "overhead": partial(service.overhead, OUTPUT),
    "latency": partial(service.latency, OUTPUT),
    "cancel": partial(cancelling, OUTPUT),
    "encryption": partial(encryption, OUTPUT),
    "editing": editing.edits,
    "page": pages.page,
    "search": search.searches,
}


def machine() -> str:
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) or [platform.processor()]
    return f"{len(names)} cores ({names[0]}), Python {platform.python_version()}, {date.today().isoformat()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=list(PARTS), help="default: all")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="replace the tables in docs/benchmarks.md")
    chosen = parser.parse_args()
    OUTPUT.mkdir(exist_ok=True)
    page = ROOT / "docs/benchmarks.md"
    for part in chosen.parts or PARTS:
        table = "\n".join([*PARTS[part](chosen.pairs), "", f"`python -m tests.bench {part}`, {machine()}."])
        sys.stdout.write(table + "\n\n")
        if chosen.write:
            text = page.read_text()
            begin, end = f"<!-- {part} -->", f"<!-- end {part} -->"
            before, after = text.split(begin)[0], text.split(end)[1]
            page.write_text(f"{before}{begin}\n{table}\n{end}{after}")


if __name__ == "__main__":
    main()
