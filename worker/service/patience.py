"""A database that is away is waited for: what a stage has made by then is not lost for it."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from steno.database import may_pass, reason
from worker.preparation import Cancelled

T = TypeVar("T")
_LOG = logging.getLogger("steno.worker")
_PAUSE = 0.7  # seconds: who is to stop meanwhile stops within two


class Patience:
    """Does what needs the database, again and again while it is away.

    What is written must be such that it may be written twice: a connection may break after its commit.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        """`check` raises Cancelled where there is nothing to wait for any more."""
        self._check = check

    @classmethod
    def until(cls, stop: Callable[[], bool]) -> "Patience":
        """Until somebody asks us to end."""

        def check() -> None:
            if stop():
                raise Cancelled

        return cls(check)

    def __call__(self, act: Callable[[], T]) -> T:
        """What `act` gives, or raises for another reason. Raises Cancelled."""
        while True:
            try:
                return act()
            except DBAPIError as error:
                if not may_pass(error):
                    raise
                _LOG.warning("database.away %s", reason(error))
            self._check()
            time.sleep(_PAUSE)


HASTILY = Patience.until(lambda: True)  # once
