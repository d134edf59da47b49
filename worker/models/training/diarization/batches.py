"""Batches of training windows, mixed in a process of their own while the network learns."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.models.training.diarization.conversations import Windows
from worker.models.training.diarization.utterances import Bank


class Batch(NamedTuple):
    """Samples (batch, samples), speakers (batch, 3) with -1 for none, activity (batch, frames, 3)."""

    audio: NDArray[np.float32]
    speakers: NDArray[np.int64]
    activity: NDArray[np.float32]


def batches(bank: Path, centers: NDArray[np.float64], *, batch: int, seed: int, workers: int = 1) -> Iterator[Batch]:
    """Without end. `centers` are the middles of the activity's frames, in seconds."""
    from torch.utils.data import DataLoader, IterableDataset, get_worker_info

    class _Mixed(IterableDataset[Batch]):
        def __iter__(self) -> Iterator[Batch]:
            info = get_worker_info()
            windows = Windows(Bank(bank), centers, seed * 1009 + (info.id if info else 0))
            while True:
                made = [next(windows) for _ in range(batch)]
                yield Batch(
                    np.stack([window.audio for window in made]),
                    np.stack([window.speakers for window in made]),
                    np.stack([window.activity for window in made]),
                )

    return iter(DataLoader(_Mixed(), batch_size=None, num_workers=workers, prefetch_factor=4, collate_fn=lambda b: b))
