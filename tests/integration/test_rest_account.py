"""The account by the REST API: who one is, what one may change, and a quota of one's own."""

from steno.database.tables import User
from steno.ledger import people
from tests.rest import API, Person, Rest


def test_an_account_tells_who_one_is(rest: Rest, ann: Person) -> None:
    ann.job(content="12345")

    found = ann.get("/account").json

    assert (found["name"], found["email"], found["admin"]) == ("ann@example.org", "ann@example.org", False)
    assert (found["used"], found["quota"], found["mail"], found["notify"]) == (5, None, False, True)


def test_what_is_changed_stays_and_the_rest_as_it_was(ann: Person) -> None:
    changed = ann("PATCH", "/account", json={"display_name": " Ann\n  Smith ", "language": "fi", "notify": False})

    assert changed.status_code == 200, changed.text
    found = ann.get("/account").json
    assert (found["display_name"], found["language"], found["notify"]) == ("Ann Smith", "fi", False)
    assert found["email"] == "ann@example.org"
    assert ann("PATCH", "/account", json={"display_name": ""}).json["display_name"] is None


def test_a_token_changes_neither_the_mail_address_nor_the_role(rest: Rest, ann: Person) -> None:
    reader = rest.person(scopes=("jobs:read", "jobs:write"))

    assert ann("PATCH", "/account", json={"email": "eve@example.org"}).status_code == 422
    assert ann("PATCH", "/account", json={"admin": True}).status_code == 422
    assert ann("PATCH", "/account", json={"quota": 10**12}).status_code == 422
    assert reader("PATCH", "/account", json={"notify": False}).status_code == 403
    assert ann.get("/account").json["email"] == "ann@example.org"


def test_nobody_sees_whether_others_are_there(rest: Rest, ann: Person) -> None:
    bob = rest.person("bob@example.org")

    assert ann.get("/account").json["id"] == ann.id != bob.id
    assert rest.app.test_client().get(f"{API}/account").status_code == 401


def test_a_quota_of_ones_own_goes_before_the_operators(rest: Rest, ann: Person) -> None:
    bob = rest.person("bob@example.org")
    rest.database.write(lambda session: people.set_quota(session, ann.id, 8, by=bob.id))

    fits, too_much = ann.submit(content="12345"), ann.submit(content="67890")
    rest.database.write(lambda session: people.set_quota(session, ann.id, None, by=bob.id))
    lifted = ann.submit(content="67890")

    assert (fits.status_code, too_much.status_code, lifted.status_code) == (201, 413, 201)
    assert too_much.json["code"] == "quota-exceeded"
    assert bob.submit(content="a longer recording").status_code == 201


def test_names_differ_in_more_than_their_capitals(rest: Rest, ann: Person) -> None:
    from steno.ledger import accounts

    with rest.database.reading() as session:
        found = accounts.by_name(session, " ANN@Example.org ")

    assert isinstance(found, User)
    assert found.id == ann.id
