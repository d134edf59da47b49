"""One measured run, in a process of its own: `python -m tests.bench.runs SYSTEM RECORDING ...` prints JSON.

A model of random weights never stops by itself: both systems then write exactly `RANDOM_TOKENS` for each chunk, and
ours redoes nothing, so that the same work is timed.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from tests.memory import own_peak
from worker.chunking import Chunk
from worker.pcm import PcmFile

THREADS = 2
RANDOM_TOKENS = 64


class _Enough(Exception):
    """The first segment is there."""


def ours(recording: Path, *, model: str, beam: int, first_only: bool) -> tuple[float, str]:
    """Seconds, model loading not counted."""
    from worker.loading import load_line

    if "random" in model:
        _fix_length()
    with tempfile.TemporaryDirectory() as data:
        chosen = Settings(data_dir=Path(data), threads=THREADS, beam_size=beam, device="cpu")
        line = load_line(TranscriptionOptions(model=model, language="en", diarize=False), chosen)

        def stop(chunk: object) -> None:
            if first_only and getattr(chunk, "words", ()):
                raise _Enough

        begun = perf_counter()
        try:
            text = line.run(recording, on_chunk=stop).text
        except _Enough:
            return perf_counter() - begun, ""
        return perf_counter() - begun, text


def _fix_length() -> None:
    import worker.engine
    from worker.recognition import RecognisedChunk, Recogniser, _placed

    def batch(self: Recogniser, chunks: Sequence[Chunk], pcm: PcmFile) -> list[RecognisedChunk]:
        heard = self.engine.hear([chunk.audio(pcm) for chunk in chunks], self.options)
        both = zip(chunks, heard, strict=True)
        return [RecognisedChunk(chunk.index, tuple(_placed(chunk, text)), (), ()) for chunk, text in both]

    worker.engine._MAX_NEW_TOKENS = RANDOM_TOKENS
    Recogniser.batch = batch  # type: ignore[method-assign]


def plain(recording: Path, *, model: str, beam: int, first_only: bool, batched: bool) -> tuple[float, str]:
    """The plain library: batched with word timestamps, or sequential at its best."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    from worker.models import resolve

    path = resolve(model, Settings(), device="cpu").path
    whisper = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=THREADS)
    begun = perf_counter()
    if batched:
        found, _ = BatchedInferencePipeline(whisper).transcribe(
            str(recording),
            language="en",
            batch_size=8,
            beam_size=beam,
            word_timestamps=True,
            # CTranslate2 stops at half of `max_length`, which is these and the 4 tokens of the prompt.
            max_new_tokens=2 * RANDOM_TOKENS - 4 if "random" in model else None,
        )
    else:
        found, _ = whisper.transcribe(
            str(recording),
            language="en",
            beam_size=beam,
            vad_filter=True,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
    texts = []
    for segment in found:
        texts.append(segment.text)
        if first_only:
            break
    return perf_counter() - begun, " ".join(texts)


def main() -> None:
    system, recording, model, beam, first_only = sys.argv[1:6]
    arguments = {"model": model, "beam": int(beam), "first_only": first_only == "first"}
    if system == "ours":
        seconds, text = ours(Path(recording), **arguments)  # type: ignore[arg-type]
    else:
        seconds, text = plain(Path(recording), batched=system == "batched", **arguments)  # type: ignore[arg-type]
    peak = own_peak()
    sys.stdout.write(json.dumps({"seconds": seconds, "text": text, "peak": peak}))


if __name__ == "__main__":
    main()
