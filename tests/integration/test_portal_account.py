"""The account's pages: what one changes there is changed, for oneself alone; an account goes with all that was its."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from steno.database.tables import ApiToken, AuditEvent, Job, Upload, User, WebSession
from steno.ledger import accounts, people
from steno.ledger.ways_in import WaysIn
from steno.states import Stage
from tests.browser import PASSWORD
from tests.portal import Person, add_local
from tests.rest import API, Rest
from web.portal.browsers import browser_and_system

LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"


def enter(rest: Rest, name: str = "ann@example.org", *, admin: bool = False, browser: str = LINUX) -> Person:
    """Somebody who is signed in with a browser."""

    rest.database.write(lambda session: accounts.by_name(session, name) or add_local(session, name, admin=admin))
    person = Person(rest.app, browser=browser)
    assert person.sign_in(name).status_code == 303
    return person


def test_names_language_and_notifications_are_kept(rest: Rest) -> None:
    ann = enter(rest)

    ann.post("/account", display_name="Ann <b>Smith</b>", email="ann@work.example", language="fi")

    with rest.database.reading() as session:
        user = session.scalars(select(User)).one()
    assert (user.display_name, user.email, user.language) == ("Ann <b>Smith</b>", "ann@work.example", "fi")
    assert user.notify is False
    assert ann.cookies["steno_language"] == "fi"
    assert "<b>Smith" not in ann.get("/account").text
    ann.post("/account", display_name="", email="", notify="on")
    with rest.database.reading() as session:
        user = session.scalars(select(User)).one()
    assert (user.display_name, user.email, user.language, user.notify) == (None, None, None, True)
    assert "steno_language" not in ann.cookies


def test_what_is_no_mail_address_is_said_and_not_kept(rest: Rest) -> None:
    ann = enter(rest)

    answer = ann.post("/account", display_name="Ann", email="ann@example.org\r\nBcc: eve@example.org")

    assert answer.status_code == 422
    assert "not a mail address" in answer.text
    with rest.database.reading() as session:
        assert session.scalars(select(User)).one().email == "ann@example.org"


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(rest: Rest) -> None:
    here, there = enter(rest), enter(rest, browser=PHONE)
    before = here.cookies["steno_session"]

    wrong = here.post("/account/password", page="/account/security", old="not the old one", new="a new long sentence")
    weak = here.post("/account/password", page="/account/security", old=PASSWORD, new="short")
    still = there.get("/account").status_code
    right = here.post("/account/password", page="/account/security", old=PASSWORD, new="a new long sentence")

    assert (wrong.status_code, weak.status_code, still, right.status_code) == (422, 422, 200, 303)
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert here.cookies["steno_session"] != before
    assert Person(rest.app).sign_in(password=PASSWORD).status_code == 401
    assert Person(rest.app).sign_in(password="a new long sentence").status_code == 303


def test_a_new_password_takes_the_tokens_back_where_that_is_wanted(rest: Rest) -> None:
    here = enter(rest)
    with rest.database.reading() as session:
        user_id = session.scalars(select(User.id)).one()
    assert "Revoke my API tokens" not in here.get("/account/security").text
    for n in range(2):
        rest.database.write(lambda session, n=n: accounts.issue_token(session, session.get_one(User, user_id), f"{n}"))
    assert "Revoke my API tokens" in here.get("/account/security").text

    def left() -> int:
        with rest.database.reading() as session:
            return len(accounts.tokens_of(session, user_id))

    page = {"page": "/account/security"}
    here.post("/account/password", **page, old=PASSWORD, new="a new long sentence")
    assert left() == 2
    here.post("/account/password", **page, old="wrong", new="another long sentence", tokens="on")
    assert left() == 2
    here.post("/account/password", **page, old="a new long sentence", new="another long sentence", tokens="on")
    assert left() == 0
    assert "your API tokens are revoked" in here.get("/account/security").text
    with rest.database.reading() as session:
        noted = session.scalars(select(AuditEvent.kind).where(AuditEvent.user_id == user_id)).all()
    assert noted.count("token.revoked") == 2


def test_the_old_password_cannot_be_guessed_there_either(rest: Rest) -> None:
    ann = enter(rest)

    answers = [
        ann.post("/account/password", page="/account/security", old=f"guess number {n}", new="a new long sentence")
        for n in range(7)
    ]

    assert [answer.status_code for answer in answers] == [422] * 6 + [429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_browsers_are_named_and_ended_one_by_one_by_their_owner_alone(rest: Rest) -> None:
    here, there, bob = enter(rest), enter(rest, browser=PHONE), enter(rest, "bob@example.org")
    page = here.get("/account/security").text
    [other] = re.findall(r"/account/sessions/([0-9a-f]{32})/end", page)

    bob.post(f"/account/sessions/{other}/end", page="/account/security")
    unharmed = there.get("/account").status_code
    here.post(f"/account/sessions/{other}/end", page="/account/security")

    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert unharmed == 200
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200


def test_signing_out_everywhere_else_and_here_too(rest: Rest) -> None:
    here, there = enter(rest), enter(rest, browser=PHONE)

    here.post("/account/sessions/end", page="/account/security")
    others = there.get("/account").status_code
    here.post("/account/sessions/end-all", page="/account/security")

    assert (others, here.get("/account").status_code) == (303, 303)
    with rest.database.reading() as session:
        assert session.scalars(select(WebSession)).all() == []


def test_a_token_is_shown_once_works_and_is_revoked(rest: Rest) -> None:
    ann, bob = enter(rest), enter(rest, "bob@example.org")
    proof = ann.proof("/account/tokens")
    form = {"csrf_token": proof, "name": "backup <i>", "days": "30", "scopes": ["jobs:read"]}

    made = ann.client.post("/account/tokens", data=form)
    [secret] = re.findall(r"steno_[\w-]{40,}", made.text)
    page = ann.get("/account/tokens").text
    used = rest.app.test_client().get(f"{API}/jobs", headers={"Authorization": f"Bearer {secret}"}).status_code
    [token] = re.findall(r"/account/tokens/([0-9a-f]{32})/revoke", page)
    bob.post(f"/account/tokens/{token}/revoke", page="/account/tokens")
    still = rest.app.test_client().get(f"{API}/jobs", headers={"Authorization": f"Bearer {secret}"}).status_code
    ann.post(f"/account/tokens/{token}/revoke", page="/account/tokens")

    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert secret not in page
    assert "backup &lt;i&gt;" in page
    assert (used, still) == (200, 200)
    with rest.database.reading() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_a_token_without_name_or_rights_is_not_made(rest: Rest) -> None:
    ann = enter(rest)

    answers = [
        ann.post("/account/tokens", name="", days="30", scopes="jobs:read"),
        ann.post("/account/tokens", name="x", days="30"),
        ann.post("/account/tokens", name="x", days="1000000", scopes="jobs:read"),
        ann.post("/account/tokens", name="x", days="30", scopes="admin"),
    ]

    assert {answer.status_code for answer in answers} == {422}


def test_what_is_kept_can_be_taken_along_without_secrets(rest: Rest) -> None:
    ann = enter(rest)
    rest.person().job(name="Budget.wav")

    answer = ann.get("/account/data/steno-account.json")

    kept = json.loads(answer.text)
    assert (kept["account"]["name"], kept["recordings"][0]["name"]) == ("ann@example.org", "Budget.wav")
    assert "attachment" in answer.headers["Content-Disposition"]
    with rest.database.reading() as session:
        secrets = [session.scalars(select(User.password_hash)).one(), *session.scalars(select(WebSession.sha256))]
    assert not any(secret and secret in answer.text for secret in secrets)
    assert "Signed in" in ann.get("/account/data").text


def test_an_account_goes_with_everything_that_was_its(rest: Rest) -> None:
    ann, program = enter(rest), rest.person()
    enter(rest, "bob@example.org")
    rest.complete(program.job(minutes="true"))
    running = program.job(content="another")
    rest.work(running, Stage.PREPARE)
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    program("POST", "/uploads", headers=tus)
    others = rest.person("bob@example.org").job(content="Bob's")

    wrong = ann.post("/account/delete", page="/account/data", confirm="somebody else")
    before = program.get("/jobs").json["jobs"]
    right = ann.post("/account/delete", page="/account/data", confirm="ann@example.org")

    assert (wrong.status_code, len(before), right.status_code) == (422, 2, 303)
    with rest.database.reading() as session:
        assert [user.name for user in session.scalars(select(User))] == ["bob@example.org"]
        assert [job.id for job in session.scalars(select(Job))] == [others]
        assert session.scalars(select(Upload)).all() == []
        assert "user.deleted" in session.scalars(select(AuditEvent.kind)).all()
    files = [path for path in Path(rest.settings.data_dir).rglob("*") if path.is_file() and "blobs" in path.parts]
    assert len(files) == 1  # Bob's recording
    assert program.get("/jobs").status_code == 401


def test_the_last_administrator_cannot_go(rest: Rest) -> None:
    boss = enter(rest, "boss@example.org", admin=True)

    answer = boss.post("/account/delete", page="/account/data", confirm="boss@example.org")

    assert answer.status_code == 409
    assert "last administrator" in answer.text
    assert boss.get("/account").status_code == 200
    enter(rest, "deputy@example.org", admin=True)
    assert boss.post("/account/delete", page="/account/data", confirm="boss@example.org").status_code == 303


@pytest.mark.parametrize(
    ("agent", "seen"),
    [
        (LINUX, ("Firefox", "Linux")),
        (PHONE, ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/141.0 Safari/537 Edg/141.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/141.0 Mobile Safari/537", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18.0 Safari/605", ("Safari", "macOS")),
        ("curl/8.0", (None, None)),
        ("", (None, None)),
    ],
)
def test_browsers_are_called_as_people_call_them(agent: str, seen: tuple[str | None, str | None]) -> None:
    assert browser_and_system(agent) == seen


def test_two_administrators_do_not_remove_each_other_at_once(rest: Rest) -> None:
    from tests.ledger import at_once

    ids = [rest.person(f"{name}@example.org", admin=True).id for name in ("a", "b")]

    def remove(one: str) -> bool:
        try:
            rest.database.write(lambda session: people.set_admin(session, one, admin=False, by="x", ways=WaysIn()))
        except people.LastAdministrator:
            return False
        return True

    removed = at_once([lambda: remove(ids[0]), lambda: remove(ids[1])])

    assert sorted(removed) == [False, True]


def test_a_link_to_what_is_gone_is_answered_in_words_that_people_know(rest: Rest) -> None:
    gone = enter(rest).get(f"/jobs/{'0' * 32}")

    assert gone.status_code == 404
    assert "<title>There is nothing here · Steno</title>" in gone.text
    assert "There is no such recording, or it is not yours." in gone.text
