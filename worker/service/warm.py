"""Models kept warm: the line of the last jobs, so that the next one need not load them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from steno.ledger.workers import LoadedModel
from worker.loading import load_line
from worker.models import check_asked
from worker.pipeline import Line

_KEPT = 2  # lines: the usual model, and another one


class WarmLines:
    """Lines by model. One job at a time uses a line: a GPU worker has one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines: OrderedDict[tuple[str, bool], Line] = OrderedDict()
        self._used: dict[tuple[str, bool], float] = {}  # seconds since 1970
        self._known: tuple[LoadedModel, ...] = ()
        self._lock = threading.Lock()

    def line(self, options: TranscriptionOptions, *, attempt: int = 1) -> Line:
        """The line for these options. After a failure each further attempt works in batches half as large.

        Raises UnknownModel, ModelUnavailable, UnknownLanguage, EngineFailure.
        """
        key = (options.model, options.diarize and options.channels == "mix")
        with self._lock:
            line = self._lines.get(key)
            if line is None:
                check_asked(options.model, self._settings)
                while len(self._lines) >= _KEPT:
                    self._lines.popitem(last=False)[1].close()
                line = self._lines[key] = load_line(options, self._settings)
            else:
                line.engine.check_language(options.language or line.engine.languages[0], options.task)
                if line.diarizer is not None:
                    line.diarizer.start()  # it ends with a cancelled job
            self._lines.move_to_end(key)
            self._used[key] = time.time()
        batch = max(1, line.batch_size >> (attempt - 1))
        return replace(line, options=options, batch_size=batch)

    def models(self) -> tuple[LoadedModel, ...]:
        """What is loaded, the one used last at the end. Does not wait while one is loading."""
        if self._lock.acquire(blocking=False):
            try:
                self._known = tuple(self._models())
            finally:
                self._lock.release()
        return self._known

    def _models(self) -> Iterator[LoadedModel]:
        for key, line in self._lines.items():
            used, speech = self._used[key], line.engine.source
            yield LoadedModel(
                kind="speech",
                name=speech.name,
                device=line.engine.device,
                arithmetic=line.engine.compute_type,
                notice=speech.notice,
                last_used=used,
            )
            if line.diarizer is not None:
                speakers = line.diarizer.source
                yield LoadedModel(kind="speakers", name=speakers.name, notice=speakers.notice, last_used=used)

    def forget(self) -> None:
        """Let all go, e.g. after the memory ran out."""
        with self._lock:
            for line in self._lines.values():
                line.close()
            self._lines.clear()
