"""By which ways people can sign in here: with a password, or by the identity provider."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false

from steno.config import Settings
from steno.database.tables import User


@dataclass(frozen=True)
class WaysIn:
    """As the service is set: whether passwords count, whether there is a provider."""

    passwords: bool = True
    provider: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "WaysIn":
        """As it is set."""
        return cls(settings.local_accounts, settings.oidc_issuer is not None)

    def open(self) -> ColumnElement[bool]:
        """Whether a person has one of these ways: who was invited and never chose a password has none yet."""
        found: ColumnElement[bool] = false()
        if self.passwords:
            found |= User.password_hash.is_not(None)
        if self.provider:
            found |= User.subject.is_not(None)
        return found
