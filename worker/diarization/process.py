"""The diarizing process: `python -m worker.diarization.process`, spoken to in lines of JSON.

It loads its pipeline, then serves one recording after another. A process of its own: torch keeps its own threads,
memory and crashes, and transcription goes on beside it. When its input ends its parent is gone, and so is it.
"""

import os
import queue
import sys
import threading
from typing import IO

from steno.errors import StenoError
from steno.sayings.marking import said
from steno.storage import ArtifactStore
from worker.diarization.messages import MESSAGE, Begin, Decoded, Load, Message, Reply
from worker.diarization.stage import Growing, diarize


class _Inbox:
    """Messages in order, read by a thread so that the end of input is noticed at once."""

    def __init__(self, source: IO[str]) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(source,), name="inbox", daemon=True).start()

    def _read(self, source: IO[str]) -> None:
        for line in source:
            self._messages.put(MESSAGE.validate_json(line))
        os._exit(0)

    def next(self) -> Message:
        return self._messages.get()


class _Decoding:
    """What is decoded so far, as the parent tells."""

    def __init__(self, inbox: _Inbox) -> None:
        self._inbox, self._now = inbox, Decoded(samples=0, ended=False)

    def wait(self, samples: int) -> tuple[int, bool]:
        while self._now.samples < samples and not self._now.ended:
            message = self._inbox.next()
            assert isinstance(message, Decoded)
            self._now = message
        return self._now.samples, self._now.ended

    def finish(self) -> None:
        """Take the rest of the messages about this recording."""
        while not self._now.ended:
            self.wait(self._now.samples + 1)


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print is not for the parent
    inbox = _Inbox(sys.stdin)

    def reply(message: Reply) -> None:
        replies.write(message.model_dump_json(exclude_none=True) + "\n")

    load = inbox.next()
    assert isinstance(load, Load)
    try:
        from worker.diarization.loading import load_pipeline

        pipeline = load_pipeline(load.path, device=load.device, threads=load.threads)
    except Exception as error:
        reply(Reply(failure=_failure(error)))
        raise
    while True:
        begin = inbox.next()
        assert isinstance(begin, Begin)
        decoding = _Decoding(inbox)
        try:
            found = diarize(
                pipeline,
                Growing(begin.workspace / begin.audio, decoding.wait),
                ArtifactStore(begin.workspace),
                begin.folder,
                begin.bounds,
                on_heard=lambda seconds: reply(Reply(heard=round(seconds, 1))),
            )
            answer = Reply(result=found)
        except Exception as error:  # said to the parent, which still has a transcript to deliver
            answer = Reply(failure=_failure(error))
        decoding.finish()
        reply(answer)


def _failure(error: Exception) -> tuple[str, str]:
    if isinstance(error, StenoError):
        return error.message, error.cure
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return (
            said("Memory ran out while telling speakers apart"),
            said("Run it on a larger machine, or with --no-diarize."),
        )
    kind, why = type(error).__name__, next(iter(str(error).splitlines()), "")
    return said(f"Telling speakers apart failed ({kind}: {why})"), said("Run `steno doctor`, or report this.")


if __name__ == "__main__":
    main()
