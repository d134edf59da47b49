"""People by the REST API: for administrators' tokens alone, by the rules of the pages, written down."""

import re

import pytest
from sqlalchemy import select

from steno.database.tables import ApiToken, AuditEvent, Job
from steno.errors import InvalidOption
from steno.ledger import accounts, people
from tests.integration.test_portal_account import enter
from tests.ledger import Ledger
from tests.portal import Person as Browser
from tests.rest import Person, Rest

OWN = {"id", "name", "display_name", "email", "admin", "disabled", "quota", "used", "jobs", "created", "last_seen"}
ACTS = [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/link")]


@pytest.fixture
def boss(rest: Rest) -> Person:
    return rest.person("boss@example.org", admin=True)


def change(boss: Person, target: str, **changes: object) -> int:
    return boss("PATCH", f"/users/{target}", json=changes).status_code


def test_who_is_no_administrator_does_nothing_there(rest: Rest, boss: Person) -> None:
    ann, limited = rest.person(), rest.person("boss@example.org", scopes=accounts.SCOPES)
    for person in (ann, limited):
        tried = [person(method, f"/users/{ann.id}{path}", json={}) for method, path in ACTS]
        tried += [person.get("/users"), person("POST", "/users", json={"name": "eve"})]
        assert {answer.status_code for answer in tried} == {403}

    assert ann("POST", "/tokens", json={"name": "x", "scopes": ["users"]}).status_code == 403
    assert [one["name"] for one in boss.get("/users").json["users"]] == ["ann@example.org", "boss@example.org"]


def test_the_scope_is_worth_nothing_while_its_holder_is_no_administrator(rest: Rest, boss: Person) -> None:
    other = rest.person("other@example.org", admin=True)
    before = other.get("/users").status_code

    change(boss, other.id, admin=False)
    with pytest.raises(InvalidOption, match="for administrators"):
        rest.person("other@example.org", scopes=("users",))

    assert (before, other.get("/users").status_code, other.get("/jobs").status_code) == (200, 403, 200)


def test_who_is_added_comes_in_by_a_link_that_is_shown_once(rest: Rest, boss: Person) -> None:
    made = boss("POST", "/users", json={"name": "new@example.org"})
    shown = boss.get(f"/users/{made.json['id']}")
    secret = re.fullmatch(r".*/welcome/([\w-]+)", made.json["link"])
    assert secret is not None
    new = Browser(rest.app)
    new.post(f"/welcome/{secret[1]}", password="a sentence of my own")

    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert made.headers["Location"] == f"/api/v1/users/{made.json['id']}"
    assert set(shown.json) == OWN
    assert new.get("/account").status_code == 200
    assert boss("POST", "/users", json={"name": "NEW@example.org"}).json["code"] == "invalid-option"


def test_a_new_link_takes_the_place_of_the_first(rest: Rest, boss: Person) -> None:
    first = boss("POST", "/users", json={"name": "new@example.org"}).json
    second = boss("POST", f"/users/{first['id']}/link").json

    seen = [
        Browser(rest.app).get(link[link.index("/welcome") :]).status_code for link in (first["link"], second["link"])
    ]

    assert seen == [410, 200]


def test_keeping_out_ends_browsers_and_tokens_at_once(rest: Rest, boss: Person) -> None:
    browser, program = enter(rest), rest.person()

    out = change(boss, program.id, disabled=True)
    seen = (browser.get("/account").status_code, program.get("/jobs").status_code)
    change(boss, program.id, disabled=False)

    assert (out, seen, program.get("/jobs").status_code) == (200, (303, 401), 200)


def test_role_and_quota_change_together_or_not_at_all(rest: Rest, boss: Person) -> None:
    ann = rest.person()

    changed = boss("PATCH", f"/users/{ann.id}", json={"admin": True, "quota": 5_000_000_000}).json
    refused = boss("PATCH", f"/users/{boss.id}", json={"quota": 1, "disabled": True})
    change(boss, ann.id, disabled=True)
    last = boss("PATCH", f"/users/{boss.id}", json={"quota": 1, "admin": False})
    cleared = boss("PATCH", f"/users/{ann.id}", json={"quota": None}).json

    assert (changed["admin"], changed["quota"], cleared["quota"]) == (True, 5_000_000_000, None)
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert (last.status_code, last.json["code"]) == (409, "last-administrator")
    assert boss.get(f"/users/{boss.id}").json["quota"] is None
    assert [change(boss, ann.id, quota=wrong) for wrong in (-1, 1.5, "1", 2**63)] == [422] * 4


def test_who_is_deleted_goes_with_everything(rest: Rest, boss: Person) -> None:
    ann = rest.person()
    rest.complete(ann.job())
    stored = boss.get(f"/users/{ann.id}").json

    gone = boss("DELETE", f"/users/{ann.id}")

    assert (stored["jobs"], stored["used"] > 0) == (1, True)
    assert (gone.status_code, boss.get(f"/users/{ann.id}").status_code, ann.get("/jobs").status_code) == (204, 404, 401)
    assert boss("DELETE", f"/users/{boss.id}").status_code == 409
    with rest.database.reading() as session:
        assert session.scalars(select(Job)).all() == []
        assert {one.user_id for one in session.scalars(select(ApiToken))} == {boss.id}


def test_pages_of_people_skip_nobody_while_some_come_and_go(rest: Rest, boss: Person) -> None:
    ids = [boss("POST", "/users", json={"name": f"p{number}@example.org"}).json["id"] for number in range(6)]

    first = boss.get("/users?limit=3&q=example").json
    boss("DELETE", f"/users/{ids[1]}")  # the last one of the page that was read
    boss("POST", "/users", json={"name": "aaa@example.org"})
    names = [one["name"] for one in first["users"]]
    while (cursor := first["next_cursor"]) is not None:
        first = boss.get(f"/users?limit=3&q=example&cursor={cursor}").json
        names += [one["name"] for one in first["users"]]

    assert names == ["boss@example.org", *(f"p{number}@example.org" for number in range(6))]
    assert [one["name"] for one in boss.get("/users?q=P3%20exa").json["users"]] == ["p3@example.org"]
    assert [boss.get(f"/users?cursor={wrong}").status_code for wrong in ("zzz", "AAAA", "%C3%A4")] == [422] * 3


def test_every_act_is_written_down_with_who_did_it(rest: Rest, boss: Person) -> None:
    target = boss("POST", "/users", json={"name": "ann@example.org"}).json["id"]
    for changes in ({"admin": True}, {"admin": False}, {"quota": 1}, {"disabled": True}, {"disabled": False}):
        change(boss, target, **changes)
    boss("POST", f"/users/{target}/link")
    boss("DELETE", f"/users/{target}")

    with rest.database.reading() as session:
        done = {one.kind for one in session.scalars(select(AuditEvent)) if (one.detail or {}).get("by") == boss.id}
    wanted = {"user.added", "link.issued", "user.promoted", "user.demoted", "user.quota", "user.disabled"}
    assert done == wanted | {"user.enabled", "user.deleted"}


def test_nothing_that_is_theirs_is_shown(rest: Rest, boss: Person) -> None:
    ann = rest.person()
    ann.job(name="secret-plans.wav")

    told = boss.get("/users").text + boss.get(f"/users/{ann.id}").text

    assert "secret-plans" not in told
    assert ann.token not in told
    assert "hash" not in told


def test_names_are_paged_in_the_order_of_the_database(ledger: Ledger) -> None:
    names = ["Zoë", "ann", "Ann B", "ärla", "bob"]
    ledger.database.write(lambda session: [accounts.add_user(session, name) for name in names])
    everybody = ledger.do(people.page, limit=100)
    found: list[str] = []
    while some := ledger.do(people.page, limit=2, after=found[-1] if found else ""):
        found += [one.user.name for one in some]

    assert found == [one.user.name for one in everybody]
    assert set(found) >= set(names)
    assert {one.user.name for one in ledger.do(people.page, "a\x00nn", limit=5)} == {"ann", "Ann B"}
