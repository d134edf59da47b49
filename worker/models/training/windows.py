"""Training windows, composed of single sentences in the mel power domain, as faster-whisper would present them.

A window is at most 10 s of one or more voices with pauses, noise, gains and band limits; with or without timestamp
tokens; sometimes after earlier text; sometimes beginning or ending in the middle of a sentence; sometimes silent.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from worker.models.training.mel import raw_mel

Mel = NDArray[np.float32]
WINDOW_FRAMES = 1000  # 10 ms each
# Share of windows after earlier text, often as much of it as faster-whisper gives: what is rare here fails first there.
_EARLIER_TEXT = 0.55
_LETTERS = " abcdefghijklmnopqrstuvwxyz'"
# (longest window, padded to, share): padding teaches the model to ignore what faster-whisper appends.
_SHAPES = [(500, 500, 0.15), (1000, 1000, 0.65), (1000, 1500, 0.12), (1000, 3000, 0.08)]


@dataclass(frozen=True)
class Sentence:
    """A rendered sentence: where its frames lie, and word starts as (character, frame) where known."""

    text: str
    voice: str
    frames: int
    shard: int
    offset: int
    words: tuple[tuple[int, int], ...]


class Piece(NamedTuple):
    """A sentence or a part of it: frames, token ids, CTC letters, where each token is heard (share of its length)."""

    first: int
    last: int
    ids: list[int]
    letters: list[int]
    heard: NDArray[np.float64]


class Window(NamedTuple):
    """Features (frames, 80), tokens, the position where the loss begins (None: silence), CTC targets, token times."""

    features: Mel
    tokens: list[int]
    loss_from: int | None
    spoken: list[tuple[int, int, list[int]]]
    when: list[float]


class Batch(NamedTuple):
    """Tensors of a step. `heard_at` is in encoder frames (20 ms), -1 where unknown."""

    features: torch.Tensor
    tokens: torch.Tensor
    labels: torch.Tensor
    spoken: list[tuple[int, int, int, list[int]]]
    heard_at: torch.Tensor


class Windows:
    """An endless source of batches from rendered shards; seeded."""

    def __init__(self, shards: Sequence[Path], tokenizer: Tokenizer, seed: int) -> None:
        self.random, self._noise_random = Random(seed), np.random.default_rng(seed)
        self.tokenizer = tokenizer
        self._mel = [np.load(shard.with_suffix(".npy"), mmap_mode="r") for shard in shards]
        self.sentences: list[Sentence] = []
        for number, shard in enumerate(shards):
            offset = 0
            for text, voice, frames, words in json.loads(shard.with_suffix(".json").read_text()):
                starts = tuple((int(position), int(frame)) for position, frame in words)
                self.sentences.append(Sentence(text, str(voice), frames, number, offset, starts))
                offset += frames
        self._by_voice: dict[str, list[int]] = defaultdict(list)
        for index, sentence in enumerate(self.sentences):
            self._by_voice[sentence.voice].append(index)
        self._voices = list(self._by_voice)
        self._whole = [self._piece(sentence.text, 0, sentence.frames) for sentence in self.sentences]
        ids = [tokenizer.token_to_id(f"<|{name}|>") for name in ("endoftext", "startoftranscript", "startofprev")]
        self.end, self.start, self._previous = ids
        self._no_speech = tokenizer.token_to_id("<|nospeech|>")
        self.no_timestamps = tokenizer.token_to_id("<|notimestamps|>")
        self.ts_begin = self.no_timestamps + 1
        white = raw_mel(self._noise_random.normal(0, 0.1, 16000 * 60).astype(np.float32))
        self._white = white - white.mean()

    def batch(self, frames: int) -> Batch:
        """About `frames` mel frames of windows, in one of few shapes: each new shape costs a compiled kernel."""
        longest, padded, _ = self.random.choices(_SHAPES, [shape[2] for shape in _SHAPES])[0]
        windows = [self.window(longest) for _ in range(max(1, frames // padded))]
        length = min(448, (max(len(window.tokens) for window in windows) + 63) // 64 * 64)
        features = np.zeros((len(windows), padded, 80), np.float32)
        tokens = np.full((len(windows), length), self.end)
        labels = np.full((len(windows), length), -100)
        heard = np.full((len(windows), length), -1.0, np.float32)
        spoken = []
        for row, (mel, ids, begin, said, when) in enumerate(windows):
            features[row, : len(mel)] = mel
            tokens[row, : len(ids)] = ids
            if begin is None:
                labels[row, 0], labels[row, 1] = self._no_speech, self.end
            else:
                labels[row, begin : len(ids) - 1] = ids[begin + 1 :]
                heard[row, begin : len(ids) - 1] = np.array(when[begin + 1 :]) / 2
            spoken += [(row, *part) for part in said if part[2] and part[1] <= padded // 2]
        mel_first = torch.from_numpy(features).transpose(1, 2).contiguous()
        return Batch(mel_first, torch.from_numpy(tokens), torch.from_numpy(labels), spoken, torch.from_numpy(heard))

    def window(self, longest: int) -> Window:
        """One window of at most `longest` frames."""
        rng = self.random
        if rng.random() < 0.035:
            return self._silent(longest)
        pick, stamped = self._picker(), rng.random() < 0.5
        fill = longest if rng.random() < 0.7 else rng.randint(min(150, longest), longest)
        gap = rng.choice([20, 40, 60, 100])
        position = rng.choice([0, rng.randint(0, 20), rng.randint(0, 40), rng.randint(0, 100)])
        parts: list[tuple[int, int, int, Piece]] = []  # sentence, from, to, piece
        if not stamped and rng.random() < 0.15:
            index = pick()
            tail = self._cut(index, from_start=False, room=longest)
            if tail is not None and position + tail.last - tail.first < fill:
                parts.append((index, position, position + tail.last - tail.first, tail))
                position = parts[-1][2] + rng.randint(8, gap)
        cut: tuple[int, int] | None = None
        while True:
            index = pick()
            frames = self.sentences[index].frames
            if position + frames > fill:
                if stamped and fill == longest and position < longest - 30:
                    cut = (index, position)
                elif not stamped and rng.random() < 0.3 and fill - position > 60:
                    head = self._cut(index, from_start=True, room=fill - position)
                    if head is not None:
                        parts.append((index, position, position + head.last, head))
                break
            parts.append((index, position, position + frames, self._whole[index]))
            position += frames + (rng.randint(8, gap) if rng.random() < 0.9 else rng.randint(gap, 300))
            if rng.random() < 0.08:
                break
        if not parts and cut is None:
            return self.window(longest)
        return self._compose(parts, cut, longest, stamped, pick)

    def _compose(
        self,
        parts: list[tuple[int, int, int, Piece]],
        cut: tuple[int, int] | None,
        longest: int,
        stamped: bool,
        pick: Callable[[], int],
    ) -> Window:
        rng = self.random
        tail = rng.choice([0, rng.randint(0, 40), rng.randint(0, 60), rng.randint(0, 300)])
        total = longest if cut else min(longest, parts[-1][2] + tail)
        mel = np.full((total, 80), -10.0, np.float32)
        for index, first, last, piece in parts:
            mel[first:last] = self._sound(index)[piece.first : piece.last][: total - first]
        if cut:
            mel[cut[1] :] = self._sound(cut[0])[: total - cut[1]]
        features = self._normalised(self._worn(mel))
        tokens: list[int] = []
        when: list[float] = []
        for number, (_, first, last, piece) in enumerate(parts):
            if stamped:
                # faster-whisper wants the first timestamp within the first second.
                tokens.append(self._stamp(min(first, 100) if number == 0 else first))
                when.append(first)
            tokens += piece.ids
            when += list(first + (last - first) * piece.heard)
            if stamped:
                tokens.append(self._stamp(last))
                when.append(last)
        if cut:  # a sentence that goes on beyond the window is only announced
            tokens.append(self._stamp(cut[1] if parts else min(cut[1], 100)))
            when.append(cut[1])
        before = self._earlier_text(pick, stamped) if rng.random() < _EARLIER_TEXT else []
        mode = [] if stamped else [self.no_timestamps]
        ids = [*before, self.start, *mode, *tokens, self.end]
        if len(ids) > 446:
            return self.window(longest)
        times = [-1.0] * (len(before) + 1 + len(mode)) + when + [-1.0]
        spoken = [(first // 2, max(first // 2 + 1, last // 2), piece.letters) for _, first, last, piece in parts]
        return Window(features, ids, len(before) + len(mode), spoken, times)

    def _silent(self, longest: int) -> Window:
        rng = self.random
        frames = rng.randint(60, longest)
        noisy = rng.random() < 0.75
        mel = self._noise(frames, rng.uniform(-9, -2)) if noisy else np.full((frames, 80), -10.0, np.float32)
        mode = rng.choice([self.ts_begin, self.no_timestamps])
        return Window(self._normalised(mel), [self.start, mode, self.end], None, [], [-1.0] * 3)

    def _earlier_text(self, pick: Callable[[], int], stamped: bool) -> list[int]:
        """What was said before, or seems to have been: related or not, with a recogniser's errors, or just a word."""
        rng = self.random
        hotword = rng.random() < 0.15
        position, ids = rng.randint(0, 300), list[int]()
        for _ in range(rng.choice([1, 2, 4, 8, 14, 20])):
            index = pick() if rng.random() < 0.6 else rng.randrange(len(self.sentences))
            said = self._whole[index].ids
            if hotword:
                said = self.tokenizer.encode(" " + rng.choice(self.sentences[index].text.split())).ids
            elif rng.random() < 0.15:
                said = [token for token in said if rng.random() > 0.15]
                said += [rng.randrange(1000) for _ in range(rng.randint(0, 2))]
            last = position + self.sentences[index].frames
            if stamped and not hotword:
                begin = [self._stamp(position)] if rng.random() < 0.98 else []
                said = [*begin, *said, self._stamp(last)]
            ids += said
            position = (last + 20) % 1000
        return [self._previous, *ids[-rng.randint(8, 223) :]]

    def _picker(self) -> Callable[[], int]:
        """Any sentence, or those of one to three voices."""
        rng = self.random
        if rng.random() < 0.4:
            return lambda: rng.randrange(len(self.sentences))
        groups = [self._by_voice[rng.choice(self._voices)] for _ in range(rng.choice([1, 2, 2, 3]))]
        return lambda: rng.choice(rng.choice(groups))

    def _piece(self, text: str, first: int, last: int) -> Piece:
        ids = self.tokenizer.encode(" " + text).ids
        sizes = np.array([len(self.tokenizer.id_to_token(token)) for token in ids])
        letters = [_LETTERS.index(letter) + 1 for letter in re.sub("[^a-z' ]", "", text.lower())]
        return Piece(first, last, ids, letters, (np.cumsum(sizes) - sizes / 2) / sizes.sum())

    def _cut(self, index: int, *, from_start: bool, room: int) -> Piece | None:
        """The beginning of a sentence that fits in `room` frames, or its end, cut at a word boundary."""
        sentence, rng = self.sentences[index], self.random
        words = sentence.words
        if len(words) != len(sentence.text.split()) or len(words) < 4:
            return None
        if from_start:
            fitting = [number for number in range(2, len(words)) if words[number][1] <= room]
            if not fitting:
                return None
            position, frame = words[rng.choice(fitting[-3:])]
            first, last = 0, min(room, frame + rng.randint(0, 3))
            text = sentence.text[:position].rstrip()
        else:
            position, frame = words[rng.randrange(1, len(words) - 1)]
            first, last, text = max(0, frame - rng.randint(0, 3)), sentence.frames, sentence.text[position:]
        return self._piece(text, first, last) if last - first >= 30 and text else None

    def _sound(self, index: int) -> Mel:
        sentence, rng = self.sentences[index], self.random
        stored = self._mel[sentence.shard][sentence.offset : sentence.offset + sentence.frames]
        mel = np.asarray(stored).astype(np.float32)
        if rng.random() < 0.3:
            mel = mel + np.linspace(0, rng.uniform(-0.6, 0.5), 80, dtype=np.float32)
        return mel + np.float32(rng.uniform(-0.5, 0.2))

    def _worn(self, mel: Mel) -> Mel:
        """Noise, a band limit, gain."""
        rng, frames = self.random, len(mel)
        if rng.random() < 0.6:
            mel = np.log10(10**mel + 10 ** self._noise(frames, float(mel.max()) - rng.uniform(4.2, 9)))
        if rng.random() < 0.06:
            edge = rng.randint(56, 76)
            mel[:, edge:] = np.maximum(mel[:, edge:] - rng.uniform(2, 6), -10)
        return mel + np.float32(rng.choice([0, rng.uniform(-2.5, 0.5)]))

    def _noise(self, frames: int, level: float) -> Mel:
        bumps = np.convolve(self._noise_random.normal(0, 0.5, 100), np.ones(11) / 11, "valid")[:80]
        first = self.random.randrange(len(self._white) - frames)
        tilt = np.linspace(0, self.random.uniform(-2, 0.5), 80)
        return self._white[first : first + frames] + (bumps + tilt + level).astype(np.float32)

    def _normalised(self, mel: Mel) -> Mel:
        """As faster-whisper's feature extractor scales, then masks of SpecAugment (Park et al. 2019)."""
        rng = self.random
        floor = rng.uniform(0, 0.8) if rng.random() < 0.3 else 0.0
        mel = ((np.maximum(mel, mel.max() - 8 + floor) + 4) / 4).astype(np.float32)
        for axis, chance in ((1, 0.4), (0, 0.3)):
            size = mel.shape[axis]
            if rng.random() < chance and size > 20:
                width = rng.randint(1, 6)
                first = rng.randrange(size - width)
                where = (slice(None), slice(first, first + width)) if axis else (slice(first, first + width),)
                mel[where] = mel.mean()
        return mel

    def _stamp(self, frame: float) -> int:
        return int(self.ts_begin + min(1500, round(frame / 2)))
