"""The broker as the web process sees it: hints are sent by task name, and may be lost without harm."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from steno.config import Settings
from steno.states import LOOK, Queue

if TYPE_CHECKING:
    from redis import Redis

_LOG = logging.getLogger("steno.web")
_PATIENCE = 1.0  # seconds; a request must not wait for a broker that is away


def nudger(settings: Settings) -> Callable[[Queue], bool]:
    """Sends a hint to a queue; False where none could be sent. Connects with the first hint."""

    @cache
    def application():  # type: ignore[no-untyped-def]  # Celery has no types
        from celery import Celery

        app = Celery("steno", broker=settings.redis_url, set_as_current=False)
        app.conf.broker_transport_options = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
        app.conf.task_create_missing_queues = True
        return app

    def nudge(queue: Queue) -> bool:
        if settings.redis_url is None:
            return False
        try:
            application().send_task(LOOK, args=[queue.value], queue=queue.value, retry=False, ignore_result=True)
        except Exception:  # kombu and redis raise many kinds; the recovery loop of the workers sends it later
            _LOG.warning("hint.not-sent queue=%s", queue.value)
            return False
        return True

    return nudge


@dataclass(frozen=True)
class BrokerState:
    """What the readiness check wants to know: Redis answers, and it forgets nothing when its memory is full."""

    answers: bool
    keeps: bool


def broker_check(settings: Settings) -> Callable[[], BrokerState]:
    """Looks at Redis, as the readiness check asks."""

    def look() -> BrokerState:
        if settings.redis_url is None:
            return BrokerState(answers=False, keeps=True)
        from redis import Redis

        address = settings.redis_url.replace("redis+socket://", "unix://", 1)
        with suppress(Exception):  # whatever it raises, it does not answer
            client = Redis.from_url(address, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE)
            with client:
                return BrokerState(answers=bool(client.ping()), keeps=_keeps(client))
        return BrokerState(answers=False, keeps=True)

    return look


def _keeps(client: "Redis") -> bool:
    """Asked by INFO: managed ones forbid CONFIG. What cannot be learnt is not held against it."""
    from redis.exceptions import ResponseError

    try:
        memory = client.info("memory")
    except ResponseError:
        return True
    return not int(memory.get("maxmemory", 0)) or memory.get("maxmemory_policy", "noeviction") == "noeviction"
