"""One measured run of the diarization, in a process of its own: `python -m tests.bench.speaker_runs SYSTEM ...`.

Prints JSON: seconds of each part, peak resident bytes, the RTTM. `stock` (batches of 32, as pyannote publishes its
pipelines), `small` (stock with batches of 4) and `fast` take the same pipeline, samples in memory and threads; `stage`
is ours as the line runs it, range by range from a file.
"""

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from steno.config import Settings
from steno.storage import ArtifactStore
from tests.memory import own_peak
from worker.diarization.libraries import import_pyannote
from worker.diarization.loading import load_pipeline
from worker.diarization.models import STARTER, resolve_pipeline
from worker.diarization.result import SpeakerBounds
from worker.diarization.stage import Growing, diarize
from worker.ffmpeg import DecodeLimits, find_ffmpeg
from worker.media import decode

THREADS = 2


def samples(recording: Path) -> np.ndarray:
    with decode(recording, ffmpeg=find_ffmpeg(), limits=DecodeLimits.from_settings(Settings())) as stream:
        return np.concatenate(list(stream))


def pipeline(*, fast: bool, embedding: str) -> Any:
    """The starter pipeline; `resnet` is its segmentation with WeSpeaker's ResNet34 of random weights."""
    import_pyannote()
    import torch
    from pyannote.audio import Model, Pipeline
    from pyannote.audio.models.embedding import WeSpeakerResNet34
    from pyannote.audio.pipelines import SpeakerDiarization

    from worker.diarization.fast import FastSpeakerDiarization

    torch.set_num_threads(THREADS)
    path = resolve_pipeline(STARTER, Settings()).path
    if embedding == "starter":
        return load_pipeline(path, device="cpu", threads=THREADS) if fast else Pipeline.from_pretrained(path)
    torch.manual_seed(1)
    made = SpeakerDiarization(
        segmentation=Model.from_pretrained(path / "segmentation"),
        segmentation_batch_size=32,
        embedding=WeSpeakerResNet34(),
        embedding_batch_size=32,
        plda=str(path / "plda"),
        clustering="AgglomerativeClustering",
    )
    chosen = {"method": "centroid", "min_cluster_size": 4, "threshold": 0.05}
    made.instantiate({"segmentation": {"min_duration_off": 0.0}, "clustering": chosen})
    return FastSpeakerDiarization.adopt(made) if fast else made


def whole(recording: Path, *, fast: bool, embedding: str, small: bool) -> dict[str, Any]:
    import torch

    made = pipeline(fast=fast, embedding=embedding)
    if small:
        made.embedding_batch_size = 4
    waveform = torch.from_numpy(samples(recording).astype(np.float32) / 32768)[None]
    file = {"waveform": waveform, "sample_rate": 16_000, "uri": "recording"}
    made({**file, "waveform": waveform[:, : 12 * 16_000]})  # warm
    parts: dict[str, float] = {}
    for name in ("get_segmentations", "get_embeddings"):
        _time(made, name, parts)
    begun = perf_counter()
    output = made(file)
    parts["total"] = perf_counter() - begun
    return {"parts": parts, "rttm": output.speaker_diarization.to_rttm()}


def _time(made: Any, name: str, parts: dict[str, float]) -> None:
    own = getattr(made, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        begun = perf_counter()
        try:
            return own(*arguments, **options)
        finally:
            parts[name] = perf_counter() - begun

    object.__setattr__(made, name, timed)


def stage(recording: Path) -> dict[str, Any]:
    made = load_pipeline(resolve_pipeline(STARTER, Settings()).path, device="cpu", threads=THREADS)
    with tempfile.TemporaryDirectory() as folder:
        audio, count = Path(folder) / "audio.pcm", 0
        with (
            audio.open("wb") as file,
            decode(recording, ffmpeg=find_ffmpeg(), limits=DecodeLimits.from_settings(Settings())) as stream,
        ):
            for block in stream:
                file.write(block.tobytes())
                count += len(block)
        begun = perf_counter()
        found = diarize(
            made,
            Growing(audio, lambda wanted: (count, True)),
            ArtifactStore(Path(folder)),
            "ranges",
            SpeakerBounds(),
        )
    return {"parts": {"total": perf_counter() - begun}, "rttm": str(len({turn.speaker for turn in found.turns}))}


def line(recording: Path, *, speech: bool, speakers: bool) -> dict[str, Any]:
    """The line on one thread for each stage; without `speech` nothing is recognised."""
    from steno.jobs import TranscriptionOptions
    from worker.loading import load_line
    from worker.recognition import RecognisedChunk, Recogniser

    if not speech:
        Recogniser.batch = lambda self, chunks, pcm: [  # type: ignore[method-assign]
            RecognisedChunk(chunk.index, (), (), ()) for chunk in chunks
        ]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), threads=1, device="cpu")
        made = load_line(TranscriptionOptions(model="starter", language="en", diarize=speakers), settings)
        made.run(Path(__file__).parents[1] / "recordings/meeting-01.opus")  # warm
        begun = perf_counter()
        made.run(recording)
        seconds = perf_counter() - begun
        made.close()
    return {"parts": {"total": seconds}, "rttm": ""}


def main() -> None:
    system, recording, variant = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if system == "line":
        found = line(recording, speech=variant != "speakers", speakers=variant != "speech")
    elif system == "stage":
        found = stage(recording)
    else:
        found = whole(recording, fast=system == "fast", embedding=variant, small=system == "small")
    peak = own_peak()
    sys.stdout.write(json.dumps({**found, "peak": peak}))


if __name__ == "__main__":
    main()
