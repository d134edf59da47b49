"""A worker that is to stop while it waits for somebody else: its stage is another's before anybody kills it."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.ledger import jobs, stages
from steno.states import Queue, Stage, StageState
from steno.vault import Vault
from tests.endpoint import Asked, Endpoint, serving
from tests.ledger import Ledger
from tests.seeding import long_transcript, minutes_of, seed
from worker.service.running import Runner
from worker.service.warm import WarmLines


def test_a_language_model_that_does_not_answer_holds_up_no_stop(tmp_path: Path) -> None:
    answering, asked = threading.Event(), threading.Event()

    def slow(request: Asked) -> str:
        del request
        asked.set()
        answering.wait(60)
        return "nothing that anybody wants any more"

    stop = multiprocessing.get_context("fork").Event()
    with serving(Endpoint(slow)) as endpoint:
        settings = Settings(data_dir=tmp_path, llm_url=endpoint.url, llm_retries=0)
        database = Database.of(settings)
        database.upgrade()
        with Ledger(f"sqlite:///{tmp_path / 'steno.sqlite'}") as ledger:
            ledger.upload("admin")
            transcript = long_transcript(200, hours=0.05)
            job = seed(settings, transcript, recording=b"sound", minutes=minutes_of(transcript))
            ledger.rerun(job, Stage.SUMMARIZE)
            mine = ledger.do(stages.claim, Queue.LLM, "stopping", 30.0)
            assert mine is not None
            runner = Runner(database, Vault.of(settings), settings, WarmLines(settings), stop)
            running = threading.Thread(target=runner.run, args=(mine,))
            running.start()
            assert asked.wait(30)

            stop.set()
            _until(lambda: ledger.stage(job, Stage.SUMMARIZE).state == StageState.READY)
            still = running.is_alive()
            handed_back = ledger.stage(job, Stage.SUMMARIZE)
            answering.set()
            running.join(30)

            assert still
            assert (handed_back.attempts, handed_back.deaths) == (0, 0)
            assert ledger.stage(job, Stage.SUMMARIZE).state == StageState.READY, "what came too late changes nothing"
            latest = ledger.do(lambda session: jobs.document(session, session.get_one(Job, job), "minutes"))
            assert latest is not None
            assert latest.revision == 1
        database.dispose()


def _until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not in {seconds} s"
        time.sleep(0.1)
