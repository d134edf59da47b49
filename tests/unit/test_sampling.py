"""Clustering a sample of the embeddings of a long recording, and assigning the rest."""

from typing import Any

import numpy as np
import pytest

from worker.diarization.libraries import import_pyannote


def long_meeting(windows: int, seed: int = 1) -> tuple[np.ndarray, Any]:
    """Three speakers in turn, two in each window; embeddings around three directions. (embeddings, segmentations)"""
    import_pyannote()
    from pyannote.core import SlidingWindow, SlidingWindowFeature

    noise = np.random.default_rng(seed)
    directions = noise.normal(size=(3, 16))
    speakers = np.stack([np.arange(windows) // 7 % 3, (np.arange(windows) // 7 + 1) % 3], axis=1)
    embeddings = directions[speakers] + noise.normal(size=(windows, 2, 16)) * 0.15
    active = np.zeros((windows, 20, 2), np.uint8)
    active[:, :10, 0] = 1
    active[:, 10:, 1] = 1
    return embeddings, SlidingWindowFeature(active, SlidingWindow(start=0, duration=10, step=1))


def clusterings() -> list[Any]:
    import_pyannote()
    from pyannote.audio.pipelines.clustering import AgglomerativeClustering

    free = AgglomerativeClustering(metric="cosine")
    free.instantiate({"method": "centroid", "min_cluster_size": 12, "threshold": 0.7})
    bound = AgglomerativeClustering(metric="cosine", constrained_assignment=True)
    bound.instantiate({"method": "centroid", "min_cluster_size": 12, "threshold": 0.7})
    return [free, bound]


@pytest.mark.parametrize("which", [0, 1], ids=["free", "constrained"])
@pytest.mark.parametrize("speakers", [None, 3])
def test_a_sample_finds_the_same_speakers_as_the_whole(which: int, speakers: int | None) -> None:
    from worker.diarization.sampling import cluster

    embeddings, segmentations = long_meeting(900)
    stock = clusterings()[which]

    whole, _, _ = cluster(stock, embeddings, segmentations, num_clusters=speakers)
    sampled, soft, centroids = cluster(stock, embeddings, segmentations, limit=200, num_clusters=speakers)

    assert centroids.shape == (3, 16)
    assert soft.shape == (900, 2, 3)
    pairs = set(zip(whole.ravel().tolist(), sampled.ravel().tolist(), strict=True))
    assert len(pairs) == 3  # one to one: only the numbering may differ


def test_no_more_than_the_limit_is_clustered() -> None:
    from worker.diarization.sampling import cluster

    embeddings, segmentations = long_meeting(900)
    stock = clusterings()[0]
    seen: list[int] = []
    own = stock.cluster

    def counting(vectors: np.ndarray, **bounds: Any) -> np.ndarray:
        seen.append(len(vectors))
        return own(vectors, **bounds)

    stock.cluster = counting
    cluster(stock, embeddings, segmentations, limit=200)

    assert 100 <= seen[0] <= 200
