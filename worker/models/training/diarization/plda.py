"""The PLDA that pyannote's VBx clustering compares embeddings with: centred, LDA, length-normalised, two covariances.

Landini et al., "Bayesian HMM clustering of x-vector sequences (VBx) in speaker diarization", 2022; file layout as
`pyannote.audio.utils.vbx.vbx_setup` reads it.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]


def fit(vectors: Vectors, speakers: NDArray[np.int64], folder: Path, *, dimension: int = 48) -> None:
    """Write `xvec_transform.npz` and `plda.npz` for embeddings (n, d) of known speakers (n)."""
    from scipy.linalg import eigh

    mean = vectors.mean(axis=0)
    centred = np.sqrt(vectors.shape[1]) * _unit(vectors - mean)
    within, between = _covariances(centred, speakers)
    _, axes = eigh(between, within + 1e-6 * np.trace(within) / len(within) * np.eye(len(within)))
    lda = axes[:, ::-1][:, :dimension]
    projected = centred @ lda
    middle = projected.mean(axis=0)
    normed = np.sqrt(dimension) * _unit(projected - middle)
    within, between = _covariances(normed, speakers)
    psi, basis = eigh(between, within)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "xvec_transform.npz", mean1=mean, mean2=middle, lda=lda)
    np.savez(folder / "plda.npz", mu=normed.mean(axis=0), tr=basis.T[::-1], psi=np.maximum(psi[::-1], 1e-6))


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _covariances(vectors: Vectors, speakers: NDArray[np.int64]) -> tuple[Vectors, Vectors]:
    """Within and between speakers, (d, d) each."""
    names = np.unique(speakers)
    means = np.stack([vectors[speakers == name].mean(axis=0) for name in names])
    residual = vectors - means[np.searchsorted(names, speakers)]
    return residual.T @ residual / (len(vectors) - len(names)), np.cov(means.T)
