"""The head of a job's page: its name, tags, when it goes; deleted for good."""

import pytest
from playwright.sync_api import Page, expect

from steno.config import Settings
from tests.browser import Visit
from tests.seeding import long_transcript, seed
from tests.service import Service


@pytest.fixture
def page(service: Service, visit: Visit) -> Page:
    """The page of a new job."""
    told = long_transcript(60, hours=1 / 60, name="talk.wav")
    job = seed(Settings(data_dir=service.data), told, recording=b"RIFF")
    visit.sign_in()
    visit.page.goto(f"/jobs/{job}")
    expect(visit.page.locator(".segment").first).to_be_visible()
    return visit.page


def choose(page: Page, name: str) -> None:
    page.get_by_label("More").click()
    page.get_by_role("button", name=name, exact=True).click()


def test_a_new_name_stays(page: Page) -> None:
    page.get_by_role("button", name="Rename").click()
    page.keyboard.type("Budget <2027>")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Budget <2027>.wav")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Budget <2027>.wav")


def test_tags_and_the_day_of_deletion_are_set_and_shown(page: Page) -> None:
    choose(page, "Tags")
    page.get_by_role("textbox").fill("budget, <b>q1</b>")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#facts .tag")).to_have_count(2)

    choose(page, "When it is deleted")
    page.get_by_label("Delete everything of this job on").fill("2190-01-05")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Will be deleted on")).to_contain_text("2190")
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Delete everything of this job on").fill("")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Will be deleted on")).to_have_count(0)


def test_who_leaves_the_day_of_deletion_as_it_is_does_not_move_it_by_hours(service: Service, page: Page) -> None:
    job = f"/api/v1/jobs/{page.url.rsplit('/', 1)[1]}"
    before = service.request("PATCH", job, json={"delete_after": "2190-01-05T03:00:00Z"}).json()
    page.reload()

    choose(page, "When it is deleted")
    page.get_by_label("Keep the recording beside the transcript").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    now = service.request("GET", job).json()
    assert now["keep_recording"] is False
    assert now["delete_after"] == before["delete_after"]


def test_enter_saves_escape_does_not_and_focus_comes_back(page: Page) -> None:
    choose(page, "Tags")
    page.keyboard.type("budget")
    page.keyboard.press("Escape")
    expect(page.get_by_label("More")).to_be_focused()

    choose(page, "Tags")
    page.keyboard.type("keys")
    page.keyboard.press("Enter")

    expect(page.locator("#facts .tag")).to_have_text(["keys"])
    expect(page.get_by_label("More")).to_be_focused()


def test_what_is_deleted_is_gone(page: Page) -> None:
    address = page.url

    choose(page, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.locator(".segment").first).to_be_visible()
    choose(page, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/jobs")

    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
