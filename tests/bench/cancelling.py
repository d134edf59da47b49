"""How soon a worker lets go of a job that is cancelled in the middle of its speech."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.material import recording
from tests.service import Service

_TIMES = 20
_MINUTES = 60  # of speech: no worker is through before it is told
_POLL = 0.02  # seconds


def cancelling(folder: Path, pairs: int) -> list[str]:
    """From the request to the stage that its worker has given up, and to the answer."""
    del pairs
    speech = recording(folder, _MINUTES)
    answered, released = [], []
    with tempfile.TemporaryDirectory() as data, Service(Path(data), STENO_THREADS="2") as service:
        for turn in range(_TIMES):
            job_id = service.submit(speech, language="en")
            service.until(lambda job_id=job_id: _state(service, job_id) == "running", "it is being transcribed")
            time.sleep(0.1 * turn)  # in another phase of the work each time
            assert _state(service, job_id) == "running"

            begun = time.perf_counter()
            service.request("POST", f"/api/v1/jobs/{job_id}/cancel")
            answered.append(time.perf_counter() - begun)
            while _state(service, job_id) != "cancelled":
                time.sleep(_POLL)
            released.append(time.perf_counter() - begun)
            sys.stderr.write(f"answered {answered[-1]:.2f} s, released {released[-1]:.2f} s\n")
    rows = [f"| a job of {_MINUTES} minutes, cancelled while it is transcribed, {_TIMES} times | median | longest |"]
    rows.append("|---|---|---|")
    for name, times in (("until the answer", answered), ("until its worker is free", released)):
        rows.append(f"| {name} | {statistics.median(times):.2f} s | {max(times):.2f} s |")
    return rows


def _state(service: Service, job_id: str) -> str:
    stages = service.job(job_id)["stages"]
    return next(str(one["state"]) for one in stages if one["stage"] == "transcribe")
