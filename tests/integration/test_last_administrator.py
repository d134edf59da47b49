"""Somebody who can sign in always administers: whoever asks, the last of them keeps the role and stays."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from steno.cli import app as command_line
from steno.database.tables import User
from steno.ledger import accounts, people, single_sign_on
from steno.ledger.people import LastAdministrator
from steno.ledger.single_sign_on import Identity, NotAdmitted
from steno.ledger.ways_in import WaysIn
from tests import hermetic, portal
from tests.identity_provider import IdentityProvider
from tests.integration.test_portal_account import enter
from tests.integration.test_single_sign_on import sign_in, users
from tests.ledger import Ledger, at_once
from tests.rest import Rest, make_rest

BOSS, DEPUTY = "boss@example.org", "deputy@example.org"
PASSWORDS, BOTH, PROVIDER = WaysIn(), WaysIn(provider=True), WaysIn(passwords=False, provider=True)


def administrator(ledger: Ledger, name: str, *, password: bool = False, identity: bool = False) -> User:
    user = ledger.do(accounts.add_user, name, admin=True)
    if password:
        ledger.do(portal.choose_password, name)
    if identity:
        ledger.do(single_sign_on.connect, user.id, Identity("https://login.example.org", name, name))
    return user


def may_go(ledger: Ledger, user: User, ways: WaysIn) -> bool:
    """Whether the role can be taken from somebody; and whether they can be kept out and deleted, which is the same."""

    def tried(way: str) -> bool:
        try:
            with ledger.database.transaction() as session:
                if way == "demoted":
                    people.set_admin(session, user.id, admin=False, by="x", ways=ways)
                elif way == "kept out":
                    people.set_disabled(session, user.id, disabled=True, by="x", ways=ways)
                else:
                    people.delete(session, user.id, by="x", ways=ways)
                session.rollback()
        except LastAdministrator:
            return False
        return True

    found = {tried(way) for way in ("demoted", "kept out", "deleted")}
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize(
    ("others", "ways", "expected"),
    [
        ({}, PASSWORDS, False),  # invited, and never chose a password
        ({"password": True}, PASSWORDS, True),
        ({"password": True}, BOTH, True),
        ({"identity": True}, BOTH, True),
        ({"identity": True}, PASSWORDS, False),  # there is no provider any more
        ({"password": True}, PROVIDER, False),  # passwords are switched off
        ({"identity": True}, PROVIDER, True),
    ],
)
def test_another_administrator_counts_who_could_sign_in_now(
    ledger: Ledger, others: dict[str, bool], ways: WaysIn, expected: bool
) -> None:
    boss = administrator(ledger, BOSS, password=True, identity=True)
    administrator(ledger, DEPUTY, **others)

    assert may_go(ledger, boss, ways) == expected


def test_who_cannot_sign_in_may_go_while_somebody_can(ledger: Ledger) -> None:
    administrator(ledger, BOSS, password=True)

    assert may_go(ledger, administrator(ledger, DEPUTY), PASSWORDS)


@pytest.mark.parametrize("ways", [PASSWORDS, BOTH, PROVIDER])
def test_on_a_new_machine_nobody_can_sign_in_yet_and_one_administrator_stays(ledger: Ledger, ways: WaysIn) -> None:
    first = ledger.do(accounts.first_admin)
    assert first is not None
    alone = may_go(ledger, first[0], ways)

    administrator(ledger, DEPUTY)

    assert (alone, may_go(ledger, first[0], ways)) == (False, True)


def test_the_same_person_may_be_taken_the_role_twice_at_once(ledger: Ledger) -> None:
    administrator(ledger, BOSS, password=True)
    deputy = administrator(ledger, DEPUTY, password=True)

    def demote() -> None:
        ledger.do(lambda session: people.set_admin(session, deputy.id, admin=False, by="x", ways=PASSWORDS))

    at_once([demote, demote])

    assert {user.name: user.admin for user in ledger.all(User)} == {BOSS: True, DEPUTY: False}


def test_an_account_stays_connected_where_no_password_counts(ledger: Ledger) -> None:
    boss = administrator(ledger, BOSS, password=True, identity=True)

    with pytest.raises(NotAdmitted):
        ledger.do(single_sign_on.disconnect, boss.id, PROVIDER)
    ledger.do(single_sign_on.disconnect, boss.id, BOTH)

    assert ledger.all(User)[0].subject is None


def test_pages_and_rest_keep_the_last_who_can_sign_in(rest: Rest) -> None:
    browser, program = enter(rest, BOSS, admin=True), rest.person(BOSS)
    rest.person(DEPUTY, admin=True)
    own = f"/admin/users/{program.id}"

    def tried() -> list[int]:
        return [
            browser.post("/account/delete", page="/account/data", confirm=BOSS).status_code,
            program("PATCH", f"/users/{program.id}", json={"admin": False}).status_code,
            browser.post(f"{own}/role", page=own, admin="no").status_code,
        ]

    refused = tried()
    rest.database.write(lambda session: portal.choose_password(session, DEPUTY))
    answer = browser.post(f"{own}/role", page=own, admin="no")

    assert (refused, answer.status_code) == ([409, 409, 409], 303)


def test_the_provider_takes_no_role_from_the_last_who_can_sign_in(tmp_path: Path, provider: IdentityProvider) -> None:
    rest = make_rest(tmp_path, **provider.settings, oidc_admin="groups=admins", local_accounts=False)
    rest.database.write(accounts.first_admin)  # who never chose a password, and could not use it here
    seen = []

    for groups in (["admins"], []):
        provider.person["groups"] = groups
        sign_in(portal.Person(rest.app))
        seen.append(users(rest)["ann@example.org"].admin)
    provider.person |= {"sub": "u-2", "preferred_username": DEPUTY, "groups": ["admins"]}
    sign_in(portal.Person(rest.app))
    provider.person |= {"sub": "u-1", "preferred_username": "ann@example.org", "groups": []}
    sign_in(portal.Person(rest.app))
    seen.append(users(rest)["ann@example.org"].admin)

    assert seen == [True, True, False]


def test_the_command_line_keeps_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_DATA_DIR", str(tmp_path))
    rest = make_rest(tmp_path)

    def run(*words: str) -> int:
        with hermetic.as_a_program_begins():
            return CliRunner().invoke(command_line, ["admin", "users", *words]).exit_code

    def choose_password(name: str) -> None:
        rest.database.write(lambda session: portal.choose_password(session, name))

    new = [run("add", BOSS, "--admin"), run("promote", BOSS, "--demote"), run("add", DEPUTY), run("promote", DEPUTY)]
    choose_password(BOSS)
    refused = [run("promote", BOSS, "--demote"), run("disable", BOSS)]
    choose_password(DEPUTY)
    done = [run("promote", BOSS, "--demote"), run("disable", BOSS)]

    assert new == [0, 1, 0, 0]
    assert refused == [1, 1]
    assert done == [0, 0]
