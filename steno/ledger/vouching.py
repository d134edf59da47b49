"""Until when the tokens of people are good whom nobody but the identity provider can vouch for."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

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
        return self._until().is_(None) | (self._until() > now())

    def of_person(self, session: Session, user_id: str) -> tuple[float | None, bool]:
        """When somebody's tokens begin to rest, or began to (None: they never do), and whether they are awake."""
        if not self.days:
            return None, True
        until, awake = session.execute(select(self._until(), self.holds()).where(User.id == user_id)).one()
        return until, awake

    def _until(self) -> ColumnElement[float | None]:
        by_provider_alone: ColumnElement[bool] = User.subject.is_not(None)
        if self.passwords:
            by_provider_alone &= User.password_hash.is_(None)
        return case((by_provider_alone, func.coalesce(User.vouched, 0.0) + self.days * DAY))
