"""Sharing that operator or administrators forbid or limit: no new links, and those there are lead nowhere at once."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from steno.database.tables import AuditEvent, Share
from tests.integration.test_portal_account import enter
from tests.portal import Person as Browser
from tests.rest import Person, Rest, make_rest

PARTS = ("", "/job.json", "/transcript.txt", "/minutes.md", "/waveform", "/audio")


def shared(ann: Person, job: str, **asked: object) -> str:
    """The path of a new link."""
    answer = ann("POST", f"/jobs/{job}/shares", json=asked)
    assert answer.status_code == 201, answer.text
    return "/shared/" + str(answer.json["url"]).rsplit("/", 1)[1]


def statuses(rest: Rest, link: str) -> set[int]:
    return {rest.app.test_client().get(link + part).status_code for part in PARTS}


def finished(rest: Rest, ann: Person) -> str:
    job = ann.job(minutes="true")
    rest.complete(job)
    return job


def forbid(boss: Browser, **fields: str) -> None:
    assert boss.post("/admin/sharing", allowed="no", **fields).status_code == 303


def test_administrators_forbid_sharing_at_once_and_allow_it_again(rest: Rest, ann: Person) -> None:
    boss, job = enter(rest, "boss@example.org", admin=True), finished(rest, ann)
    link = shared(ann, job)

    forbid(boss)
    start = boss.get("/").text
    refused, gone = ann("POST", f"/jobs/{job}/shares", json={}), statuses(rest, link)
    unknown = rest.app.test_client().get("/shared/unknown/job.json").json
    said = rest.app.test_client().get(f"{link}/job.json").json
    listed = ann.get(f"/jobs/{job}/shares").json["shares"]
    boss.post("/admin/sharing", allowed="yes")

    assert (refused.status_code, refused.json["code"]) == (403, "sharing-off")
    assert (gone, said) == ({404}, unknown)
    assert "Only you can open what comes of it." in start
    assert len(listed) == 1  # its owner may still take it back
    assert statuses(rest, link) == {200}
    changed = select(AuditEvent.detail).where(AuditEvent.kind == "setting.changed")
    with rest.database.reading() as session:
        changes = session.scalars(changed.order_by(AuditEvent.id)).all()
    assert [one["now"] for one in changes] == [{"allowed": False}, {"allowed": True}]


def test_what_the_operator_forbids_no_administrator_allows(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, sharing=False)
    ann, boss = rest.person(), enter(rest, "boss@example.org", admin=True)
    job = finished(rest, ann)

    boss.post("/admin/sharing", allowed="yes")

    assert ann("POST", f"/jobs/{job}/shares", json={}).json["code"] == "sharing-off"
    assert "forbid sharing" in boss.get("/admin/sharing").text


@pytest.mark.parametrize(("operator", "own", "longest"), [(7, None, 7), (0, "7", 7), (20, "7", 7), (7, "20", 7)])
def test_the_shorter_of_two_limits_holds(tmp_path: Path, operator: int, own: str | None, longest: int) -> None:
    rest = make_rest(tmp_path, share_max_days=operator)
    ann, boss = rest.person(), enter(rest, "boss@example.org", admin=True)
    job = finished(rest, ann)
    if own is not None:
        boss.post("/admin/sharing", allowed="yes", longest_days=own)

    too_long = ann("POST", f"/jobs/{job}/shares", json={"days": longest + 0.5})
    usual = shared(ann, job)
    lasts = select(Share.expires - Share.created)

    assert too_long.status_code == 422
    with rest.database.reading() as session:
        assert session.scalars(lasts).one() == pytest.approx(longest * 86_400)
    assert statuses(rest, usual) == {200}


def test_a_new_limit_ends_links_that_were_made_for_longer(rest: Rest, ann: Person) -> None:
    boss, job = enter(rest, "boss@example.org", admin=True), finished(rest, ann)
    old, new = shared(ann, job, days=90), shared(ann, job, days=90)
    aged = update(Share).where(Share.id == ann.get(f"/jobs/{job}/shares").json["shares"][1]["id"])
    rest.database.write(lambda session: session.execute(aged.values(created=Share.created - 8 * 86_400)) and None)
    before = {statuses(rest, old).pop(), statuses(rest, new).pop()}

    boss.post("/admin/sharing", allowed="yes", longest_days="7")

    assert before == {200}
    assert sorted((statuses(rest, old).pop(), statuses(rest, new).pop())) == [200, 404]
    assert "1 link works now." in boss.get("/admin/sharing").text


@pytest.mark.parametrize(
    "fields",
    [{}, {"allowed": "perhaps"}, *({"allowed": "yes", "longest_days": days} for days in ("0", "367", "<b>"))],
)
def test_rules_that_make_no_sense_change_nothing(rest: Rest, ann: Person, fields: dict[str, str]) -> None:
    boss, job = enter(rest, "boss@example.org", admin=True), finished(rest, ann)

    answer = boss.post("/admin/sharing", **fields)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "<b>" not in answer.text
    assert ann("POST", f"/jobs/{job}/shares", json={"days": 366}).status_code == 201


def test_only_administrators_set_the_rule(rest: Rest) -> None:
    bob = enter(rest, "bob@example.org")

    assert bob.get("/admin/sharing").status_code == 403
    assert bob.post("/admin/sharing", page="/account", allowed="no").status_code == 403
