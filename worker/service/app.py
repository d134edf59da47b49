"""Celery, thin: a message says nothing but 'look at this queue'."""

import logging
import multiprocessing
import signal
from collections.abc import Collection
from multiprocessing.synchronize import Event
from types import FrameType
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init, worker_ready, worker_shutting_down
from sqlalchemy.exc import OperationalError

from steno.config import Settings
from steno.database import reason
from steno.states import LOOK, Queue
from worker.service.office import Office

_LOG = logging.getLogger("steno.worker")
_SOFT = 10.0  # seconds: more than a stage takes to be handed back


def make_app(settings: Settings, *, slot: str | None = None, queues: Collection[Queue] = tuple(Queue)) -> Celery:
    """The Celery application of these settings. `slot` names this worker among its machine's, across restarts.

    `queues` are those that it looks at.
    """
    app = Celery("steno", broker=settings.redis_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        accept_content=["json"],
        task_serializer="json",
        # Acknowledged at once: what gets lost the recovery finds in the database; what is long would come twice.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        # Who is in a hurry (SIGQUIT, Ctrl-C twice) still waits until what runs is handed back.
        worker_soft_shutdown_timeout=_SOFT,
        # Of processes (in KiB); who works in threads looks after it himself.
        worker_max_memory_per_child=settings.worker_memory // 1024 or None,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        task_create_missing_queues=True,
        task_default_queue=Queue.MEDIA.value,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_connect_timeout": 2,
            "socket_timeout": 20,
            "socket_keepalive": True,
            "retry_on_timeout": True,
            "fanout_prefix": True,
            "fanout_patterns": True,
        },
    )
    # Inherited by the processes of the prefork pool: whoever works looks at it with every heartbeat.
    stop: Event = multiprocessing.get_context("fork").Event()
    office: Office | None = None
    child = False

    def here() -> Office:
        nonlocal office
        if office is None:
            office = Office(settings, app, stop, slot=slot, queues=queues, forked=child)
        return office

    @app.task(name=LOOK, ignore_result=True)  # type: ignore[untyped-decorator]
    def look(queue: str) -> None:
        try:
            here().look(Queue(queue))
        except OperationalError as error:  # the recovery loop sends another hint
            _LOG.warning("look.failed queue=%s %s", queue, reason(error))

    def started(**kwargs: Any) -> None:
        del kwargs
        try:
            here().begin()
        except Exception as error:
            # Celery would log it and go on, without what recovers and watches: a worker in name only.
            _LOG.exception("worker.not-started")
            raise SystemExit(1) from error

    def forked(**kwargs: Any) -> None:
        nonlocal office, child
        del kwargs
        office, child = None, True  # connections must not be shared with the parent

    def stopping(**kwargs: Any) -> None:
        del kwargs
        stop.set()

    def ready(**kwargs: Any) -> None:
        del kwargs
        cold = signal.getsignal(signal.SIGQUIT)

        def hurry(number: int, frame: FrameType | None) -> None:
            stop.set()  # Celery would tell only after its wait
            if callable(cold):
                cold(number, frame)

        signal.signal(signal.SIGQUIT, hurry)

    worker_ready.connect(ready, weak=False)
    worker_init.connect(started, weak=False)
    worker_process_init.connect(forked, weak=False)
    worker_shutting_down.connect(stopping, weak=False)
    return app
