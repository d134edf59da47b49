"""Questions taken by workers: each by one, until it is answered or three tries have failed."""

import pytest

from steno.database.tables import Job, Question
from steno.ledger import jobs, questions
from steno.ledger.jobs import Conflict
from steno.ledger.questions import TRIES, Asked
from tests.ledger import LEASE, Ledger, at_once

BLOB = "questions/00/" + "0" * 32 + ".json"


@pytest.fixture
def job(ledger: Ledger) -> str:
    return ledger.submit()


def ask(ledger: Ledger, job: str, blob: str = BLOB) -> str:
    return ledger.database.write(lambda session: questions.ask(session, session.get_one(Job, job), blob).id)


def claim(ledger: Ledger, owner: str = "worker") -> Asked | None:
    return ledger.do(questions.claim, owner, LEASE)


def take(ledger: Ledger, owner: str = "worker") -> Asked:
    found = claim(ledger, owner)
    assert found is not None
    return found


def lapse(ledger: Ledger, mine: Asked) -> None:
    ledger.change(Question, mine.id, lease_until=Question.lease_until - LEASE - 3600)


def state(ledger: Ledger, question_id: str) -> tuple[str, str | None]:
    (one,) = ledger.all(Question, Question.id == question_id)
    return one.state, one.error


def test_a_question_is_taken_by_one(ledger: Ledger, job: str) -> None:
    asked = [ask(ledger, job) for _ in range(3)]

    taken = at_once([lambda name=name: claim(ledger, f"worker-{name}") for name in range(6)])  # type: ignore[misc]

    got = [one.id for one in taken if one is not None]
    assert len(got) == len(set(got))
    rest = [one.id for one in iter(lambda: claim(ledger), None)]
    assert sorted(got + rest) == sorted(asked)


def test_the_oldest_is_answered_first(ledger: Ledger, job: str) -> None:
    first, second = ask(ledger, job), ask(ledger, job)
    ledger.change(Question, second, created=Question.created - 60)

    assert [take(ledger).id, take(ledger).id] == [second, first]
    assert claim(ledger) is None
    assert ledger.do(questions.waiting) == 0


def test_an_answer_is_kept_once(ledger: Ledger, job: str) -> None:
    asked = ask(ledger, job)
    dead = take(ledger, "dead")
    lapse(ledger, dead)
    mine = take(ledger, "living")

    assert ledger.do(questions.answered, mine, BLOB.replace("0.json", "1.json"))

    assert not ledger.do(questions.answered, dead, BLOB)
    assert not ledger.do(questions.failed, dead, "late")
    assert not ledger.do(questions.heartbeat, dead, LEASE)
    (one,) = ledger.all(Question, Question.id == asked)
    assert (one.state, one.attempts, one.lease_owner, one.blob[-6:]) == ("done", 2, None, "1.json")
    assert one.finished is not None


def test_who_lives_keeps_its_question(ledger: Ledger, job: str) -> None:
    ask(ledger, job)
    mine = take(ledger)

    assert ledger.do(questions.heartbeat, mine, LEASE)
    assert claim(ledger, "other") is None


def test_three_dead_workers_are_enough(ledger: Ledger, job: str) -> None:
    asked = ask(ledger, job)
    for _ in range(TRIES):
        lapse(ledger, take(ledger))

    assert claim(ledger) is None

    ended, error = state(ledger, asked)
    assert ended == "failed"
    assert error is not None
    assert "died 3 times" in error
    assert ledger.do(questions.waiting) == 0


def test_what_may_pass_is_tried_three_times(ledger: Ledger, job: str) -> None:
    asked = ask(ledger, job)

    for number in range(TRIES):
        assert state(ledger, asked)[0] == "due", number
        assert ledger.do(questions.failed, take(ledger), "Out of memory.", again=True)

    assert state(ledger, asked) == ("failed", "Out of memory.")


def test_nobody_fills_the_queue(ledger: Ledger, job: str) -> None:
    other = ledger.submit("b")
    for _ in range(5):
        ask(ledger, job)

    with pytest.raises(Conflict):
        ask(ledger, job)

    assert ask(ledger, other)
    assert ledger.do(questions.answered, take(ledger), BLOB)
    assert ask(ledger, job)


def test_questions_go_with_their_job(ledger: Ledger, job: str) -> None:
    ask(ledger, job)
    mine = take(ledger)

    blobs = ledger.database.write(lambda session: jobs.delete(session, session.get_one(Job, job)))

    assert BLOB in blobs
    assert ledger.count(Question) == 0
    assert not ledger.do(questions.answered, mine, BLOB)
