"""Train the segmentation: who of at most three speaks in each frame of ten seconds, whoever they are.

The loss is pyannote's powerset cross-entropy under the best assignment of speakers to outputs (Plaquet and Bredin,
"Powerset multi-class cross entropy loss for neural speaker diarization", 2023). The filters of SincNet stay as they
begin, on the mel scale: learning them costs three quarters of the time and little is gained on synthetic speech.
"""

import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from worker.diarization import denormals
from worker.models.training.diarization.batches import batches
from worker.models.training.diarization.networks import frame_centers, segmentation_network

if TYPE_CHECKING:
    import torch
    from pyannote.audio.models.segmentation import PyanNet

# pyannote's order of the powerset: nobody, one of three, two of three. Of three at once the first two are kept.
_TABLE = np.array([0, 3, 2, 6, 1, 5, 4, 4])  # by the activities of the three speakers, as binary digits
_ORDERS = list(itertools.permutations(range(3)))


def targets(activity: NDArray[np.float32]) -> NDArray[np.int64]:
    """(batch, frames, 3) of 0 or 1 to powerset classes under each of the six orders: (batch, 6, frames)."""
    orders = [activity[..., order] @ np.array([4, 2, 1]) for order in _ORDERS]
    return np.asarray(_TABLE[np.stack(orders, axis=1).astype(int)], np.int64)


def _scores(network: "PyanNet", audio: "torch.Tensor") -> "torch.Tensor":
    """`network.forward`, without gradients through its first, costly filters."""
    import torch
    from torch.nn.functional import leaky_relu

    sinc = network.sincnet
    with torch.no_grad():
        found = torch.abs(sinc.conv1d[0](sinc.wav_norm1d(audio)))
        found = leaky_relu(sinc.norm1d[0](sinc.pool1d[0](found)))
    for layer in (1, 2):
        found = leaky_relu(sinc.norm1d[layer](sinc.pool1d[layer](sinc.conv1d[layer](found))))
    found, _ = network.lstm(found.transpose(1, 2))
    for linear in network.linear:
        found = leaky_relu(linear(found))
    scores: torch.Tensor = network.activation(network.classifier(found))
    return scores


@denormals.flushed()
def train(
    bank: Path,
    out: Path,
    *,
    minutes: float,
    batch: int = 32,
    rate: float = 3e-3,
    seed: int = 1,
    device: str = "cpu",
    resume: Path | None = None,
) -> "PyanNet":
    """Train for `minutes`, one cycle of the learning rate over the time, and save the weights.

    `resume` has weights to go on from, at half the rate.
    """
    import torch

    torch.manual_seed(seed)
    network = segmentation_network().to(device)
    if resume is not None:
        network.load_state_dict(torch.load(resume, weights_only=True))
        rate /= 2
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    begun, shown = time.monotonic(), 0.0
    network.train()
    for step, made in enumerate(batches(bank, frame_centers(network), batch=batch, seed=seed)):
        done = (time.monotonic() - begun) / 60 / minutes
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * (min(1.0, done / 0.08) if done < 0.08 else max(0.01, 1 - (done - 0.08) / 0.92))
        scores = _scores(network, torch.from_numpy(made.audio)[:, None].to(device))
        wanted = torch.from_numpy(targets(made.activity)).to(device)
        cost = -scores[:, None].expand(-1, 6, -1, -1).gather(3, wanted[..., None]).squeeze(3).mean(dim=2)
        loss = cost.min(dim=1).values.mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        shown = float(loss) if step == 0 else 0.95 * shown + 0.05 * float(loss)
        if step % 20 == 0:
            print(f"segmentation step {step} {done:.0%} loss {shown:.3f}", flush=True)
        if step % 100 == 99:
            torch.save(network.state_dict(), out)
    torch.save(network.state_dict(), out)
    network.eval()
    return network.cpu()
