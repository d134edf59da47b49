"""Train the network: cross entropy on the text, with two helpers that only training has.

* A character CTC loss on the encoder (Watanabe et al. 2017), strong at first: it makes the encoder hear.
* Guided attention (Tachibana et al. 2018): two cross-attention heads of each decoder layer should look where the next
  token is heard. Alignment then comes within minutes, and word times with it.
"""

import math
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from worker.models.training.network import Whisper
from worker.models.training.windows import Batch, Windows

_SAVE_EVERY, _REPORT_EVERY, _AVERAGE_EVERY = 500, 50, 4  # steps


@dataclass(frozen=True)
class Plan:
    """How to train. `frames` is mel frames in a step; the learning rate falls by cosine over `minutes` of clock."""

    minutes: float
    frames: int = 7000
    learning_rate: float = 7e-4
    warm_up: int = 150
    seed: int = 0
    device: str = "cpu"


def train(shards: list[Path], tokenizer_file: Path, checkpoint: Path, plan: Plan, *, resume: Path | None) -> None:
    """Train and save to `checkpoint`: `model`, `average` (of the weights over time), `config`, `optimizer`, `step`.

    An existing `checkpoint` is gone on with; else `resume` gives the first weights, if there is one.
    """
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    windows = Windows(shards, tokenizer, plan.seed)
    network = Whisper(tokenizer.get_vocab_size(), windows.ts_begin).to(plan.device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, betas=(0.9, 0.98), fused=True)
    step, before = 0, checkpoint if checkpoint.exists() else resume
    if before is not None:
        saved = torch.load(before, map_location=plan.device, weights_only=True)
        network.load_state_dict(saved["model"])
        if before == checkpoint:
            optimizer.load_state_dict(saved["optimizer"])
            step = saved["step"]
    average = {name: value.clone() for name, value in network.state_dict().items()}
    batches = _in_background(windows, plan.frames)
    begun, sums, report_from = time.monotonic(), torch.zeros(4), time.monotonic()
    while (done := (time.monotonic() - begun) / 60 / plan.minutes) < 1:
        rate = plan.learning_rate * min(1, (step + 1) / plan.warm_up) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        sums += _step(network, optimizer, batches.get(), windows.ts_begin, done, plan.device)
        step += 1
        if step % _AVERAGE_EVERY == 0:
            _average(average, network, min(0.996, (step + 1) / (step + 40)))
        if step % _REPORT_EVERY == 0:
            loss, text, ctc, accuracy = (sums / _REPORT_EVERY).tolist()
            pace = (time.monotonic() - report_from) / _REPORT_EVERY
            share = f"{step} steps, {done:.0%}:"
            print(f"{share} loss {loss:.3f} text {text:.3f} ctc {ctc:.3f} right {accuracy:.3f} {pace:.2f} s/step")
            sums, report_from = torch.zeros(4), time.monotonic()
        if step % _SAVE_EVERY == 0:
            _save(checkpoint, network, average, optimizer, step)
    _save(checkpoint, network, average, optimizer, step)


def _step(
    network: Whisper, optimizer: torch.optim.Optimizer, batch: Batch, ts_begin: int, done: float, device: str
) -> Tensor:
    features, tokens, labels = batch.features.to(device), batch.tokens.to(device), batch.labels.to(device)
    attention: list[Tensor] = []
    with torch.autocast(device, torch.bfloat16):
        memory = network.encode(features)
        logits = network.decode(tokens, memory, attention)
        letters = network.ctc(memory)
    loss, accuracy, text = _text_loss(logits, labels, ts_begin)
    ctc = _ctc_loss(letters, batch.spoken)
    guide = _guide_loss(attention, batch.heard_at.to(device))
    (loss + (1.0 if done < 0.4 else 0.3) * ctc + (1.0 if done < 0.7 else 0.3) * guide).backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return torch.tensor([loss.item(), text.item(), ctc.item(), accuracy.item()])


def _text_loss(logits: Tensor, labels: Tensor, ts_begin: int, smooth: float = 0.05) -> tuple[Tensor, Tensor, Tensor]:
    """Cross entropy with label smoothing; a timestamp is blurred over its neighbours (20 ms apart)."""
    known = labels >= 0
    logits, labels = logits[known].float(), labels[known]
    likely = logits.log_softmax(-1)
    right = logits.argmax(-1) == labels
    stamp = labels >= ts_begin
    loss = -(1 - smooth) * likely.gather(1, labels[:, None])[:, 0] - smooth * likely.mean(-1)
    if stamp.any():
        blur = torch.exp(-0.5 * (torch.arange(-4, 5, device=labels.device) / 1.3) ** 2)
        near = labels[stamp][:, None] + torch.arange(-4, 5, device=labels.device)
        near = near.clamp(ts_begin, logits.shape[1] - 1)
        loss = loss.masked_scatter(stamp, -(likely[stamp].gather(1, near) * blur / blur.sum()).sum(1))
    text = ~stamp
    return loss.mean(), right[text].float().mean(), loss[text].mean()


def _guide_loss(attention: list[Tensor], heard_at: Tensor, width: int = 20) -> Tensor:
    """Minus the log share of the guided heads' attention within `width` encoder frames of where a token is heard."""
    known = heard_at >= 0
    if not known.any():
        return attention[0].sum() * 0
    positions = torch.arange(attention[0].shape[-1], device=heard_at.device)
    near = (positions - heard_at[..., None]).abs() <= width
    shares = [
        ((weights.float() * near[:, None]).sum(-1) + 1e-4).log().transpose(1, 2)[known].mean() for weights in attention
    ]
    return -torch.stack(shares).mean()


def _ctc_loss(letters: Tensor, spoken: list[tuple[int, int, int, list[int]]]) -> Tensor:
    if not spoken:
        return letters.sum() * 0
    pieces = [letters[row, first:last] for row, first, last, _ in spoken]
    likely = nn.utils.rnn.pad_sequence(pieces).float().log_softmax(-1)
    targets = torch.tensor([letter for *_, said in spoken for letter in said])
    lengths = torch.tensor([len(piece) for piece in pieces])
    return functional.ctc_loss(likely, targets, lengths, torch.tensor([len(p[3]) for p in spoken]), zero_infinity=True)


def _average(average: dict[str, Tensor], network: Whisper, keep: float) -> None:
    names = [name for name, _ in network.named_parameters()]
    values = [value.data for _, value in network.named_parameters()]
    torch._foreach_lerp_([average[name] for name in names], values, 1 - keep)


def _in_background(windows: Windows, frames: int) -> "queue.Queue[Batch]":
    ready: queue.Queue[Batch] = queue.Queue(6)

    def feed() -> None:
        while True:
            ready.put(windows.batch(frames))

    threading.Thread(target=feed, daemon=True).start()
    return ready


def _save(
    checkpoint: Path, network: Whisper, average: dict[str, Tensor], optimizer: torch.optim.Optimizer, step: int
) -> None:
    scratch = checkpoint.with_suffix(".new")
    state = {"model": network.state_dict(), "average": average, "config": network.config, "step": step}
    torch.save(state | {"optimizer": optimizer.state_dict()}, scratch)
    scratch.replace(checkpoint)
