"""What is said in confidence is not left lying about: in logs, in files that others can read, in browsers' caches."""

import re
import stat
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from steno.cli import app
from steno.database.tables import Document
from steno.transcript import Transcript
from tests import hermetic
from tests.rest import Person, Rest
from tests.service import Service
from tests.unit.exports.transcripts import small

WORDS = "the dismissal of Ms Miller"


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    job = ann.job(minutes="true")
    rest.complete(job)
    return job


def test_a_fault_of_the_database_tells_the_log_no_values(rest: Rest) -> None:
    half = insert(Document).values(id="1" * 32, job_id=WORDS, kind="transcript")

    with pytest.raises(IntegrityError) as caught:
        rest.database.write(lambda session: session.execute(half))

    logged = "".join(traceback.format_exception(caught.value))
    assert "INSERT INTO documents" in logged
    assert "Miller" not in logged


def test_a_transcript_that_cannot_be_read_is_not_repeated_in_the_error() -> None:
    content = small().model_dump(mode="json")
    content["segments"][0] |= {"text": [WORDS]}

    with pytest.raises(ValidationError) as caught:
        Transcript.model_validate(content)

    assert "segments.0.text" in str(caught.value)
    assert "Miller" not in str(caught.value)


def test_what_the_service_writes_is_its_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)  # as systemd's StateDirectory makes it
    monkeypatch.setenv("STENO_DATA_DIR", str(data))
    with hermetic.as_a_program_begins():
        CliRunner().invoke(app, ["recover"], catch_exceptions=False)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir() if path.is_file()}
    assert "steno.sqlite" in modes
    assert {mode & 0o077 for mode in modes.values()} == {0}, modes


def test_browsers_keep_no_copy_of_what_was_said(ann: Person, job: str) -> None:
    addresses = (
        "transcript",
        "transcript.srt",
        "minutes",
        "minutes.docx",
        "audio",
        "waveform",
        "questions",
        "archive.zip",
    )

    kept = {address: ann.get(f"/jobs/{job}/{address}").headers["Cache-Control"] for address in addresses}

    assert [address for address, value in kept.items() if "no-store" not in value] == []


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that was started where anybody may read files, and cores are written as far as may be."""
    with hermetic.as_a_program_begins(), Service(tmp_path_factory.mktemp("service")) as one:
        yield one


def test_no_program_of_the_service_leaves_a_core_or_a_file_for_others(service: Service) -> None:
    mark = f"STENO_DATA_DIR={service.data}\0"
    ours = [process for process in Path("/proc").glob("[0-9]*") if mark in _environment(process)]

    masks = {_said(process / "status", r"Umask:\s+(\d+)") for process in ours}
    cores = {_said(process / "limits", r"Max core file size\s+(\S+)") for process in ours}

    assert len(ours) >= 4  # itself, two workers, web
    assert masks == {"0077"}
    assert cores == {"0"}


def test_who_asks_through_a_proxy_here_does_not_say_which_path_it_is(service: Service) -> None:
    told = service.request("GET", "/healthz", headers={"PATH_INFO": "/api/v1/docs", "SCRIPT_NAME": "/x"})

    assert told.json() == {"status": "alive"}


def test_every_kind_of_answer_has_the_headers_that_keep_a_browser_safe(rest: Rest, ann: Person, job: str) -> None:
    link = "/shared/" + ann("POST", f"/jobs/{job}/shares", json={}).json["url"].rsplit("/", 1)[1]
    client, stylesheet = rest.app.test_client(), "/static/docs.css"
    pages = ["/sign-in", "/nowhere", "/api/v1/nowhere", "/v1/nowhere", "/healthz", stylesheet, link, f"{link}/audio"]
    answers = [client.get(page, buffered=True) for page in pages]
    answers += [ann.get(f"/jobs/{job}/{what}") for what in ("transcript.csv", "minutes.ics", "archive.zip", "audio")]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Permissions-Policy"].startswith("microphone=(self), camera=()")
        assert "Server" not in answer.headers


def _said(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text())
    assert found is not None, file
    return found[1]


def _environment(process: Path) -> str:
    with suppress(OSError):  # it has ended, or is another person's
        return (process / "environ").read_bytes().decode("utf-8", "replace")
    return ""
