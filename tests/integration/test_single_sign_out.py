"""A provider that says who signed out there: they are signed out here, and nobody else is by anybody else's word."""

import time
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select

from steno.database.tables import AuditEvent
from tests.identity_provider import IdentityProvider
from tests.integration.test_single_sign_on import sign_in, users
from tests.portal import Person
from tests.rest import Rest, make_rest


@pytest.fixture
def rest(tmp_path: Path, provider: IdentityProvider) -> Rest:
    return make_rest(tmp_path, **provider.settings)


def tell(rest: Rest, token: str) -> int:
    """The provider posts that somebody signed out; the status of the answer."""
    return rest.app.test_client().post("/sign-in/oidc/logout", data={"logout_token": token}).status_code


def test_who_signs_out_there_is_signed_out_here_and_nobody_else(rest: Rest, provider: IdentityProvider) -> None:
    ann, bob = Person(rest.app), Person(rest.app)
    sign_in(ann)
    provider.person |= {"sub": "u-2", "preferred_username": "bob@example.org"}
    sign_in(bob)

    stranger, status = tell(rest, provider.logout_token(sub="nobody")), tell(rest, provider.logout_token(sub="u-1"))

    assert (stranger, status) == (200, 200)
    assert ann.get("/account").status_code == 303
    assert bob.get("/account").status_code == 200
    with rest.database.reading() as session:
        told = session.scalars(select(AuditEvent.user_id).where(AuditEvent.kind == "sign_out.by_provider")).all()
    assert told == [users(rest)["ann@example.org"].id]


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"iat": int(time.time()) - 3600, "exp": None},
        {"iat": None},
        {"exp": int(time.time()) - 600},
        {"events": None},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"nonce": "n"},
        {"sub": None},
    ],
)
def test_a_logout_that_cannot_be_believed_signs_nobody_out(
    rest: Rest, provider: IdentityProvider, lie: dict[str, object]
) -> None:
    ann = Person(rest.app)
    sign_in(ann)

    assert tell(rest, provider.logout_token(**lie)) == 400
    assert ann.get("/account").status_code == 200


def test_a_logout_by_another_key_or_none_signs_nobody_out(rest: Rest, provider: IdentityProvider) -> None:
    ann = Person(rest.app)
    sign_in(ann)
    token = provider.logout_token()
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})

    forged = [provider.logout_token(), token.rpartition(".")[0] + ".", "", "x" * 20_000]

    assert [tell(rest, one) for one in forged] == [400] * 4
    assert ann.get("/account").status_code == 200


def test_a_logout_by_a_new_key_of_the_provider_counts_and_strangers_are_slowed_down(
    rest: Rest, provider: IdentityProvider
) -> None:
    ann = Person(rest.app)
    sign_in(ann)
    provider.key = provider.signing_key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})

    told, guesses = tell(rest, provider.logout_token()), {tell(rest, "guess") for _ in range(70)}

    assert told == 200
    assert ann.get("/account").status_code == 303
    assert guesses == {400, 429}
