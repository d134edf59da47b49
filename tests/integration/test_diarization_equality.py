"""The fast pipeline against stock pyannote: the same RTTM, to the last digit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steno.storage import ArtifactStore
from tests.speech import SPEAKERS, samples
from worker.diarization import stage
from worker.diarization.libraries import import_pyannote
from worker.diarization.loading import load_pipeline
from worker.diarization.models import resolve_pipeline
from worker.diarization.result import SpeakerBounds
from worker.diarization.stage import Growing, diarize

RECORDINGS = [SPEAKERS / f"meeting-{number:02d}.opus" for number in (1, 2, 3, 5, 9)]  # 2, 3, 4, 3 and 4 speakers


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    import_pyannote()
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def starter() -> Path:
    from steno.config import Settings

    return resolve_pipeline("starter", Settings()).path


@pytest.fixture(scope="module")
def stock(starter: Path) -> Any:
    from pyannote.audio import Pipeline

    return Pipeline.from_pretrained(starter)


@pytest.fixture(scope="module")
def fast(starter: Path) -> Any:
    return load_pipeline(starter)


def in_memory(audio: np.ndarray) -> dict[str, Any]:
    import torch

    return {"waveform": torch.from_numpy(audio)[None], "sample_rate": 16_000, "uri": "recording"}


def rttm(output: Any) -> tuple[str, str]:
    return output.speaker_diarization.to_rttm(), output.exclusive_speaker_diarization.to_rttm()


@pytest.mark.parametrize(
    ("recording", "speakers"),
    [*((one, None) for one in RECORDINGS), (RECORDINGS[0], 3), (RECORDINGS[1], 2)],
    ids=lambda given: given.stem if isinstance(given, Path) else f"{given or 'estimated'}",
)
def test_the_rttm_is_that_of_stock_pyannote(stock: Any, fast: Any, recording: Path, speakers: int | None) -> None:
    audio = samples(recording)[: 45 * 16_000]

    theirs = stock(in_memory(audio), num_speakers=speakers)
    ours = fast(in_memory(audio), num_speakers=speakers)

    assert rttm(ours) == rttm(theirs)
    assert len(theirs.speaker_diarization) > 5
    assert np.allclose(ours.speaker_embeddings, theirs.speaker_embeddings, atol=1e-3)


@pytest.mark.parametrize("bounds", [{"min_speakers": 3}, {"max_speakers": 2}], ids=str)
def test_bounds_mean_the_same(stock: Any, fast: Any, bounds: dict[str, int]) -> None:
    audio = samples(RECORDINGS[1])[: 30 * 16_000]

    assert rttm(fast(in_memory(audio), **bounds)) == rttm(stock(in_memory(audio), **bounds))


@pytest.mark.parametrize("seconds", [4.0, 10.0, 10.5, 23.37])
def test_any_length_has_the_same_windows(stock: Any, fast: Any, seconds: float) -> None:
    audio = samples(RECORDINGS[0])[: int(seconds * 16_000)]

    assert rttm(fast(in_memory(audio))) == rttm(stock(in_memory(audio)))


def test_range_by_range_is_the_same_as_at_once(
    fast: Any, stock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "RANGE_WINDOWS", 16)
    audio = samples(RECORDINGS[2])
    pcm = (audio * 32768).astype(np.int16)
    pcm.tofile(tmp_path / "audio.pcm")

    def growing(wanted: int) -> tuple[int, bool]:
        return (wanted, False) if wanted < len(pcm) else (len(pcm), True)

    store = ArtifactStore(tmp_path)
    found = diarize(fast, Growing(tmp_path / "audio.pcm", growing), store, "ranges", SpeakerBounds())

    annotation = stock(in_memory(audio)).speaker_diarization
    theirs = sorted((round(turn.start, 3), round(turn.end, 3)) for turn in annotation.itersegments())
    assert [(turn.start, turn.end) for turn in found.turns] == theirs
    assert len({turn.speaker for turn in found.turns}) == len(annotation.labels())
    assert len(list((tmp_path / "ranges").iterdir())) == -(-fast.count(len(pcm)) // 16)


def test_another_embedding_network_and_clustering_give_the_same_too(starter: Path) -> None:
    """WeSpeaker's ResNet34, as in pyannote's published pipelines, with random weights, and agglomerative clustering."""
    import torch
    from pyannote.audio import Model
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import WeSpeakerResNet34
    from pyannote.audio.pipelines import SpeakerDiarization

    from worker.diarization.fast import FastSpeakerDiarization

    torch.manual_seed(3)
    embedding = WeSpeakerResNet34()
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=10.0
    )

    def pipeline() -> SpeakerDiarization:
        made = SpeakerDiarization(
            segmentation=Model.from_pretrained(starter / "segmentation"),
            embedding=embedding,
            plda=str(starter / "plda"),
            clustering="AgglomerativeClustering",
            embedding_batch_size=8,
        )
        return made.instantiate(
            {
                "segmentation": {"min_duration_off": 0.1},
                "clustering": {"method": "centroid", "min_cluster_size": 2, "threshold": 0.05},
            }
        )

    audio = samples(RECORDINGS[1])[: 16 * 16_000]

    theirs, ours = pipeline()(in_memory(audio)), FastSpeakerDiarization.adopt(pipeline())(in_memory(audio))

    assert rttm(ours) == rttm(theirs)
