"""How many requests a minute: a token bucket for each caller, in the memory of one web process.

A counter in the database would cost a write for every read. With N web processes the limit is N times as large at most.
"""

import threading
import time
from collections import OrderedDict

_MOST = 10_000  # callers remembered; the one not seen longest is forgotten, which gives it a full bucket


class Buckets:
    """A bucket for each key: it holds as many requests as may be made in `burst` seconds, and fills steadily."""

    def __init__(self, per_minute: int, *, burst: float = 10.0) -> None:
        self._rate = per_minute / 60.0
        self._size = max(1.0, self._rate * burst)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds until the key may ask again; 0 where it may now, and then that is counted."""
        if self._rate == 0:
            return 0.0
        with self._lock:
            time_now = time.monotonic()
            left, seen = self._left.get(key, (self._size, time_now))
            left = min(self._size, left + (time_now - seen) * self._rate)
            allowed = left >= 1.0
            self._left[key] = (left - 1.0 if allowed else left, time_now)
            self._left.move_to_end(key)
            if len(self._left) > _MOST:
                self._left.popitem(last=False)
            return 0.0 if allowed else (1.0 - left) / self._rate
