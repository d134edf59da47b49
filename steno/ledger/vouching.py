"""Until when the tokens of people are good whom nobody but the identity provider can vouch for."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from steno.config import Settings
from steno.database.clock import DAY, now
from steno.database.tables import User
from steno.errors import StenoError


class SignInAgain(StenoError):
    """A token rests: its holder has not signed in by the identity provider for a long time, and may be gone there."""

    code = "sign-in-again"


@dataclass(frozen=True)
class Vouching:
    """Tokens of who comes in by the provider alone rest `days` after they last did; 0: never.

    Who has a password, where these count, is known here, and nothing rests.
    """

    days: int = 0
    passwords: bool = True

    @classmethod
    def of(cls, settings: Settings) -> "Vouching":
        """As it is set."""
        return cls(settings.oidc_token_days, settings.local_accounts)

    def holds(self) -> ColumnElement[bool]:
        """Whether the provider has vouched for a person lately, or need not."""
        if not self.days:
            return true()
        known_here: ColumnElement[bool] = User.subject.is_(None)
        if self.passwords:
            known_here |= User.password_hash.is_not(None)
        return known_here | (User.vouched > now() - self.days * DAY)

    def until(self, user: User) -> float | None:
        """When the tokens of a person begin to rest, or began to; None where they never do."""
        known_here = user.subject is None or (self.passwords and user.password_hash is not None)
        if not self.days or known_here:
            return None
        return (user.vouched or 0.0) + self.days * DAY
