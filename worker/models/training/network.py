"""Whisper's graph (openai/whisper, any width), with a character CTC head on the encoder that only training uses."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

CTC_CLASSES = 29  # blank, space, a-z, apostrophe


def sinusoids(length: int, width: int) -> Tensor:
    """Position codes; shape (length, width)."""
    inverse = torch.exp(-math.log(10000) / (width // 2 - 1) * torch.arange(width // 2))
    angle = torch.arange(length)[:, None] * inverse[None]
    return torch.cat([angle.sin(), angle.cos()], 1)


class Attention(nn.Module):
    """Multi-head attention; `keep` collects the attention weights (batch, heads, queries, keys)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.v, self.o = nn.Linear(width, width), nn.Linear(width, width)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, *, causal: bool = False, keep: list[Tensor] | None = None
    ) -> Tensor:
        source = x if memory is None else memory
        batch, _, width = x.shape
        size = width // self.heads
        q, k, v = (
            layer(part).view(batch, -1, self.heads, size).transpose(1, 2)
            for layer, part in ((self.q, x), (self.k, source), (self.v, source))
        )
        if causal:
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        elif self.training:
            # Plain bf16 products: on a CPU far faster than the backward pass of its flash attention.
            with torch.autocast(x.device.type, enabled=False):
                weights = ((q * size**-0.5) @ k.transpose(-1, -2)).softmax(-1)
                mixed = weights @ v
            if keep is not None:
                keep.append(weights[:, :2])  # only the first two heads are guided
        else:
            if keep is not None:
                keep.append(((q.float() * size**-0.5) @ k.float().transpose(-1, -2)).softmax(-1))
            mixed = functional.scaled_dot_product_attention(q, k, v)
        result: Tensor = self.o(mixed.transpose(1, 2).reshape(batch, -1, width))
        return result


class Block(nn.Module):
    """A transformer layer, with cross-attention in the decoder."""

    def __init__(self, width: int, heads: int, *, cross: bool) -> None:
        super().__init__()
        self.ln1, self.att = nn.LayerNorm(width), Attention(width, heads)
        if cross:
            self.lnx, self.xatt = nn.LayerNorm(width), Attention(width, heads)
        self.ln2, self.fc1, self.fc2 = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None, keep: list[Tensor] | None = None) -> Tensor:
        x = x + self.att(self.ln1(x), causal=memory is not None)
        if memory is not None:
            x = x + self.xatt(self.lnx(x), memory, keep=keep)
        result: Tensor = x + self.fc2(functional.gelu(self.fc1(self.ln2(x))))
        return result


class Whisper(nn.Module):
    """The encoder-decoder. `ts_begin` is the id of the first timestamp token."""

    def __init__(
        self, vocab: int, ts_begin: int, d: int = 256, heads: int = 4, enc_layers: int = 4, dec_layers: int = 3
    ) -> None:
        super().__init__()
        self.config: dict[str, Any] = {
            "vocab": vocab, "ts_begin": ts_begin, "d": d, "heads": heads,
            "enc_layers": enc_layers, "dec_layers": dec_layers,
        }  # fmt: skip
        self.conv1, self.conv2 = nn.Conv1d(80, d, 3, padding=1), nn.Conv1d(d, d, 3, stride=2, padding=1)
        self.register_buffer("enc_pos", sinusoids(1500, d) * 0.3)
        self.enc = nn.ModuleList(Block(d, heads, cross=False) for _ in range(enc_layers))
        self.enc_ln = nn.LayerNorm(d)
        for number, block in enumerate(self.enc):
            _look_near(block.att, [-5, -2, 2, 5] if number < 2 else [-10, -3, 3, 10], d)
        self.emb = nn.Embedding(vocab, d)
        nn.init.normal_(self.emb.weight, std=d**-0.5)
        # A timestamp token is a copy of the encoder's position code, so that "when" can be read off the attention.
        self.emb.weight.data[ts_begin:] = sinusoids(1501, d) / math.sqrt(d / 2)
        self.dec_pos = nn.Parameter(torch.randn(448, d) * 0.01)
        self.dec = nn.ModuleList(Block(d, heads, cross=True) for _ in range(dec_layers))
        self.dec_ln = nn.LayerNorm(d)
        self.ctc = nn.Linear(d, CTC_CLASSES)

    def encode(self, mel: Tensor) -> Tensor:
        """(batch, 80, frames) to (batch, frames / 2, width)."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.enc_pos[: x.shape[1]]
        for block in self.enc:
            x = block(x)
        result: Tensor = self.enc_ln(x)
        return result

    def decode(self, tokens: Tensor, memory: Tensor, keep: list[Tensor] | None = None) -> Tensor:
        """Logits (batch, tokens, vocabulary)."""
        x = self.emb(tokens) + self.dec_pos[: tokens.shape[1]]
        for block in self.dec:
            x = block(x, memory, keep)
        result: Tensor = self.dec_ln(x) @ self.emb.weight.T
        return result


def _look_near(attention: Attention, shifts: list[int], width: int, gain: float = 1.5) -> None:
    """Start the encoder's heads as soft convolutions: head h looks at position t + shifts[h].

    Sine and cosine of t + shift are a rotation of those of t, so this is a plain choice of query and key weights.
    Training converges several times faster for it.
    """
    inverse = torch.exp(-math.log(10000) / (width // 2 - 1) * torch.arange(width // 2))
    half = width // attention.heads // 2
    for head in range(attention.heads):
        shift = shifts[head % len(shifts)]
        for j in range(half):
            cosine, sine = math.cos(inverse[j] * shift) * gain, math.sin(inverse[j] * shift) * gain
            row = head * 2 * half
            for weight, (x, y) in ((attention.q.weight, (cosine, sine)), (attention.k.weight, (gain, 0.0))):
                weight.data[row + j] *= 0.3
                weight.data[row + half + j] *= 0.3
                weight.data[row + j, j] += x
                weight.data[row + j, width // 2 + j] += y
                weight.data[row + half + j, width // 2 + j] += x
                weight.data[row + half + j, j] -= y
