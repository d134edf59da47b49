"""Save the models as a directory that `pyannote.audio.Pipeline.from_pretrained` loads.

pyannote reads its checkpoints with pickle. These hold nothing but tensors, plain values and pyannote's own record of
what the model does, so that `torch.load(..., weights_only=True)` takes them too (a test does).
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyannote.audio import Model

CONFIG = """\
# A small diarization pipeline for clear synthetic speech: for the demo and the tests.
dependencies:
  pyannote.audio: 4.0.0

pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 32
    embedding: $model/embedding
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    plda: $model/plda

params:
  segmentation:
    min_duration_off: 0.0
  clustering:
    threshold: {threshold}
    Fa: {Fa}
    Fb: {Fb}
"""


def save(model: "Model", folder: Path) -> None:
    """Write `pytorch_model.bin`, the weights as float16."""
    import torch

    checkpoint = {
        "state_dict": {
            name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in model.state_dict().items()
        },
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": "2.4.0",
        "epoch": 0,
        "global_step": 0,
    }
    model.on_save_checkpoint(checkpoint)
    checkpoint["pyannote.audio"]["versions"]["pyannote.audio"] = "4.0.0"
    # Cached properties of a used model would be saved with it.
    for cached in ("powerset", "num_powerset_classes"):
        model.specifications.__dict__.pop(cached, None)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, folder / "pytorch_model.bin")


def configure(folder: Path, *, threshold: float, fa: float, fb: float) -> None:
    """Write `config.yaml` with the parameters of the clustering."""
    (folder / "config.yaml").write_text(CONFIG.format(threshold=threshold, Fa=fa, Fb=fb))
