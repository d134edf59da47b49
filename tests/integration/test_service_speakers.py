"""Speakers in the real service: told apart, and what a person gets where that fails."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.service import Service

EXAMPLE = ROOT / "examples" / "meeting.opus"
STARTER = ROOT / "worker" / "models" / "diarization_starter"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline one of whose networks was not copied to its end."""
    folder = tmp_path_factory.mktemp("pipelines") / "broken"
    shutil.copytree(STARTER, folder)
    weights = max((folder / "segmentation").iterdir(), key=lambda file: file.stat().st_size)
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, broken: Path) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("service") / "data"
    with Service(data, STENO_DIARIZATION_MODEL=str(broken)) as running:
        yield running


def test_a_pipeline_that_does_not_load_costs_the_speakers_only(service: Service) -> None:
    fields = {"diarize": "true", "language": "en"}
    ids = [service.submit(EXAMPLE, notify_email=f"{name}@example.org", **fields) for name in ("first", "next")]

    jobs = service.wait(ids)

    for name, job in zip(("first", "next"), jobs, strict=True):
        assert job["state"] == "completed"
        (notice,) = [notice for notice in job["notices"] if "peakers" in notice or "pipeline" in notice]
        assert "no diarization pipeline that loads" in notice
        transcript = _transcript(service, job["id"])
        assert transcript["segments"]
        assert transcript["speakers"] == []
        assert notice in transcript["provenance"]["notices"]
        assert "no diarization pipeline that loads" in _words(_mail(service, name))


def test_a_diarizing_process_that_is_killed_costs_one_recording_its_speakers(tmp_path: Path) -> None:
    with Service(tmp_path / "data", STENO_DIARIZATION_MODEL="starter") as service:
        job_id = service.submit(EXAMPLE, diarize="true", language="en", notify_email="killed@example.org")
        service.until(lambda: _heard(service, job_id) > 0, "it is being transcribed")
        for pid in _diarizing(service):
            os.kill(pid, signal.SIGKILL)
        (job,) = service.wait([job_id])
        (later,) = service.wait([service.submit(EXAMPLE, diarize="true", language="en")])

        assert job["state"] == "completed"
        assert "memory may have run out" in " ".join(job["notices"])
        assert "memory may have run out" in _words(_mail(service, "killed"))
        assert _transcript(service, job_id)["speakers"] == []
        assert [stage["attempts"] for stage in job["stages"] if stage["stage"] == "transcribe"] == [1]
        assert len(_transcript(service, later["id"])["speakers"]) >= 2


def test_a_restart_while_speakers_are_told_apart_costs_nothing(tmp_path: Path, ffmpeg: Path) -> None:
    long = tmp_path / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "1", "-i", EXAMPLE, "-c", "copy", long]
    subprocess.run([str(part) for part in command], check=True)
    service = Service(tmp_path / "data", STENO_DIARIZATION_MODEL="starter")
    service.start()
    job_id = service.submit(long, diarize="true", language="en")
    service.until(lambda: _heard(service, job_id) > 50, "all is transcribed, and speakers are being told apart")

    service.stop()
    service.start()
    (job,) = service.wait([job_id])
    speakers = _transcript(service, job_id)["speakers"]
    service.stop()

    assert job["state"] == "completed"
    assert [stage["attempts"] for stage in job["stages"] if stage["stage"] == "transcribe"] == [1]
    assert len(speakers) >= 2
    assert not [notice for notice in job["notices"] if "Nobody listens" in notice]


def _transcript(service: Service, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.request("GET", f"/api/v1/jobs/{job_id}/transcript.json").json()
    return found


def _mail(service: Service, name: str) -> Message:
    def sent() -> list[Message]:
        return [mail for mail in service.sink.mails if mail["To"] == f"{name}@example.org"]

    service.until(sent, "the mail comes")
    return sent()[0]


def _words(mail: Message) -> str:
    """What the text of a mail says, without its line breaks."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    return " ".join(content.decode().split())


def _heard(service: Service, job_id: str) -> float:
    """Percent of the transcription that is done."""
    return next(stage["percent"] for stage in service.job(job_id)["stages"] if stage["stage"] == "transcribe")


def _diarizing(service: Service) -> list[int]:
    """The diarizing processes of this service's worker."""
    tasks = [task for parent in service.pids("gpu-worker") for task in Path(f"/proc/{parent}/task").iterdir()]
    children = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return [int(pid) for pid in children if b"worker.diarization" in Path(f"/proc/{pid}/cmdline").read_bytes()]
