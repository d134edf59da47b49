"""Where somebody speaks: Silero VAD over a stream of PCM, with the network's state carried from block to block.

The network (Silero VAD v6, MIT licence) is the one that ships inside faster-whisper. Fed in blocks of any size it
gives the same probabilities as one pass over the whole file, in constant memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW = 512  # samples per probability: 32 ms
_CONTEXT = 64  # samples of the window before, which the network also sees


@cache
def _session() -> Any:
    import faster_whisper
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    network = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"], sess_options=options)


class VoiceActivity:
    """Speech probability of each 32 ms window of a 16 kHz mono stream."""

    def __init__(self) -> None:
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, pcm: NDArray[np.int16]) -> NDArray[np.float32]:
        """Probabilities of the windows that `pcm` (int16) completes; shape (windows,)."""
        return self._run(np.concatenate([self._rest, pcm.astype(np.float32) / 32768.0]))

    def finish(self) -> NDArray[np.float32]:
        """Probability of the last, zero-padded window; shape (0,) or (1,)."""
        if not self._rest.size:
            return np.zeros(0, np.float32)
        return self._run(np.pad(self._rest, (0, WINDOW - self._rest.size)))

    def _run(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        count = audio.size // WINDOW
        self._rest = audio[count * WINDOW :].copy()
        if not count:
            return np.zeros(0, np.float32)
        windows = audio[: count * WINDOW].reshape(count, WINDOW)
        before = np.vstack([self._context, windows[:-1, -_CONTEXT:]])
        probabilities, self._hidden, self._cell = _session().run(
            None, {"input": np.hstack([before, windows]), "h": self._hidden, "c": self._cell}
        )
        self._context = windows[-1, -_CONTEXT:].copy()
        return np.asarray(probabilities, np.float32).reshape(-1)


@dataclass(frozen=True)
class Speech:
    """A stretch of speech between two pauses; samples, end exclusive."""

    start: int
    end: int


@dataclass
class SpeechDetector:
    """Turn window probabilities into speech stretches, by hysteresis, as the windows arrive.

    Speech begins at `threshold` and ends where the probability stays below `threshold - 0.15` for `min_pause` seconds.
    Stretches shorter than `min_speech` are clicks. One longer than `max_speech` seconds is cut where the voice is
    weakest in its second half, so that no stretch outgrows the recogniser's window.
    """

    max_speech: float
    threshold: float = 0.5
    min_pause: float = 0.16
    min_speech: float = 0.09
    _window: int = 0
    _start: int | None = None
    _silent_since: int | None = None
    _probabilities: list[float] = field(default_factory=list)

    def feed(self, probabilities: NDArray[np.float32]) -> Iterator[Speech]:
        """The stretches that end within these windows."""
        for probability in probabilities.tolist():
            yield from self._step(probability)
            self._window += 1

    def finish(self, samples: int) -> Iterator[Speech]:
        """The stretch still open at the end of the stream, `samples` long."""
        if self._start is not None:
            end = self._silent_since if self._silent_since is not None else self._window
            yield from self._close(min(end * WINDOW, samples))

    def _step(self, probability: float) -> Iterator[Speech]:
        if self._start is None:
            if probability >= self.threshold:
                self._start, self._silent_since, self._probabilities = self._window, None, [probability]
            return
        self._probabilities.append(probability)
        if probability >= self.threshold:
            self._silent_since = None
        elif probability < self.threshold - 0.15 and self._silent_since is None:
            self._silent_since = self._window
        if self._silent_since is not None and (self._window - self._silent_since) * WINDOW >= self._samples(
            self.min_pause
        ):
            yield from self._close(self._silent_since * WINDOW)
        elif (self._window - self._start) * WINDOW >= self._samples(self.max_speech):
            yield from self._cut()

    def _cut(self) -> Iterator[Speech]:
        assert self._start is not None
        count = len(self._probabilities)
        smooth = np.convolve(self._probabilities, np.ones(5) / 5, mode="same")
        weakest = count // 2 + int(np.argmin(smooth[count // 2 : count - 3]))
        start, rest = self._start + weakest, self._probabilities[weakest:]
        yield Speech(self._start * WINDOW, start * WINDOW)
        self._start, self._probabilities = start, rest
        if self._silent_since is not None:
            self._silent_since = max(self._silent_since, start)

    def _close(self, end: int) -> Iterator[Speech]:
        assert self._start is not None
        start, self._start, self._silent_since = self._start * WINDOW, None, None
        if end - start >= self._samples(self.min_speech):
            yield Speech(start, end)

    @staticmethod
    def _samples(seconds: float) -> int:
        return round(seconds * SAMPLE_RATE)
