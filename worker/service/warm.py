"""Models kept warm: the line of the last jobs, so that the next one need not load them."""

import threading
from collections import OrderedDict
from dataclasses import replace

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from worker.loading import load_line
from worker.pipeline import Line

_KEPT = 2  # lines: the usual model, and another one


class WarmLines:
    """Lines by model. One job at a time uses a line: a GPU worker has one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines: OrderedDict[tuple[str, bool], Line] = OrderedDict()
        self._lock = threading.Lock()

    def line(self, options: TranscriptionOptions, *, attempt: int = 1) -> Line:
        """The line for these options. After a failure each further attempt works in batches half as large.

        Raises UnknownModel, ModelUnavailable, UnknownLanguage, EngineFailure.
        """
        key = (options.model, options.diarize and options.channels == "mix")
        with self._lock:
            line = self._lines.pop(key, None)
            if line is None:
                while len(self._lines) >= _KEPT:
                    self._lines.popitem(last=False)[1].close()
                line = load_line(options, self._settings)
            else:
                line.engine.check_language(options.language or line.engine.languages[0], options.task)
                if line.diarizer is not None:
                    line.diarizer.start()  # it ends with a cancelled job
            self._lines[key] = line
        batch = max(1, line.batch_size >> (attempt - 1))
        return replace(line, options=options, batch_size=batch)

    def forget(self) -> None:
        """Let all go, e.g. after the memory ran out."""
        with self._lock:
            for line in self._lines.values():
                line.close()
            self._lines.clear()
