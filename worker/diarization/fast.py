"""pyannote's speaker diarization with the same answer for less work.

Stock pyannote slides a window of some 10 s over the recording by 1 s, finds up to three local speakers in each, and
runs the embedding network once per window *and* local speaker, although the speaker's mask only enters at the pooling.
Here a window goes through the network once and is pooled under its masks; windows in which nobody speaks are left out;
a mask without speech is one vector, computed once (its weighted mean and deviation are zero whatever the audio). The
reconstruction adds up windows one by one instead of holding all of them for all speakers, and loops over frames are
array operations. Everything else is inherited, and `tests/integration/test_diarization_equality.py` holds the two side
by side.
"""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.speaker_verification import PyannoteAudioPretrainedSpeakerEmbedding
from pyannote.core import SlidingWindow, SlidingWindowFeature

from worker.diarization import denormals
from worker.diarization.sampling import Clustered, cluster

GPU_BATCH = 32
# On a CPU the activations of a small batch stay in its caches: twice to three times as fast as batches of 32.
CPU_SCORED, CPU_EMBEDDED = 16, 4
_WINDOWS = "windows"


@dataclass(frozen=True)
class HeardWindows:
    """What the two networks make of a run of windows.

    `scores` is (windows, frames, local speakers), 0 or 1 as uint8 for powerset models, else float32; `embeddings` is
    (windows, local speakers, dimension) float32.
    """

    scores: NDArray[np.uint8] | NDArray[np.float32]
    embeddings: NDArray[np.float32]


class FastSpeakerDiarization(SpeakerDiarization):  # type: ignore[misc]  # pyannote is untyped
    """`SpeakerDiarization` whose networks run once per window, on whole recordings or range by range."""

    @classmethod
    def adopt(cls, pipeline: SpeakerDiarization) -> "FastSpeakerDiarization":
        """The same pipeline with its models and parameters; `Pipeline.from_pretrained` chooses the class itself."""
        pipeline.__class__ = cls
        assert isinstance(pipeline, cls)
        return pipeline

    # The windows of a recording ------------------------------------------------------------------------------------

    @property
    def window(self) -> int:
        """Samples of a window."""
        return int(self._segmentation.model.audio.get_num_samples(self._segmentation.duration))

    @property
    def step(self) -> int:
        """Samples between the beginnings of two windows."""
        seconds: float = self._segmentation.step
        rate: int = self._segmentation.model.audio.sample_rate
        return round(seconds * rate)

    def count(self, samples: int) -> int:
        """Windows of a recording; the last one may reach beyond its end."""
        if samples <= self.window:
            return 1
        return 1 + math.ceil((samples - self.window) / self.step)

    def hear(
        self, audio: NDArray[np.float32], count: int, *, on_window: Callable[[int], None] = lambda done: None
    ) -> HeardWindows:
        """Both networks over `count` windows, the first of which begins at the first sample of `audio`."""
        windows = self._sliced(audio, count)
        scores = self._score(windows)
        active = self._binary(scores).data
        embeddings = self._embed(windows, active, self.embedding_exclude_overlap, on_window)
        return HeardWindows(scores.data, embeddings)

    def diarize(self, heard: HeardWindows, **bounds: int | None) -> Any:
        """pyannote's own `apply` on windows that were heard before; `bounds` as there."""
        return self.apply({"uri": "recording", _WINDOWS: heard}, **bounds)

    def _sliced(self, audio: NDArray[np.float32], count: int) -> torch.Tensor:
        """(count, 1, window) views of the samples, the end filled with silence."""
        needed = (count - 1) * self.step + self.window
        if len(audio) < needed:
            audio = np.pad(audio, (0, needed - len(audio)))
        return torch.from_numpy(audio[:needed]).unfold(0, self.window, self.step)[:, None]

    # What stock pyannote asks for ----------------------------------------------------------------------------------

    def get_segmentations(
        self, file: Mapping[str, Any], hook: Callable[..., None] | None = None
    ) -> SlidingWindowFeature:
        """As inherited; for windows heard before, or a waveform in memory. `hook` hears nothing."""
        del hook
        if _WINDOWS in file:
            return self._feature(file[_WINDOWS].scores)
        return self._score(self._of(file))

    @denormals.flushed()
    def get_embeddings(
        self,
        file: Mapping[str, Any],
        binary_segmentations: SlidingWindowFeature,
        exclude_overlap: bool = False,
        hook: Callable[..., None] | None = None,
    ) -> NDArray[np.float32]:
        """As inherited; embedding models that are not pyannote's own go the inherited way."""
        if _WINDOWS in file:
            heard: HeardWindows = file[_WINDOWS]
            return heard.embeddings
        if not self._stackable:
            return np.asarray(super().get_embeddings(file, binary_segmentations, exclude_overlap, hook))
        return self._embed(self._of(file), binary_segmentations.data, exclude_overlap, lambda done: None)

    def clustering(
        self, embeddings: NDArray[np.float32], segmentations: SlidingWindowFeature, **bounds: Any
    ) -> Clustered:
        """As inherited up to a limit; above it a uniform sample is clustered and the rest assigned."""
        return cluster(self._pipelines["clustering"], embeddings, segmentations, **bounds)

    def reconstruct(
        self, segmentations: SlidingWindowFeature, hard_clusters: NDArray[np.int8], count: SlidingWindowFeature
    ) -> SlidingWindowFeature:
        """As inherited, one window at a time: memory for the frames of the recording, not of all windows."""
        windows, frames = segmentations.sliding_window, count.sliding_window
        _, length, _ = segmentations.data.shape
        clusters = int(hard_clusters.max()) + 1
        grid = SlidingWindow(start=windows.start, duration=frames.duration, step=frames.step)
        last = windows[len(segmentations.data) - 1].start
        total = grid.closest_frame(last + windows.duration + 0.5 * frames.duration) + 1
        activations = np.zeros((total, max(clusters, int(count.data.max(initial=0)))), np.float32)
        for number, (chosen, scores) in enumerate(zip(hard_clusters, segmentations.data, strict=True)):
            first = grid.closest_frame(windows[number].start + 0.5 * frames.duration)
            for speaker in np.unique(chosen[chosen != -2]):
                activations[first : first + length, speaker] += scores[:, chosen == speaker].max(axis=1)
        return self._loudest(SlidingWindowFeature(activations, grid), count)

    @staticmethod
    def _loudest(activations: SlidingWindowFeature, count: SlidingWindowFeature) -> SlidingWindowFeature:
        """In every frame the `count` most active speakers, as `to_diarization` chooses them."""
        extent = activations.extent & count.extent
        activations = activations.crop(extent, return_data=False)
        wanted = count.crop(extent, return_data=False).data.astype(np.int64)
        length = min(len(activations.data), len(wanted))
        order = np.argsort(-activations.data[:length], axis=-1)
        binary = np.zeros_like(activations.data)
        chosen = np.arange(order.shape[1]) < wanted[:length]
        np.put_along_axis(binary[:length], order, chosen.astype(binary.dtype), axis=1)
        return SlidingWindowFeature(binary, activations.sliding_window)

    # The networks --------------------------------------------------------------------------------------------------

    @property
    def _stackable(self) -> bool:
        return isinstance(self._embedding, PyannoteAudioPretrainedSpeakerEmbedding)

    def _of(self, file: Mapping[str, Any]) -> torch.Tensor:
        waveform, rate = self._segmentation.model.audio(file)
        assert rate == self._embedding.sample_rate
        return self._sliced(waveform[0].numpy(), self.count(waveform.shape[1]))

    def _feature(self, scores: NDArray[Any]) -> SlidingWindowFeature:
        window = SlidingWindow(start=0.0, duration=self._segmentation.duration, step=self._segmentation.step)
        return SlidingWindowFeature(scores, window)

    @denormals.flushed()
    def _score(self, windows: torch.Tensor) -> SlidingWindowFeature:
        found = []
        size = GPU_BATCH if self._on_gpu else CPU_SCORED
        for begin in range(0, len(windows), size):
            batch = windows[begin : begin + size]
            found.append(self._segmentation.infer(self._filled(batch))[: len(batch)])
        scores = np.concatenate(found)
        # A powerset's classes become zeros and ones: a quarter of the memory, the same sums.
        powerset = self._segmentation.model.specifications.powerset
        return self._feature(scores.astype(np.uint8) if powerset else scores)

    def _binary(self, scores: SlidingWindowFeature) -> SlidingWindowFeature:
        if self._segmentation.model.specifications.powerset:
            return scores
        from pyannote.audio.utils.signal import binarize

        return binarize(scores, onset=self.segmentation.threshold, initial_state=False)

    def _embed(
        self, windows: torch.Tensor, active: NDArray[Any], exclude_overlap: bool, on_window: Callable[[int], None]
    ) -> NDArray[np.float32]:
        """(windows, local speakers, dimension) for binary activity (windows, frames, local speakers)."""
        masks = torch.from_numpy(self._masks(active, exclude_overlap).transpose(0, 2, 1).copy())
        silent = self._vectors(windows[:1], torch.zeros_like(masks[:1]))[0, 0]
        embeddings = np.broadcast_to(silent, (*masks.shape[:2], len(silent))).copy()
        speaking = (masks.sum(dim=2) > 0).numpy()
        voices = speaking.sum(axis=1)
        on_window(int((voices == 0).sum()))
        size = GPU_BATCH if self._on_gpu else CPU_EMBEDDED
        # Windows with equally many voices go together: nothing is pooled under an empty mask.
        for count in range(1, masks.shape[1] + 1):
            alike = np.flatnonzero(voices == count)
            for begin in range(0, len(alike), size):
                rows = alike[begin : begin + size, None]
                columns = np.argsort(~speaking[rows[:, 0]], axis=1, kind="stable")[:, :count]
                batch, used = self._filled(windows[rows[:, 0]]), self._filled(masks[rows, columns])
                embeddings[rows, columns] = self._vectors(batch, used)[: len(rows)]
                on_window(len(rows))
        return embeddings

    @property
    def _on_gpu(self) -> bool:
        kind: str = self._segmentation.device.type
        return kind == "cuda"

    def _filled(self, batch: torch.Tensor) -> torch.Tensor:
        """On a GPU every batch has one shape, since each new one costs a search for the best kernels."""
        missing = GPU_BATCH - len(batch) if self._on_gpu else 0
        if not missing:
            return batch
        return torch.cat([batch, torch.zeros(missing, *batch.shape[1:], dtype=batch.dtype)])

    @denormals.flushed()
    def _vectors(self, windows: torch.Tensor, masks: torch.Tensor) -> NDArray[np.float32]:
        """(batch, local speakers, dimension) of windows (batch, 1, samples) under masks (batch, speakers, frames)."""
        vectors: NDArray[np.float32] = np.asarray(self._embedding(windows, masks=masks), np.float32)
        return vectors

    def _masks(self, active: NDArray[Any], exclude_overlap: bool) -> NDArray[np.float32]:
        """Each speaker's own frames: those without others where there are enough, as stock pyannote chooses."""
        full: NDArray[np.float32] = np.nan_to_num(active, nan=0.0).astype(np.float32)
        if not exclude_overlap:
            return full
        alone = full * (full.sum(axis=2, keepdims=True) < 2)
        seconds, rate = self._segmentation.duration, self._embedding.sample_rate
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyannote tries ever shorter audio until a network fails
            least = math.ceil(full.shape[1] * self._embedding.min_num_samples / (seconds * rate))
        masks: NDArray[np.float32] = np.where(alone.sum(axis=1, keepdims=True) > least, alone, full)
        return masks
