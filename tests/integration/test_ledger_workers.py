"""Workers tell that they live; who is silent is gone. What administrators want tried is tried once."""

from typing import Any

from sqlalchemy import update

from steno.database.tables import Check, User, Worker
from steno.ledger import checks, workers
from steno.ledger.workers import Facts, LoadedModel
from steno.states import Queue
from tests.ledger import Ledger, at_once


def tell(ledger: Ledger, name: str = "host/gpu", *, pid: int = 7, **facts: Any) -> None:
    ledger.do(workers.tell, name, host="host", pid=pid, queues=[Queue.GPU], facts=Facts(**facts))


def silent(ledger: Ledger, seconds: float) -> None:
    ledger.database.write(lambda s: s.execute(update(Worker).values(last_seen=Worker.last_seen - seconds)))


def test_who_told_lately_lives_and_who_is_silent_does_not(ledger: Ledger) -> None:
    tell(ledger, memory=5)
    (one,) = ledger.do(workers.known)
    assert (one.alive, one.queues, one.facts.memory) == (True, (Queue.GPU,), 5)
    assert workers.alive_by_queue([one])[Queue.GPU] == 1

    silent(ledger, 60)

    (one,) = ledger.do(workers.known)
    assert (one.alive, one.stopped) == (False, False)


def test_who_stopped_in_order_is_not_missed(ledger: Ledger) -> None:
    tell(ledger, pid=7)
    ledger.do(workers.stop, "host/gpu", pid=6)  # an earlier process of the slot, late
    assert ledger.do(workers.known)[0].alive

    ledger.do(workers.stop, "host/gpu", pid=7)

    assert ledger.do(workers.known)[0].stopped


def test_a_new_process_of_a_slot_begins_anew_and_knows_what_was_used(ledger: Ledger) -> None:
    used = LoadedModel(kind="speech", name="small", last_used=5.0, notice="a demonstration")
    tell(ledger, pid=7, models=(used,))
    ledger.database.write(lambda session: session.execute(update(Worker).values(started=1.0)))

    tell(ledger, pid=8)
    tell(ledger, pid=8, models=(LoadedModel(kind="speech", name="large", last_used=9.0),))

    (one,) = ledger.do(workers.known)
    assert (one.pid, one.started > 1.0) == (8, True)
    assert [(model.name, model.warm) for model in one.facts.models] == [("large", True), ("small", False)]


def test_who_is_silent_for_a_day_is_forgotten(ledger: Ledger) -> None:
    tell(ledger, "old/gpu")
    silent(ledger, 90_000)

    tell(ledger, "new/gpu")

    assert [one.name for one in ledger.do(workers.known)] == ["new/gpu"]


def test_facts_of_another_version_do_no_harm(ledger: Ledger) -> None:
    tell(ledger)
    ledger.database.write(lambda s: s.execute(update(Worker).values(facts={"models": "many"}, queues=["gpu", "moon"])))

    (one,) = ledger.do(workers.known)

    assert (one.facts, one.queues) == (Facts(), (Queue.GPU,))


def test_workers_that_begin_at_once_are_all_known(ledger: Ledger) -> None:
    at_once([lambda n=n: tell(ledger, f"host/{n % 2}", pid=n) for n in range(6)])

    assert [one.name for one in ledger.do(workers.known)] == ["host/0", "host/1"]


def asked(ledger: Ledger, kind: checks.Kind = "mail") -> str:
    if not ledger.count(User):
        ledger.database.write(lambda session: session.add(User(id="ann", name="ann")))
    return str(ledger.do(checks.ask, kind, user_id="ann", address="ann@example.org").id)


def test_what_is_asked_for_is_tried_once_and_told(ledger: Ledger) -> None:
    check_id = asked(ledger)
    assert asked(ledger) == check_id
    assert ledger.do(checks.waiting) == {Queue.NOTIFY: 1}
    assert ledger.do(checks.claim, ["llm"], "w") is None

    trials = at_once([lambda n=n: ledger.do(checks.claim, ["mail"], f"w{n}") for n in range(4)])
    (trial,) = [one for one in trials if one is not None]
    assert ledger.do(checks.pending, [ledger.do(checks.latest, "mail")])
    ledger.do(checks.end, trial, well=False, said="refused", took=0.5)

    found = ledger.do(checks.latest, "mail")
    assert found is not None
    assert (found.state, found.said, found.took) == ("failed", "refused", 0.5)
    assert not ledger.do(checks.pending, [found, None])
    assert asked(ledger) != check_id


def test_what_nobody_tried_for_minutes_is_not_tried_any_more(ledger: Ledger) -> None:
    asked(ledger, "llm")
    ledger.database.write(lambda session: session.execute(update(Check).values(created=Check.created - 400)))

    assert ledger.do(checks.claim, ["llm"], "w") is None
    assert ledger.do(checks.waiting) == {}
    assert not ledger.do(checks.pending, [ledger.do(checks.latest, "llm")])
