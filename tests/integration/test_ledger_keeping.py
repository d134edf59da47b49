"""New rules of retention and old jobs: what would change is told before, and nobody's job goes without its warning."""

import pytest
from sqlalchemy import update

from steno.database.tables import AuditEvent, Job
from steno.ledger import keeping, portal_settings
from steno.ledger.keeping import Effect
from steno.ledger.portal_settings import Retention
from tests.ledger import Ledger

DAY = 86_400.0


@pytest.fixture
def old(ledger: Ledger) -> dict[str, str]:
    """Jobs by what is special about them; ids."""
    ids = {name: ledger.submit() for name in ("new", "old", "chosen", "beyond", "leaving")}
    time = ledger.job(ids["new"]).created
    dates = {"chosen": time + 5 * DAY, "beyond": time + 300 * DAY, "leaving": time + DAY}
    for name, date in dates.items():
        ledger.change(Job, ids[name], delete_after=date)
    ledger.change(Job, ids["old"], created=Job.created - 100 * DAY)
    ledger.change(Job, ids["leaving"], created=Job.created - 100 * DAY)
    return ids


RULES = Retention(default_days=30, maximum_days=90, warning_days=3)


def test_it_is_told_before_what_would_change(ledger: Ledger, old: dict[str, str]) -> None:
    found = ledger.do(keeping.effect, RULES)

    assert (found.jobs, found.dated, found.shortened, found.first) == (5, 2, 1, 1)
    assert found.first_at == pytest.approx(ledger.job(old["new"]).created + 3 * DAY, abs=60)
    assert ledger.do(portal_settings.read, Retention) == Retention()


def test_rules_may_be_for_new_jobs_alone(ledger: Ledger, old: dict[str, str]) -> None:
    before = {name: ledger.job(job_id).delete_after for name, job_id in old.items()}

    assert ledger.do(keeping.set_rules, RULES, by="ann", also_old=False) == 0

    assert {name: ledger.job(job_id).delete_after for name, job_id in old.items()} == before
    assert ledger.do(portal_settings.read, Retention) == RULES


def test_old_jobs_get_the_dates_of_the_rules_but_not_before_their_warning(ledger: Ledger, old: dict[str, str]) -> None:
    ledger.database.write(lambda session: session.execute(update(Job).values(warned=1.0)))
    time = ledger.job(old["new"]).created

    assert ledger.do(keeping.set_rules, RULES, by="ann", also_old=True) == 3

    days = {name: round((ledger.job(job_id).delete_after - time) / DAY, 1) for name, job_id in old.items()}  # type: ignore[operator]
    assert days == {"new": 30.0, "old": 3.0, "chosen": 5.0, "beyond": 90.0, "leaving": 1.0}
    assert ledger.job(old["old"]).warned is None
    assert ledger.job(old["chosen"]).warned == 1.0
    told = [event for event in ledger.all(AuditEvent) if event.kind == "retention.applied"]
    assert [(event.user_id, event.detail) for event in told] == [("ann", {"jobs": 3})]


def test_applying_rules_again_changes_nothing_more(ledger: Ledger, old: dict[str, str]) -> None:
    ledger.do(keeping.set_rules, RULES, by="ann", also_old=True)

    assert ledger.do(keeping.effect, RULES).touched == 0
    assert ledger.do(keeping.set_rules, RULES, by="ann", also_old=True) == 0


def test_without_warning_they_go_at_once_and_that_is_told(ledger: Ledger, old: dict[str, str]) -> None:
    rules = Retention(default_days=30, warning_days=0)

    found = ledger.do(keeping.effect, rules)
    ledger.do(keeping.set_rules, rules, by="ann", also_old=True)

    assert (found.dated, found.shortened, found.first) == (2, 0, 1)
    assert ledger.job(old["old"]).delete_after == pytest.approx(ledger.job(old["new"]).created, abs=60)


def test_no_rules_change_nothing(ledger: Ledger, old: dict[str, str]) -> None:
    assert ledger.do(keeping.effect, Retention()).touched == 0
    assert ledger.do(keeping.set_rules, Retention(), by="ann", also_old=True) == 0


def test_a_service_without_jobs_has_nothing_to_change(ledger: Ledger) -> None:
    found = ledger.do(keeping.effect, RULES)

    assert isinstance(found, Effect)
    assert (found.jobs, found.touched, found.first) == (0, 0, 0)
