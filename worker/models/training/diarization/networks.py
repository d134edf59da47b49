"""The two networks, both pyannote's own classes, at the size of the starter models."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from worker.diarization.libraries import import_pyannote

if TYPE_CHECKING:
    from pyannote.audio.models.embedding import XVectorMFCC
    from pyannote.audio.models.segmentation import PyanNet

TRAINED_SECONDS = 10.0
# The pipeline listens to shorter windows than the networks were trained on: fewer people speak in each, and fewer are
# taken for one another. On the development meetings windows of 10, 6 and 4 s gave 7.8, 4.6 and 4.3 % DER. Half a second
# between windows is exact in binary, so that no two ways to count samples can disagree.
SECONDS = 5.0
DIMENSION = 128


def segmentation_network() -> "PyanNet":
    """PyanNet with two LSTM layers, 0.7 million weights: 3 speakers in a window, at most 2 at once (powerset of 7)."""
    import_pyannote()
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    network = PyanNet()
    network.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=SECONDS,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    network.build()
    return network


def embedding_network() -> "XVectorMFCC":
    """An x-vector (Snyder et al. 2018) over MFCC every 20 ms, 3.1 million weights, 128 dimensions."""
    import_pyannote()
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorMFCC

    mel = {"n_fft": 512, "win_length": 400, "hop_length": 320, "n_mels": 40}
    network = XVectorMFCC(mfcc={"melkwargs": mel}, dimension=DIMENSION)
    network.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=SECONDS, classes=None
    )
    return network


def frame_centers(network: "PyanNet") -> NDArray[np.float64]:
    """The middle of each output frame of a training window, in seconds."""
    frames = network.receptive_field
    count = network.num_frames(int(TRAINED_SECONDS * 16_000))
    return np.array([frames[number].middle for number in range(count)])
