"""Who gets which stage: nobody gets one that another has, and one person's many jobs do not starve another's one."""

from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context

from sqlalchemy import select

from steno.database.tables import StageRun
from steno.ledger import stages
from steno.states import JobState, Queue, Stage, StageState
from tests.ledger import LEASE, Ledger, at_once, claim_all, claims, on_all

_MANY = 200


def test_threads_never_get_one_stage_twice(ledger: Ledger) -> None:
    ledger.submit_many(_MANY)

    taken = at_once([lambda owner=f"w{number}": claims(ledger, owner) for number in range(6)])

    assert sorted(chain.from_iterable(taken)) == sorted(_prepares(ledger))


def test_processes_never_get_one_stage_twice(ledger: Ledger) -> None:
    ledger.submit_many(_MANY)

    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        taken = on_all(processes, claim_all, *[(ledger.url, f"w{number}") for number in range(3)])

    assert sorted(chain.from_iterable(taken)) == sorted(_prepares(ledger))
    assert {stage.attempts for stage in ledger.all(StageRun, StageRun.stage == Stage.PREPARE)} == {1}


def test_whoever_claims_beside_another_takes_the_next_one(postgresql_ledger: Ledger) -> None:
    ledger = postgresql_ledger  # in SQLite one writes at a time
    first, second = ledger.submit(), ledger.submit()
    with ledger.database.transaction() as session:
        mine = stages.claim(session, Queue.MEDIA, "slow", LEASE)

        other = ledger.claim(owner="quick")

    assert mine is not None
    assert other is not None
    assert (mine.job_id, other.job_id) == (first, second)


def test_one_job_of_another_person_is_next_after_a_hundred_of_the_first(ledger: Ledger) -> None:
    for _ in range(100):
        ledger.submit("a", minutes=False)
    other = ledger.submit("b", minutes=False)
    running = ledger.take()

    turn = ledger.take()

    assert ledger.job(running.job_id).user_id == "a"
    assert turn.job_id == other


def test_turns_alternate_also_where_nothing_else_runs(ledger: Ledger) -> None:
    for person in "aaab":
        ledger.submit(person, minutes=False)
    ledger.submit("b", minutes=False)

    turns = []
    for _ in range(5):
        mine = ledger.take()
        turns.append(ledger.job(mine.job_id).user_id)
        ledger.finish(mine)

    assert "".join(turns) == "ababa"


def test_who_deletes_what_is_done_has_had_a_turn_all_the_same(ledger: Ledger) -> None:
    for person in "ab":  # `a` as callers of OpenAI's API do, whose jobs go with the answer
        for _ in range(3):
            ledger.submit(person, minutes=False)
    ledger.run(until=Stage.PREPARE)

    turns = []
    for _ in range(6):
        mine = ledger.take(Stage.TRANSCRIBE)
        turns.append(ledger.job(mine.job_id).user_id)
        ledger.finish(mine)
        if turns[-1] == "a":
            ledger.delete(mine.job_id)

    assert sorted("".join(turns[at : at + 2]) for at in (0, 2, 4)) in (["ab"] * 3, ["ba"] * 3)


def test_priority_goes_before_turns(ledger: Ledger) -> None:
    ledger.submit("b", minutes=False)
    for _ in range(2):
        ledger.submit("a", minutes=False, priority=5)

    turns = [ledger.job(ledger.take().job_id).user_id for _ in range(3)]

    assert turns == ["a", "a", "b"]


def test_the_oldest_job_of_a_person_is_first(ledger: Ledger) -> None:
    handed_in = [ledger.submit(minutes=False) for _ in range(5)]

    assert [ledger.take().job_id for _ in handed_in] == handed_in


def test_a_claim_says_what_is_to_be_done_and_the_job_runs(ledger: Ledger) -> None:
    job = ledger.submit()

    mine = ledger.take(owner="host/1")

    assert (mine.job_id, mine.stage, mine.owner, mine.attempt) == (job, Stage.PREPARE, "host/1", 1)
    assert ledger.job(job).state == JobState.RUNNING
    assert ledger.states(job) == ["running", "waiting", "waiting"]


def test_a_worker_gets_nothing_of_other_queues(ledger: Ledger) -> None:
    ledger.submit()

    assert ledger.claim(Queue.GPU) is None
    assert ledger.claim(Queue.LLM) is None
    assert ledger.do(stages.waiting) == {Queue.MEDIA: 1}


def _prepares(ledger: Ledger) -> list[str]:
    with ledger.database.reading() as session:
        wanted = select(StageRun.id).where(StageRun.stage == Stage.PREPARE, StageRun.state == StageState.RUNNING)
        found = list(session.scalars(wanted))
    assert len(found) == _MANY
    return found
