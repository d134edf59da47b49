"""What is said in confidence is not left lying about: in logs, in files that others can read, in browsers' caches."""

import os
import stat
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from steno.cli import app
from steno.database.tables import Document
from steno.transcript import Transcript
from tests.rest import Person, Rest
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
    before = os.umask(0o022)
    try:
        CliRunner().invoke(app, ["recover"], catch_exceptions=False)
    finally:
        os.umask(before)

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
