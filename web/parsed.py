"""Documents as values, kept for a while: whoever edits a long transcript must not wait for it to be read each time.

A document's id stands for one content for ever, so nothing here can be out of date; who may see it was asked before.
"""

import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel

Value = TypeVar("Value", bound=BaseModel)
_ROOM = 12 * 1024**2  # bytes of JSON: four transcripts of three hours, which as values take 41 MB each
_LONGEST = 900.0  # seconds: what is confidential does not lie about


class Parsed:
    """Values by document id, those used last, in one web process."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room, self._size = room, 0
        self._kept: OrderedDict[str, tuple[BaseModel, int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, document_id: str, model: type[Value], content: bytes) -> Value:
        """The value of a document's JSON, kept from now on. Raises ValidationError."""
        with _COLLECTOR.held_back():
            value = model.model_validate_json(content)
        self.put(document_id, value, len(content))
        return value

    def get(self, document_id: str, model: type[Value]) -> Value | None:
        """The value of a document, where it is here."""
        with self._lock:
            self._drop_old()
            found = self._kept.get(document_id)
            if found is None or not isinstance(found[0], model):
                return None
            self._kept.move_to_end(document_id)
            return found[0]

    def put(self, document_id: str, value: BaseModel, size: int) -> None:
        """Keep a value that takes `size` bytes as JSON, where there is room."""
        with self._lock:
            self._drop_old()
            if document_id in self._kept or size > self._room:
                return
            self._kept[document_id] = (value, size, time.monotonic())
            self._size += size
            while self._size > self._room:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._size = 0

    def _drop_old(self) -> None:
        over = time.monotonic() - _LONGEST
        for key in [key for key, (_, _, since) in self._kept.items() if since < over]:
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._size -= self._kept.pop(key)[1]


class _Collector:
    """Python's search for garbage, held back while tens of thousands of values are made that all stay.

    It took two thirds of the time. Several readers at once hold it back together.
    """

    def __init__(self) -> None:
        self._readers, self._lock = 0, threading.Lock()

    @contextmanager
    def held_back(self) -> Iterator[None]:
        with self._lock:
            self._readers += 1
            gc.disable()
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                if self._readers == 0:
                    gc.enable()


_COLLECTOR = _Collector()  # there is one in a process
