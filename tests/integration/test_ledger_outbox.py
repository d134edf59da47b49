"""What is owed to people when a job ends: written down once, sent by one sender, given up after three days."""

import pytest

from steno.database.tables import Delivery, Job
from steno.ledger import jobs, last_call, outbox
from steno.states import Stage
from tests.ledger import LEASE, Ledger, at_once

ADDRESSES = {"notify_email": "person@example.org", "webhook_url": "https://example.org/hook"}


def test_an_end_is_told_once_to_each_address(ledger: Ledger) -> None:
    job = ledger.submit(**ADDRESSES)
    ledger.run()

    owed = {(one.kind, one.event, one.address, one.round) for one in ledger.all(Delivery, Delivery.job_id == job)}

    assert owed == {
        ("mail", "job.completed", ADDRESSES["notify_email"], 1),
        ("webhook", "job.completed", ADDRESSES["webhook_url"], 1),
    }
    assert ledger.count(Delivery) == 2


def test_nothing_is_owed_before_the_end_nor_without_an_address(ledger: Ledger) -> None:
    ledger.submit(**ADDRESSES)
    ledger.submit()
    ledger.run(until=Stage.TRANSCRIBE)

    assert ledger.count(Delivery) == 0
    ledger.run()
    assert ledger.count(Delivery) == 2


def test_who_cancels_gets_no_mail_but_their_program_is_told(ledger: Ledger) -> None:
    ledger.cancel(ledger.submit(**ADDRESSES))

    assert [(one.kind, one.event) for one in ledger.all(Delivery)] == [("webhook", "job.cancelled")]


def test_a_rerun_makes_a_new_round(ledger: Ledger) -> None:
    job = ledger.submit(**ADDRESSES)
    ledger.run()

    ledger.rerun(job, Stage.SUMMARIZE)
    ledger.run()

    assert sorted((one.kind, one.round) for one in ledger.all(Delivery)) == [
        ("mail", 1), ("mail", 2), ("webhook", 1), ("webhook", 2),
    ]  # fmt: skip


def test_two_senders_never_get_the_same(ledger: Ledger) -> None:
    for _ in range(20):
        ledger.submit(**ADDRESSES, minutes=False)
    ledger.run()

    def send(owner: str) -> list[str]:
        sent = []
        while (mine := ledger.deliver(owner)) is not None:
            ledger.do(outbox.delivered, mine, 200)
            sent.append(mine.id)
        return sent

    first, second = at_once([lambda: send("one"), lambda: send("two")])

    assert sorted(first + second) == sorted(one.id for one in ledger.all(Delivery))
    assert {(one.state, one.attempts) for one in ledger.all(Delivery)} == {("sent", 1)}
    assert ledger.do(outbox.due_now) == 0


def test_what_a_dead_sender_held_is_sent_by_another(ledger: Ledger) -> None:
    dead = _owed(ledger)
    assert ledger.deliver("alive") is None

    _pass(ledger, dead, LEASE + 1)
    assert ledger.deliver("alive") is None, "who is silent gets a last call"
    _pass(ledger, dead, last_call.SECONDS + 1)
    assert ledger.do(outbox.due_now) == 1
    mine = ledger.deliver("alive")

    assert mine is not None
    assert (mine.id, mine.attempt) == (dead.id, 2)
    ledger.do(outbox.not_delivered, dead, "too late")
    ledger.do(outbox.delivered, mine, 200)
    assert _one(ledger).state == "sent"


def test_what_kills_whoever_sends_it_holds_up_no_other(ledger: Ledger) -> None:
    deadly = _owed(ledger)
    _pass(ledger, deadly, 3600)
    assert ledger.deliver() is None
    _pass(ledger, deadly, last_call.SECONDS + 1)
    ledger.submit(webhook_url=ADDRESSES["webhook_url"], minutes=False)
    ledger.run()

    turns = [ledger.deliver(), ledger.deliver()]

    assert [one is not None and one.id == deadly.id for one in turns] == [False, True]


def test_what_was_not_sent_waits_longer_each_time(ledger: Ledger) -> None:
    mine = _owed(ledger)

    waits = []
    for _ in range(7):
        ledger.do(outbox.not_delivered, mine, "503 Service Unavailable", status=503)
        assert ledger.deliver() is None
        waits.append(round(_one(ledger).not_before - _one(ledger).created))
        ledger.change(Delivery, mine.id, not_before=0.0)
        again = ledger.deliver()
        assert again is not None
        mine = again

    steps = (5, 15, 60, 300, 900, 3600, 3600)
    assert all(step <= wait <= step + 5 for step, wait in zip(steps, waits, strict=True))
    assert (_one(ledger).error, _one(ledger).status) == ("503 Service Unavailable", 503)


def test_after_three_days_it_is_given_up(ledger: Ledger) -> None:
    mine = _owed(ledger)
    ledger.change(Delivery, mine.id, created=Delivery.created - 3 * 24 * 3600 - 1)

    ledger.do(outbox.not_delivered, mine, "Nobody answers.")

    assert _one(ledger).state == "failed"
    assert ledger.do(outbox.due_now) == 0


def test_what_cannot_help_is_not_tried_again(ledger: Ledger) -> None:
    ledger.do(outbox.not_delivered, _owed(ledger), "410 Gone", status=410, again=False)

    assert _one(ledger).state == "failed"


@pytest.mark.parametrize("ended", ["sent", "failed"])
def test_a_person_may_have_it_sent_once_more(ledger: Ledger, ended: str) -> None:
    mine = _owed(ledger)
    if ended == "sent":
        ledger.do(outbox.delivered, mine)
    else:
        ledger.do(outbox.not_delivered, mine, "410 Gone", again=False)

    ledger.do(outbox.replay, mine.id)

    again = ledger.deliver()
    assert again is not None
    assert again.id == mine.id
    assert ledger.deliver() is None


def test_nothing_is_owed_of_a_deleted_job(ledger: Ledger) -> None:
    mine = _owed(ledger)

    ledger.do(lambda session: jobs.delete(session, session.get_one(Job, mine.job_id)))

    ledger.do(outbox.delivered, mine, 200)
    ledger.do(outbox.not_delivered, mine, "too late")
    assert ledger.count(Delivery) == 0


def _owed(ledger: Ledger) -> outbox.Due:
    """A webhook call that a sender has just taken."""
    ledger.cancel(ledger.submit(webhook_url="https://example.org/hook"))
    mine = ledger.deliver("first")
    assert mine is not None
    return mine


def _pass(ledger: Ledger, mine: outbox.Due, seconds: float) -> None:
    """Let time pass for a delivery that is being sent."""
    later = {"lease_until": Delivery.lease_until - seconds, "not_before": Delivery.not_before - seconds}
    ledger.change(Delivery, mine.id, **later)


def _one(ledger: Ledger) -> Delivery:
    found: list[Delivery] = ledger.all(Delivery)
    assert len(found) == 1
    return found[0]
