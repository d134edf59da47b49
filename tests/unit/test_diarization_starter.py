"""The bundled pipeline: small, and without code in its files."""

import pickletools
import zipfile
from pathlib import Path

import pytest

from steno.config import Settings
from worker.diarization.libraries import import_pyannote
from worker.diarization.models import resolve_pipeline

DIRECTORY = resolve_pipeline("starter", Settings()).path
WEIGHTS = ["segmentation/pytorch_model.bin", "embedding/pytorch_model.bin"]
# Tensors, plain values, and pyannote's record of what a model does (a dataclass and two enumerations).
PLAIN = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch HalfStorage",
    "torch LongStorage",
    "torch FloatStorage",
    "pyannote.audio.core.task Specifications",
    "pyannote.audio.core.task Problem",
    "pyannote.audio.core.task Resolution",
}


def test_it_is_at_most_fifteen_megabytes() -> None:
    assert sum(file.stat().st_size for file in DIRECTORY.rglob("*") if file.is_file()) <= 15_000_000


@pytest.mark.parametrize("weights", WEIGHTS)
def test_its_pickles_name_nothing_but_values(weights: str) -> None:
    with zipfile.ZipFile(DIRECTORY / weights) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("data.pkl")]
        operations = list(pickletools.genops(archive.read(name)))

    named = {argument for operation, argument, _ in operations if operation.name == "GLOBAL"}
    assert named
    assert named <= PLAIN
    assert not {"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ_EX"} & {operation.name for operation, _, _ in operations}


@pytest.mark.parametrize("weights", WEIGHTS)
def test_torch_loads_it_without_trusting_it(weights: str) -> None:
    import_pyannote()
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications

    with torch.serialization.safe_globals([Problem, Resolution, Specifications]):
        loaded = torch.load(Path(DIRECTORY) / weights, weights_only=True)

    assert loaded["pyannote.audio"]["architecture"]["module"].startswith("pyannote.audio.models")


def test_stock_pyannote_loads_the_directory() -> None:
    import_pyannote()
    from pyannote.audio import Pipeline
    from pyannote.audio.pipelines import SpeakerDiarization

    assert type(Pipeline.from_pretrained(DIRECTORY)) is SpeakerDiarization
