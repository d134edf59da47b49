"""A process that forks while its threads use the database: no fork may fall into a transaction.

SQLite remembers in the process which locks are held. A child that is forked meanwhile takes them for its own, and finds
the database locked for ever; one that inherits an open connection believes in locks that it does not have.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 60.0  # seconds: longer than any transaction waits for another


class ForkGate:
    """Lets threads through, but holds them up around a fork, for which it waits until none is inside."""

    def __init__(self, close: Callable[[], object]) -> None:
        """From now on every fork of this process waits; `close` is called before it, when nobody is inside."""
        self._close = close
        self._inside = 0
        self._changed = threading.Condition()
        os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._in_child)

    @contextmanager
    def passing(self) -> Iterator[None]:
        """While something is done that no fork may fall into."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def _before(self) -> None:
        self._changed.acquire()  # until the fork is done: nobody comes in
        if self._changed.wait_for(lambda: self._inside == 0, _PATIENCE):
            self._close()

    def _after(self) -> None:
        self._changed.release()

    def _in_child(self) -> None:
        self._changed, self._inside = threading.Condition(), 0
