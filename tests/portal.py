"""A browser for tests of the portal without scripts: keeps cookies, sends forms with the proof that its page had."""

import re
from functools import cache

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from steno.database.tables import User
from steno.ledger import accounts, passwords, sessions
from tests.browser import PASSWORD

PAGE = {"Accept": "text/html"}


def add_local(session: Session, name: str, *, admin: bool = False) -> User:
    """Somebody new, who signs in by PASSWORD."""
    user = accounts.add_user(session, name, admin=admin)
    user.password_hash = _hashed()
    return user


def choose_password(session: Session, name: str) -> None:
    """Have somebody choose PASSWORD, which ends their sessions."""
    sessions.set_password(session, accounts.find_user(session, name), PASSWORD)


@cache  # it takes a tenth of a second, as it must
def _hashed() -> str:
    return passwords.hashed(PASSWORD)


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, app: Flask, *, address: str = "192.0.2.1", browser: str = "Firefox") -> None:
        self.client = app.test_client()
        self._from = {"REMOTE_ADDR": address}
        self._headers = {**PAGE, "User-Agent": browser}

    def get(self, path: str, **headers: str) -> TestResponse:
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=sent, environ_overrides=self._from)

    def post(self, path: str, *, page: str | None = None, proof: str | None = None, **fields: str) -> TestResponse:
        """Send a form of a page, by default of the same address."""
        given = proof if proof is not None else self.proof(page or path)
        form = {"csrf_token": given, **fields}
        return self.client.post(path, data=form, headers=self._headers, environ_overrides=self._from)

    def proof(self, path: str) -> str:
        """What shows that a page of the service sent a request."""
        found = re.search(r'data-csrf="(\w+)"', self.get(path).text)
        assert found, path
        return found[1]

    def sign_in(self, name: str = "ann@example.org", password: str = PASSWORD, wanted: str = "") -> TestResponse:
        return self.post("/sign-in", name=name, password=password, next=wanted)

    @property
    def cookies(self) -> dict[str, str]:
        """The service's cookies by name."""
        return {cookie.key: cookie.value for cookie in self.client._cookies.values()}
