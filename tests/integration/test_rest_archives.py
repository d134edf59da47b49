"""Archives: all there is of one job or of several, under names that are safe, without memory that grows."""

import io
import zipfile
from pathlib import PurePosixPath
from typing import Any

import pytest

from steno.exports import formats
from steno.exports.minutes import minutes_formats
from tests.rest import Person, Rest


@pytest.fixture
def job(rest: Rest, ann: Person) -> str:
    return finished(rest, ann, name="Kokous äö \U0001f600.wav", minutes="true")


def finished(rest: Rest, person: Person, **fields: str) -> str:
    made = person.job(**fields)
    rest.complete(made)
    return made


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def test_a_job_in_all_its_formats(ann: Person, job: str) -> None:
    answer = ann.get(f"/jobs/{job}/archive.zip")

    archive = opened(answer)
    stem = "Kokous äö \U0001f600"
    endings = {name.removeprefix(stem) for name in archive.namelist()}
    assert len(archive.namelist()) == len(formats()) + len(minutes_formats())
    assert {".srt", ".TextGrid", ".minutes.md", ".minutes.ics", ".minutes.docx"} <= endings
    assert archive.read(f"{stem}.srt") == ann.get(f"/jobs/{job}/transcript.srt").data
    assert archive.read(f"{stem}.minutes.md") == ann.get(f"/jobs/{job}/minutes.md").data
    assert all(info.flag_bits & 0x800 for info in archive.infolist())
    assert "filename*=UTF-8''Kokous%20%C3%A4%C3%B6%20%F0%9F%98%80.zip" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "endings"),
    [
        ("srt,vtt", {".srt", ".vtt"}),
        ("txt", {".txt", ".minutes.txt"}),
        ("transcript.txt, minutes.MD", {".txt", ".minutes.md"}),
    ],
)
def test_a_job_in_chosen_formats(ann: Person, job: str, asked: str, endings: set[str]) -> None:
    archive = opened(ann.get(f"/jobs/{job}/archive.zip?formats={asked}"))

    assert {name.removeprefix("Kokous äö \U0001f600") for name in archive.namelist()} == endings


@pytest.mark.parametrize("asked", ["exe", "srt,exe", ",", "minutes.srt", "transcript"])
def test_unknown_formats_are_refused(ann: Person, job: str, asked: str) -> None:
    assert ann.get(f"/jobs/{job}/archive.zip?formats={asked}").status_code == 422


def test_several_jobs_have_a_folder_each(rest: Rest, ann: Person) -> None:
    names = ["Board.wav", "board.mp3", "../../etc/passwd", "CON.wav"]
    made = [finished(rest, ann, content=name + str(n), name=name) for n, name in enumerate(names)]
    waiting = ann.job(content="waits", name="later.wav")

    archive = opened(ann.get(f"/archive.zip?jobs={','.join([*made, waiting])}&formats=txt"))

    folders = [PurePosixPath(name).parts[0] for name in archive.namelist()]
    assert folders[:2] == ["Board", "board (2)"]
    assert len(set(map(str.casefold, folders))) == 4
    for name in archive.namelist():
        assert len(PurePosixPath(name).parts) == 2
        assert ".." not in PurePosixPath(name).parts
        assert not name.startswith("CON")


def test_who_packs_a_job_has_notedit(ann: Person, job: str) -> None:
    ann.get(f"/jobs/{job}/archive.zip?formats=srt")

    noted = [one["what"] for one in ann.get(f"/jobs/{job}/audit").json["events"] if one["what"] is not None]
    assert noted == ["archive"]


def test_only_own_jobs_are_packed(rest: Rest, ann: Person, job: str) -> None:
    bob = rest.person("bob@example.org")
    own = finished(rest, bob)

    assert bob.get(f"/archive.zip?jobs={own},{job}").status_code == 404
    assert bob.get(f"/jobs/{job}/archive.zip").status_code == 404
    assert rest.app.test_client().get(f"/api/v1/archive.zip?jobs={job}").status_code == 401


@pytest.mark.parametrize("jobs", ["", "x", "0" * 31, ",".join(["0" * 32] * 101)])
def test_what_names_no_jobs_is_refused(ann: Person, jobs: str) -> None:
    assert ann.get(f"/archive.zip?jobs={jobs}").status_code == 422


def test_nothing_is_packed_before_there_is_a_transcript(ann: Person) -> None:
    waiting = ann.job(content="other")

    assert ann.get(f"/jobs/{waiting}/archive.zip").json["code"] == "not-there-yet"


def test_few_archives_are_made_at_once(rest: Rest, ann: Person, job: str) -> None:
    here = rest.app.extensions["steno"].archives
    for _ in range(4):
        assert here.acquire(blocking=False)

    busy = ann.get(f"/jobs/{job}/archive.zip")
    for _ in range(4):
        here.release()
    free = [ann.get(f"/jobs/{job}/archive.zip?formats=srt").status_code for _ in range(6)]

    assert (busy.status_code, set(free)) == (429, {200})


def test_what_cannot_be_written_is_said_in_the_archive(
    rest: Rest, ann: Person, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "icalendar", None)  # as where it is not installed

    archive = opened(ann.get(f"/jobs/{job}/archive.zip?formats=srt,ics"))

    assert "icalendar" in archive.read("MISSING.txt").decode()
    assert len(archive.namelist()) == 2
