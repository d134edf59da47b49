"""The tables of people: who they are, their API tokens and browsers, what lets them in, what slows guessers down."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steno.database.base import Base, new_id
from steno.database.clock import now


class User(Base):
    """Somebody who owns jobs. `name` is what they sign in with, usually a mail address.

    `quota` (bytes) goes before the operator's; `subject` is who they are for the identity provider (issuer and id),
    which `vouched` for them then for the last time.
    """

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    admin: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    created: Mapped[float] = mapped_column(default=now())
    display_name: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    language: Mapped[str | None] = mapped_column(String(8))
    notify: Mapped[bool] = mapped_column(default=True)
    quota: Mapped[int | None]
    subject: Mapped[str | None] = mapped_column(String(500), unique=True, index=True)
    vouched: Mapped[float | None]
    last_seen: Mapped[float | None]

    @property
    def address(self) -> str | None:
        """Where mail for them goes; None where that is not known."""
        return self.email or (self.name if "@" in self.name else None)

    @property
    def called(self) -> str:
        """What people call them."""
        return self.display_name or self.name


class ApiToken(Base):
    """A token: only its SHA-256 is kept. `scopes` are words such as `jobs:read`."""

    __tablename__ = "api_tokens"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created: Mapped[float] = mapped_column(default=now())
    expires: Mapped[float | None]
    last_used: Mapped[float | None]
    user: Mapped[User] = relationship()


class WebSession(Base):
    """A browser somebody is signed in with. Only the SHA-256 of its cookie is kept."""

    __tablename__ = "web_sessions"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created: Mapped[float] = mapped_column(default=now())
    last_used: Mapped[float] = mapped_column(default=now())
    expires: Mapped[float]
    user: Mapped[User] = relationship()


class SignInLink(Base):
    """A link that lets somebody choose a password, once: the first administrator, who is invited, who forgot it."""

    __tablename__ = "sign_in_links"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[float] = mapped_column(default=now())
    expires: Mapped[float]
    user: Mapped[User] = relationship()


class SignInTries(Base):
    """How often somebody tried to sign in lately: to an account, or from an address. `key` is a SHA-256 of which.

    `level` counts tries and sinks with time; nobody may try again before `until`.
    """

    __tablename__ = "sign_in_tries"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[float] = mapped_column(default=now())
    until: Mapped[float] = mapped_column(default=0.0)


class PersonalLetter(Base):
    """A mail to somebody about their account, to be sent by a worker, which makes the link that is in it."""

    __tablename__ = "personal_letters"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default="due", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[float] = mapped_column(default=0.0)
    owner: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[float | None]
    created: Mapped[float] = mapped_column(default=now())


class SignInFlow(Base):
    """A browser that was sent to the identity provider and is to come back, once. Its cookie's SHA-256 is the key.

    `user_id` is who wants to connect their account; None: who wants to sign in.
    """

    __tablename__ = "sign_in_flows"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    wanted: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires: Mapped[float]
