"""What this process did lately and need not do again, such as to write down who opened a recording."""

import threading
import time

_MOST = 20_000


class Remembered:
    """Keys for a while; at most 20 000, then it begins anew."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def has(self, key: tuple[str, ...]) -> bool:
        """Whether it was done lately."""
        with self._lock:
            return self._until.get(key, 0.0) > time.monotonic()

    def add(self, key: tuple[str, ...]) -> None:
        """It is done now."""
        with self._lock:
            if len(self._until) >= _MOST:
                self._until.clear()
            self._until[key] = time.monotonic() + self._seconds
