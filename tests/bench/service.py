"""The service measured: its cost beside the plain line, how soon a short clip is there."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from tests.conftest import ROOT
from tests.media_factory import ffmpeg
from tests.service import Service

MEETING = ROOT / "examples" / "meeting.opus"
_THREADS = 2
_POLL = 0.05  # seconds
_CLIPS = 10


def overhead(folder: Path, pairs: int) -> list[str]:
    """Submit to completed, beside the line in a process where it is warm, too."""
    from worker.loading import load_line

    recording = _meeting(folder, 180)
    options = TranscriptionOptions(model="starter", language="en", diarize=False)
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as data, Service(Path(data), STENO_THREADS=str(_THREADS)) as service:
        settings = Settings(data_dir=Path(data) / "plain", threads=_THREADS, device="cpu")
        line = load_line(options, settings)
        line.run(recording)
        _transcribe(service, recording)
        for _ in range(2 * pairs):
            plain.append(timed(lambda: line.run(recording)))
            ours.append(timed(lambda: _transcribe(service, recording)))
            sys.stderr.write(f"line {plain[-1]:.2f} s, service {ours[-1]:.2f} s\n")
        line.close()
    return [
        "| 3 minutes of speech, starter model, no speakers, no minutes | seconds | / the line |",
        "|---|---|---|",
        f"| the line, warm, in one process | {statistics.median(plain):.2f} | 1 |",
        f"| the service, submit to completed | {statistics.median(ours):.2f} | {spread(ours, plain)} |",
    ]


def latency(folder: Path, pairs: int) -> list[str]:
    """From the first byte sent to the transcript in hand, with the model warm."""
    del pairs
    clip = _meeting(folder, 10)
    ways = {
        f"POST /api/v1/jobs, then looking every {1000 * _POLL:.0f} ms": _transcribe,
        "POST /v1/audio/transcriptions": _as_openai,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as data, Service(Path(data), STENO_THREADS=str(_THREADS)) as service:
        _transcribe(service, clip)
        for _ in range(_CLIPS):
            for name, way in ways.items():
                found[name].append(timed(lambda way=way: way(service, clip)))  # type: ignore[misc]
    rows = [f"| a clip of 10 s, {_CLIPS} times | median | longest |", "|---|---|---|"]
    rows += [f"| {name} | {statistics.median(times):.2f} s | {max(times):.2f} s |" for name, times in found.items()]
    return rows


def spread(ours: list[float], base: list[float]) -> str:
    """Median and extremes of the ratios of neighbours."""
    ratios = [one / other for one, other in zip(ours, base, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _meeting(folder: Path, seconds: int) -> Path:
    """The example meeting over and over."""
    made = folder / f"meeting-{seconds}-s.opus"
    if not made.exists():
        ffmpeg("-stream_loop", "-1", "-i", str(MEETING), "-t", str(seconds), "-c:a", "libopus", str(made))
    return made


def _transcribe(service: Service, recording: Path) -> None:
    """Hand it in, and wait for the transcript."""
    job_id = service.submit(recording, language="en")
    while (job := service.job(job_id))["state"] not in {"completed", "failed"}:
        time.sleep(_POLL)
    assert job["state"] == "completed", job
    assert service.request("GET", f"/api/v1/jobs/{job_id}/transcript.json").ok


def _as_openai(service: Service, recording: Path) -> None:
    with recording.open("rb") as file:
        form = {"model": "starter", "language": "en"}
        answer = service.request("POST", "/v1/audio/transcriptions", files={"file": file}, data=form)
    assert answer.json()["text"]
