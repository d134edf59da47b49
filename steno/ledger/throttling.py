"""Tries to sign in, counted in the database for all web processes: who guesses waits, longer each time.

A few tries are free; each one beyond doubles the wait. Counts sink with time, so that nobody is locked out for good,
and a link of an administrator lets its person in whatever is counted. Where somebody is signed in already, tries from
elsewhere do not count against them. A try is counted before the password is looked at: many at once are no way around.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from steno.database.clock import DAY, now, time_now
from steno.database.tables import SignInTries, WebSession
from steno.ledger.accounts import by_name

_FORGET = DAY  # seconds after which nothing is left of any count


@dataclass(frozen=True)
class _Rule:
    """`free` tries at once, then waits of 2, 4, 8 ... `longest` seconds; a try is forgotten every `sinks` seconds."""

    free: int
    sinks: float
    longest: float


_ACCOUNT = _Rule(free=5, sinks=900.0, longest=900.0)
# An organisation may reach us from one address.
_ADDRESS = _Rule(free=30, sinks=20.0, longest=300.0)
_LETTERS = _Rule(free=5, sinks=120.0, longest=600.0)


def attempt(session: Session, name: str, address: str) -> float:
    """Count a try to sign in as `name` from an address: 0.0, or the seconds to wait where it may not be made now."""
    return _count(session, _rules(session, name, address))


def ask_letter(session: Session, address: str) -> float:
    """The same, of requests for mails with a link."""
    return _count(session, {_key(f"letter {_source(address)}"): _LETTERS})


def _count(session: Session, rules: dict[str, _Rule]) -> float:
    rows = _locked(session, sorted(rules))
    time = time_now(session)
    wait = max(row.until - time for row in rows)
    if wait > 0:
        return wait
    for row in rows:
        rule = rules[row.key]
        row.level = max(0.0, row.level - (time - row.at) / rule.sinks) + 1.0
        beyond = row.level - rule.free
        row.at, row.until = time, time + min(rule.longest, 2.0**beyond) if beyond > 0 else 0.0
    return 0.0


def succeeded(session: Session, name: str, address: str) -> None:
    """The try was right: the account's count begins anew, the address is given back the one try.

    No more than that: who has an account must not guess others' the faster for it.
    """
    account, source = _rules(session, name, address)
    session.execute(delete(SignInTries).where(SignInTries.key == account))
    row = session.get(SignInTries, source)
    if row is not None:
        row.level, row.until = max(0.0, row.level - 1.0), 0.0


def forgive(session: Session, name: str) -> None:
    """Forget the tries at an account."""
    session.execute(delete(SignInTries).where(SignInTries.key == _account(session, name)))


def tidy(session: Session) -> None:
    """Delete counts that have sunk to nothing."""
    session.execute(delete(SignInTries).where(SignInTries.at < now() - _FORGET))


def _rules(session: Session, name: str, address: str) -> dict[str, _Rule]:
    user, account = by_name(session, name), _account(session, name)
    if user is not None:
        here = (WebSession.user_id == user.id) & (WebSession.address == address) & (WebSession.expires > now())
        if session.scalar(select(WebSession.id).where(here).limit(1)) is not None:
            account = _key(f"{account} {address}")
    return {account: _ACCOUNT, _key(f"address {_source(address)}"): _ADDRESS}


def _account(session: Session, name: str) -> str:
    # Names that nobody has are counted alike: the wait tells nobody who exists.
    user = by_name(session, name)
    return _key(f"account {(user.name if user is not None else name).strip().lower()}")


def _source(address: str) -> str:
    """The address; of IPv6 the network of 64 bits, which one customer has all to themselves."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else address


def _key(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _locked(session: Session, keys: Sequence[str]) -> Sequence[SignInTries]:
    """The rows, made where they are not there, and nobody else's until the transaction ends."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    new = [{"key": key, "level": 0.0, "at": now(), "until": 0.0} for key in keys]
    session.execute(insert(SignInTries).values(new).on_conflict_do_nothing())
    wanted = select(SignInTries).where(SignInTries.key.in_(keys)).order_by(SignInTries.key)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()
