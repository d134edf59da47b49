"""Whoever is gone at the identity provider is gone here as well, some time later: their API tokens rest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from steno.database.clock import DAY
from steno.database.tables import User
from steno.ledger import accounts, single_sign_on
from steno.ledger.single_sign_on import Identity
from steno.ledger.vouching import SignInAgain, Vouching
from tests import portal
from tests.identity_provider import IdentityProvider
from tests.integration.test_ledger_usage_migration import move
from tests.integration.test_single_sign_on import sign_in
from tests.ledger import Ledger
from tests.rest import Person, Rest, make_rest

ANN = "ann@example.org"


def of_provider(folder: Path, provider: IdentityProvider, **settings: object) -> tuple[Rest, Person]:
    """A service, and somebody with a token who came in by the provider."""
    rest = make_rest(folder, **{**provider.settings, **settings})
    sign_in(portal.Person(rest.app))
    return rest, rest.person(ANN)


def later(rest: Rest, days: float) -> None:
    """So many days since the provider vouched for anybody."""
    past = update(User).values(vouched=User.vouched - days * DAY)
    rest.database.write(lambda session: session.execute(past) and None)


def test_a_token_rests_until_its_holder_signs_in_there_again(tmp_path: Path, provider: IdentityProvider) -> None:
    rest, program = of_provider(tmp_path, provider)

    later(rest, 89)
    before = program.get("/jobs").status_code
    later(rest, 2)
    resting = program.get("/jobs")
    sign_in(portal.Person(rest.app))
    after = program.get("/jobs").status_code

    assert (before, resting.status_code, after) == (200, 401, 200)
    assert resting.json["code"] == "sign-in-again"
    assert "Sign in again in the browser" in resting.json["detail"]
    assert resting.headers["WWW-Authenticate"].startswith("Bearer")


def test_programs_made_for_openai_are_told_alike(tmp_path: Path, provider: IdentityProvider) -> None:
    rest, program = of_provider(tmp_path, provider)
    later(rest, 91)

    answer = program.get("/v1/models")

    assert answer.status_code == 401
    assert answer.json["error"]["type"] == "authentication_error"
    assert "Sign in again in the browser" in answer.json["error"]["message"]


def test_what_a_token_follows_ends_when_it_rests(tmp_path: Path, provider: IdentityProvider) -> None:
    rest, program = of_provider(tmp_path, provider)
    stream = program.get("/jobs/events").response
    next(stream)
    next(stream)

    later(rest, 91)

    assert list(stream) == []


@pytest.mark.parametrize(("by_password", "seen"), [("true", 200), ("false", 401)])
def test_who_has_a_password_that_counts_is_known_here(
    tmp_path: Path, provider: IdentityProvider, by_password: str, seen: int
) -> None:
    rest, program = of_provider(tmp_path, provider, local_accounts=by_password)
    rest.database.write(lambda session: portal.choose_password(session, ANN))
    program = rest.person(ANN)

    later(rest, 91)

    assert program.get("/jobs").status_code == seen


def test_the_page_of_tokens_says_until_when_they_are_awake(tmp_path: Path, provider: IdentityProvider) -> None:
    rest, _ = of_provider(tmp_path, provider, oidc_token_days=30, oidc_name="Example <University>")
    ann = portal.Person(rest.app)
    sign_in(ann)
    with rest.database.reading() as session:
        rests = (session.scalars(select(User.vouched)).one() or 0.0) + 30 * DAY
    day = f'<time datetime="{datetime.fromtimestamp(rests, UTC):%Y-%m-%dT%H:%M}'

    awake = ann.get("/account/tokens").text
    in_swedish = ann.get("/account/tokens", Accept_Language="sv").text
    later(rest, 31)
    resting = ann.get("/account/tokens").text

    assert "signed in with Example &lt;University&gt; for 30 days; now they are awake until " + day in awake
    assert "loggat in med Example &lt;University&gt; på 30 dagar; nu är de vakna till " + day in in_swedish
    assert "Your tokens rest: you have not signed in with Example &lt;University&gt; for 30 days." in resting
    assert 'href="/sign-in/oidc?next=/account/tokens"' in resting
    assert "awake" not in resting


@pytest.mark.parametrize("settings", [{"oidc_token_days": 0}, {}])
def test_the_page_of_tokens_says_nothing_of_it_to_whom_it_does_not_concern(
    tmp_path: Path, provider: IdentityProvider, settings: dict[str, int]
) -> None:
    rest, _ = of_provider(tmp_path, provider, **settings)
    ann = portal.Person(rest.app)
    sign_in(ann)
    if not settings:  # with a password, too
        rest.database.write(lambda session: portal.choose_password(session, ANN))
        assert ann.sign_in(ANN).status_code == 303

    page = ann.get("/account/tokens")

    assert page.status_code == 200
    assert "awake" not in page.text
    assert "tokens rest" not in page.text


def test_people_of_this_service_never_rest(tmp_path: Path, provider: IdentityProvider) -> None:
    rest = make_rest(tmp_path, **provider.settings, local_accounts="false")
    bob = rest.person("bob@example.org")

    later(rest, 10_000)

    assert bob.get("/jobs").status_code == 200


def test_where_it_is_set_so_no_token_rests(tmp_path: Path, provider: IdentityProvider) -> None:
    rest, program = of_provider(tmp_path, provider, oidc_token_days=0)

    later(rest, 10_000)

    assert program.get("/jobs").status_code == 200


def test_who_connects_their_account_begins_anew(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, ANN)
    secret = ledger.do(accounts.issue_token, user, "a program")[1]
    ledger.do(single_sign_on.connect, user.id, Identity("https://login.example.org", "u-1", ANN))
    rule = Vouching(90)

    fresh = ledger.do(accounts.holder, secret, rule)
    ledger.change(User, user.id, vouched=User.vouched - 91 * DAY)

    assert fresh is not None
    assert not ledger.do(accounts.lasts, fresh[1].id, rule)
    with pytest.raises(SignInAgain):
        ledger.do(accounts.holder, secret, rule)


def test_who_is_connected_already_begins_when_the_tables_are_brought_up_to_date(new_database: str) -> None:
    with Ledger(new_database) as ledger:
        ledger.database.upgrade()
        ann, bob = ledger.do(accounts.add_user, ANN), ledger.do(accounts.add_user, "bob@example.org")
        secret = ledger.do(accounts.issue_token, ann, "a program")[1]
        ledger.do(single_sign_on.connect, ann.id, Identity("https://login.example.org", "u-1", ANN))

        move(ledger.database, "0005")
        move(ledger.database, "head")

        assert ledger.do(accounts.holder, secret, Vouching(90)) is not None
        vouched = {user.id: user.vouched for user in ledger.all(User)}
        assert vouched[ann.id] is not None
        assert vouched[bob.id] is None
