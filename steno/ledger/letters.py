"""Mails to people about their account: an invitation, a link for who forgot the password. A worker sends them.

The link is made when the mail is written: its secret is nowhere but in the mail.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import DAY, now, time_now
from steno.database.tables import PersonalLetter, User
from steno.ledger import accounts, last_call, sessions
from steno.ledger.moves import record

INVITATION, FORGOTTEN = "invitation", "forgotten"
_GOOD_FOR = {INVITATION: sessions.INVITED, FORGOTTEN: 3600.0}  # seconds that the link is good
_TRIED_FOR = {INVITATION: 2 * DAY, FORGOTTEN: 1800.0}  # seconds until nobody waits for it any more
_APART = 900.0  # seconds between two mails to one person: nobody's mailbox is filled by others
_BACK_OFF = (5.0, 30.0, 120.0, 600.0, 3600.0)
_LEASE = 120.0


@dataclass(frozen=True)
class Letter:
    """A mail that is ours to send until the lease runs out. `id` stays the same with every try."""

    id: str
    user_id: str
    kind: str
    owner: str
    attempt: int


@dataclass(frozen=True)
class Opened:
    """What the mail says: to whom, in which language, and the secret of the link."""

    address: str
    name: str
    language: str | None
    secret: str


def add_user(session: Session, name: str, *, admin: bool, by_mail: bool, by: str) -> tuple[User, str | None]:
    """A new person, and the secret of the link that lets them in; None where it goes by mail.

    Raises InvalidOption, NameTaken.
    """
    user = accounts.add_user(session, name, admin=admin, by=by)
    mailed = by_mail and ask(session, user, INVITATION, by=by)
    return user, None if mailed else sessions.invite(session, user, by=by)


def ask(session: Session, user: User, kind: str, *, by: str | None = None) -> bool:
    """Let a mail be sent; False where there is no address, or one was asked for a moment ago."""
    if user.disabled or not user.email:
        return False
    lately = (PersonalLetter.user_id == user.id) & (PersonalLetter.created > now() - _APART)
    if session.scalar(select(PersonalLetter.id).where(lately, PersonalLetter.kind == kind).limit(1)) is not None:
        return False
    session.add(PersonalLetter(user_id=user.id, kind=kind))
    record(session, "letter.asked", user_id=user.id, by=by, letter=kind)
    return True


def forgotten(session: Session, name: str) -> bool:
    """Somebody forgot their password: a mail goes to them, if there is anybody of this name or address."""
    user = accounts.by_name(session, name)
    if user is None:
        address = func.lower(User.email) == accounts.sought(name).lower()
        alike = session.scalars(select(User).where(address).limit(2)).all()
        user = alike[0] if len(alike) == 1 else None
    # Who has no password signs in at the identity provider, or has an invitation still.
    return user is not None and user.password_hash is not None and ask(session, user, FORGOTTEN)


def claim(session: Session, owner: str) -> Letter | None:
    """Take what waits longest; None where there is nothing."""
    due = last_call.call(session, PersonalLetter)
    longest = select(PersonalLetter.id).where(due).order_by(PersonalLetter.created).limit(4)
    for letter_id in session.scalars(longest).all():
        ours = update(PersonalLetter).where(PersonalLetter.id == letter_id, due)
        values = {"state": "sending", "owner": owner[:200], "lease_until": now() + _LEASE}
        if changed(session, ours.values(**values, attempts=PersonalLetter.attempts + 1)) == 1:
            one = session.get_one(PersonalLetter, letter_id, populate_existing=True)
            return Letter(one.id, one.user_id, one.kind, owner[:200], one.attempts)
    return None


def open_it(session: Session, mine: Letter) -> Opened | None:
    """Make the link; None where nobody is to get it any more."""
    user = session.get(User, mine.user_id)
    if user is None or user.disabled or not user.email:
        return None
    # Others' links stay good: who asks for a mail in somebody's name must not spoil their invitation.
    secret = sessions.invite(session, user, good_for=_GOOD_FOR[mine.kind], alone=False)
    return Opened(user.email, user.name, user.language, secret)


def sent(session: Session, mine: Letter) -> None:
    """The mail server has it."""
    _end(session, mine, state="sent")


def not_sent(session: Session, mine: Letter, *, again: bool) -> None:
    """It could not be sent; tried again while somebody may still wait for it."""
    one = session.get(PersonalLetter, mine.id, populate_existing=True)
    if one is None:
        return
    time = time_now(session)
    waited = time - one.created
    state = "due" if again and waited < _TRIED_FOR[mine.kind] else "failed"
    _end(session, mine, state=state, not_before=time + _BACK_OFF[min(mine.attempt, len(_BACK_OFF)) - 1])


def due_now(session: Session) -> int:
    """How many wait."""
    return (
        session.scalar(select(func.count()).select_from(PersonalLetter).where(last_call.waiting(PersonalLetter))) or 0
    )


def _end(session: Session, mine: Letter, **values: object) -> None:
    ours = (PersonalLetter.id == mine.id) & (PersonalLetter.owner == mine.owner) & (PersonalLetter.state == "sending")
    session.execute(update(PersonalLetter).where(ours).values(owner=None, lease_until=None, **values))
