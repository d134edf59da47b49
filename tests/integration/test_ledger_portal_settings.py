"""Settings of the portal: defaults where nothing is set, kept as they were written, and who changed what."""

import time

import pytest
from pydantic import ValidationError

from steno.database.tables import AuditEvent, PortalSetting
from steno.ledger import portal_settings
from steno.ledger.portal_settings import Announcement, Retention
from tests.ledger import Ledger, at_once


def test_what_nobody_set_has_defaults(ledger: Ledger) -> None:
    assert ledger.do(portal_settings.read, Retention) == Retention()
    assert ledger.do(portal_settings.read, Announcement).shown() is False


def test_what_was_written_is_read_and_who_did_it_is_written_down(ledger: Ledger) -> None:
    wanted = Retention(default_days=30, maximum_days=90, keep_recording_default=False, warning_days=7)

    assert ledger.do(portal_settings.write, wanted, by="ann")
    assert not ledger.do(portal_settings.write, wanted, by="ann")

    assert ledger.do(portal_settings.read, Retention) == wanted
    (event,) = ledger.all(AuditEvent)
    assert (event.kind, event.user_id, event.detail["setting"]) == ("setting.changed", "ann", "retention")
    assert event.detail["now"] == {
        "default_days": 30,
        "maximum_days": 90,
        "keep_recording_default": False,
        "warning_days": 7,
    }


def test_only_what_changed_is_written_down(ledger: Ledger) -> None:
    ledger.do(portal_settings.write, Retention(default_days=30), by="ann")
    ledger.do(portal_settings.write, Retention(default_days=30, warning_days=0), by="bob")

    events = sorted(ledger.all(AuditEvent), key=lambda event: event.id)
    assert [event.detail["now"] for event in events[1:]] == [{"warning_days": 0}]


def test_who_sets_what_is_the_default_has_set_it(ledger: Ledger) -> None:
    assert ledger.do(portal_settings.write, Retention(), by="ann")

    assert ledger.count(PortalSetting) == 1
    assert not ledger.do(portal_settings.write, Retention(), by="ann")


def test_what_an_older_version_wrote_does_no_harm(ledger: Ledger) -> None:
    ledger.database.write(
        lambda session: session.add(PortalSetting(name="retention", value={"default_days": "soon", "moon": 1}))
    )

    assert ledger.do(portal_settings.read, Retention) == Retention()
    assert ledger.do(portal_settings.write, Retention(warning_days=1), by=None)
    assert ledger.do(portal_settings.read, Retention).warning_days == 1


def test_administrators_who_write_at_once_are_both_heard(ledger: Ledger) -> None:
    values = [Retention(default_days=days) for days in range(1, 7)]

    at_once([lambda one=one: ledger.do(portal_settings.write, one, by="ann") for one in values])

    assert ledger.do(portal_settings.read, Retention) in values
    assert ledger.count(PortalSetting) == 1


@pytest.mark.parametrize(
    "values",
    [{"default_days": 0}, {"default_days": 60, "maximum_days": 30}, {"warning_days": -1}, {"warning_days": 61}],
)
def test_rules_that_contradict_themselves_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Retention.model_validate(values)


def test_a_maximum_binds_who_says_nothing() -> None:
    assert [Retention(maximum_days=90).usual_days, Retention(default_days=9, maximum_days=90).usual_days] == [90, 9]
    assert Retention().usual_days is None


def test_an_announcement_is_shown_in_its_time_only() -> None:
    now = time.time()
    assert Announcement(text="Back soon").shown()
    assert not Announcement(text="  ").shown()
    assert not Announcement(text="Later", show_from=now + 60).shown()
    assert Announcement(text="Later", show_from=now + 60).shown(now + 61)
    assert not Announcement(text="Over", until=now - 1).shown()
    with pytest.raises(ValidationError):
        Announcement(text="Never", show_from=now + 60, until=now)
