"""The diarization beside stock pyannote, its memory, and what it costs beside the transcription."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench.material import recording
from tests.conftest import ROOT


@dataclass(frozen=True)
class Run:
    """Seconds of each part, the result as RTTM, peak resident bytes."""

    parts: dict[str, float]
    rttm: str
    peak: int


def run(system: str, audio: Path, variant: str = "starter") -> Run:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.speaker_runs", system, str(audio), variant]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, text=True)
    made = Run(**json.loads(result.stdout.splitlines()[-1]))
    seconds = ", ".join(f"{name} {value:.2f} s" for name, value in made.parts.items())
    sys.stderr.write(f"{system} {variant} {audio.name}: {seconds}, {made.peak / 1e6:.0f} MB\n")
    return made


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def diarization(output: Path, pairs: int) -> list[str]:
    """Ratios stock / ours of the parts; the RTTM must be the same. Stock also at our batch size."""
    rows = [
        "| diarization, 2 threads; stock / ours | embeddings | at our batch size | all of it | same RTTM |",
        "|---|---|---|---|---|",
    ]
    for label, variant, minutes in (
        ("starter pipeline, 10 minutes", "starter", 10),
        ("ResNet34 of pyannote's published pipelines (random weights), 1 minute", "resnet", 1),
    ):
        audio = recording(output, minutes)
        embeddings, alike, totals, same = [], [], [], True
        for _ in range(pairs):
            stock, small, ours = (run(system, audio, variant) for system in ("stock", "small", "fast"))
            embeddings.append(stock.parts["get_embeddings"] / ours.parts["get_embeddings"])
            alike.append(small.parts["get_embeddings"] / ours.parts["get_embeddings"])
            totals.append(stock.parts["total"] / ours.parts["total"])
            same = same and stock.rttm == ours.rttm
        ratios = " | ".join(map(spread, (embeddings, alike, totals)))
        rows.append(f"| {label} | {ratios} | {'yes' if same else 'NO'} |")
    return rows


def diarization_memory(output: Path, pairs: int) -> list[str]:
    """Peak resident memory of the diarizing process as the line runs it."""
    del pairs
    rows = ["| peak of the diarizing process | 1 h | 6 h |", "|---|---|---|"]
    peaks = [run("stage", recording(output, 60 * hours)).peak / 1e6 for hours in (1, 6)]
    rows.append(f"| starter pipeline | {peaks[0]:.0f} MB | {peaks[1]:.0f} MB |")
    return rows


def together(output: Path, pairs: int) -> list[str]:
    """Wall time of both stages side by side against the longer of the two alone, one thread each."""
    rows = ["| 5 minutes of speech, one thread for each stage | seconds |", "|---|---|"]
    audio, ratios = recording(output, 5), []
    alone: dict[str, list[float]] = {"speech": [], "speakers": [], "both": []}
    for _ in range(pairs):
        for variant, seconds in alone.items():
            seconds.append(run("line", audio, variant).parts["total"])
        ratios.append(alone["both"][-1] / max(alone["speech"][-1], alone["speakers"][-1]))
    for label, variant in (("transcription alone", "speech"), ("diarization alone", "speakers"), ("both", "both")):
        rows.append(f"| {label} | {statistics.median(alone[variant]):.1f} |")
    rows.append(f"| both / the longer of the two | {spread(ratios)} |")
    return rows
