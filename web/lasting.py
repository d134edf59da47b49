"""Rights that must last as long as an answer does: recordings and events end for who may not have them any more."""

import errno
import time
from collections.abc import Callable
from typing import BinaryIO

from sqlalchemy.orm import Session
from werkzeug.wsgi import FileWrapper

from steno.database.tables import Job, Share
from steno.ledger import accounts, recordings, sessions, shares
from web.auth import caller
from web.services import services

_LOOK_EVERY = 1.0  # seconds
_PIECE = 64 * 1024  # bytes


class Right:
    """What gave somebody an answer; looked at again at most once a second."""

    def __init__(self, holds: Callable[[Session], bool]) -> None:
        self._holds, self._looked, self._lasts = holds, time.monotonic(), True
        self._database = services().database

    def lasts(self) -> bool:
        """Whether it is still good: not signed out, kept out, taken back or over."""
        if self._lasts and time.monotonic() - self._looked >= _LOOK_EVERY:
            with self._database.reading() as session:
                self._lasts = self._holds(session)
            self._looked = time.monotonic()
        return self._lasts

    def must_last(self) -> None:
        """Breaks the answer off where it is not.

        The server closes the connection: fewer bytes than were announced must not look like the whole.
        """
        if not self.lasts():
            raise ConnectionResetError(errno.ECONNRESET, "who asked may not have it any more")

    def to_hear(self, job: Job) -> "Right":
        """The same, as long as the job's recording is there."""
        return Right(lambda session: self._holds(session) and recordings.is_there(session, job.id))


def of_caller() -> Right:
    """The browser's session, or the token."""
    who = caller()
    if who.session_id is not None:
        return Right(lambda session: sessions.lasts(session, who.key))
    vouching = services().vouching
    return Right(lambda session: accounts.lasts(session, who.key, vouching))


def of_link(share: Share) -> Right:
    """The link that was followed."""
    settings, share_id = services().settings, share.id
    return Right(lambda session: shares.lasts(session, share_id, shares.rule(session, settings)))


class Lasting(FileWrapper):
    """A file in pieces, broken off where the right to it ends."""

    def __init__(self, file: BinaryIO, right: Right) -> None:
        super().__init__(file, _PIECE)
        self._right = right

    def __next__(self) -> bytes:
        self._right.must_last()
        return super().__next__()
