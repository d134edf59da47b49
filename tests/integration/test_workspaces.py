"""What stages leave on the way goes with the job: ranges, decoded sound, answers of the language model."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from steno.blobs import BlobStore
from steno.database.tables import Job
from steno.ledger import housekeeping
from tests.conftest import ROOT
from tests.endpoint import Endpoint, serving
from tests.ledger import Ledger
from tests.rest import Person, Rest
from tests.service import Service, free_port

EXAMPLE = ROOT / "examples" / "meeting.opus"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture(scope="module", params=["encrypted", "plain"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    def clerk(asked):
        first = min(asked.lines, default=0)
        point = {"text": asked.lines[first][1], "lines": [first]}
        if not asked.extracting:
            return {"title": "Meeting", "summary": [point], "subjects": []}
        return {"points": [point], "subjects": [], "decisions": [], "open_questions": [], "action_items": []}

    port = free_port()
    own = {"STENO_LLM_URL": f"http://127.0.0.1:{port}/v1", "STENO_ENCRYPT": str(request.param == "encrypted")}
    with serving(Endpoint(clerk), port=port), Service(tmp_path_factory.mktemp("service") / "data", **own) as running:
        yield running


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Path) -> Path:
    recording = tmp_path_factory.mktemp("long") / "long.opus"
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-stream_loop", "60", "-i", EXAMPLE, "-c", "copy", recording]
    subprocess.run([str(part) for part in command], check=True)
    return recording


def test_a_deleted_job_takes_its_answers_along(service: Service) -> None:
    job_id = service.submit(EXAMPLE, minutes="true")
    service.wait([job_id])
    if is_plain(service):
        assert any("answers" in path.parts for path in files(service, job_id))

    service.request("DELETE", f"/api/v1/jobs/{job_id}")

    assert not (service.data / "minutes" / "answers").exists()
    assert files(service, job_id) == []


@pytest.mark.parametrize("service", ["encrypted"], indirect=True)
def test_nothing_of_a_job_that_ended_well_can_be_read_on_the_disk(service: Service) -> None:
    job_id = service.submit(EXAMPLE, minutes="true")
    service.wait([job_id])
    text = service.request("GET", f"/api/v1/jobs/{job_id}/transcript.txt").text
    heard = service.request("GET", f"/api/v1/jobs/{job_id}/audio").content

    service.until(lambda: files(service, job_id) == [], "the workspace is gone")
    kept = [path.read_bytes() for path in (service.data / "blobs").rglob("*") if path.is_file()]

    assert heard == EXAMPLE.read_bytes()
    assert len(text.split()) > 20
    assert len(kept) >= 3
    assert not any(word.encode() in content for content in kept for word in text.split() if len(word) > 5)
    assert not any(heard[1000:1032] in content or heard[:4] in content[:200] for content in kept)


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_a_job_deleted_while_it_runs_leaves_nothing(service: Service, long: Path, cancelled_first: bool) -> None:
    job_id = service.submit(long)
    service.until(lambda: any(path.suffix == ".json" for path in files(service, job_id)), "a range is done")

    if cancelled_first:
        service.request("POST", f"/api/v1/jobs/{job_id}/cancel")
        service.until(lambda: "running" not in stages(service, job_id), "the worker lets go")
        assert files(service, job_id)
    service.request("DELETE", f"/api/v1/jobs/{job_id}")
    (other,) = service.wait([service.submit(EXAMPLE, minutes="false")])  # the worker is free again

    assert other["state"] == "completed"
    assert files(service, job_id) == []
    assert not [path for path in (service.data / "blobs" / "recordings").rglob("*") if path.stat().st_size > 10**6]


def test_a_job_deleted_by_the_api_takes_its_workspace_along(rest: Rest, ann: Person) -> None:
    mine, other = ann.job(content="same"), ann.job(content="same", language="fi")
    for job in (mine, other):
        leave(rest.blobs, job)

    ann("DELETE", f"/jobs/{mine}")

    assert rest.blobs.workspaces() == [other]


def test_what_nobody_comes_back_for_goes(ledger: Ledger, blobs: BlobStore) -> None:
    past_its_date, long_ended = ledger.submit(delete_after=1.0), ledger.submit()
    ledger.run()
    ledger.change(Job, long_ended, finished=Job.finished - 8 * 86_400)
    just_ended = ledger.submit()
    ledger.run()
    waiting, deleted = ledger.submit(), "0" * 32
    for job in (past_its_date, long_ended, just_ended, waiting, deleted):
        leave(blobs, job)

    housekeeping.tidy(ledger.database, blobs)

    assert sorted(blobs.workspaces()) == sorted([just_ended, waiting])
    assert ledger.job(long_ended).state == "completed"


def test_what_is_plain_of_an_encrypted_job_goes_sooner(ledger: Ledger, blobs: BlobStore) -> None:
    done, failed, old = ledger.submit(), ledger.submit(), ledger.submit()
    for job in (failed, old):
        ledger.change(Job, job, created=Job.created - 100)
        ledger.fail(ledger.take())
    ledger.run()
    for job in (done, failed, old):
        ledger.change(Job, job, key="v1.of.somebody")
        leave(blobs, job)
    ledger.change(Job, old, finished=Job.finished - 2 * 86_400)

    housekeeping.tidy(ledger.database, blobs)

    assert blobs.workspaces() == [failed]
    assert [ledger.job(job).state for job in (done, failed, old)] == ["completed", "failed", "failed"]


def test_two_that_tidy_at_once_do_not_meet(ledger: Ledger, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ledger.submit(delete_after=1.0)
    ledger.run()
    real = ledger.database.write

    def write(work):  # type: ignore[no-untyped-def]
        monkeypatch.undo()
        housekeeping.tidy(ledger.database, blobs)
        return real(work)

    monkeypatch.setattr(ledger.database, "write", write)
    housekeeping.tidy(ledger.database, blobs)

    assert [event.kind for event in ledger.happened(job)].count("job.deleted") == 1


@pytest.mark.parametrize("name", ["", "..", "../" + "0" * 32, "0" * 31, "A" * 32])
def test_only_ids_have_workspaces(blobs: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        blobs.delete_workspace(name)


def is_plain(service: Service) -> bool:
    return service.environment["STENO_ENCRYPT"] == "False"


def leave(blobs: BlobStore, job: str) -> None:
    """Unfinished work of a job."""
    place = blobs.workspace(job) / "unfinished" / "range.json"
    place.parent.mkdir(parents=True)
    place.write_text("words")


def files(service: Service, job_id: str) -> list[Path]:
    return [path for path in BlobStore(service.data / "blobs").workspace(job_id).rglob("*") if path.is_file()]


def stages(service: Service, job_id: str) -> list[str]:
    return [stage["state"] for stage in service.job(job_id)["stages"]]
