"""The list of jobs: searched, filtered, followed, and what one does with jobs there."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from steno.config import Settings
from steno.states import JobState
from steno.transcript import Segment, Transcript
from tests.browser import Visit, serious
from tests.e2e.talks import first_held, refresh
from tests.seeding import long_transcript, minutes_of, seed
from tests.service import Service

RECORDINGS = Path(__file__).parent.parent / "recordings"
LONG = 120_000  # milliseconds: a job takes its time


def spoken(name: str, *texts: str) -> Transcript:
    """A transcript of these segments, a minute apart."""
    said = [Segment(id=place, start=60.0 * place, end=60.0 * place + 5, text=one) for place, one in enumerate(texts)]
    made = long_transcript(10, hours=0.1, name=name)
    return made.model_copy(update={"segments": tuple(said), "turns": ()})


@contextmanager
def asleep(service: Service, program: str) -> Iterator[None]:
    """While it sleeps, nothing that it does goes on."""
    pids = service.pids(program)
    for pid in pids:
        os.killpg(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.killpg(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def seeded(service: Service) -> dict[str, str]:
    """Ids of jobs by their names."""
    settings = Settings(data_dir=service.data)
    hostile = "<img src=x onerror=alert(1)>.wav"
    found = {
        "board.wav": spoken("board.wav", "Good morning.", "We talk about the budget of the työryhmä.", "Thank you."),
        "keys.wav": spoken("keys.wav", "Where are the keys?"),
        hostile: spoken(hostile, "<script>alert('budget')</script> the budget"),
    }
    return {name: seed(settings, one, recording=name.encode(), minutes=minutes_of(one)) for name, one in found.items()}


def test_words_are_found_where_they_were_said(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    page.get_by_role("searchbox").fill("tyoryh budg")

    rows = page.locator("#jobs .job")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text(["budget", "työryhmä"])
    expect(page.locator("#said")).to_have_text("1 job")
    visit.screenshot("jobs-search")
    rows.locator(".found").click()

    page.wait_for_url(f"**/jobs/{seeded['board.wav']}#t=60")


def test_how_many_were_found_is_said_also_if_news_come_before_the_answer(
    service: Service, seeded: dict[str, str], visit: Visit
) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    expect(page.locator("#jobs .job").first).to_be_visible()

    with first_held(service, page, "**/api/v1/jobs?*"):
        page.get_by_role("searchbox").fill("tyoryh budg")
    refresh(page)

    expect(page.locator("#said")).to_have_text("1 job")


def test_a_search_that_finds_nothing_says_so_and_leads_back(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs?q=nobody+said+this")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    expect(page.get_by_text("Fewer letters find more")).to_be_visible()

    page.get_by_role("button", name="Show all jobs").click()

    expect(page.locator("#jobs .job").nth(2)).to_be_visible()
    assert "q=" not in page.url


def test_a_first_look_that_fails_is_told_and_the_list_comes_by_itself(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()

    page.route("**/api/v1/**", lambda route: route.abort())
    page.goto("/jobs")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("The server cannot be reached.")
    page.get_by_role("button", name="Try again").click()
    expect(told).to_have_count(1)
    page.unroute("**/api/v1/**")

    expect(page.get_by_role("link", name="board.wav")).to_be_visible()
    expect(told).to_have_count(0)
    page.goto("/")
    page.route("**/api/v1/**", lambda route: route.fulfill(status=503, json={"code": "busy", "detail": "Too busy."}))
    page.reload()
    expect(told).to_have_text("Too busy.")
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Try again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="board.wav")).to_be_visible()


def test_a_search_that_cannot_be_made_says_so(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    expect(page.get_by_role("link", name="board.wav")).to_be_visible()

    page.route("**/api/v1/jobs?*", lambda route: route.abort())
    page.get_by_placeholder("Search in names").fill("budget")

    expect(page.locator(".toast.fault")).to_contain_text("The server cannot be reached.")


def test_hostile_names_and_tags_are_text(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs?q=budget")
    row = page.locator(".job", has_text="onerror")
    row.locator("summary").click()
    row.get_by_role("button", name="Tags").click()
    page.get_by_label("Tags, with commas between them").fill("<script>alert(2)</script>, Board \u202e room")
    page.get_by_role("button", name="Save").click()

    expect(row.locator(".tag")).to_have_text(["<script>alert(2)</script>", "Board room"])
    expect(row.locator(".name")).to_have_text("<img src=x onerror=alert(1)>.wav")
    assert page.locator("#jobs img, #jobs script").count() == 0
    page.locator('select[name="tag"]').select_option("Board room")
    expect(page.locator("#jobs .job")).to_have_count(1)


def test_selected_jobs_are_tagged_downloaded_and_deleted(service: Service, visit: Visit) -> None:
    settings = Settings(data_dir=service.data)
    for number in range(3):
        seed(settings, spoken(f"bulk {number}.wav", f"Bulk words {number}."), recording=b"bulk %d" % number)
    page = visit.sign_in()
    page.goto("/jobs?q=bulk")
    boxes = page.locator(".job input[type=checkbox]")
    expect(boxes).to_have_count(3)

    boxes.first.check()
    boxes.last.click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text("3 selected")
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Tag", exact=True).last.fill("heap")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".job .tag", has_text="heap")).to_have_count(3)
    visit.screenshot("jobs-bulk")
    assert serious(page) == []
    with page.expect_download() as download:
        page.locator("#bulk-zip").click()
    with ZipFile(download.value.path()) as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
    assert len(folders) == 3
    page.locator("#bulk-delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("cannot be undone")
    dialog.get_by_role("button", name="Delete").click()

    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    assert service.request("GET", "/api/v1/jobs?q=bulk").json()["jobs"] == []


def test_a_job_is_stopped_and_run_again_while_another_page_looks_on(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    other = visit.open()
    page.goto("/jobs")
    other.goto("/jobs")
    row, its = page.locator(".job").first, other.locator(".job").first
    with asleep(service, "gpu-worker"):
        service.submit(RECORDINGS / "meeting-05.opus")
        expect(row.locator(".name")).to_have_text("meeting-05.opus")

        row.locator("summary").click()
        row.get_by_role("button", name="Stop it").click()
        expect(its.locator(".badge")).to_have_text("Cancelled", timeout=LONG)
    row.locator("summary").click()
    row.get_by_role("button", name="Run it again").click()

    for one in (row, its):
        expect(one.locator(".badge")).to_have_text("Done", timeout=LONG)
    expect(page.locator("#said")).to_have_text("meeting-05.opus is done.")


def test_an_answer_that_news_have_overtaken_changes_nothing(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    row, held = page.locator(".job").first, []
    with asleep(service, "gpu-worker"):
        service.submit(RECORDINGS / "meeting-06.opus")
        expect(row.locator(".name")).to_have_text("meeting-06.opus")
        page.route("**/api/v1/jobs?*", lambda route: held.append((route, route.fetch())))
        refresh(page)
        service.until(lambda: page.evaluate("0") == 0 and held, "the page has asked, and waits for the answer")
    expect(row.locator(".badge")).to_have_text("Done", timeout=LONG)

    (route, answer), *_ = held
    assert answer.json()["jobs"][0]["state"] != "completed"
    with page.expect_response("**/api/v1/jobs?*"):
        route.fulfill(response=answer)
    page.wait_for_timeout(500)

    expect(row.locator(".badge")).to_have_text("Done")


def test_more_jobs_are_shown_when_asked_for(service: Service, visit: Visit) -> None:
    settings = Settings(data_dir=service.data)
    for number in range(30):
        seed(settings, spoken(f"zillion {number}.wav", "Words."), recording=b"x", state=JobState.COMPLETED)
    page = visit.sign_in()
    page.goto("/jobs?q=zillion")
    rows = page.locator("#jobs .job")
    expect(rows).to_have_count(25)

    page.get_by_role("button", name="Show more").click()

    expect(rows).to_have_count(30)
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    expect(rows.nth(25).locator(".name")).to_be_focused()
    expect(rows.first.locator(".name")).to_have_text("zillion 29.wav")


def test_keys_reach_search_and_rows(seeded: dict[str, str], visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    expect(page.locator("#jobs .job").nth(2)).to_be_visible()

    page.locator("#main").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator("#jobs .name").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#jobs .name").nth(1)).to_be_focused()


def test_on_a_small_screen_nothing_is_cut_off(seeded: dict[str, str], visits: object) -> None:
    visit = visits(width=360, height=740)  # type: ignore[operator]
    page = visit.sign_in()
    for address in ("/", "/jobs"):
        page.goto(address)
        expect(page.locator(".job").first).to_be_visible()
        visit.screenshot(f"small-{re.sub('[^a-z]', '', address) or 'home'}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert serious(page) == []


def test_a_page_that_may_not_follow_its_job_asks_again_and_again(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.clock.install()
    page.route("**/events", lambda route: route.fulfill(status=429, json={"code": "too-many-requests"}))
    with asleep(service, "gpu-worker"):
        job = service.submit(RECORDINGS / "meeting-05.opus")
        with page.expect_response("**/events"):
            page.goto(f"/jobs/{job}")
        assert service.request("POST", f"/api/v1/jobs/{job}/cancel").status_code == 200

        page.clock.run_for(6000)

        expect(page.get_by_text("This job was cancelled")).to_be_visible()
