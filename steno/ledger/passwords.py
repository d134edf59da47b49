"""Passwords: kept as argon2id hashes only."""

from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from steno.errors import InvalidOption

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1000  # characters; NIST SP 800-63B asks for length, not for kinds of characters

# The most used passwords of ten characters and more, of lists of those that were stolen.
_COMMON = frozenset(
    "1234567890 12345678910 0123456789 9876543210 0987654321 1q2w3e4r5t 1q2w3e4r5t6y qwertyuiop qwertzuiop azertyuiop "
    "qwerty1234 qwerty12345 qwerty123456 password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 "
    "salasana12 salasana123 salasana1234 losenord123 lösenord123 administrator administrator1 adminadmin admin12345 "
    "admin123456 welcome123 welcome1234 letmein123 letmein1234 iloveyou12 iloveyou123 abcdefghij abcd123456 "
    "abc1234567 asdfghjkl1 asdfghjklö zaq12wsxcde 1qaz2wsx3edc qazwsxedcrfv superman123 football123 changeme123 "
    "correcthorsebatterystaple".split()
)
_AT_ONCE = BoundedSemaphore(4)  # each takes 64 MiB: many who sign in at once must not take all memory


class WeakPassword(InvalidOption):
    """A password that is guessed at once."""

    code = "weak-password"


def hashed(password: str, *, name: str = "") -> str:
    """The hash of a new password. Raises WeakPassword: too short, too long, or the person's own name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"The password needs {SHORTEST} to {LONGEST} characters", "Three or four words are good.")
    guess, own = password.casefold(), name.casefold()
    if guess in _COMMON or len(set(password)) < 4 or (name and guess in {own, own.split("@")[0]}):
        raise WeakPassword("The password is guessed too easily", "Three or four words are good.")
    with _AT_ONCE:
        return _hasher().hash(password)


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
