"""The diarizing process seen from the line: started once, given one recording after another."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Literal

from pydantic import BaseModel

from steno.errors import StenoError
from steno.sayings.marking import said
from steno.storage import ArtifactStore
from worker.diarization.messages import Begin, Decoded, Load, Reply
from worker.diarization.models import PipelineSource
from worker.diarization.result import Diarization, SpeakerBounds
from worker.preparation import AUDIO

_LOOK_EVERY = 0.7  # seconds


class DiarizationFailed(StenoError):
    """Speakers could not be told apart; the transcript is delivered without them."""

    code = "diarization-failed"


class Diarizing:
    """One recording in the diarizing process. `heard` is the seconds done."""

    def __init__(self, send: Callable[[BaseModel], None], on_heard: Callable[[float], None]) -> None:
        self._send, self._on_heard = send, on_heard
        self._done = threading.Event()
        self._ended = False
        self._reply: Reply | None = None
        self._unwanted: BaseException | None = None
        self.heard = 0.0

    def decoded(self, samples: int, ended: bool) -> None:
        """Tell that `samples` are decoded, and whether those are all."""
        if not self._ended:
            self._ended = ended
            self._send(Decoded(samples=samples, ended=ended))

    def result(self) -> Diarization:
        """Wait for the turns. Raises DiarizationFailed, and what `on_heard` raises."""
        while not self._done.wait(_LOOK_EVERY):
            self._on_heard(self.heard)  # so that somebody who wants to stop can say so, also while it clusters
        if self._unwanted is not None:
            raise self._unwanted
        assert self._reply is not None
        if self._reply.result is None:
            assert self._reply.failure is not None
            raise DiarizationFailed(*self._reply.failure)
        return self._reply.result

    @property
    def done(self) -> bool:
        """Whether the process has answered."""
        return self._done.is_set()

    def take(self, reply: Reply) -> None:
        """What the process says about this recording."""
        if reply.heard is not None:
            self.heard = reply.heard
            try:
                self._on_heard(reply.heard)
            except BaseException as error:  # raised again where the result is waited for, not among the listeners
                self._unwanted = error
                self._done.set()
        else:
            self._reply = reply
            self._done.set()


class Diarizer:
    """Keeps the process, which loads its models while the recogniser loads its own."""

    def __init__(
        self,
        source: PipelineSource,
        *,
        device: Literal["auto", "cpu", "cuda"],
        threads: int,
        offline: bool = False,
    ) -> None:
        """`threads` on a CPU, 0 for torch's own choice; `offline` keeps a pipeline from fetching what it refers to."""
        self.source = source
        self._offline = offline
        self._load = Load(path=source.path.absolute(), device=device, threads=threads)
        self._process: subprocess.Popen[str] | None = None
        self._current: Diarizing | None = None
        self._failure: Reply | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to load, if the process is not there."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self.close()
        threads = str(self._load.threads or "")
        # Threads that wait in a spin would take the recogniser's cores.
        own = {"OMP_WAIT_POLICY": "passive", "PYANNOTE_METRICS_ENABLED": "0"}
        own |= {"OMP_NUM_THREADS": threads} if threads else {}
        own |= {"HF_HUB_OFFLINE": "1"} if self._offline else {}
        self._failure = None
        written = tempfile.TemporaryFile("w+")  # noqa: SIM115  # lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "worker.diarization.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
            process_group=0,  # Ctrl-C is ours to handle
            env={**os.environ, **own},
        )
        threading.Thread(target=self._listen, args=(self._process, written), name="diarizer", daemon=True).start()
        self._send(self._load)

    def begin(
        self, store: ArtifactStore, bounds: SpeakerBounds, on_heard: Callable[[float], None] = lambda seconds: None
    ) -> Diarizing:
        """Diarize the samples that are being written to the store."""
        self.start()
        folder = f"diarization-{self.source.revision[:16]}"
        current = Diarizing(self._send, on_heard)
        with self._lock:
            self._current = current
            failure = self._failure
        if failure is not None:
            current.take(failure)
            return current
        self._send(Begin(workspace=store.root.absolute(), audio=AUDIO, folder=folder, bounds=bounds))
        return current

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()

    def _send(self, message: BaseModel) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        with suppress(OSError, ValueError), self._lock:  # a process that is gone is noticed by who listens
            process.stdin.write(message.model_dump_json() + "\n")
            process.stdin.flush()

    def _listen(self, process: "subprocess.Popen[str]", written: IO[str]) -> None:
        death = said("Nobody listens to the diarizing process any more")
        try:
            assert process.stdout is not None
            with process.stdout, written:
                self._pass_on(process, process.stdout)
                death = _death(process.wait(), _last_words(written))
        finally:  # whatever happened here, nobody may wait for ever
            self._end(process, death)

    def _pass_on(self, process: "subprocess.Popen[str]", replies: IO[str]) -> None:
        for line in replies:
            reply = Reply.model_validate_json(line)
            with self._lock:
                current = self._current if process is self._process else None
                if reply.failure is not None and current is None:
                    self._failure = reply
            if current is not None:
                current.take(reply)

    def _end(self, process: "subprocess.Popen[str]", death: str) -> None:
        ended = Reply(failure=(death, said("Run `steno doctor`, or use --no-diarize.")))
        with self._lock:
            if process is not self._process:  # closed, or replaced by another
                return
            self._failure = self._failure or ended
            current = self._current
        if current is not None and not current.done:
            current.take(ended)


def _last_words(written: IO[str]) -> str:
    written.seek(0)
    lines = [line for line in written.read()[-4000:].splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


def _death(status: int, last: str) -> str:
    if status == -signal.SIGKILL:
        return said("The diarizing process was killed; memory may have run out")
    if not last:
        return said(f"The diarizing process ended ({status})")
    return said(f"The diarizing process ended ({status}): {last}")
