"""Reading back what happened: page by page, filtered, and the whole of it without an open transaction."""

import pytest

from steno.database.tables import AuditEvent, User
from steno.ledger import audit
from steno.ledger.audit import Wanted
from steno.ledger.moves import record
from tests.ledger import Ledger


@pytest.fixture
def log(ledger: Ledger) -> Ledger:
    """Two people's doings, one of whom left."""

    def write(session) -> None:  # type: ignore[no-untyped-def]
        session.add_all([User(id="ann", name="ann@example.org", display_name="Ann 100%"), User(id="bob", name="bob")])
        session.flush()
        for number in range(10):
            record(session, "session.begun", user_id="ann" if number % 2 else "bob", number=number)
        session.add(AuditEvent(kind="job.deleted", user_id="gone", job_id="f" * 32, detail={}))

    ledger.database.write(write)
    return ledger


def test_the_latest_come_first_and_pages_do_not_overlap(log: Ledger) -> None:
    first = log.do(audit.page, Wanted(), limit=6)
    rest = log.do(audit.page, Wanted(), limit=6, before=first[-1].id)

    assert [one.kind for one in first][:2] == ["job.deleted", "session.begun"]
    assert [one.detail.get("number") for one in (*first[1:], *rest)] == list(range(9, -1, -1))


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(), 11),
        (Wanted(person="ANN"), 5),
        (Wanted(person="100%"), 5),
        (Wanted(person="%"), 5),
        (Wanted(person="_"), 0),
        (Wanted(person="nobody"), 0),
        (Wanted(kind="job.deleted"), 1),
        (Wanted(job="fff"), 1),
        (Wanted(job="%"), 0),
        (Wanted(person="bob", kind="session.begun", days=1), 5),
    ],
)
def test_events_are_filtered(log: Ledger, wanted: Wanted, count: int) -> None:
    assert len(log.do(audit.page, wanted, limit=100)) == count


def test_what_is_long_ago_is_left_out(log: Ledger) -> None:
    log.change(AuditEvent, log.all(AuditEvent)[0].id, at=AuditEvent.at - 8 * 86_400)

    assert [len(log.do(audit.page, Wanted(days=days), limit=100)) for days in (7, 30)] == [10, 11]


def test_who_did_it_is_named_and_found(log: Ledger) -> None:
    def write(session) -> None:  # type: ignore[no-untyped-def]
        record(session, "user.quota", user_id="ann", by="bob", quota=None)
        record(session, "user.quota", user_id="ann", by="somebody else", quota=5)

    log.database.write(write)

    strange, quota = log.do(audit.page, Wanted(person="ann", kind="user.quota"), limit=5)
    assert [(one.who, one.by, one.detail) for one in (quota, strange)] == [
        ("ann@example.org", "bob", {}),
        ("ann@example.org", "somebody else", {"quota": 5}),
    ]
    assert [one.id for one in log.do(audit.page, Wanted(person="bob", kind="user.quota"), limit=5)] == [quota.id]


def test_who_left_has_no_name_but_an_id(log: Ledger) -> None:
    (one,) = log.do(audit.page, Wanted(kind="job.deleted"), limit=1)

    assert (one.who, one.user_id) == ("", "gone")


def test_everything_is_read_in_batches(log: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_BATCH", 4)

    assert len(list(audit.everything(log.database, Wanted(), most=100))) == 11
    assert len(list(audit.everything(log.database, Wanted(), most=5))) == 5


def test_kinds_are_those_that_happened(log: Ledger) -> None:
    assert log.do(audit.kinds) == ["job.deleted", "session.begun"]
