"""Some days before a job is deleted its owner gets a mail, once for each date, in their language; if they want mail."""

import re
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from steno.config import Settings
from steno.database.tables import AuditEvent, User
from steno.ledger import housekeeping, portal_settings, warnings
from steno.ledger.portal_settings import Retention
from tests.integration.test_mail import PORTAL, Sink, free_port, html, plain, smtp
from tests.outbox import Outbox
from worker.notification.sending import send_due

DAY = 86_400.0
LONG_AGO = time.time() - 100 * DAY


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox.at(tmp_path / "data")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", smtp_url=f"smtp://127.0.0.1:{free_port()}", public_url=PORTAL)


def expiring(outbox: Outbox, days: float, **values: object) -> str:
    """A job of long ago that is to be deleted in so many days."""
    job = outbox.ended()
    outbox.change(job, **{"created": LONG_AGO, "delete_after": time.time() + days * DAY} | values)
    return job


def warn(outbox: Outbox, settings: Settings) -> int:
    return outbox.database.write(lambda session: warnings.warn(session, settings))


def told(outbox: Outbox, settings: Settings) -> Sink:
    """Send what is due."""
    assert settings.smtp_url is not None
    with smtp(Sink(), int(settings.smtp_url.get_secret_value().rsplit(":", 1)[1])) as sink:
        send_due(outbox.database, settings, "sender")
    return sink


def change_owner(outbox: Outbox, **values: object) -> None:
    with outbox.database.transaction() as session:
        session.execute(update(User).values(**values))


def test_a_mail_says_what_goes_when_and_where_to_look(outbox: Outbox, settings: Settings) -> None:
    job = expiring(outbox, 2)

    count, again = warn(outbox, settings), warn(outbox, settings)
    [mail] = told(outbox, settings).mails

    day = time.strftime("%d %B %Y", time.gmtime(outbox.job(job).delete_after)).lstrip("0")
    assert (count, again) == (1, 0)
    assert mail["To"] == "person@example.org"
    assert mail["Subject"] == f"Deleted on {day}: Weekly meeting.mp3"
    assert f"will be deleted on {day}" in plain(mail) and f"{PORTAL}/jobs/{job}" in plain(mail)
    assert f"will be deleted on {day}" in html(mail)
    assert list(mail.iter_attachments()) == []


@pytest.mark.parametrize(("days", "rule", "warned"), [(2, 3, 1), (4, 3, 0), (4, 5, 1), (2, 0, 0), (-1, 3, 0)])
def test_so_many_days_before(outbox: Outbox, settings: Settings, days: float, rule: int, warned: int) -> None:
    expiring(outbox, days)

    assert warn(outbox, settings.model_copy(update={"deletion_warning_days": rule})) == warned


def test_rules_of_administrators_go_before_those_of_the_operator(outbox: Outbox, settings: Settings) -> None:
    expiring(outbox, 6)
    outbox.database.write(lambda session: portal_settings.write(session, Retention(warning_days=7), by=None))

    assert warn(outbox, settings) == 1


def test_a_later_date_takes_a_mail_back_and_gets_one_of_its_own(outbox: Outbox, settings: Settings) -> None:
    job = expiring(outbox, 2)
    warn(outbox, settings)
    outbox.change(job, delete_after=time.time() + 30 * DAY, warned=None)
    nothing = told(outbox, settings).mails
    outbox.change(job, delete_after=time.time() + 1 * DAY)

    assert warn(outbox, settings) == 1
    assert nothing == []
    assert len(told(outbox, settings).mails) == 1


@pytest.mark.parametrize("owner", [{"notify": False}, {"disabled": True}, {"name": "person", "email": None}])
def test_only_who_wants_and_can_get_mail_gets_one(outbox: Outbox, settings: Settings, owner: dict[str, object]) -> None:
    expiring(outbox, 2)
    change_owner(outbox, **owner)

    assert warn(outbox, settings) == 0
    assert outbox.deliveries == []


def test_many_who_cannot_get_mail_keep_nobody_elses_from_going(
    outbox: Outbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings, "_AT_ONCE", 2)
    expiring(outbox, 2)
    with outbox.database.transaction() as session:
        session.add(User(id="n" * 32, name="nobody"))
    for _ in range(2):
        expiring(outbox, 1, user_id="n" * 32)

    assert warn(outbox, settings) == 1


def test_whoever_gave_a_job_a_short_life_knows(outbox: Outbox, settings: Settings) -> None:
    expiring(outbox, 2, created=time.time())

    assert warn(outbox, settings) == 0


def test_a_job_that_still_runs_is_not_warned_of(outbox: Outbox, settings: Settings) -> None:
    job = expiring(outbox, 2)
    outbox.rerun(job)

    assert warn(outbox, settings) == 0


def test_a_warning_takes_no_other_mail_away(outbox: Outbox, settings: Settings) -> None:
    job = outbox.ended(notify_email="other@example.org", notify_attach="transcript.srt")
    outbox.change(job, created=LONG_AGO, delete_after=time.time() + DAY)
    warn(outbox, settings)

    mails = told(outbox, settings).mails

    assert sorted(mail["Subject"].split(":")[0][:7] for mail in mails) == ["Deleted", "Ready"]


@pytest.mark.parametrize(
    ("language", "word"), [("fi", "poistetaan"), ("sv", "raderas"), ("en", "deleted"), ("de", "deleted")]
)
def test_in_the_language_of_the_owner(outbox: Outbox, settings: Settings, language: str, word: str) -> None:
    expiring(outbox, 2)
    change_owner(outbox, language=language)
    warn(outbox, settings)

    [mail] = told(outbox, settings).mails

    assert word in plain(mail)
    assert not re.search(r"\d{4}-\d\d-\d\d", mail["Subject"] + plain(mail))  # days are said as people say them
    assert mail["Content-Language"] == (language if language != "de" else "en")


def test_housekeeping_warns_and_forgets(outbox: Outbox, settings: Settings) -> None:
    expiring(outbox, 2)
    with outbox.database.transaction() as session:
        session.execute(update(AuditEvent).values(at=AuditEvent.at - 400 * DAY))

    housekeeping.follow_rules(outbox.database, settings)

    assert [one.event for one in outbox.deliveries] == ["job.expiring"]
    with outbox.database.reading() as session:
        assert session.query(AuditEvent).count() == 0


def test_swedish(outbox: Outbox, settings: Settings) -> None:
    outbox.ended("Styrelsemöte.m4a", notify_email="person@example.org", minutes=True)

    [mail] = told(outbox, settings.model_copy(update={"mail_language": "sv"})).mails

    assert mail["Subject"] == "Klar: Styrelsemöte.m4a"
    assert "Transkriptionen och protokollet är klara." in plain(mail)
