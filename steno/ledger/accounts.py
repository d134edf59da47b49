"""People and their tokens. A token is 256 random bits, shown once; only its SHA-256 is kept."""

import time
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from steno.database.clock import DAY, now, time_now
from steno.database.tables import ApiToken, User
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.ledger.moves import record
from steno.ledger.secret import digest, new_secret
from steno.ledger.vouching import SignInAgain, Vouching
from steno.mail_address import check_mail_address

SCOPES = ("jobs:read", "jobs:write", "tokens")
USERS = "users"  # to administer people: of administrators' tokens alone, and only while they are administrators
_LONGEST_NAME = 320
FIRST_TOKEN = 7.0  # days: it is printed, and logs keep what is printed
_NEVER_RESTS = Vouching()
_PREFIX = "steno_"  # so that secret scanners know what they found


class NameTaken(InvalidOption):
    """There is somebody of that name."""


def add_user(session: Session, name: str, *, admin: bool = False, by: str | None = None) -> User:
    """A new person. Raises InvalidOption for no name, NameTaken, also where somebody else adds them at this moment."""
    name = clean(name)
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise InvalidOption("A user needs a name", "Give a mail address.")
    taken = NameTaken(f"There is a user {name} already", "Choose another name.")
    if by_name(session, name) is not None:
        raise taken
    user = User(name=name, admin=admin, email=_mail_address(name))
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise taken from error
    record(session, "user.added", user_id=user.id, by=by)
    return user


def by_name(session: Session, name: str) -> User | None:
    """The person of that name, however large its letters are: a telephone begins a mail address with a capital."""
    wanted = sought(name)
    exact = session.scalar(select(User).where(User.name == wanted))
    if exact is not None:
        return exact
    # SQLite knows capitals of ASCII only: other letters must be as they are.
    alike = session.scalars(select(User).where(func.lower(User.name) == wanted.lower()).limit(2)).all()
    return alike[0] if len(alike) == 1 else None


def sought(name: str) -> str:
    """A name or address as somebody typed it, fit to be looked for: PostgreSQL refuses to look for a zero."""
    return name.strip().replace("\0", "\N{REPLACEMENT CHARACTER}")


def find_user(session: Session, name: str) -> User:
    """The person of that name. Raises InvalidOption."""
    user = by_name(session, name)
    if user is None:
        raise InvalidOption(f"There is no user {name}", "List them: steno admin users list")
    return user


def scopes_of(user: User) -> tuple[str, ...]:
    """What somebody may do, and let a token do."""
    return (*SCOPES, USERS) if user.admin else SCOPES


def issue_token(
    session: Session,
    user: User,
    name: str,
    *,
    scopes: Sequence[str] | None = None,
    days: float | None = None,
    asking: str | None = None,
) -> tuple[ApiToken, str]:
    """A new token, by default with all scopes, and its secret, which nobody can see again.

    It ends with the token of the id `asking` at the latest: whoever finds one that ends must not make it last.
    Raises InvalidOption for a scope that is unknown, or not theirs to give.
    """
    own = scopes_of(user)
    scopes = own if scopes is None else scopes
    for beyond in (scope for scope in scopes if scope not in own):
        if beyond == USERS:
            raise InvalidOption(f"The scope {USERS} is for administrators", "Make an administrator of them first.")
        raise InvalidOption(f"There is no scope '{beyond}'", f"Known: {', '.join((*SCOPES, USERS))}.")
    secret = _PREFIX + new_secret()
    time = time_now(session)
    before = session.get(ApiToken, asking) if asking is not None else None
    ends = (time + days * DAY if days is not None else None, before.expires if before is not None else None)
    expires = min((end for end in ends if end is not None), default=None)
    token = ApiToken(user_id=user.id, name=name[:200], sha256=digest(secret), scopes=list(scopes), expires=expires)
    session.add(token)
    session.flush()
    record(session, "token.issued", user_id=user.id, token=token.id)
    return token, secret


def holder(session: Session, secret: str, vouching: Vouching = _NEVER_RESTS) -> tuple[User, ApiToken] | None:
    """Whose token it is; None where it is unknown, expired, or its holder is disabled.

    Raises SignInAgain where it rests.
    """
    wanted = select(ApiToken, vouching.holds()).join(User).where(ApiToken.sha256 == digest(secret), _good())
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    token, awake = found
    if not awake:
        raise SignInAgain(
            "It is too long since you signed in by the identity provider",
            "Sign in again in the browser: then this token works again.",
        )
    return token.user, token


def lasts(session: Session, token_id: str, vouching: Vouching = _NEVER_RESTS) -> bool:
    """Whether a token is still good."""
    wanted = select(ApiToken.id).join(User).where(ApiToken.id == token_id, _good(), vouching.holds())
    return session.scalar(wanted) is not None


def hold(session: Session, user_id: str) -> None:
    """Let nobody else hand in something for this person until the end of the transaction."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def used_lately(token: ApiToken) -> bool:
    """Whether its last use is already written down, to the minute."""
    return token.last_used is not None and abs(time.time() - token.last_used) < 60.0


def use(session: Session, token_id: str) -> None:
    """Write down that a token is in use now."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used=now()))


def tokens_of(session: Session, user_id: str) -> Sequence[ApiToken]:
    """A person's tokens, newest first."""
    return session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.created.desc())).all()


def revoke(session: Session, user_id: str, token_id: str) -> bool:
    """Take a token back; False where that person has no such."""
    token = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id))
    if token is None:
        return False
    _take_back(session, token)
    return True


def revoke_all(session: Session, user_id: str) -> None:
    """Take all of a person's tokens back."""
    for token in tokens_of(session, user_id):
        _take_back(session, token)


def _take_back(session: Session, token: ApiToken) -> None:
    record(session, "token.revoked", user_id=token.user_id, token=token.id)
    session.delete(token)


def _good() -> ColumnElement[bool]:
    return (ApiToken.expires.is_(None) | (ApiToken.expires > now())) & User.disabled.is_(False)


def _mail_address(name: str) -> str | None:
    try:
        check_mail_address(name)
    except InvalidOption:
        return None
    return name


def first_admin(session: Session) -> tuple[User, str] | None:
    """Where there is nobody yet: an administrator, and the secret of a token for them. None where there is somebody."""
    if session.scalar(select(User.id).limit(1)) is not None:
        return None
    user = add_user(session, "admin", admin=True)
    return user, issue_token(session, user, "first token", days=FIRST_TOKEN)[1]


def everybody(session: Session) -> Sequence[User]:
    """All users by name."""
    return session.scalars(select(User).order_by(User.name)).all()
