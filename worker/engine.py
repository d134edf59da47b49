"""The speech engine: a Whisper model on CTranslate2 that turns a batch of chunks into words with times.

Text is decoded without timestamp tokens and words get their times by aligning the cross-attention: timestamp tokens
cost up to 3x in batches and drop what follows the last pair (faster-whisper issues 985 and 1427).
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steno.errors import EngineFailure, UnknownLanguage
from worker.chunking import MAX_CHUNK
from worker.models import ModelSource
from worker.vad import SAMPLE_RATE

Audio = NDArray[np.float32]
Task = Literal["transcribe", "translate"]
_PREPEND, _APPEND = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
_FRAMES_PER_SECOND = 100
_MAX_NEW_TOKENS = 224  # half of Whisper's text context: the decoder never writes more


@dataclass(frozen=True)
class DecodingOptions:
    """What steers the decoder, alike for every chunk of a job."""

    language: str
    task: Task = "transcribe"
    beam_size: int = 5
    initial_prompt: str | None = None
    hotwords: str | None = None


@dataclass(frozen=True)
class HeardWord:
    """A word with its times in the chunk, seconds; `text` keeps its leading space where the language writes one."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Heard:
    """What the decoder wrote for one chunk, and how sure it was."""

    text: str
    words: tuple[HeardWord, ...]
    mean_logprob: float
    no_speech: float
    truncated: bool  # stopped at the token limit: words are missing

    @property
    def compression_ratio(self) -> float:
        """Length over deflated length: above 2.4 the text repeats itself (Radford et al. 2022, section 4.5)."""
        encoded = self.text.encode()
        return len(encoded) / len(zlib.compress(encoded)) if encoded else 0.0


@dataclass(frozen=True)
class Search:
    """How the decoder is kept from repeating itself; the default lets it write what it likes."""

    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0


class Engine:
    """One loaded model. Threads may share it: the model queues their batches."""

    def __init__(self, source: ModelSource, *, device: str, compute_type: str, threads: int, replicas: int = 1) -> None:
        """Load the weights.

        `replicas` batches are decoded at once, each on `threads` CPU threads, with one copy of the weights.
        Raises EngineFailure where the model cannot be loaded.
        """
        from faster_whisper import WhisperModel

        try:
            self._whisper: Any = WhisperModel(
                str(source.path),
                device=device,
                compute_type=compute_type,
                cpu_threads=threads,
                num_workers=replicas,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineFailure(
                f"The model {source.name} could not be loaded on {device}: {error}",
                "Try STENO_DEVICE=cpu, a smaller model, or `steno doctor`.",
            ) from error
        self.source = source
        self.device: str = self._whisper.model.device
        self.compute_type: str = self._whisper.model.compute_type
        self.replicas = replicas
        self._tokenizers: dict[tuple[str, str], Any] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The language codes that the model knows."""
        return tuple(self._whisper.supported_languages)

    @property
    def multilingual(self) -> bool:
        return bool(self._whisper.model.is_multilingual)

    @cached_property
    def window(self) -> int:
        """Mel frames (10 ms) that the model was made for: 3000, less for models that say so."""
        return min(3000, int(self._whisper.feature_extractor.nb_max_frames))

    @property
    def max_chunk(self) -> float:
        """Longest chunk, seconds: 28 of Whisper's 30, in proportion for shorter windows."""
        return MAX_CHUNK * self.window / 3000

    def check_language(self, language: str, task: Task) -> None:
        """Raise UnknownLanguage where the model does not know the language or cannot translate."""
        if language not in self.languages:
            known = ", ".join(self.languages[:12]) + (" ..." if len(self.languages) > 12 else "")
            raise UnknownLanguage(
                f"The model {self.source.name} does not know the language '{language}'", f"It knows: {known}"
            )
        if task == "translate" and not self.multilingual:
            raise UnknownLanguage(
                f"The model {self.source.name} cannot translate",
                "Choose a multilingual model such as small or large-v3.",
            )

    def detect_language(self, windows: Sequence[Audio]) -> list[dict[str, float]]:
        """Probability of each language, for each window of speech; all in one batch."""
        encoded = self._encode(windows)
        return [
            {token[2:-2]: float(probability) for token, probability in result}
            for result in self._whisper.model.detect_language(encoded)
        ]

    def hear(self, batch: Sequence[Audio], options: DecodingOptions, search: Search = Search()) -> list[Heard]:
        """Decode chunks of at most `max_chunk` seconds together; one result for each, in order.

        Nothing is sampled: the same audio gives the same text. Raises EngineFailure, e.g. when memory runs out.
        """
        tokenizer = self._tokenizer(options)
        prompt = self._whisper.get_prompt(
            tokenizer,
            tokenizer.encode(" " + options.initial_prompt.strip()) if options.initial_prompt else [],
            without_timestamps=True,
            hotwords=options.hotwords,
        )
        limit = self._token_limit(batch)
        try:
            encoded = self._encode(batch)
            results = self._whisper.model.generate(
                encoded,
                [prompt] * len(batch),
                beam_size=options.beam_size,
                repetition_penalty=search.repetition_penalty,
                no_repeat_ngram_size=search.no_repeat_ngram,
                # CTranslate2 writes at most min(max_length / 2, max_length - prompt) tokens.
                max_length=max(2 * limit, limit + len(prompt)),
                suppress_blank=True,
                suppress_tokens=self._suppressed(tokenizer),
                return_scores=True,
                return_no_speech_prob=True,
            )
            return list(self._read(batch, results, encoded, tokenizer, limit))
        except RuntimeError as error:
            raise EngineFailure(
                f"The speech engine failed: {error}", "Lower STENO_BATCH_SIZE or choose a smaller model."
            ) from error

    def _read(self, batch: Sequence[Audio], results: Any, encoded: Any, tokenizer: Any, limit: int) -> Iterator[Heard]:
        tokens = [[token for token in result.sequences_ids[0] if token < tokenizer.eot] for result in results]
        frames = [min(self.window, max(1, audio.size * _FRAMES_PER_SECOND // SAMPLE_RATE)) for audio in batch]
        spoken = [number for number, ids in enumerate(tokens) if ids]
        words = dict(zip(spoken, self._align(tokenizer, tokens, encoded, frames, spoken), strict=True))
        for number, result in enumerate(results):
            length = len(result.sequences_ids[0])
            yield Heard(
                text=tokenizer.decode(tokens[number]).strip(),
                words=words.get(number, ()),
                mean_logprob=float(result.scores[0]) * length / (length + 1),
                no_speech=float(result.no_speech_prob),
                truncated=length >= limit - 1,
            )

    def _align(
        self, tokenizer: Any, tokens: list[list[int]], encoded: Any, frames: list[int], spoken: list[int]
    ) -> Iterator[tuple[HeardWord, ...]]:
        from faster_whisper.transcribe import merge_punctuations

        if not spoken:
            return
        # `align` wants the rows of the encoder's batch: silent rows ride along with an empty text.
        for number, alignment in enumerate(self._whisper.find_alignment(tokenizer, tokens, encoded, frames)):
            if number not in spoken:
                continue
            merge_punctuations(alignment, _PREPEND, _APPEND)
            yield tuple(
                HeardWord(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
                for word in alignment
                if word["word"].strip()
            )

    def _encode(self, batch: Sequence[Audio]) -> Any:
        from faster_whisper.audio import pad_or_trim

        features = [pad_or_trim(self._whisper.feature_extractor(audio)[..., :-1], self.window) for audio in batch]
        return self._whisper.encode(np.stack(features))

    def _token_limit(self, batch: Sequence[Audio]) -> int:
        """Tokens that the longest chunk can hold: nobody speaks 12 a second, but a decoder in a loop writes them."""
        seconds = max(audio.size for audio in batch) / SAMPLE_RATE
        return min(_MAX_NEW_TOKENS, 24 + round(12 * seconds))

    def _tokenizer(self, options: DecodingOptions) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        key = (options.language, options.task)
        if key not in self._tokenizers:
            self._tokenizers[key] = Tokenizer(
                self._whisper.hf_tokenizer, self.multilingual, task=options.task, language=options.language
            )
        return self._tokenizers[key]

    @staticmethod
    def _suppressed(tokenizer: Any) -> list[int]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return list(get_suppressed_tokens(tokenizer, [-1]))
