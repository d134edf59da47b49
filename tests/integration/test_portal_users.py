"""Administration of people: by administrators alone, at once, written down; somebody can always administer."""

import re

import pytest
from sqlalchemy import select

from steno.database.tables import ApiToken, AuditEvent, Job, User
from tests.integration.test_portal_account import enter
from tests.portal import Person
from tests.rest import Rest

GIB = 1024**3
ACTS = ("link", "role", "access", "quota", "delete")


def user_of(rest: Rest, name: str = "ann@example.org") -> User:
    with rest.database.reading() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def act(boss: Person, user: User, name: str, **fields: str) -> int:
    return boss.post(f"/admin/users/{user.id}/{name}", page=f"/admin/users/{user.id}", **fields).status_code


def test_who_is_no_administrator_does_nothing_there(rest: Rest) -> None:
    ann, boss = enter(rest), enter(rest, "boss@example.org", admin=True)
    target, proof = user_of(rest, "boss@example.org"), ann.proof("/account")

    seen = [ann.get(path).status_code for path in ("/admin/users", f"/admin/users/{target.id}")]
    done = [ann.post(f"/admin/users/{target.id}/{one}", proof=proof).status_code for one in ACTS]
    done.append(ann.post("/admin/users", proof=proof, name="eve").status_code)

    assert set(seen + done) == {403}
    assert boss.get("/admin/users").status_code == 200


def test_an_invited_person_chooses_a_password_by_a_link_that_is_shown_once(rest: Rest) -> None:
    boss = enter(rest, "boss@example.org", admin=True)

    made = boss.post("/admin/users", name="new@example.org")
    [secret] = set(re.findall(r"/welcome/([\w-]+)", made.text))
    again = boss.get(f"/admin/users/{user_of(rest, 'new@example.org').id}").text
    new = Person(rest.app)
    new.post(f"/welcome/{secret}", password="a sentence of my own")

    assert made.status_code == 201
    assert secret not in again
    assert new.get("/account").status_code == 200
    assert Person(rest.app).sign_in("new@example.org", "a sentence of my own").status_code == 303
    assert Person(rest.app).get(f"/welcome/{secret}").status_code == 410
    assert boss.post("/admin/users", name="NEW@example.org").status_code == 422


def test_people_are_found_by_parts_of_name_and_address(rest: Rest) -> None:
    boss = enter(rest, "boss@example.org", admin=True)
    enter(rest, "100%_sure@example.org").post("/account", display_name="Åsa Öberg", email="asa@work.example")

    def found(text: str) -> bool:
        return "100%_sure" in boss.client.get("/admin/users", query_string={"q": text}).text.partition("<tbody>")[2]

    assert [found(text) for text in ("sure@", "ASA@WORK", "berg", "Öberg", "example.org sure", "%_")] == [True] * 6
    assert [found(text) for text in ("nobody", "1000", "%%")] == [False] * 3


def test_keeping_out_ends_sessions_and_tokens_at_once(rest: Rest) -> None:
    boss, ann, program = enter(rest, "boss@example.org", admin=True), enter(rest), rest.person()
    before = (ann.get("/account").status_code, program.get("/jobs").status_code)

    act(boss, user_of(rest), "access", disabled="yes")
    out = (ann.get("/account").status_code, program.get("/jobs").status_code, ann.sign_in().status_code)
    act(boss, user_of(rest), "access", disabled="no")

    assert (before, out) == ((200, 200), (303, 401, 401))
    assert program.get("/jobs").status_code == 200
    assert ann.get("/account").status_code == 303  # the session is gone for good
    assert ann.sign_in().status_code == 303


def test_a_role_counts_from_the_next_sign_in_on(rest: Rest) -> None:
    boss, ann = enter(rest, "boss@example.org", admin=True), enter(rest)

    act(boss, user_of(rest), "role", admin="yes")
    old_session = ann.get("/admin/users").status_code
    ann.sign_in()
    as_admin = ann.get("/admin/users").status_code
    act(boss, user_of(rest), "role", admin="no")
    ann.sign_in()

    assert (old_session, as_admin, ann.get("/admin/users").status_code) == (303, 200, 403)


def test_a_quota_is_given_in_gib_and_taken_back(rest: Rest) -> None:
    boss, _ = enter(rest, "boss@example.org", admin=True), enter(rest)

    given = ("2.5", "0", "1,5", "", "lots", "-1", "nan", "1e99")
    seen = [(act(boss, user_of(rest), "quota", quota=text), user_of(rest).quota) for text in given]

    assert seen[:4] == [(303, round(2.5 * GIB)), (303, 0), (303, round(1.5 * GIB)), (303, None)]
    assert seen[4:] == [(422, None)] * 4


def test_somebody_goes_with_all_jobs_where_the_name_is_typed(rest: Rest) -> None:
    boss, ann = enter(rest, "boss@example.org", admin=True), enter(rest)
    rest.complete(rest.person().job())
    target = user_of(rest)

    wrong = act(boss, target, "delete", confirm="ann")
    right = act(boss, target, "delete", confirm="ann@example.org")

    assert (wrong, right) == (422, 303)
    assert ann.get("/account").status_code == 303
    assert boss.get(f"/admin/users/{target.id}").status_code == 404
    with rest.database.reading() as session:
        assert session.scalars(select(Job)).all() == []
        assert session.scalars(select(ApiToken)).all() == []


@pytest.mark.parametrize(("name", "fields"), [("role", {"admin": "no"}), ("access", {"disabled": "yes"})])
def test_the_last_administrator_stays_one(rest: Rest, name: str, fields: dict[str, str]) -> None:
    boss = enter(rest, "boss@example.org", admin=True)

    assert act(boss, user_of(rest, "boss@example.org"), name, **fields) == 409
    assert boss.get("/admin/users").status_code == 200


def test_every_act_is_written_down_with_who_did_it(rest: Rest) -> None:
    boss, _ = enter(rest, "boss@example.org", admin=True), enter(rest)
    me, target = user_of(rest, "boss@example.org"), user_of(rest)

    boss.post("/admin/users", name="new@example.org")
    act(boss, target, "link")
    act(boss, target, "role", admin="yes")
    act(boss, target, "quota", quota="1")
    act(boss, target, "access", disabled="yes")
    act(boss, target, "delete", confirm="ann@example.org")

    with rest.database.reading() as session:
        done = [
            one.kind
            for one in session.scalars(select(AuditEvent).order_by(AuditEvent.id))
            if one.detail.get("by") == me.id
        ]
    wanted = {"user.added", "link.issued", "user.promoted", "user.quota", "user.disabled", "user.deleted"}
    assert set(done) == wanted


def test_hostile_names_are_text(rest: Rest) -> None:
    boss = enter(rest, "boss@example.org", admin=True)
    boss.post("/admin/users", name="<script>alert(1)</script>")

    page = boss.get("/admin/users").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
