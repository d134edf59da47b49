"""The PLDA of an embedding network, and the clustering's parameters, chosen on development meetings."""

import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from worker.models.training.diarization import plda
from worker.models.training.diarization.batches import batches
from worker.models.training.diarization.embedding import embed, masks
from worker.models.training.diarization.export import configure
from worker.models.training.diarization.networks import frame_centers, segmentation_network
from worker.models.training.voices import SAMPLE_RATE

if TYPE_CHECKING:
    from pyannote.audio.models.embedding import XVectorMFCC
    from pyannote.core import Annotation

_THRESHOLDS, _FA, _FB = (0.5, 0.6, 0.7, 0.8), (0.03, 0.07, 0.15), (0.4, 0.8, 2.0)


def fit_plda(network: "XVectorMFCC", bank: Path, folder: Path, *, windows: int = 4000, seed: int = 9) -> None:
    """Fit the PLDA on the embeddings of mixed windows of the training's speakers."""
    import torch

    network.eval()
    vectors, speakers, seen = [], [], 0
    with torch.inference_mode():
        for batch in batches(bank, frame_centers(segmentation_network()), batch=32, seed=seed):
            pooled = masks(batch, None)
            vectors.append(embed(network, batch, pooled, "cpu").numpy())
            speakers.append(pooled.speakers)
            seen += len(batch.audio)
            if seen >= windows:
                break
    plda.fit(np.concatenate(vectors).astype(np.float64), np.concatenate(speakers), folder)


def tune(folder: Path, meetings: Path) -> float:
    """Write the parameters of the lowest DER on `meetings` into the pipeline's configuration; that DER."""
    from pyannote.metrics.diarization import DiarizationErrorRate

    from worker.diarization.loading import load_pipeline

    pipeline = load_pipeline(folder)
    heard = [(pipeline.hear(audio, pipeline.count(len(audio))), reference) for audio, reference in references(meetings)]
    best = (np.inf, 0.0, 0.0, 0.0)
    for threshold, fa, fb in itertools.product(_THRESHOLDS, _FA, _FB):
        pipeline.instantiate(
            {"segmentation": {"min_duration_off": 0.0}, "clustering": {"threshold": threshold, "Fa": fa, "Fb": fb}}
        )
        metric = DiarizationErrorRate()
        for windows, reference in heard:
            metric(reference, pipeline.diarize(windows).speaker_diarization)
        print(f"threshold {threshold} Fa {fa} Fb {fb}: DER {abs(metric):.2%}", flush=True)
        best = min(best, (abs(metric), threshold, fa, fb))
    configure(folder, threshold=best[1], fa=best[2], fb=best[3])
    return best[0]


def score(folder: Path, meetings: Path) -> dict[str, float | int]:
    """DER (no collar, overlap scored) of a pipeline on meetings, its parts, and how often the number was right."""
    from pyannote.metrics.diarization import DiarizationErrorRate

    from worker.diarization.loading import load_pipeline

    pipeline, metric, right, count = load_pipeline(folder), DiarizationErrorRate(), 0, 0
    for audio, reference in references(meetings):
        found = pipeline.diarize(pipeline.hear(audio, pipeline.count(len(audio)))).speaker_diarization
        metric(reference, found)
        right += len(found.labels()) == len(reference.labels())
        count += 1
    parts = {
        name: round(metric[name] / metric["total"], 4) for name in ("missed detection", "false alarm", "confusion")
    }
    return {"der": round(abs(metric), 4), **parts, "meetings": count, "right_number_of_speakers": right}


def references(folder: Path) -> "Iterator[tuple[NDArray[np.float32], Annotation]]":
    """Samples and speaker turns of the meetings in a folder."""
    from pyannote.core import Annotation, Segment

    for path in sorted(folder.glob("*.json")):
        annotation = Annotation(uri=path.stem)
        for number, turn in enumerate(json.loads(path.read_text())["turns"]):
            annotation[Segment(turn["start"], turn["end"]), number] = turn["speaker"]
        yield decode(path.with_suffix(".opus")), annotation


def decode(recording: Path) -> NDArray[np.float32]:
    """Samples at 16 kHz, mono."""
    command = ["ffmpeg", "-v", "error", "-i", str(recording), "-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
    content = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(content, "<i2").astype(np.float32) / 32768
