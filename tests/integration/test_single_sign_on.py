"""Sign-in by an identity provider that runs here: whom it lets in, what of its answers is not believed."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from steno.claims import read_rule
from steno.config import load_settings
from steno.database.tables import AuditEvent, SignInFlow, User
from steno.errors import InvalidOption
from tests.browser import PASSWORD
from tests.identity_provider import IdentityProvider
from tests.ledger import keep_out
from tests.portal import Person, add_local
from tests.rest import Rest, make_rest


@pytest.fixture
def rest(tmp_path: Path, provider: IdentityProvider) -> Rest:
    return make_rest(tmp_path, **provider.settings)


def answer_of(person: Person, wanted: str = "/account", start: str = "/sign-in/oidc?next=") -> str:
    """Go to the provider, sign in there; the path it sends the browser back to."""
    there = person.get(f"{start}{wanted}")
    assert there.status_code == 303, there.text
    approve = there.headers["Location"].replace("/authorize?", "/approve?")
    back = requests.get(approve, allow_redirects=False, timeout=10).headers["Location"]
    assert urlsplit(back).path == "/sign-in/oidc/callback"
    return back.partition("localhost")[2]


def sign_in(person: Person, wanted: str = "/account") -> TestResponse:
    return person.get(answer_of(person, wanted))


def users(rest: Rest) -> dict[str, User]:
    with rest.database.reading() as session:
        return {user.name: user for user in session.scalars(select(User))}


def local(rest: Rest, name: str, *, admin: bool = False) -> None:
    rest.database.write(lambda session: add_local(session, name, admin=admin))


def test_whom_the_provider_knows_gets_an_account_and_finds_it_again(rest: Rest, provider: IdentityProvider) -> None:
    provider.person |= {"email": "ann@work.example", "email_verified": True}

    first = sign_in(Person(rest.app))
    provider.person |= {"preferred_username": "renamed@example.org"}
    ann = Person(rest.app)
    second = sign_in(ann, "/account/tokens")

    assert (first.headers["Location"], second.headers["Location"]) == ("/account", "/account/tokens")
    assert ann.get("/account").status_code == 200
    [user] = users(rest).values()
    assert (user.name, user.display_name, user.email) == ("ann@example.org", "Ann Smith", "ann@work.example")
    assert user.subject == f"{provider.issuer} u-1"
    assert not user.admin


def test_the_way_there_has_what_must_come_back_and_the_cookie_tells_nothing(rest: Rest) -> None:
    ann = Person(rest.app)

    there = parse_qs(urlsplit(ann.get("/sign-in/oidc").headers["Location"]).query)

    assert there["response_type"] == ["code"]
    assert there["code_challenge_method"] == ["S256"]
    assert {"openid", "profile", "email"} == set(there["scope"][0].split())
    assert len(there["state"][0]) >= 20
    assert len(there["nonce"][0]) >= 20
    with rest.database.reading() as session:
        flow = session.scalars(select(SignInFlow)).one()
    secret = ann.cookies["steno_flow"]
    assert not {flow.state, flow.nonce, flow.verifier, flow.sha256} & {secret}
    assert flow.verifier not in str(there)


LIES = {
    "another nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-service"},
    "another audience that names us as its party": {"aud": ["another-service"], "azp": "steno-at-example"},
    "expired": {"exp": 1_600_000_000},
    "no expiry": {"exp": None},
    "another issuer": {"iss": "https://evil.example"},
    "nobody": {"sub": None},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "of the future": {"iat": 4_000_000_000},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(rest: Rest, provider: IdentityProvider, lie: str) -> None:
    provider.forged = LIES[lie]
    ann = Person(rest.app)

    answer = sign_in(ann)

    assert answer.status_code == 400
    assert ann.get("/account").status_code == 303
    assert users(rest) == {}


def test_a_signature_by_another_key_lets_nobody_in(rest: Rest, provider: IdentityProvider) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "first"})

    assert sign_in(Person(rest.app)).status_code == 400
    assert users(rest) == {}


def test_a_signature_by_a_shared_secret_lets_nobody_in(rest: Rest, provider: IdentityProvider) -> None:
    provider.algorithm = "HS256"

    assert sign_in(Person(rest.app)).status_code == 400
    assert users(rest) == {}


def test_a_new_key_of_the_provider_is_fetched(rest: Rest, provider: IdentityProvider) -> None:
    sign_in(Person(rest.app))
    provider.key = provider.signing_key = RSAKey.generate_key(2048, {"kid": "second"})

    assert sign_in(Person(rest.app)).status_code == 303


def test_userinfo_about_somebody_else_is_not_believed(rest: Rest, provider: IdentityProvider) -> None:
    provider.userinfo = {"sub": "u-2"}

    assert sign_in(Person(rest.app)).status_code == 400


def test_an_answer_is_good_once_and_in_its_own_browser(rest: Rest, provider: IdentityProvider) -> None:
    ann, eve = Person(rest.app), Person(rest.app)
    back = answer_of(ann)

    stolen = eve.get(back)
    own = ann.get(back)
    again = ann.get(back)

    assert (stolen.status_code, own.status_code, again.status_code) == (400, 303, 400)
    assert eve.get("/account").status_code == 303
    assert len(provider.asked) == 1


def test_the_answer_to_another_sign_in_is_refused(rest: Rest, provider: IdentityProvider) -> None:
    ann, eve = Person(rest.app), Person(rest.app)
    of_eve = answer_of(eve)
    answer_of(ann)

    answer = ann.get(of_eve)  # a foreign page sends Ann's browser there, to sign her in as Eve

    assert answer.status_code == 400
    assert ann.get("/account").status_code == 303
    assert provider.asked == []


def test_an_answer_of_another_provider_is_refused(rest: Rest, provider: IdentityProvider) -> None:
    ann = Person(rest.app)

    answer = ann.get(answer_of(ann) + "&iss=https%3A%2F%2Fevil.example")

    assert answer.status_code == 400
    assert provider.asked == []


def test_a_provider_that_must_name_itself_does(tmp_path: Path, provider: IdentityProvider) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    rest = make_rest(tmp_path, **provider.settings)
    ann, bob = Person(rest.app), Person(rest.app)

    assert ann.get(answer_of(ann)).status_code == 400
    assert bob.get(answer_of(bob) + f"&iss={provider.issuer}").status_code == 303


def test_who_changed_their_mind_is_told_so(rest: Rest) -> None:
    ann = Person(rest.app)
    state = parse_qs(urlsplit(ann.get("/sign-in/oidc").headers["Location"]).query)["state"][0]

    answer = ann.get(f"/sign-in/oidc/callback?error=access_denied&state={state}&error_description=<b>x</b>")

    assert answer.status_code == 400
    assert "broken off" in answer.text
    assert "<b>x" not in answer.text


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "http://10.0.0.1/keys"},
    ],
)
def test_metadata_that_lead_elsewhere_are_not_believed(
    tmp_path: Path, provider: IdentityProvider, metadata: dict[str, str]
) -> None:
    provider.metadata = metadata
    rest = make_rest(tmp_path, **provider.settings)

    answer = Person(rest.app).get("/sign-in/oidc")

    assert answer.status_code == 502
    assert "Location" not in answer.headers


def test_a_provider_that_is_away_is_said(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, oidc_issuer="http://127.0.0.1:9")

    answer = Person(rest.app).get("/sign-in/oidc")

    assert answer.status_code == 502
    assert "could not be confirmed" in answer.text


def test_a_provider_that_hangs_blocks_few_requests_for_a_short_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection, and says nothing
        rest = make_rest(tmp_path, oidc_issuer=f"http://127.0.0.1:{deaf.getsockname()[1]}")
        begun = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            first = pool.submit(Person(rest.app).get, "/sign-in/oidc")
            others = [pool.submit(Person(rest.app).get, "/sign-in/oidc") for _ in range(7)]
            done, waiting = wait([first, *others], timeout=9)
        statuses = {one.result().status_code for one in [first, *others]}

    assert len(done) >= 7
    assert len(waiting) <= 1
    assert statuses == {502}
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("person", "let_in"),
    [
        ({"affiliation": ["alum", "staff"]}, True),
        ({"affiliation": "Member"}, True),
        ({"affiliation": ["student"]}, False),
        ({}, False),
    ],
)
def test_the_rule_decides_who_comes_in(
    tmp_path: Path, provider: IdentityProvider, person: dict[str, object], let_in: bool
) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_allow="affiliation=staff|member")
    provider.person |= person

    answer = sign_in(Person(rest.app))

    assert answer.status_code == (303 if let_in else 403)
    assert bool(users(rest)) == let_in


def test_administrators_follow_the_rule_at_each_sign_in_but_the_last_stays(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_admin="realm.roles=steno-admin")
    roles = [["steno-admin"], [], ["steno-admin"], []]

    seen = []
    for number, held in enumerate(roles):
        if number == 3:
            local(rest, "boss@example.org", admin=True)
        provider.person["realm"] = {"roles": held}
        sign_in(Person(rest.app))
        seen.append(users(rest)["ann@example.org"].admin)

    assert seen == [True, True, True, False]
    with rest.database.reading() as session:
        assert "user.kept-administrator" in session.scalars(select(AuditEvent.kind)).all()


def test_a_name_that_looks_like_an_address_gets_no_mail(rest: Rest, provider: IdentityProvider) -> None:
    provider.person |= {"preferred_username": "boss@example.org"}

    sign_in(Person(rest.app))

    assert users(rest)["boss@example.org"].email is None


def test_who_becomes_an_administrator_there_signs_in_anew_everywhere(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_admin="groups=admins")
    before, now = Person(rest.app), Person(rest.app)
    sign_in(before)
    provider.person["groups"] = ["admins"]

    sign_in(now)

    assert now.get("/admin").status_code in {200, 303} and users(rest)["ann@example.org"].admin
    assert now.get("/account").status_code == 200
    assert before.get("/account").status_code == 303


def test_who_is_not_let_in_is_written_down(tmp_path: Path, provider: IdentityProvider) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_allow="affiliation=staff")
    stranger = Person(rest.app, address="198.51.100.9")

    sign_in(stranger)
    for _ in range(3):  # without a way that began here
        stranger.get("/sign-in/oidc/callback?state=x&code=y")

    with rest.database.reading() as session:
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.kind == "sign_in.refused"))
    assert event.user_id is None
    assert event.detail == {"address": "198.51.100.9", "reason": "not-admitted", "name": "ann@example.org"}


def test_a_local_account_is_not_taken_over_by_its_name_or_address(rest: Rest, provider: IdentityProvider) -> None:
    local(rest, "ann@example.org")
    provider.person |= {"email": "ann@example.org", "email_verified": True}

    answer = sign_in(Person(rest.app))

    assert answer.status_code == 403
    assert "connect it on the account page" in answer.text
    assert users(rest)["ann@example.org"].subject is None


@pytest.mark.parametrize(("verified", "linked"), [(True, True), (False, False), (None, False)])
def test_a_verified_address_connects_where_the_operator_wants_it(
    tmp_path: Path, provider: IdentityProvider, verified: bool | None, linked: bool
) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_link_by_email=True)
    local(rest, "ann@example.org")
    provider.person |= {"email": "Ann@example.org", "email_verified": verified}

    sign_in(Person(rest.app))

    assert (users(rest)["ann@example.org"].subject is not None) == linked
    assert len(users(rest)) == 1


def test_an_address_somebody_gave_themselves_connects_nobody(tmp_path: Path, provider: IdentityProvider) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_link_by_email=True)
    local(rest, "eve")
    eve = Person(rest.app)
    eve.sign_in("eve")
    eve.post("/account", email="ann@example.org")
    provider.person |= {"email": "ann@example.org", "email_verified": True}

    sign_in(Person(rest.app))

    assert users(rest)["eve"].subject is None
    assert users(rest)["ann@example.org"].subject is not None


def test_somebody_connects_their_own_account(rest: Rest, provider: IdentityProvider) -> None:
    local(rest, "ann@example.org")
    ann = Person(rest.app)
    ann.sign_in()
    page = ann.get("/account/security").text
    link = "/account/connect?proof=" + page.partition("/account/connect?proof=")[2].partition('"')[0]

    foreign = ann.get("/account/connect")
    ann.get(answer_of(ann, "", link))
    later = Person(rest.app)
    sign_in(later)

    assert foreign.status_code == 403
    assert users(rest)["ann@example.org"].subject == f"{provider.issuer} u-1"
    assert later.get("/account").status_code == 200
    assert later.post("/account/disconnect", page="/account/security").status_code == 303
    assert users(rest)["ann@example.org"].subject is None


def test_an_account_is_connected_only_for_who_began_it(rest: Rest, provider: IdentityProvider) -> None:
    for name in ("ann@example.org", "bob@example.org"):
        local(rest, name)
    browser = Person(rest.app)
    browser.sign_in()
    page = browser.get("/account/security").text
    link = "/account/connect?proof=" + page.partition("/account/connect?proof=")[2].partition('"')[0]
    back = answer_of(browser, "", link)
    browser.post("/sign-in", page="/account", name="bob@example.org", password=PASSWORD)

    answer = browser.get(back)

    assert answer.status_code == 403
    assert all(user.subject is None for user in users(rest).values())


def test_who_is_kept_out_stays_out(rest: Rest) -> None:
    sign_in(Person(rest.app))
    keep_out(rest.database, "ann@example.org")
    ann = Person(rest.app)

    assert sign_in(ann).status_code == 403
    assert ann.get("/account").status_code == 303


def test_signing_out_offers_to_sign_out_there_too(rest: Rest, provider: IdentityProvider) -> None:
    ann = Person(rest.app)
    sign_in(ann)

    out = ann.post("/sign-out", page="/account")
    page = ann.get(out.headers["Location"])

    assert out.headers["Location"] == "/signed-out"
    assert f"{provider.issuer}/logout?" in page.text
    assert "post_logout_redirect_uri=" in page.text
    assert ann.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("rule", "claims", "met"),
    [
        ("", {}, True),
        ("a=x", {"a": "X"}, True),
        ("a=x; b=y", {"a": "x"}, False),
        ("a=x; b=y|z", {"a": "x", "b": ["q", "z"]}, True),
        ("email=*@example.org", {"email": "a@example.org", "email_verified": True}, True),
        ("email=*@example.org", {"email": "a@example.org.evil.example", "email_verified": True}, False),
        ("email=*@example.org", {"email": "a@example.org"}, False),
        ("a.b.c=x", {"a": {"b": {"c": ["x"]}}}, True),
        ("https://claims.example/role=x", {"https://claims.example/role": "x"}, True),
        ("a=[xy]", {"a": "x"}, False),
        ("a=?", {"a": "x"}, False),
        ("a=*", {}, False),
        ("a=1", {"a": 1}, True),
        ("a=x", {"a": {"x": 1}}, False),
    ],
)
def test_rules_read_as_they_are_written(rule: str, claims: dict[str, object], met: bool) -> None:
    assert read_rule(rule).met_by(claims) is met


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("oidc_issuer", "http://login.example.org"),
        ("oidc_issuer", "http://127.0.0.1.evil.example"),
        ("oidc_issuer", "login.example.org"),
        ("oidc_allow", "staff"),
        ("oidc_allow", "a="),
        ("oidc_admin", "a=x|"),
        ("oidc_scopes", "profile"),
        ("trusted_proxies", "the one in front"),
    ],
)
def test_settings_that_cannot_be_used_are_named(setting: str, value: str) -> None:
    with pytest.raises(InvalidOption, match=f"STENO_{setting.upper()}"):
        load_settings(**{setting: value})
