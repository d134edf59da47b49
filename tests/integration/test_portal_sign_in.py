"""Signing in, looked at as an attacker would: guesses, foreign pages, fixed sessions, addresses that lead away."""

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from steno.database.tables import AuditEvent, WebSession
from steno.ledger import accounts, sessions
from tests.browser import PASSWORD
from tests.identity_provider import IdentityProvider
from tests.portal import Person, add_local
from tests.rest import API, Rest, make_rest

SESSION = "steno_session"


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return with_ann(make_rest(tmp_path))


def with_ann(rest: Rest) -> Rest:
    rest.database.write(lambda session: add_local(session, "ann@example.org"))
    return rest


def test_the_right_password_lets_in_whatever_the_capitals_of_the_name(rest: Rest) -> None:
    ann = Person(rest.app)

    answer = ann.sign_in(" Ann@Example.org ", wanted="/account")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert ann.get("/account").status_code == 200


def test_a_proxy_may_ask_for_a_name_of_its_own(rest: Rest) -> None:
    ann, basic = Person(rest.app), {"Authorization": "Basic YW5uOng="}

    asked = ann.get("/account", **basic)
    ann.sign_in()

    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=%2Faccount")
    assert ann.get("/account", **basic).status_code == 200
    assert ann.get(f"{API}/account", **basic).status_code == 200
    assert ann.client.post(f"{API}/tokens", json={"name": "x"}, headers=basic).json["code"] == "foreign-request"


def test_guessing_is_slowed_down_and_said(rest: Rest) -> None:
    eve, ann = Person(rest.app), Person(rest.app, address="198.51.100.7")

    answers = [eve.sign_in(password=f"guess {n} of many") for n in range(7)]
    refused = eve.sign_in()

    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2
    assert "Too many tries. Wait " in answers[-1].text
    assert refused.status_code == 429  # also with the right one: the answer must tell a guesser nothing
    assert ann.sign_in("bob@example.org").status_code == 401
    with rest.database.reading() as session:
        failed = session.query(AuditEvent).filter_by(kind="sign_in.failed").all()
    assert len(failed) == 7
    assert {one.detail["address"] for one in failed} == {"192.0.2.1", "198.51.100.7"}
    assert "guess" not in str([one.detail for one in failed])


def test_a_session_has_a_new_secret_whatever_the_browser_had(rest: Rest) -> None:
    ann = Person(rest.app)
    ann.client.set_cookie(SESSION, "fixed-by-somebody-else")

    ann.sign_in()
    first = ann.cookies[SESSION]
    ann.post("/sign-in", page="/account", name="ann@example.org", password=PASSWORD)

    assert "fixed-by-somebody-else" != first != ann.cookies[SESSION]
    with rest.database.reading() as session:
        assert session.query(WebSession).count() == 1  # the earlier one ended
    assert "steno_visitor" not in ann.cookies


def test_a_browser_that_is_not_used_is_signed_out_when_the_operator_says(tmp_path: Path) -> None:
    rest = with_ann(make_rest(tmp_path, session_idle=900))
    used, left = Person(rest.app), Person(rest.app)
    for person in (used, left):
        person.sign_in()

    def pass_by(seconds: float) -> None:
        earlier = {"last_used": WebSession.last_used - seconds, "expires": WebSession.expires - seconds}
        rest.database.write(lambda session: session.execute(update(WebSession).values(**earlier)) and None)

    answers = []
    for _ in range(2):
        pass_by(600)
        answers.append(used.get("/account").status_code)
        left.get(f"{API}/jobs/{'0' * 32}/events")

    assert answers == [200, 200]
    assert left.get("/account").status_code == 303


def test_a_shorter_rule_holds_for_who_was_signed_in_before(tmp_path: Path) -> None:
    ann = Person(with_ann(make_rest(tmp_path)).app)
    ann.sign_in()
    later = make_rest(tmp_path, session_idle=900)
    hour_ago = update(WebSession).values(last_used=WebSession.last_used - 3600)
    later.database.write(lambda session: session.execute(hour_ago) and None)
    again = Person(later.app)
    again.client.set_cookie(SESSION, ann.cookies[SESSION])

    assert again.get("/account").status_code == 303
    assert ann.get("/account").status_code == 200  # by the rule of before


def test_a_foreign_page_signs_nobody_in_or_out(rest: Rest) -> None:
    ann, eve = Person(rest.app), Person(rest.app)

    without = ann.post("/sign-in", proof="", name="ann@example.org", password=PASSWORD)
    of_another = ann.post("/sign-in", proof=eve.proof("/sign-in"), name="ann@example.org", password=PASSWORD)
    ann.sign_in()
    out = ann.post("/sign-out", proof=eve.proof("/sign-in"))

    assert (without.status_code, of_another.status_code, out.status_code) == (403, 403, 403)
    assert ann.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/uploads"),
        ("PATCH", f"/uploads/{'0' * 32}"),
        ("DELETE", f"/uploads/{'0' * 32}"),
        ("POST", f"/uploads/{'0' * 32}"),
        ("POST", "/jobs"),
        ("PATCH", "/account"),
        ("POST", "/tokens"),
        ("DELETE", f"/tokens/{'0' * 32}"),
    ],
)
def test_what_changes_something_by_cookie_needs_the_proof(rest: Rest, method: str, path: str) -> None:
    ann = Person(rest.app)
    ann.sign_in()
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Offset": "0"}
    headers = {**tus, "X-HTTP-Method-Override": "DELETE"}

    without = ann.client.open(API + path, method=method, headers=headers)
    proof = {"X-CSRF-Token": ann.proof("/account")}
    with_it = ann.client.open(API + path, method=method, headers={**headers, **proof})

    assert (without.status_code, without.json["code"]) == (403, "foreign-request")
    assert with_it.status_code != 403


def test_no_route_at_all_changes_something_by_cookie_without_the_proof(tmp_path: Path) -> None:
    with IdentityProvider() as provider:
        rest = with_ann(make_rest(tmp_path, **provider.settings))
    ann, changing = Person(rest.app), []
    ann.sign_in()

    for rule in rest.app.url_map.iter_rules():
        address = re.sub(r"<[^>]+>", "0" * 32, rule.rule)
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            answer = ann.client.open(address, method=method)
            changing.append((method, rule.rule, answer.status_code, "foreign-request" in answer.text))

    assert len(changing) > 50
    # What the provider posts has its signature instead.
    assert [one for one in changing if one[2:] != (403, True)] == [("POST", "/sign-in/oidc/logout", 400, False)]


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https://evil.example", "\\\\evil",
     "javascript:alert(1)", "", "/ /evil.example"],
)  # fmt: skip
def test_signing_in_leads_to_no_other_site(rest: Rest, wanted: str) -> None:
    assert Person(rest.app).sign_in(wanted=wanted).headers["Location"] == "/"


def test_behind_tls_cookies_are_bound_to_this_host(tmp_path: Path) -> None:
    rest = with_ann(make_rest(tmp_path, public_url="https://steno.example.org"))
    ann = Person(rest.app)
    page = ann.client.get("/sign-in", base_url="https://steno.example.org")
    proof = page.text.partition('data-csrf="')[2].partition('"')[0]

    form = {"csrf_token": proof, "name": "ann@example.org", "password": PASSWORD}
    answer = ann.client.post("/sign-in", data=form, base_url="https://steno.example.org")

    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-steno_session="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_behind_tls_every_cookie_goes_by_tls_alone(tmp_path: Path) -> None:
    rest = with_ann(make_rest(tmp_path, public_url="https://steno.example.org"))
    client, secure = rest.app.test_client(), {"base_url": "https://steno.example.org"}
    proof = client.get("/sign-in", **secure).text.partition('data-csrf="')[2].partition('"')[0]
    client.post("/sign-in", data={"csrf_token": proof, "name": "ann@example.org", "password": PASSWORD}, **secure)
    page = client.get("/account", **secure)
    proof = page.text.partition('data-csrf="')[2].partition('"')[0]

    saved = client.post("/account", data={"csrf_token": proof, "language": "fi"}, **secure)
    after = client.get("/account", **secure)

    cookies = [*saved.headers.getlist("Set-Cookie"), *after.headers.getlist("Set-Cookie")]
    assert {cookie.split("=")[0] for cookie in cookies} == {"steno_said", "steno_language"}
    assert all("Secure" in cookie for cookie in cookies)


def test_a_password_that_cannot_be_chosen_is_refused_in_the_readers_language(rest: Rest) -> None:
    secret = rest.database.write(
        lambda session: sessions.invite(session, accounts.find_user(session, "ann@example.org"))
    )
    ann = Person(rest.app)
    ann.client.set_cookie("steno_language", "fi")

    refused = ann.post(f"/welcome/{secret}", password="short")

    assert refused.status_code == 422
    assert "Salasanassa pitää olla 10–1000 merkkiä" in refused.text


def test_without_local_accounts_no_password_lets_in_but_a_link_does(tmp_path: Path) -> None:
    rest = with_ann(make_rest(tmp_path, local_accounts=False))
    ann = Person(rest.app)
    secret = rest.database.write(
        lambda session: sessions.invite(session, accounts.find_user(session, "ann@example.org"))
    )

    refused = ann.sign_in()
    page = ann.get("/sign-in").text
    ann.post(f"/welcome/{secret}", password="another dull sentence")

    assert refused.status_code == 403
    assert 'type="password"' not in page
    assert ann.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("trusted", "peer", "header", "seen"),
    [
        ("", "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        ("1", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("1", "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("2", "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.0/8", "203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.0/8, ::1", "::1", "[2001:db8::5]:4711", "2001:db8::5"),
        ("10.0.0.0/8", "10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_trusted_proxies_say_who_asks(tmp_path: Path, trusted: str, peer: str, header: str, seen: str) -> None:
    rest = with_ann(make_rest(tmp_path, trusted_proxies=trusted))
    ann = Person(rest.app, address=peer)
    proof = {"csrf_token": ann.proof("/sign-in"), "name": "ann@example.org", "password": PASSWORD}

    headers = {"X-Forwarded-For": header}
    ann.client.post("/sign-in", data=proof, headers=headers, environ_overrides={"REMOTE_ADDR": peer})

    with rest.database.reading() as session:
        assert [one.address for one in session.query(WebSession)] == [seen]
