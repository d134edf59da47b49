"""Hints to look at a queue. They may be lost, doubled or late without harm."""

import logging
from collections.abc import Mapping

from celery import Celery

from steno.states import LOOK, Queue

_LOG = logging.getLogger("steno.hints")
_MOST = 32  # hints in a queue: each worker goes on until nothing is left, so more would only be read and dropped


class Hints:
    """Sends them."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, queue: Queue) -> bool:
        """One hint; False where the broker is away: the recovery loop sends it later."""
        try:
            self._app.send_task(LOOK, args=[queue.value], queue=queue.value, retry=False, ignore_result=True)
        except Exception:  # kombu and redis raise many kinds
            _LOG.warning("hint.not-sent queue=%s", queue)
            return False
        return True

    def top_up(self, depths: Mapping[Queue, int]) -> None:
        """As many hints in each queue as there is work, no more."""
        for queue, depth in depths.items():
            missing = min(depth, _MOST) - self._length(queue)
            for _ in range(missing):
                if not self.send(queue):
                    return

    def _length(self, queue: Queue) -> int:
        try:
            with self._app.connection_for_read() as connection:
                return int(connection.default_channel.client.llen(queue.value))
        except Exception:
            return _MOST
