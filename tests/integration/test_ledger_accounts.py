"""People and their tokens: only hashes are kept, and who is expired, revoked or disabled stays out."""

import hashlib
import time

import pytest

from steno.database.tables import ApiToken, AuditEvent, User
from steno.errors import InvalidOption
from steno.ledger import accounts, letters, passwords, sessions
from tests.ledger import Ledger, at_once, keep_out


def test_a_token_is_kept_as_a_hash_alone(ledger: Ledger) -> None:
    _, secret = _issue(ledger)

    kept = ledger.all(ApiToken)[0]

    assert kept.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    everything = [vars(row) for table in (ApiToken, AuditEvent, User) for row in ledger.all(table)]
    assert secret not in str(everything)
    assert secret.removeprefix("steno_") not in str(everything)


def test_who_is_added_twice_at_once_is_there_once(ledger: Ledger) -> None:
    def add() -> str:
        try:
            return str(ledger.do(accounts.add_user, "person@example.org").id)
        except accounts.NameTaken:
            return "taken"

    given = at_once([add] * 6)

    assert sorted(given)[1:] == ["taken"] * 5
    assert [user.name for user in ledger.all(User)] == ["person@example.org"]
    assert [event.kind for event in ledger.all(AuditEvent)] == ["user.added"]


def test_secrets_are_long_and_differ(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, "person@example.org")

    secrets = {ledger.do(accounts.issue_token, user, "laptop")[1] for _ in range(10)}

    assert len(secrets) == 10
    assert all(len(secret) >= len("steno_") + 43 for secret in secrets)


def test_a_token_tells_its_holder(ledger: Ledger) -> None:
    user, secret = _issue(ledger)

    found = ledger.do(accounts.holder, secret)

    assert found is not None
    assert found[0].id == user


@pytest.mark.parametrize("secret", ["", "steno_", "steno_wrong", "\ud800", "x" * 100_000])
def test_what_is_no_token_tells_nobody(ledger: Ledger, secret: str) -> None:
    _issue(ledger)

    assert ledger.do(accounts.holder, secret) is None


def test_an_expired_token_tells_nobody(ledger: Ledger) -> None:
    _, secret = _issue(ledger, days=1)
    assert ledger.do(accounts.holder, secret) is not None

    ledger.change(ApiToken, ledger.all(ApiToken)[0].id, expires=ApiToken.expires - 86_401)

    assert ledger.do(accounts.holder, secret) is None


def test_the_token_of_a_disabled_person_tells_nobody_until_they_are_let_in_again(ledger: Ledger) -> None:
    _, secret = _issue(ledger)

    keep_out(ledger.database, "person@example.org")
    kept_out = ledger.do(accounts.holder, secret)
    keep_out(ledger.database, "person@example.org", disabled=False)

    assert kept_out is None
    assert ledger.do(accounts.holder, secret) is not None


def test_scopes_are_those_that_were_given(ledger: Ledger) -> None:
    _, secret = _issue(ledger, scopes=["jobs:read"])

    found = ledger.do(accounts.holder, secret)

    assert found is not None
    assert found[1].scopes == ["jobs:read"]


def test_an_unknown_scope_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InvalidOption, match="There is no scope 'admin'"):
        _issue(ledger, scopes=["admin"])
    assert ledger.count(ApiToken) == 0


def test_a_token_is_taken_back_by_its_owner_alone(ledger: Ledger) -> None:
    user, secret = _issue(ledger)
    token = ledger.all(ApiToken)[0].id

    assert not ledger.do(accounts.revoke, "somebody-else", token)
    assert ledger.do(accounts.holder, secret) is not None
    assert ledger.do(accounts.revoke, user, token)
    assert ledger.do(accounts.holder, secret) is None


def test_use_is_written_down(ledger: Ledger) -> None:
    user, _ = _issue(ledger)
    token = ledger.all(ApiToken)[0]
    before = accounts.used_lately(token)

    ledger.do(accounts.use, token.id)

    assert not before
    assert accounts.used_lately(ledger.do(accounts.tokens_of, user)[0])


def test_a_name_that_no_database_takes_is_nobodys(ledger: Ledger) -> None:
    assert ledger.do(accounts.by_name, "ann\0@example.org") is None
    assert ledger.do(letters.forgotten, "ann\0@example.org") is False


def test_the_first_administrator_is_made_once(ledger: Ledger) -> None:
    first = ledger.do(accounts.first_admin)

    assert first is not None
    found = ledger.do(accounts.holder, first[1])
    assert found is not None
    assert found[0].admin
    assert found[1].expires == pytest.approx(time.time() + 7 * 86_400, abs=60)  # what is printed stays in logs
    assert ledger.do(accounts.first_admin) is None


def test_a_name_is_taken_once(ledger: Ledger) -> None:
    ledger.do(accounts.add_user, "person@example.org")

    with pytest.raises(InvalidOption, match="already"):
        ledger.do(accounts.add_user, " person@example.org ")
    ledger.do(accounts.add_user, "Åsa Öberg")
    with pytest.raises(InvalidOption, match="already"):
        ledger.do(accounts.add_user, "Åsa Öberg")
    with pytest.raises(InvalidOption, match="needs a name"):
        ledger.do(accounts.add_user, "  ")


def _issue(ledger: Ledger, **wanted: object) -> tuple[str, str]:
    """A person's id, and the secret of their token."""
    user = ledger.do(accounts.add_user, "person@example.org")
    return user.id, ledger.do(accounts.issue_token, user, "laptop", **wanted)[1]


@pytest.mark.parametrize("password", ["short", "Password123", "aaaaaaaaaaaa", "Person@Example.org", "x" * 1001])
def test_passwords_that_are_guessed_at_once_are_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPassword):
        passwords.hashed(password, name="person@example.org")


def test_who_is_kept_out_by_the_command_line_has_no_session_left(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, "person@example.org")
    secret = ledger.do(lambda session: sessions.begin(session, accounts.find_user(session, user.name)))

    keep_out(ledger.database, "person@example.org")
    keep_out(ledger.database, "person@example.org", disabled=False)

    assert ledger.do(sessions.holder, secret) is None
