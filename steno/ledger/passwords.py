"""Passwords: kept as argon2id hashes only."""

from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from steno.errors import InvalidOption

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1000  # characters; NIST SP 800-63B asks for length, not for kinds of characters

_AT_ONCE = BoundedSemaphore(4)  # each takes 64 MiB: many who sign in at once must not take all memory


class WeakPassword(InvalidOption):
    """A password that is guessed at once."""

    code = "weak-password"


def hashed(password: str, *, name: str = "") -> str:
    """The hash of a new password. Raises WeakPassword: too short, too long, or the person's own name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"The password needs {SHORTEST} to {LONGEST} characters", "Three or four words are good.")
    if len(set(password)) < 4 or (name and password.casefold() in {name.casefold(), name.casefold().split("@")[0]}):
        raise WeakPassword("The password is guessed too easily", "Three or four words are good.")
    with _AT_ONCE:
        return _hasher().hash(password)


def outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Takes as long where there is no hash: nobody learns who exists."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        with _AT_ONCE:
            right = _hasher().verify(password_hash or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()  # the low-memory profile of RFC 9106


@cache
def _nobodys() -> str:
    return _hasher().hash("a password that nobody has")
