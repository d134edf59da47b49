"""Train the speaker embedding: an x-vector that tells the training's speakers apart by an angle.

Additive angular margin softmax (Deng et al., "ArcFace", 2019) over the speakers of the bank, pooled under each
speaker's own mask in windows that others speak in too, as the pipeline will ask for it.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from worker.diarization import denormals
from worker.models.training.diarization.batches import Batch, batches
from worker.models.training.diarization.networks import embedding_network, frame_centers, segmentation_network
from worker.models.training.diarization.utterances import Bank

if TYPE_CHECKING:
    import torch
    from pyannote.audio.models.embedding import XVectorMFCC

_MARGIN, _SCALE = 0.2, 30.0
_LEAST = 30  # frames: half a second


class Pooled(NamedTuple):
    """Which window (n), whose speech (n), and its mask (n, frames)."""

    windows: NDArray[np.int64]
    speakers: NDArray[np.int64]
    masks: NDArray[np.float32]


def masks(batch: Batch, noise: np.random.Generator | None) -> Pooled:
    """Every speaker with half a second or more; with `noise`, half of them without overlaps and some cut short."""
    windows, speakers, kept = [], [], []
    alone = batch.activity * (batch.activity.sum(axis=2, keepdims=True) < 2)
    for window, row in enumerate(batch.speakers):
        for column, speaker in enumerate(row):
            mask = batch.activity[window, :, column]
            if alone[window, :, column].sum() >= _LEAST and (noise is None or noise.random() < 0.5):
                mask = alone[window, :, column]
            if noise is not None and noise.random() < 0.4:
                mask = mask.copy()
                begin = int(noise.integers(0, len(mask)))
                mask[:begin], mask[begin + int(noise.integers(60, 300)) :] = 0, 0
            if speaker >= 0 and mask.sum() >= _LEAST:
                windows.append(window)
                speakers.append(speaker)
                kept.append(mask)
    return Pooled(np.array(windows), np.array(speakers), np.array(kept, np.float32))


def embed(network: "XVectorMFCC", batch: Batch, pooled: Pooled, device: str) -> "torch.Tensor":
    """(n, dimension): each window goes through the network once, whatever the number of its speakers."""
    import torch

    with torch.no_grad():
        found = network.mfcc(torch.from_numpy(batch.audio)[:, None].to(device)).squeeze(1)
    with torch.autocast(device, torch.bfloat16, enabled=network.training):
        for block in network.tdnns:
            found = block(found)
    found = found.float()[torch.from_numpy(pooled.windows).to(device)]
    vectors: torch.Tensor = network.embedding(_pool(found, torch.from_numpy(pooled.masks).to(device)))
    return vectors


def _pool(found: "torch.Tensor", pooled: "torch.Tensor") -> "torch.Tensor":
    """pyannote's `StatsPool` with a floor under the variance: the root's slope at zero is infinite."""
    import torch
    from torch.nn.functional import interpolate

    weights = interpolate(pooled[:, None], size=found.shape[2], mode="nearest")
    total = weights.sum(dim=2) + 1e-8
    mean = (found * weights).sum(dim=2) / total
    spread = ((found - mean[:, :, None]).square() * weights).sum(dim=2)
    variance = spread / (total - weights.square().sum(dim=2) / total + 1e-8)
    return torch.cat([mean, variance.clamp(min=1e-5).sqrt()], dim=1)


@denormals.flushed()
def train(
    bank: Path,
    out: Path,
    *,
    minutes: float,
    batch: int = 32,
    rate: float = 2e-3,
    seed: int = 2,
    device: str = "cpu",
    resume: Path | None = None,
) -> "XVectorMFCC":
    """Train for `minutes`, one cycle of the learning rate over the time, and save the weights.

    `resume` has weights to go on from, at half the rate; the speakers may be others.
    """
    import torch
    from torch.nn.functional import cross_entropy, normalize, one_hot

    torch.manual_seed(seed)
    network = embedding_network().to(device)
    if resume is not None:
        network.load_state_dict(torch.load(resume, weights_only=True))
        rate /= 2
    count = Bank(bank).speakers
    centroids = torch.nn.Parameter(torch.randn(count, network.dimension, device=device) * 0.1)
    optimiser = torch.optim.AdamW([*network.parameters(), centroids], lr=rate, weight_decay=1e-2)
    noise = np.random.default_rng(seed)
    begun, shown, right = time.monotonic(), 0.0, 0.0
    network.train()
    for step, made in enumerate(batches(bank, frame_centers(segmentation_network()), batch=batch, seed=seed)):
        done = (time.monotonic() - begun) / 60 / minutes
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * (min(1.0, done / 0.08) if done < 0.08 else max(0.01, 1 - (done - 0.08) / 0.92))
        pooled = masks(made, noise)
        wanted = torch.from_numpy(pooled.speakers).to(device)
        cosines = normalize(embed(network, made, pooled, device)) @ normalize(centroids).T
        margin = _MARGIN * min(1.0, done / 0.3)
        angles = torch.acos(cosines.clamp(-0.9999, 0.9999))
        logits = torch.where(one_hot(wanted, count).bool(), torch.cos(angles + margin), cosines) * _SCALE
        loss = cross_entropy(logits, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        keep = 0.95 if step else 0.0
        shown = keep * shown + (1 - keep) * float(loss)
        right = keep * right + (1 - keep) * float((cosines.argmax(1) == wanted).float().mean())
        if step % 20 == 0:
            print(f"embedding step {step} {done:.0%} loss {shown:.3f} right {right:.1%}", flush=True)
        if step % 100 == 99:
            torch.save(network.state_dict(), out)
    torch.save(network.state_dict(), out)
    network.eval()
    return network.cpu()
