"""Workers that have grown are replaced, and jobs go on as if nothing had happened."""

import multiprocessing
import re
import subprocess
from pathlib import Path

from steno.config import Settings
from steno.jobs import TranscriptionOptions
from steno.states import Stage, StageState
from steno.vault import Vault
from tests.conftest import ROOT
from tests.ledger import Ledger
from tests.service import Service
from worker.service.running import Runner
from worker.service.warm import WarmLines

EXAMPLE = ROOT / "examples" / "meeting.opus"
_SMALL = 50 * 2**20  # bytes: less than any worker needs


def test_workers_that_grow_are_started_anew_and_every_job_completes_at_its_first_try(tmp_path: Path) -> None:
    with Service(tmp_path / "data", STENO_WORKER_MEMORY=str(_SMALL)) as service:
        ids = [service.submit(EXAMPLE, language="en", minutes="true") for _ in range(3)]

        jobs = service.wait(ids)

        assert [job["state"] for job in jobs] == ["completed"] * 3
        assert {stage["attempts"] for job in jobs for stage in job["stages"]} == {1}
        service.until(lambda: len(_started(service, "gpu-worker")) >= 4, "the worker is there again")
    grown = [line for line in service.said if "worker.grown" in line]
    assert len({line.split("pid=")[1].split()[0] for line in grown}) >= 6  # of the GPU's, and of processes for the rest
    assert len(_started(service, "worker")) == 1  # whose processes are replaced, not itself
    assert not [line for line in service.said if "program.died" in line]


def test_a_worker_far_too_large_hands_its_stage_back_in_the_middle(
    sqlite_ledger: Ledger, tmp_path: Path, ffmpeg: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "data", device="cpu", threads=1)
    vault, lines = Vault.of(settings), WarmLines(settings)
    stop = multiprocessing.get_context("fork").Event()
    recording = tmp_path / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "9", "-i", EXAMPLE, "-c", "copy", recording]
    subprocess.run([str(part) for part in command], check=True)
    key = vault.blobs.new_key("recordings")
    vault.blobs.write(key, recording.read_bytes())
    options = TranscriptionOptions(model="starter", language="en", diarize=False)
    job = sqlite_ledger.hand_in(sqlite_ledger.upload(blob=key), minutes=False, options=options)
    sqlite_ledger.run(until=Stage.PREPARE)

    def too_large() -> bool:
        return sqlite_ledger.stage(job, Stage.TRANSCRIBE).progress > 0

    Runner(sqlite_ledger.database, vault, settings, lines, stop, too_large).run(
        sqlite_ledger.take(Stage.TRANSCRIBE, "large")
    )
    handed_back = sqlite_ledger.stage(job, Stage.TRANSCRIBE)
    Runner(sqlite_ledger.database, vault, settings, lines, stop).run(sqlite_ledger.take(Stage.TRANSCRIBE, "fresh"))
    lines.forget()

    assert (handed_back.state, handed_back.attempts, handed_back.deaths) == (StageState.READY, 0, 0)
    assert 0 < handed_back.progress < 1
    assert sqlite_ledger.job(job).state == "completed"
    assert sqlite_ledger.stage(job, Stage.TRANSCRIBE).attempts == 1


def _started(service: Service, name: str) -> list[str]:
    return [line for line in service.said if re.search(rf"program.started name={name} ", line)]
