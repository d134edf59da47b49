"""Mails with a link: to invite, and to who forgot the password; nobody learns by them who has an account."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from steno.database.tables import PersonalLetter, SignInLink, User
from steno.ledger import accounts, letters, sessions
from steno.states import Queue
from tests.browser import PASSWORD
from tests.integration.test_portal_account import enter
from tests.ledger import Ledger, at_once, keep_out
from tests.portal import Person, choose_password
from tests.rest import Rest, make_rest
from tests.service import Sink, free_port
from worker.notification.personal import send_letters

PORTAL = "https://steno.example.org"


@pytest.fixture
def sink() -> Iterator[Sink]:
    one = Sink(free_port())
    one.start()
    yield one
    one.stop()


@pytest.fixture
def rest(tmp_path: Path, sink: Sink) -> Rest:
    return with_mail(tmp_path, sink)


def with_mail(folder: Path, sink: Sink, **settings: object) -> Rest:
    # Not https: the test's browser speaks http, and would send no Secure cookie.
    own = {"smtp_url": f"smtp://127.0.0.1:{sink.port}", "public_url": PORTAL.replace("https", "http")}
    return make_rest(folder, **own | settings)


def send(rest: Rest) -> None:
    send_letters(rest.database, rest.settings, "worker")


def link_of(sink: Sink) -> str:
    text = sink.mails[-1].get_payload(decode=True).decode()  # type: ignore[union-attr]
    return "/welcome/" + text.partition("/welcome/")[2].split()[0]


def test_who_forgot_the_password_gets_a_link_and_chooses_another(rest: Rest, sink: Sink) -> None:
    enter(rest)
    ann = Person(rest.app)

    answer = ann.post("/sign-in/forgotten", name="ANN@example.org")
    send(rest)
    link = link_of(sink)
    ann.post(link, password="another dull sentence")

    assert answer.status_code == 200
    assert rest.nudged == [Queue.NOTIFY]
    assert sink.mails[0]["To"] == "ann@example.org"
    assert ann.get("/account").status_code == 200
    assert Person(rest.app).sign_in(password="another dull sentence").status_code == 303
    assert Person(rest.app).sign_in(password=PASSWORD).status_code == 401
    assert Person(rest.app).get(link).status_code == 410


def test_the_secret_is_in_the_mail_alone(rest: Rest, sink: Sink) -> None:
    enter(rest)
    Person(rest.app).post("/sign-in/forgotten", name="ann@example.org")
    with rest.database.reading() as session:
        before = session.scalars(select(SignInLink)).all()
    send(rest)

    secret = link_of(sink).removeprefix("/welcome/")

    assert before == []
    with rest.database.reading() as session:
        kept = [vars(row) for table in (SignInLink, PersonalLetter, User) for row in session.scalars(select(table))]
    assert secret not in str(kept)


def test_the_answer_is_the_same_whoever_asks_about_whom(rest: Rest, sink: Sink) -> None:
    enter(rest)
    rest.database.write(lambda session: accounts.add_user(session, "nobody's mail"))
    answers = [
        Person(rest.app, address=f"192.0.2.{n}").post("/sign-in/forgotten", name=name)
        for n, name in enumerate(["ann@example.org", "nobody@example.org", "nobody's mail", "", "ann@example.org"])
    ]
    send(rest)

    bodies = {answer.text.partition("<main")[2].partition("</main>")[0] for answer in answers}

    assert {answer.status_code for answer in answers} == {200}
    assert len(bodies) == 1
    assert len(sink.mails) == 1  # the second one came too soon


def test_a_mailbox_is_not_filled_and_an_address_waits(rest: Rest, sink: Sink) -> None:
    enter(rest)
    eve = Person(rest.app)

    statuses = [eve.post("/sign-in/forgotten", name="ann@example.org").status_code for _ in range(7)]
    send(rest)

    assert statuses == [200] * 6 + [429]
    assert len(sink.mails) == 1


def test_a_request_in_somebodys_name_spoils_neither_password_nor_invitation(rest: Rest, sink: Sink) -> None:
    enter(rest)
    invitation = rest.database.write(
        lambda session: sessions.invite(session, accounts.find_user(session, "ann@example.org"))
    )

    Person(rest.app).post("/sign-in/forgotten", name="ann@example.org")
    send(rest)

    assert Person(rest.app).sign_in().status_code == 303
    assert Person(rest.app).get(f"/welcome/{invitation}").status_code == 200


def test_the_address_for_links_is_changed_with_the_password_alone(rest: Rest) -> None:
    ann = enter(rest)

    without = ann.post("/account", display_name="Ann", email="eve@example.org")
    wrong = ann.post("/account", display_name="Ann", email="eve@example.org", password="a guess of somebody")
    with rest.database.reading() as session:
        kept = session.scalars(select(User.email)).one()
    same = ann.post("/account", display_name="Ann", email="ann@example.org")
    right = ann.post("/account", display_name="Ann", email="ann@work.example", password=PASSWORD)

    assert (without.status_code, wrong.status_code, same.status_code, right.status_code) == (422, 422, 303, 303)
    assert 'name="password"' in without.text
    assert kept == "ann@example.org"
    with rest.database.reading() as session:
        assert session.scalars(select(User.email)).one() == "ann@work.example"


def test_an_invitation_goes_by_mail_where_the_administrator_wants_it(rest: Rest, sink: Sink) -> None:
    boss = enter(rest, "boss@example.org", admin=True)

    page = boss.post("/admin/users", name="new@example.org", mail="on")
    without = boss.post("/admin/users", name="no address", mail="on")
    send(rest)
    new = Person(rest.app)
    new.post(link_of(sink), password="a sentence of my own")

    assert "is on its way to new@example.org" in page.text
    assert "/welcome/" not in page.text
    assert "/welcome/" in without.text
    assert new.get("/account").status_code == 200


@pytest.mark.parametrize("settings", [{"smtp_url": None}, {"public_url": None}, {"local_accounts": False}])
def test_where_no_mail_can_be_sent_nothing_is_promised(tmp_path: Path, sink: Sink, settings: dict[str, object]) -> None:
    rest = with_mail(tmp_path / "other", sink, **settings)
    ann = Person(rest.app)

    assert ann.get("/sign-in/forgotten").status_code == 404
    assert "/sign-in/forgotten" not in ann.get("/sign-in").text


@pytest.mark.parametrize("language", ["en", "fi", "sv", None])
def test_mails_speak_the_persons_language_and_have_no_content_of_strangers(
    rest: Rest, sink: Sink, language: str | None
) -> None:
    enter(rest)
    rest.database.write(lambda session: session.execute(update(User).values(language=language)) and None)

    Person(rest.app).post("/sign-in/forgotten", name="ann@example.org")
    send(rest)

    [mail] = sink.mails
    assert mail["Auto-Submitted"] == "auto-generated"
    assert ("salasana" in mail["Subject"]) == (language == "fi")


def test_a_mail_server_that_is_away_gets_it_later(rest: Rest, sink: Sink) -> None:
    enter(rest)
    Person(rest.app).post("/sign-in/forgotten", name="ann@example.org")
    sink.stop()
    send(rest)

    sink.start()
    rest.database.write(lambda session: session.execute(update(PersonalLetter).values(not_before=0.0)) and None)
    send(rest)
    send(rest)

    assert len(sink.mails) == 1


def test_who_is_kept_out_or_has_no_password_gets_no_mail(ledger: Ledger) -> None:
    for name in ("ann@example.org", "bob@example.org"):
        ledger.do(accounts.add_user, name)
    ledger.do(choose_password, "ann@example.org")
    keep_out(ledger.database, "ann@example.org")

    assert not ledger.do(letters.forgotten, "ann@example.org")
    assert not ledger.do(letters.forgotten, "bob@example.org")  # signs in by the identity provider


def test_several_workers_send_it_once(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, "ann@example.org")
    ledger.do(lambda session: letters.ask(session, accounts.find_user(session, user.name), letters.INVITATION))

    taken = at_once([lambda: ledger.do(letters.claim, "worker") for _ in range(8)])

    assert sum(one is not None for one in taken) == 1


def test_a_sender_that_died_is_followed_by_another_and_sends_no_more(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, "ann@example.org")
    ledger.do(lambda session: letters.ask(session, accounts.find_user(session, user.name), letters.INVITATION))
    first = ledger.do(letters.claim, "first")
    assert first is not None

    ledger.change(PersonalLetter, first.id, lease_until=1.0, not_before=0.0)
    assert ledger.do(letters.claim, "second") is None, "who is silent gets a last call"
    ledger.change(PersonalLetter, first.id, not_before=2.0)
    second = ledger.do(letters.claim, "second")
    ledger.do(letters.not_sent, first, again=True)

    assert second is not None
    assert (second.id, second.attempt) == (first.id, 2)
    assert ledger.all(PersonalLetter)[0].owner == "second"


def test_a_link_is_used_once_by_one_of_many_at_once(ledger: Ledger) -> None:
    user = ledger.do(accounts.add_user, "ann@example.org")
    secret = ledger.do(lambda session: sessions.invite(session, accounts.find_user(session, user.name)))

    def redeem() -> bool:
        try:
            ledger.do(sessions.redeem, secret, PASSWORD)
        except sessions.UnknownLink:
            return False
        return True

    assert sorted(at_once([redeem] * 4)) == [False, False, False, True]
