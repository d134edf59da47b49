"""Clustering whose memory does not grow with the square of the recording's length."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyannote.core import SlidingWindowFeature

# scipy's linkage holds two float64 distances for every pair: 0.8 GB for these, 3.2 GB for twice as many.
LIMIT = 10_000

Clustered = tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]


class StockClustering(Protocol):
    """What is used of pyannote's clusterings."""

    metric: str
    constrained_assignment: bool

    def filter_embeddings(
        self, embeddings: NDArray[np.float32], segmentations: SlidingWindowFeature
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]: ...

    def constrained_argmax(self, soft_clusters: NDArray[np.float64]) -> NDArray[np.int8]: ...

    def __call__(
        self, *, embeddings: NDArray[np.float32], segmentations: SlidingWindowFeature, **bounds: Any
    ) -> Clustered: ...


def cluster(
    stock: StockClustering,
    embeddings: NDArray[np.float32],
    segmentations: SlidingWindowFeature,
    *,
    limit: int = LIMIT,
    **bounds: Any,
) -> Clustered:
    """(hard, soft, centroids) as `stock` gives them, from every k-th window where there are more than `limit`.

    The embeddings of all windows are then assigned to the centroids as pyannote's clusterings do it: most similar
    centroid, and two speakers of a window never to one cluster where the clustering has that rule and the number of
    speakers was not forced. `embeddings` is (windows, local speakers, dimension).
    """
    usable = len(stock.filter_embeddings(embeddings, segmentations)[0])
    if usable <= limit:
        return stock(embeddings=embeddings, segmentations=segmentations, **bounds)
    from scipy.spatial.distance import cdist

    stride = math.ceil(usable / limit)
    sample = SlidingWindowFeature(segmentations.data[::stride], segmentations.sliding_window)
    _, _, centroids = stock(embeddings=embeddings[::stride], segmentations=sample, **bounds)
    windows, speakers, dimension = embeddings.shape
    distances = cdist(embeddings.reshape(-1, dimension), centroids, metric=stock.metric)
    soft = 2 - distances.reshape(windows, speakers, -1)
    if stock.constrained_assignment and bounds.get("num_clusters") is None:
        soft[segmentations.data.sum(axis=1) == 0] = soft.min() - 1.0
        hard = stock.constrained_argmax(soft)
    else:
        hard = soft.argmax(axis=2).astype(np.int8)
    return hard, soft, centroids
