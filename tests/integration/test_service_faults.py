"""The real service when things go wrong: poison, cancelling, mail servers and language models that are away."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.endpoint import Endpoint, serving
from tests.service import Service, free_port

EXAMPLE = ROOT / "examples" / "meeting.opus"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    llm = f"http://127.0.0.1:{free_port()}/v1"
    with Service(tmp_path_factory.mktemp("service") / "data", STENO_LLM_URL=llm, STENO_LLM_RETRIES="0") as running:
        yield running


def stages(job: dict) -> dict[str, str]:
    return {stage["stage"]: stage["state"] for stage in job["stages"]}


def test_what_is_no_recording_fails_at_once_in_words(service: Service, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp3"
    text.write_text("These are no sounds.")

    (job,) = service.wait([service.submit(text, notify_email="bad@example.org")])

    assert job["state"] == "failed"
    assert job["error"]["code"] == "unreadable-media"
    assert "notes.mp3" in job["error"]["message"]
    service.until(lambda: any(mail["To"] == "bad@example.org" for mail in service.sink.mails), "the mail comes")
    (mail,) = [mail for mail in service.sink.mails if mail["To"] == "bad@example.org"]
    assert "notes.mp3" in mail["Subject"]
    assert "ready" not in mail["Subject"].lower()


def test_without_its_language_model_the_transcript_is_delivered_with_rules(service: Service) -> None:
    (job,) = service.wait([service.submit(EXAMPLE, minutes="true")])

    assert job["state"] == "completed"
    minutes = service.request("GET", f"/api/v1/jobs/{job['id']}/minutes.json").json()
    assert minutes["provenance"]["method"] == "extractive"
    assert "cannot be reached" in str(minutes["provenance"]["notices"])


def test_minutes_come_with_a_rerun_when_the_language_model_is_back(service: Service) -> None:
    (job,) = service.wait([service.submit(EXAMPLE, minutes="true")])
    port = int(service.environment["STENO_LLM_URL"].rsplit(":", 1)[1].split("/")[0])

    def clerk(asked):
        first = min(asked.lines, default=0)
        words = asked.lines[first][1]
        point = {"text": words, "lines": [first]}
        if not asked.extracting:
            return {"title": words, "summary": [point], "subjects": []}
        return {"points": [point], "subjects": [], "decisions": [], "open_questions": [], "action_items": []}

    with serving(Endpoint(clerk), port=port):
        answer = service.request("POST", f"/api/v1/jobs/{job['id']}/stages/summarize/rerun")
        assert answer.ok, answer.text
        (again,) = service.wait([job["id"]])

    assert again["state"] == "completed"
    minutes = service.request("GET", f"/api/v1/jobs/{job['id']}/minutes.json").json()
    assert minutes["provenance"]["model"] == "test-model"


def test_mail_comes_later_and_once_where_the_server_was_down(service: Service) -> None:
    service.sink.stop()
    (job,) = service.wait([service.submit(EXAMPLE, notify_email="later@example.org")])
    assert job["state"] == "completed"
    time.sleep(2)
    service.sink.start()

    service.until(lambda: any(mail["To"] == "later@example.org" for mail in service.sink.mails), "the mail comes")
    time.sleep(2)

    assert sum(mail["To"] == "later@example.org" for mail in service.sink.mails) == 1


def test_a_running_job_stops_in_its_middle(service: Service, tmp_path: Path, ffmpeg: Path) -> None:
    long = tmp_path / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "60", "-i", EXAMPLE, "-c", "copy", long]
    subprocess.run([str(part) for part in command], check=True)
    job_id = service.submit(long)
    service.until(lambda: stages(service.job(job_id))["transcribe"] == "running", "it is being transcribed")

    assert service.request("POST", f"/api/v1/jobs/{job_id}/cancel").ok
    assert service.job(job_id)["state"] == "cancelled"
    service.until(lambda: stages(service.job(job_id))["transcribe"] == "cancelled", "the worker lets go")

    (next_one,) = service.wait([service.submit(EXAMPLE)])
    assert next_one["state"] == "completed"


def test_the_gpu_works_in_a_thread_and_the_rest_in_processes(service: Service) -> None:
    """Models must not be forked; what is not computing is to be killed alone."""

    def children(name: str) -> int:
        tasks = [task for pid in service.pids(name) for task in Path(f"/proc/{pid}/task").iterdir()]
        return sum(len((task / "children").read_text().split()) for task in tasks)

    service.wait([service.submit(EXAMPLE)])

    assert children("gpu-worker") == 0
    assert children("worker") == 2


def test_a_worker_in_a_hurry_still_hands_its_work_back(service: Service, tmp_path: Path, ffmpeg: Path) -> None:
    long = tmp_path / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "3", "-i", EXAMPLE, "-c", "copy", long]
    subprocess.run([str(part) for part in command], check=True)
    job_id = service.submit(long, language="en")
    service.until(lambda: stages(service.job(job_id))["transcribe"] == "running", "it is being transcribed")

    (worker,) = service.pids("gpu-worker")
    os.kill(worker, signal.SIGQUIT)
    service.until(lambda: service.pids("gpu-worker") not in ([], [worker]), "the worker is another")
    (job,) = service.wait([job_id])

    assert job["state"] == "completed"
    assert [stage["attempts"] for stage in job["stages"] if stage["stage"] == "transcribe"] == [1]


def test_a_recording_that_kills_its_worker_fails_alone(service: Service, tmp_path: Path) -> None:
    poison, good = tmp_path / "poison.opus", tmp_path / "good.opus"
    shutil.copy(EXAMPLE, poison)
    shutil.copy(EXAMPLE, good)
    poison.write_bytes(poison.read_bytes() + b"\0")
    job_id = service.submit(poison)
    deaths = 0
    end = time.monotonic() + 120
    while service.job(job_id)["state"] not in {"failed", "completed"} and time.monotonic() < end:
        if stages(service.job(job_id))["transcribe"] == "running":
            for pid in service.pids("gpu-worker"):  # as a crash in native code would
                os.killpg(pid, signal.SIGKILL)
                deaths += 1
        time.sleep(0.05)

    job = service.job(job_id)
    (other,) = service.wait([service.submit(good)])

    assert job["state"] == "failed"
    assert job["error"]["code"] == "worker-died"
    assert "died 3 times" in job["error"]["message"]
    assert deaths >= 3
    assert other["state"] == "completed"


def test_ctrl_c_hands_the_work_back_and_the_next_start_ends_it(tmp_path: Path, ffmpeg: Path) -> None:
    long = tmp_path / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "12", "-i", EXAMPLE, "-c", "copy", long]
    subprocess.run([str(part) for part in command], check=True)
    service = Service(tmp_path / "data")
    service.start()
    job_id = service.submit(long, language="en")
    written: set[int] = set()  # when the first range was written

    def first_range_is_there() -> bool:
        with suppress(FileNotFoundError):  # it goes with the end of the stage
            kept = (service.data / "blobs" / "work" / job_id / "unfinished").glob("*/ranges/00000.json")
            written.update(path.stat().st_mtime_ns for path in kept)
        return bool(written)

    def ended() -> bool:
        return first_range_is_there() and service.job(job_id)["state"] == "completed"

    service.until(first_range_is_there, "ten minutes of speech are transcribed")

    assert service.stop() == 0
    service.start()
    service.until(
        lambda: first_range_is_there() and stages(service.job(job_id))["transcribe"] != "ready",
        "it goes on",
    )
    (job,) = service.wait([job_id])
    service.stop()

    assert job["state"] == "completed"
    assert [stage["attempts"] for stage in job["stages"] if stage["stage"] == "transcribe"] == [1]
    assert len(written) == 1, "what was finished is not done again"
