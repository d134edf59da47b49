"""A password that somebody types: counted before it is looked at, and written down where it is wrong.

Wherever one is asked for, it is asked for here: a second place must not be a way around the wait.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from babel.dates import format_timedelta
from flask import Response, request

from steno.database.tables import User
from steno.ledger import accounts, passwords, sessions, throttling
from web.portal.languages import gettext as _
from web.portal.languages import language
from web.services import services


@dataclass(frozen=True)
class Tried:
    """Who it is; or nobody, and the seconds until one may try again: 0.0 where the password was wrong."""

    user: User | None
    wait: float = 0.0

    def refusal(self, wrong: str) -> str:
        """What to say to who is not let in; `wrong` where it was the password."""
        if self.wait <= 0:
            return wrong
        pause = format_timedelta(timedelta(seconds=self._seconds), granularity="second", locale=language())
        return _("Too many tries. Wait %(time)s, then try again.") % {"time": pause}

    def status(self, wrong: int) -> int:
        """The status of such an answer; `wrong` where it was the password."""
        return 429 if self.wait > 0 else wrong

    def marked(self, answer: Response) -> Response:
        """The answer, which says to programs as well how long to wait."""
        if self.wait > 0:
            answer.headers["Retry-After"] = str(self._seconds)
        return answer

    @property
    def _seconds(self) -> int:
        return max(1, ceil(self.wait))


def tried(name: str, password: str) -> Tried:
    """Look at a password. Names that nobody has, and people who are kept out, are answered alike and as late.

    No transaction is open while the password is looked at, which takes a while on purpose.
    """
    database, address = services().database, request.remote_addr or ""
    wait = database.write(lambda session: throttling.attempt(session, name, address))
    if wait > 0:
        return Tried(None, wait)
    with database.reading() as session:
        user = accounts.by_name(session, name)
    right = passwords.matches(password, user.password_hash if user is not None else None)
    if not right or user is None or user.disabled:
        database.write(lambda session: sessions.failed(session, name, address=address))
        return Tried(None)
    database.write(lambda session: throttling.succeeded(session, name, address))
    return Tried(user)
