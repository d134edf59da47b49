"""How often work looks up from itself, and how long it goes on when the worker is to stop."""

import threading
from collections.abc import Iterator
from multiprocessing.synchronize import Event

_LOOK_EVERY = 0.7  # seconds: a cancelled job stops within two
_GRACE = 8.0  # seconds: less than whoever stops us waits until he kills us


def beats(done: threading.Event, stop: Event) -> Iterator[bool]:
    """Again and again until the work is `done`: whether we are to `stop` for so long that it is to be handed back.

    It waits for somebody then, such as a language model: what it still does is lost.
    """
    stopping = 0.0
    while not done.wait(_LOOK_EVERY):
        stopping += _LOOK_EVERY if stop.is_set() else 0.0
        yield stopping > _GRACE
