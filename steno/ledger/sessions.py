"""Browsers people are signed in with, and the links that let them in the first time.

A session's secret is a cookie of 256 random bits; only its SHA-256 is kept. It ends 14 days after its last use, or when
the operator says, and 90 days after it began in any case.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from steno.config import SESSION_IDLE, SESSION_LONGEST
from steno.database.changes import changed
from steno.database.clock import DAY, now, time_now
from steno.database.tables import PersonalLetter, SignInFlow, SignInLink, User, WebSession
from steno.errors import StenoError
from steno.ledger import accounts, passwords, throttling
from steno.ledger.moves import record
from steno.ledger.secret import digest, new_secret

FIRST, INVITED = 1 * DAY, 7 * DAY  # how long a link is good
_NOTE_EVERY = 60.0  # a write for every request would cost more than it tells


class UnknownLink(StenoError):
    """No such link, or it was used, or its time is over."""

    code = "unknown-link"


def failed(session: Session, name: str, *, address: str = "") -> None:
    """Write down that somebody tried to sign in, and had the wrong password."""
    user = accounts.by_name(session, name)
    record(session, "sign_in.failed", user_id=user.id if user is not None else None, address=address[:64])


def begin(
    session: Session,
    user: User,
    *,
    browser: str = "",
    address: str = "",
    instead_of: str | None = None,
    idle: float = SESSION_IDLE,
) -> str:
    """A new session; its secret. The one of the id `instead_of` ends: a browser has one. `idle` is of `holder`."""
    secret = new_secret()
    session.execute(delete(WebSession).where(WebSession.id == (instead_of or "")))
    user.last_seen = time_now(session)
    session.add(
        WebSession(
            user_id=user.id,
            sha256=digest(secret),
            browser=browser[:300],
            address=address[:64],
            expires=time_now(session) + idle,
        )
    )
    session.flush()
    record(session, "session.begun", user_id=user.id, address=address[:64])
    return secret


def holder(session: Session, secret: str, *, idle: float = SESSION_IDLE) -> WebSession | None:
    """The session of a secret; None where it ended, its person is kept out, or it was not used for `idle` seconds."""
    return session.scalar(
        select(WebSession)
        .join(User)
        .where(
            WebSession.sha256 == digest(secret),
            WebSession.last_used > now() - idle,  # also of one that was begun under a longer rule
            _good(),
        )
    )


def lasts(session: Session, session_id: str) -> bool:
    """Whether a session is still good."""
    return session.scalar(select(WebSession.id).join(User).where(WebSession.id == session_id, _good())) is not None


def noted_lately(found: WebSession, time_now: float) -> bool:
    """Whether its last use is written down, to the minute."""
    return abs(time_now - found.last_used) < _NOTE_EVERY


def note(session: Session, session_id: str, *, idle: float = SESSION_IDLE) -> None:
    """Write down that a session is in use now, which prolongs it to `idle` seconds from now."""
    found = session.get(WebSession, session_id)
    if found is not None:
        time = time_now(session)
        found.last_used = time
        found.expires = min(time + idle, found.created + SESSION_LONGEST)
        session.execute(update(User).where(User.id == found.user_id).values(last_seen=time))


def sessions_of(session: Session, user_id: str) -> Sequence[WebSession]:
    """A person's sessions, the one last used first."""
    wanted = select(WebSession).where(WebSession.user_id == user_id, WebSession.expires > now())
    return session.scalars(wanted.order_by(WebSession.last_used.desc())).all()


def end(session: Session, user_id: str, session_id: str) -> bool:
    """End one of a person's sessions; False where there is no such."""
    found = session.scalar(select(WebSession).where(WebSession.id == session_id, WebSession.user_id == user_id))
    if found is None:
        return False
    session.delete(found)
    record(session, "session.ended", user_id=user_id)
    return True


def end_all(session: Session, user_id: str, *, but: str | None = None) -> int:
    """End a person's sessions, all but one; how many."""
    wanted = delete(WebSession).where(WebSession.user_id == user_id, WebSession.id != (but or ""))
    ended = changed(session, wanted)
    record(session, "session.ended_all", user_id=user_id, sessions=ended)
    return ended


def invite(
    session: Session, user: User, *, good_for: float = INVITED, by: str | None = None, alone: bool = True
) -> str:
    """A link's secret, with which the person may choose a password once.

    `alone`: earlier links are worth nothing then.
    """
    secret = new_secret()
    if alone:
        session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    session.add(SignInLink(user_id=user.id, sha256=digest(secret), expires=time_now(session) + good_for))
    record(session, "link.issued", user_id=user.id, by=by)
    return secret


def invited(session: Session, secret: str) -> User:
    """Whom a link lets in. Raises UnknownLink."""
    found = session.scalar(
        select(SignInLink)
        .join(User)
        .where(SignInLink.sha256 == digest(secret), SignInLink.expires > now(), User.disabled.is_(False))
    )
    if found is None:
        raise _bad_link()
    return found.user


def redeem(session: Session, secret: str, password: str) -> User:
    """Choose a password by a link, which is used up, and sign out everywhere. Raises UnknownLink, WeakPassword."""
    user = invited(session, secret)
    # The row goes first: of two requests at once only one may choose the password.
    if changed(session, delete(SignInLink).where(SignInLink.sha256 == digest(secret))) != 1:
        raise _bad_link()
    set_password(session, user, password)
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    throttling.forgive(session, user.name)
    return user


def set_password(session: Session, user: User, password: str, *, but: str | None = None) -> None:
    """Give a person a new password, and end their sessions, all but one. Raises WeakPassword."""
    user.password_hash = passwords.hashed(password, name=user.name)
    end_all(session, user.id, but=but)
    record(session, "password.set", user_id=user.id)


def tidy(session: Session) -> None:
    """Delete the sessions, links and ways to the identity provider whose time is over, and old counts of tries."""
    for table in (WebSession, SignInLink, SignInFlow):
        session.execute(delete(table).where(table.expires < now()))
    session.execute(delete(PersonalLetter).where(PersonalLetter.created < now() - 7 * DAY))
    throttling.tidy(session)


def _good() -> ColumnElement[bool]:
    return (WebSession.expires > now()) & User.disabled.is_(False)


def _bad_link() -> UnknownLink:
    return UnknownLink("This link is not good any more", "Ask your administrator for a new one.")
