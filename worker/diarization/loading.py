"""From a pipeline's directory to a pipeline that is ready."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from steno.errors import EngineFailure, UnknownModel
from worker.diarization import denormals
from worker.diarization.libraries import import_pyannote

if TYPE_CHECKING:
    from worker.diarization.fast import FastSpeakerDiarization


def load_pipeline(
    path: Path, *, device: Literal["auto", "cpu", "cuda"] = "auto", threads: int = 0
) -> "FastSpeakerDiarization":
    """The pipeline of a directory, on a GPU where there is one; `threads` (0: torch's own choice) bound it on a CPU.

    A directory may name further models by Hugging Face id; HF_TOKEN opens gated ones. Raises DiarizationUnavailable,
    UnknownModel, EngineFailure.
    """
    import_pyannote()
    import torch
    from pyannote.audio import Pipeline
    from pyannote.audio.pipelines import SpeakerDiarization

    from worker.diarization.fast import FastSpeakerDiarization

    if threads:
        torch.set_num_threads(threads)
    try:
        with denormals.flushed(), warnings.catch_warnings():  # torch's threads begin here
            warnings.simplefilter("ignore")
            pipeline = Pipeline.from_pretrained(path)
    except Exception as error:  # a directory may hold anything
        raise UnknownModel(
            f"The directory {path} holds no diarization pipeline that loads ({type(error).__name__}: {error})",
            "Give a directory with pyannote's config.yaml, a Hugging Face id, or `starter`.",
        ) from error
    if not isinstance(pipeline, SpeakerDiarization):
        raise UnknownModel(
            f"{path} holds a {type(pipeline).__name__}, not a speaker diarization", "Choose another pipeline."
        )
    gpu = torch.cuda.is_available()
    if device == "cuda" and not gpu:
        raise EngineFailure(
            "PyTorch sees no CUDA GPU, so speakers cannot be told apart on one",
            "Install PyTorch with CUDA for this driver, or set STENO_DEVICE=auto.",
        )
    try:
        pipeline.to(torch.device("cuda" if gpu and device != "cpu" else "cpu"))
    except RuntimeError as error:
        raise EngineFailure("The diarization does not run on the GPU", "Set STENO_DEVICE=cpu.") from error
    return FastSpeakerDiarization.adopt(pipeline)
