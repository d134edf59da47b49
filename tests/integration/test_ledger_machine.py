"""Whatever people and workers do in whatever order: no forbidden state, and every job can be driven to its end."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from steno.database.tables import Job, StageRun
from steno.ledger import stages
from steno.ledger.jobs import Conflict
from steno.ledger.stages import Claim
from steno.states import ENDED, QUEUE_OF, Queue, Stage, StageState
from tests.ledger import BAD_INPUT, LEASE, MAY_PASS, Ledger, empty


class _Ledger(RuleBasedStateMachine):
    ledger: Ledger
    jobs = Bundle("jobs")
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        empty(self.ledger.database)

    @rule(target=jobs, person=st.sampled_from("ab"), minutes=st.booleans())
    def submit(self, person: str, minutes: bool) -> str:
        return self.ledger.submit(person, minutes=minutes, webhook_url="https://example.org/hook")

    @rule(target=claims, queue=st.sampled_from([*QUEUE_OF.values()]), owner=st.sampled_from(["one", "two"]))
    def claim(self, queue: Queue, owner: str) -> object:
        mine = self.ledger.claim(queue, owner)
        return mine if mine is not None else multiple()

    @rule(mine=claims, progress=st.floats(0, 1))
    def heartbeat(self, mine: Claim, progress: float) -> None:
        if self.ledger.do(stages.heartbeat, mine, LEASE, progress):
            assert not self.ledger.job(mine.job_id).cancel_requested

    @rule(mine=claims)
    def finish(self, mine: Claim) -> None:
        before = self._holds(mine)
        assert self.ledger.finish(mine) == before
        assert not self.ledger.finish(mine)

    @rule(mine=claims, failure=st.sampled_from([BAD_INPUT, MAY_PASS]))
    def fail(self, mine: Claim, failure: stages.Failure) -> None:
        before = self._holds(mine)
        assert self.ledger.fail(mine, failure) == before

    @rule(mine=claims)
    def hand_back(self, mine: Claim) -> None:
        self.ledger.do(stages.hand_back, mine)

    @rule(mine=consumes(claims))
    def die(self, mine: Claim) -> None:
        if self._holds(mine):
            assert self.ledger.die(mine) == [mine.stage_id]

    @rule(mine=claims)
    def stop(self, mine: Claim) -> None:
        if self.ledger.job(mine.job_id).cancel_requested:
            self.ledger.do(stages.cancelled, mine)

    @rule(job=jobs)
    def cancel(self, job: str) -> None:
        ended = self.ledger.job(job).state in ENDED
        try:
            self.ledger.cancel(job)
        except Conflict:
            assert ended
        else:
            assert not ended

    @rule(job=jobs, stage=st.sampled_from(Stage))
    def rerun(self, job: str, stage: Stage) -> None:
        try:
            self.ledger.rerun(job, stage)
        except Conflict:
            return
        assert self.ledger.job(job).state == "queued"

    @rule()
    def time_passes(self) -> None:
        for stage in self.ledger.all(StageRun, StageRun.not_before > 0):
            self.ledger.change(StageRun, stage.id, not_before=0.0)

    @invariant()
    def every_state_makes_sense(self) -> None:
        self.ledger.check()

    def teardown(self) -> None:
        for stage in self.ledger.all(StageRun, StageRun.state == StageState.RUNNING):
            self.ledger.change(StageRun, stage.id, lease_until=0.0)
        self.ledger.do(stages.recover, max_deaths=3)
        self.time_passes()
        self.ledger.run()
        assert {job.state for job in self.ledger.all(Job)} <= ENDED
        self.ledger.check()

    def _holds(self, mine: Claim) -> bool:
        """Whether the lease is still that of this claim."""
        stage = self.ledger.stage(mine.job_id, mine.stage)
        held = (stage.state, stage.lease_owner, stage.attempts)
        return held == (StageState.RUNNING, mine.owner, mine.attempt)


def test_no_order_of_events_reaches_a_forbidden_state(sqlite_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Ledger, "ledger", sqlite_ledger, raising=False)

    run_state_machine_as_test(_Ledger, settings=settings(max_examples=16, stateful_step_count=30))
