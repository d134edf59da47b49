"""The whole path of a person who has never seen Steno, from the first-run link to the deletion, on real recordings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PASSWORD, Visit
from tests.conftest import ROOT
from tests.e2e.talks import expect_heard
from tests.e2e.test_upload_page import drop, slow
from tests.service import Service

MEETING = ROOT / "examples" / "meeting.opus"
LONG = 180_000  # milliseconds: real models work on it


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`steno up` as a newcomer starts it; speakers are told apart, minutes are made."""
    with Service(tmp_path_factory.mktemp("service"), STENO_DIARIZE="1", STENO_MINUTES="1") as one:
        yield one


def test_a_newcomer_comes_from_the_first_link_to_the_minutes_and_leaves_nothing(
    service: Service, browser: Browser, visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    welcome(service, page)
    hand_in(service, page)
    page.get_by_role("link", name="Monday <b>meeting.opus").click()

    hear_a_word(page)
    rename_a_speaker(page)
    edited = edit_a_word_and_take_another_edit_back(page)
    subtitles = download_srt(page, tmp_path)
    assert edited in " ".join(subtitles.split())
    assert "Anna Virtanen" in subtitles
    jump_to_the_evidence_of_an_action_item(page)
    address = share(page)
    read_as_a_stranger(service, browser, address, edited)
    delete(page)

    expect(page.get_by_role("link", name="Monday <b>meeting.opus")).to_have_count(0)
    kept = service.request("GET", "/api/v1/jobs").json()["jobs"]
    assert [one["name"] for one in kept] == ["second.opus"]
    assert page.request.get(address).status == 404


def welcome(service: Service, page: Page) -> None:
    """The link that `steno up` prints, and a password."""
    link = next(match[0] for line in service.said if (match := re.search(r"http\S+/welcome/\S+", line)))
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New transcript")


def hand_in(service: Service, page: Page) -> None:
    """Two files dropped, the page reloaded in the middle of the upload, progress until both are done."""
    padding = bytes(6_000_000)  # behind the end of the Ogg stream: no decoder minds
    slow(page, 400_000)
    content = MEETING.read_bytes()
    drop(page, ("Monday <b>meeting.opus", "audio/ogg", content), ("second.opus", "audio/ogg", content + padding))
    page.get_by_role("button", name="Transcribe 2 files").click()
    bar = page.get_by_role("progressbar", name="second.opus")
    service.until(lambda: bar.evaluate("(one) => one.value") > 500_000, "half a megabyte is on its way")

    page.reload()
    slow(page, -1)

    latest = page.locator("#latest .job")
    expect(latest).to_have_count(2, timeout=LONG)
    expect(latest.get_by_text("Done", exact=True)).to_have_count(2, timeout=LONG)


def hear_a_word(page: Page) -> None:
    word = page.locator(".segment").nth(2).locator(".w").nth(1)
    word.click()

    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".segment").nth(2).locator(".now")).to_be_visible()
    expect_heard(page, 1.0, 60.0)
    page.get_by_role("button", name="Pause").click()


def rename_a_speaker(page: Page) -> None:
    spoken = page.get_by_role("button", name="Speaker 1", exact=True).count()
    page.get_by_role("button", name="Speaker 1", exact=True).first.click()
    page.get_by_label("Name, everywhere").fill("Anna Virtanen")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("button", name="Anna Virtanen", exact=True)).to_have_count(spoken)


def edit_a_word_and_take_another_edit_back(page: Page) -> str:
    """A correction that stays; what the segment says then."""
    segment = page.locator(".segment").nth(1)
    before = segment.inner_text()
    for text in (" indeed", " <i>not</i>"):
        segment.dblclick()
        page.keyboard.press("Control+End")
        page.keyboard.type(text)
        page.keyboard.press("Escape")
        expect(page.locator(".save-state")).to_have_text("Saved")
    expect(segment).to_have_text(f"{before} indeed <i>not</i>")

    page.keyboard.press("Control+z")

    expect(segment).to_have_text(f"{before} indeed")
    expect(page.locator(".save-state")).to_have_text("Saved")
    return "indeed"


def download_srt(page: Page, folder: Path) -> str:
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="SRT subtitles").click()
    path = folder / "meeting.srt"
    download.value.save_as(path)
    page.get_by_role("button", name="Close").click()
    return path.read_text(encoding="utf-8")


def jump_to_the_evidence_of_an_action_item(page: Page) -> None:
    items = page.locator(".minutes-section", has=page.get_by_role("heading", name="Action items"))
    cite = items.get_by_role("button", name=re.compile("^Evidence at")).first
    quoted = (cite.get_attribute("aria-label") or "").split(": ", 1)[1]

    cite.click()

    proof = page.locator(".segment.evidence").first
    expect(proof).to_be_in_viewport()
    expect(proof).to_contain_text(quoted[:40])


def share(page: Page) -> str:
    """The address of a new link."""
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("The link").input_value()
    page.get_by_role("button", name="Close").click()
    return address


def read_as_a_stranger(service: Service, browser: Browser, address: str, edited: str) -> None:
    """In another profile, which is not signed in."""
    stranger = Visit(browser, service.url)
    stranger.page.goto(address)
    expect(stranger.page.locator(".segment").nth(1)).to_contain_text(edited)
    expect(stranger.page.get_by_text("Anna Virtanen").first).to_be_visible()
    expect(stranger.page.get_by_role("heading", name="Action items")).to_be_visible()
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Monday <b>meeting.opus")
    stranger.page.goto("/jobs")
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    stranger.close()


def delete(page: Page) -> None:
    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile(r"/(jobs)?$"))
