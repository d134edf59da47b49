"""People whom an identity provider knows: on their way there and back, let in, connected with their account."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from steno.database.changes import changed
from steno.database.clock import now, time_now
from steno.database.tables import SignInFlow, User
from steno.errors import StenoError
from steno.ledger import accounts, people, sessions
from steno.ledger.moves import record
from steno.ledger.secret import digest, new_secret
from steno.ledger.ways_in import WaysIn

LONGEST = 600.0  # seconds until somebody must have come back
_LONGEST_SUBJECT = 500


class NotAdmitted(StenoError):
    """The provider knows them, and yet they may not come in."""

    code = "not-admitted"


@dataclass(frozen=True)
class Identity:
    """Who somebody is for the provider. `email` is verified; `admin` is None where the role is not the provider's."""

    issuer: str
    subject: str
    name: str
    display_name: str | None = None
    email: str | None = None
    admin: bool | None = None

    @property
    def key(self) -> str:
        """Issuer and subject, as the account keeps them."""
        return _key(self.issuer, self.subject)


@dataclass(frozen=True)
class Way:
    """What must come back with somebody. `user_id` is whose account is to be connected."""

    state: str
    nonce: str
    verifier: str
    wanted: str
    user_id: str | None = None


def leave(session: Session, way: Way) -> str:
    """Somebody goes to the provider; the secret for their browser."""
    secret = new_secret()
    time = time_now(session)
    session.add(
        SignInFlow(
            sha256=digest(secret),
            state=way.state,
            nonce=way.nonce,
            verifier=way.verifier,
            wanted=way.wanted,
            user_id=way.user_id,
            expires=time + LONGEST,
        )
    )
    return secret


def come_back(session: Session, secret: str) -> Way | None:
    """What must come back with this browser, once: whoever comes a second time finds nothing."""
    found = session.scalar(select(SignInFlow).where(SignInFlow.sha256 == digest(secret), SignInFlow.expires > now()))
    gone = changed(session, delete(SignInFlow).where(SignInFlow.sha256 == digest(secret)))
    if found is None or gone != 1:  # another request was first
        return None
    return Way(found.state, found.nonce, found.verifier, found.wanted, found.user_id)


def admit(session: Session, who: Identity, *, link_by_email: bool, ways: WaysIn) -> User:
    """The account of whom the provider has sent, opened where there is none. Raises NotAdmitted.

    An account that is there already is not taken over for its name: a person connects it themselves, or the operator
    lets verified mail addresses do so.
    """
    user = session.scalar(select(User).where(User.subject == who.key).with_for_update())
    if user is None and link_by_email and who.email is not None:
        # By the name, which an administrator gave; the mail address anybody may set for themselves.
        user = accounts.by_name(session, who.email)
        if user is not None and user.subject is None and not user.disabled:
            _link(session, user, who)
        else:
            user = None
    if user is None:
        if accounts.by_name(session, who.name) is not None:
            raise NotAdmitted(
                f"There is an account {who.name} already that is not connected",
                "Sign in with its password and connect it on the account page, or ask an administrator.",
            )
        user = accounts.add_user(session, who.name)
        user.display_name, user.email = who.display_name, who.email  # a name that looks like an address is not checked
        _link(session, user, who)
    if user.disabled:
        raise NotAdmitted("This account is kept out", "Ask an administrator.")
    user.vouched = time_now(session)
    _follow_role(session, user, who.admin, ways)
    return user


def connect(session: Session, user_id: str, who: Identity) -> None:
    """Connect somebody's account with whom the provider knows. Raises NotAdmitted where another one is connected."""
    user = people.get(session, user_id)
    other = session.scalar(select(User.id).where(User.subject == who.key))
    if other not in {None, user_id}:
        raise NotAdmitted("Another account is connected with this identity", "Sign in there with another one.")
    _link(session, user, who)
    user.vouched = time_now(session)


def disconnect(session: Session, user_id: str, ways: WaysIn) -> None:
    """Let somebody sign in by password alone again. Raises NotAdmitted where they have none that counts."""
    user = people.get(session, user_id)
    if user.password_hash is None or not ways.passwords:
        raise NotAdmitted("This account has no password", "Ask an administrator for a link to choose one.")
    user.subject = None
    record(session, "user.unlinked", user_id=user_id)


def _key(issuer: str, subject: str) -> str:
    key = f"{issuer} {subject}"
    return key if len(key) <= _LONGEST_SUBJECT else sha256(key.encode()).hexdigest()


def _link(session: Session, user: User, who: Identity) -> None:
    user.subject = who.key
    session.flush()
    record(session, "user.linked", user_id=user.id, issuer=who.issuer)


def _follow_role(session: Session, user: User, admin: bool | None, ways: WaysIn) -> None:
    if admin is None or user.admin == admin:
        return
    if not admin:
        try:
            people.keep_one(session, user, ways)
        except people.LastAdministrator:
            record(session, "user.kept-administrator", user_id=user.id)
            return
    user.admin = admin
    sessions.end_all(session, user.id)
    record(session, "user.promoted" if admin else "user.demoted", user_id=user.id, by="identity provider")


def parted(session: Session, issuer: str, subject: str) -> bool:
    """Somebody signed out at the provider, or is kept out there: sign them out everywhere; False for a stranger."""
    user_id = session.scalar(select(User.id).where(User.subject == _key(issuer, subject)))
    if user_id is None:
        return False
    record(session, "sign_out.by_provider", user_id=user_id)
    sessions.end_all(session, user_id)
    return True


def refused(session: Session, reason: str, *, address: str = "", who: Identity | None = None) -> None:
    """Write down that a sign-in came to nothing: the code of the reason, and who it was as far as is known."""
    known = session.scalar(select(User.id).where(User.subject == who.key)) if who is not None else None
    name = who.name if who is not None and known is None else None
    record(session, "sign_in.refused", user_id=known, address=address[:64], reason=reason, name=name)
