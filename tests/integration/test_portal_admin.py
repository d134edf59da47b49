"""The administration's pages: for administrators alone, by forms with proof; they show no secret and no content."""

import csv
import io
import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from steno.database.tables import AuditEvent, Check, Delivery, Job, StageRun, User
from steno.ledger import portal_settings, stages, workers
from steno.ledger.consequences import Failure
from steno.ledger.portal_settings import Announcement, Retention
from steno.ledger.workers import Facts, LoadedModel
from steno.states import Queue
from tests.administration import HOSTILE
from tests.integration.test_portal_account import enter
from tests.portal import Person
from tests.rest import Rest, make_rest

PAGES = ("", "/now", "/usage", "/jobs", "/retention", "/connections", "/connections/now", "/announcement", "/audit")
ACTS = (
    "/jobs/{id}/again",
    "/jobs/{id}/cancel",
    "/deliveries/{id}/again",
    "/retention",
    "/retention/preview",
    "/connections/mail",
    "/connections/llm",
    "/announcement",
)


@pytest.fixture
def boss(rest: Rest) -> Person:
    return enter(rest, "boss@example.org", admin=True)


def happened(rest: Rest, kind: str) -> list[AuditEvent]:
    with rest.database.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.id)))


def fail(rest: Rest, message: str) -> str:
    """The id of a job of Ann's that failed, whose name is part of the message."""
    job = rest.person().job(name="Merger with Acme.wav")

    def do(session) -> None:  # type: ignore[no-untyped-def]
        mine = stages.claim(session, Queue.MEDIA, "test", 30.0)
        assert mine is not None
        stages.fail(session, mine, Failure("unreadable-media", message))

    rest.database.write(do)
    return job


def test_who_is_no_administrator_sees_and_does_nothing(rest: Rest) -> None:
    ann = enter(rest)
    proof = ann.proof("/account")

    seen = {page: ann.get(f"/admin{page}").status_code for page in (*PAGES, "/audit.csv")}
    done = {act: ann.post(f"/admin{act.format(id='0' * 32)}", proof=proof).status_code for act in ACTS}

    assert set(seen.values()) | set(done.values()) == {403}, (seen, done)


def test_strangers_are_shown_the_way_in(rest: Rest) -> None:
    answer = Person(rest.app).get("/admin/audit?kind=x")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Fadmin%2Faudit%3Fkind%3Dx")


def test_a_form_of_another_page_does_nothing(rest: Rest, boss: Person) -> None:
    statuses = {boss.post(f"/admin{act.format(id='0' * 32)}", proof="f" * 64).status_code for act in ACTS}

    assert statuses == {403}
    assert happened(rest, "check.asked") == []


def test_every_page_is_there_in_a_service_where_nothing_happened(boss: Person) -> None:
    for page in PAGES:
        answer = boss.get(f"/admin{page}")
        assert answer.status_code == 200, page
        assert "style=" not in answer.text
    assert [boss.get(f"/admin/usage?days={days}").status_code for days in ("90", "365", "x", "-1", "9" * 30)] == [
        200
    ] * 5
    odd = ("before=-1", "before=99999999999999999999", "before=x", "job=%25", "days=5", "kind=%27%3B--", "person=%00")
    assert {boss.get(f"/admin/audit?{query}").status_code for query in odd} == {200}


def test_hostile_names_are_text_on_every_page(rest: Rest, boss: Person) -> None:
    fail(rest, "broken")
    rest.database.write(lambda session: session.execute(update(User).values(display_name=HOSTILE)) and None)
    running = rest.person().job(content="another")

    def run(session) -> None:  # type: ignore[no-untyped-def]
        stages.claim(session, Queue.MEDIA, HOSTILE, 30.0)
        model = LoadedModel(kind="speech", name=HOSTILE, notice=HOSTILE, device=HOSTILE)
        facts = Facts(accelerator=HOSTILE, version=HOSTILE, models=(model,))
        workers.tell(session, HOSTILE, host=HOSTILE, pid=1, queues=[Queue.MEDIA], facts=facts)
        portal_settings.write(session, Announcement(text=HOSTILE), by=None)

    rest.database.write(run)

    for page in PAGES:
        text = boss.get(f"/admin{page}").text
        assert "<img" not in text, page
    assert "&lt;img src=x" in boss.get("/admin").text
    assert running[:8] not in boss.get("/admin").text


def test_a_failure_is_told_without_the_name_and_run_again(rest: Rest, boss: Person) -> None:
    job = fail(rest, "Merger with Acme.wav is no audio.")

    page = boss.get("/admin/jobs").text
    again = boss.post(f"/admin/jobs/{job}/again", page="/admin/jobs", stage="prepare")

    assert "Acme" not in page
    assert "… is no audio." in page
    assert (again.status_code, again.headers["Location"]) == (303, "/admin/jobs")
    assert "It runs again." in boss.get("/admin/jobs").text
    assert rest.nudged[-1] is Queue.MEDIA
    (event,) = happened(rest, "admin.job-run-again")
    assert event.job_id == job
    boss.post(f"/admin/jobs/{job}/cancel", page="/admin/jobs")
    assert "The job is cancelled." in boss.get("/admin/jobs").text
    boss.post(f"/admin/jobs/{job}/cancel", page="/admin/jobs")
    assert "The job is cancelled already" in boss.get("/admin/jobs").text
    boss.post(f"/admin/jobs/{'0' * 32}/again", page="/admin/jobs", stage="moon")
    assert "There is no such job" in boss.get("/admin/jobs").text


def test_a_mail_that_was_given_up_is_sent_again(rest: Rest, boss: Person) -> None:
    rest.person().job(webhook_url="https://hooks.example.org/secret-path")

    def give_up(session) -> None:  # type: ignore[no-untyped-def]
        job = session.scalars(select(Job)).one()
        values = {"state": "failed", "error": "refused <b>", "event": "job.completed"}
        session.add(Delivery(job_id=job.id, kind="mail", address="ann@example.org", **values))
        session.add(Delivery(job_id=job.id, kind="webhook", address=job.webhook_url, **values))

    rest.database.write(give_up)
    page = boss.get("/admin/jobs").text
    with rest.database.reading() as session:
        mail = session.scalars(select(Delivery).where(Delivery.kind == "mail")).one()

    boss.post(f"/admin/deliveries/{mail.id}/again", page="/admin/jobs")

    assert "hooks.example.org" in page
    assert "secret-path" not in page
    assert "refused &lt;b&gt;" in page
    assert rest.nudged[-1] is Queue.NOTIFY
    with rest.database.reading() as session:
        assert session.get_one(Delivery, mail.id).state == "due"


def test_rules_of_retention_are_looked_at_before_they_are_set(rest: Rest, boss: Person) -> None:
    rest.complete(rest.person().job())
    rest.database.write(lambda session: session.execute(update(Job).values(created=Job.created - 50 * 86_400)) and None)
    rules = {"default_days": "30", "maximum_days": "90", "warning_days": "2", "keep_recording": "no"}

    looked = boss.post("/admin/retention/preview", page="/admin/retention", **rules)
    with rest.database.reading() as session:
        assert portal_settings.read(session, Retention) == Retention()
    boss.post("/admin/retention", **rules, also_old="yes")

    assert "1 of them goes as soon as the days of warning are over" in looked.text
    with rest.database.reading() as session:
        expected = Retention(default_days=30, maximum_days=90, warning_days=2, keep_recording_default=False)
        assert portal_settings.read(session, Retention) == expected
        assert session.scalars(select(Job)).one().delete_after == pytest.approx(time.time() + 2 * 86_400, abs=120)
    page = boss.get("/admin/retention").text
    assert "1 job has a new date." in page
    assert 'value="30"' in page


@pytest.mark.parametrize(
    "rules",
    [
        {"default_days": "0"},
        {"default_days": "x"},
        {"default_days": "60", "maximum_days": "30"},
        {"warning_days": "-1"},
        {"maximum_days": "9" * 40},
        {"default_days": "<script>"},
    ],
)
def test_rules_that_make_no_sense_are_refused_in_words(rest: Rest, boss: Person, rules: dict[str, str]) -> None:
    for path in ("/admin/retention", "/admin/retention/preview"):
        answer = boss.post(path, page="/admin/retention", **rules)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "<script>" not in answer.text.replace("</script>", "")
    with rest.database.reading() as session:
        assert portal_settings.read(session, Retention) == Retention()


def test_an_announcement_is_for_who_is_signed_in_until_they_put_it_away(rest: Rest, boss: Person) -> None:
    ann = enter(rest)

    boss.post("/admin/announcement", text="Down on Friday <b>", level="warning")
    shown = ann.get("/account").text
    digest = shown.partition('data-id="')[2].partition('"')[0]
    ann.client.set_cookie("steno_read", digest)

    assert "Down on Friday &lt;b&gt;" in shown
    assert "Down on Friday" not in Person(rest.app).get("/sign-in").text
    assert "Down on Friday" not in ann.get("/account").text
    boss.post("/admin/announcement", text="Back again")
    assert "Back again" in ann.get("/account").text
    boss.post("/admin/announcement", text="Back again", clear="yes")
    assert "Back again" not in ann.get("/account").text
    assert [event.detail["now"].get("text") for event in happened(rest, "setting.changed")] == [
        "Down on Friday <b>",
        "Back again",
        "",
    ]


def test_an_announcement_has_its_time(rest: Rest, boss: Person) -> None:
    ann = enter(rest)

    boss.post("/admin/announcement", text="Tomorrow", show_from="2999-01-01T10:00:00Z")
    assert "Tomorrow" not in ann.get("/account").text
    wrong = boss.post("/admin/announcement", text="Never", show_from="2999-01-02T10:00Z", until="2999-01-01T10:00Z")

    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    assert boss.post("/admin/announcement", text="x" * 501).status_code == 422
    assert boss.post("/admin/announcement", text="x", level="red").status_code == 422
    assert boss.post("/admin/announcement", text="x", until="soon").status_code == 422


def test_no_secret_is_shown(tmp_path: Path) -> None:
    secrets = {
        "smtp_url": SecretStr("smtp://postman:pass-in-smtp@mail.example.org:587"),
        "webhook_secret": "whsec_" + "U" * 44,
        "llm_url": "https://user:pass-in-llm@llm.example.org/v1",
        "llm_api_key": SecretStr("key-of-llm"),
        "redis_url": "redis://:pass-in-redis@redis.example.org:6379/0",
    }
    rest = make_rest(tmp_path, **secrets)
    boss = enter(rest, "boss@example.org", admin=True)

    text = boss.get("/admin/connections").text

    for secret in ("pass-in", "key-of-llm", "U" * 20, "postman"):
        assert secret not in text, secret
    for said in ("mail.example.org:587", "llm.example.org", "redis.example.org", "STENO_LLM_API_KEY"):
        assert said in text, said


def test_what_is_to_be_tried_goes_to_who_asks(rest: Rest, boss: Person) -> None:
    boss.post("/admin/connections/mail", page="/admin/connections")

    with rest.database.reading() as session:
        check = session.scalars(select(Check)).one()
    assert (check.kind, check.address, check.state) == ("mail", "boss@example.org", "due")
    assert rest.nudged[-1] is Queue.NOTIFY
    assert "Being tried" in boss.get("/admin/connections/now").text
    root = enter(rest, "root", admin=True)
    root.post("/admin/connections/mail", page="/admin/connections")
    assert "does not know your mail address" in root.get("/admin/connections").text


def test_the_log_is_filtered_and_taken_along_as_harmless_cells(rest: Rest, boss: Person) -> None:
    rest.person("=cmd|calc")

    page = boss.get("/admin/audit?person=cmd&kind=user.added").text
    answer = boss.get("/admin/audit.csv?person=cmd")

    assert "=cmd|calc" in page
    assert page.count("user.added</code>") == 1
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="steno-audit-')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["person"] for row in rows} == {"'=cmd|calc"}
    assert {row["kind"] for row in rows} == {"user.added", "token.issued"}
    assert len(happened(rest, "audit.exported")) == 1


def test_the_log_goes_on_with_older_pages(rest: Rest, boss: Person) -> None:
    events = [AuditEvent(kind="test.event", detail={"number": number}) for number in range(120)]
    rest.database.write(lambda session: session.add_all(events))

    seen, address = [], "/admin/audit?kind=test.event"
    while address:
        text = boss.get(address).text
        seen += [int(part.partition("<")[0]) for part in text.split("number: ")[1:]]
        found = [part for part in text.split('href="') if "before=" in part.partition('"')[0]]
        address = found[-1].partition('"')[0].replace("&amp;", "&") if found else ""

    assert seen == list(range(119, -1, -1))


def test_the_overview_says_what_is_missing(rest: Rest, boss: Person) -> None:
    rest.person().job()
    text = boss.get("/admin").text
    assert "Nobody is there for: Preparing" in text
    rest.database.write(lambda s: workers.tell(s, "h/a", host="h", pid=1, queues=list(Queue), facts=Facts()))
    assert "At least 1 for every queue." in boss.get("/admin/now").text

    def late(session) -> None:  # type: ignore[no-untyped-def]
        stages.claim(session, Queue.MEDIA, "h/a/7", 30.0)
        session.execute(update(StageRun).where(StageRun.lease_owner.is_not(None)).values(lease_until=1.0))

    rest.database.write(late)
    assert "No sign of life" in boss.get("/admin/now").text


def test_rules_of_the_environment_are_shown_until_others_are_saved(tmp_path: Path) -> None:
    rest = make_rest(tmp_path, retention_days=45)
    boss = enter(rest, "boss@example.org", admin=True)

    before = boss.get("/admin/retention").text
    boss.post("/admin/retention", warning_days="3")
    after = boss.get("/admin/retention").text

    assert 'name="default_days" type="number" min="1" max="36500" inputmode="numeric" value="45"' in before
    assert "come from the settings of the service" in before
    assert 'value="45"' not in after
    assert "come from the settings of the service" not in after
