"""Texts that would be more than texts: in names, words, minutes, tags, links and people's names; shown as they are."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from steno.config import Settings
from steno.minutes import Minutes
from steno.transcript import Speaker, Transcript
from tests.browser import Visit
from tests.e2e.conftest import set_password
from tests.seeding import long_transcript, minutes_of, seed, tone
from tests.service import Service

ATTACK = "<img src=x onerror=window.hit=1><script>window.hit=1</script>\"'`{{7*7}}${7*7}=cmd|' /C calc'!A0"
NAME = f"../..\\{ATTACK}.wav"
SHOWN = "script>"  # what is left of a name after its last slash


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as one:
        set_password(one, "admin")
        yield one


@pytest.fixture(scope="module")
def job(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A job in which everything a stranger may have written is hostile."""
    recording = tone(tmp_path_factory.mktemp("tone") / "tone.wav", 60).read_bytes()
    told = long_transcript(120, hours=1 / 60, speakers=2, name=ATTACK)
    told = hostile(told)
    job_id = seed(Settings(data_dir=service.data), told, recording=recording, minutes=told_of(told), notices=[ATTACK])
    changed = service.request("PATCH", f"/api/v1/jobs/{job_id}", json={"tags": [ATTACK[:60]]})
    assert changed.ok, changed.text
    return job_id


def hostile(transcript: Transcript) -> Transcript:
    segments = tuple(
        one.model_copy(update={"text": ATTACK, "words": (one.words[0].model_copy(update={"text": ATTACK}),)})
        if one.id % 3 == 0
        else one
        for one in transcript.segments
    )
    speakers = tuple(Speaker(id=one.id, name=f"{ATTACK} {one.id}") for one in transcript.speakers)
    return transcript.model_copy(update={"segments": segments, "speakers": speakers})


def told_of(transcript: Transcript) -> Minutes:
    made = minutes_of(transcript)
    text = made.model_dump_json()
    for harmless in ("Rooms and reports", "Send the report.", "before Friday", "nobody said so", "The report and the"):
        text = text.replace(harmless, ATTACK.replace("\\", "\\\\").replace('"', '\\"'))
    return Minutes.model_validate_json(text)


def unharmed(page: Page) -> None:
    """Nothing ran, nothing was asked of a strange place, no picture was made of a text."""
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src=x]").count() == 0
    assert "49=cmd" not in page.content()


def test_they_are_texts_on_every_page(service: Service, visit: Visit, job: str) -> None:
    page = visit.sign_in()
    page.on("dialog", lambda asked: visit.faults.append(f"dialog: {asked.message}"))
    page.goto("/account")
    page.get_by_label("Your name").fill(ATTACK)
    page.get_by_role("button", name="Save").click()
    share = service.request("POST", f"/api/v1/jobs/{job}/shares", json={"label": ATTACK}).json()["url"]
    for place in ("/", "/jobs", "/account/data", "/admin", "/admin/users", "/admin/audit", "/admin/jobs", share):
        page.goto(place)
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_load_state("networkidle")
        unharmed(page)

    page.goto("/jobs")
    page.get_by_role("searchbox").fill("window.hit")
    expect(page.locator("mark").first).to_be_visible()
    unharmed(page)

    page.goto(f"/jobs/{job}")
    expect(page.locator(".segment").first).to_contain_text("<img src=x")
    expect(page.get_by_text("<img src=x", exact=False).first).to_be_visible()
    for tab in page.get_by_role("tab").all():
        tab.click()
        unharmed(page)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog")).to_contain_text("<img src=x")
    unharmed(page)


def test_an_archive_leads_nowhere(service: Service, job: str, tmp_path: Path) -> None:
    answer = service.request("GET", f"/api/v1/archive.zip?jobs={job}")
    assert answer.ok, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))

    archive.extractall(tmp_path / "out")

    assert archive.testzip() is None
    for name in archive.namelist():
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert not set(name) & set('<>:"\\|?*')
        assert (tmp_path / "out" / name).resolve().is_relative_to(tmp_path)
    cells = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".csv"))
    assert not [line for line in cells.splitlines() for cell in line.split(",") if cell.startswith(("=", "@", "+"))]
    subtitles = next(archive.read(name).decode() for name in archive.namelist() if name.endswith(".vtt"))
    assert "<img" not in subtitles.split("\n\n", 2)[2]  # what is before it are notes, which nobody renders


def test_a_mail_says_them_as_text(service: Service) -> None:
    name = "<img src=x onerror=window.hit=1>\r\nBcc: eve@example.org\r\n.wav"
    form = {"model": "starter", "notify_email": "ann@example.org"}
    files = {"file": ("plain.wav", b"no recording at all")}
    answer = service.request("POST", "/api/v1/jobs", files=files, data=form)
    job_id = answer.json()["id"]
    service.request("PATCH", f"/api/v1/jobs/{job_id}", json={"name": name})
    service.wait([job_id])
    service.until(lambda: bool(service.sink.mails), "the mail comes")

    mail = service.sink.mails[-1]

    assert mail["Bcc"] is None
    assert mail["To"] == "ann@example.org"
    pages = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "text/html"]
    assert pages
    assert all(b"<img" not in (one if isinstance(one, bytes) else b"") for one in pages)
