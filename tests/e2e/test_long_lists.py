"""The list of jobs where it is longer than what is asked for at once."""

import pytest
from playwright.sync_api import Route, expect

from steno.config import Settings
from tests.browser import Visit
from tests.e2e.talks import first_held, refresh
from tests.seeding import long_transcript, seed
from tests.service import Service

MANY = 110


@pytest.fixture(scope="module")
def many(service: Service) -> None:
    """Jobs, two of them of the budget."""
    settings = Settings(data_dir=service.data)
    for number in range(MANY):
        name = f"budget {number}.wav" if number in (3, 107) else f"talk {number}.wav"
        seed(settings, long_transcript(10, hours=0.1, name=name), recording=b"x")


def renamed(route: Route) -> None:
    """Answer as the service does, but for the name of the newest job: who looks on sees that this answer is shown."""
    answer = route.fetch()
    found = answer.json()
    found["jobs"][0]["name"] = "renamed.wav"
    route.fulfill(response=answer, json=found)


def test_a_look_at_what_is_new_takes_no_row_away(many: None, visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    rows = page.locator("#jobs .job")
    for shown in (25, 50, 75, 100):
        expect(rows).to_have_count(shown)
        page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(MANY)
    rows.last.get_by_role("checkbox").check()

    page.route("**/api/v1/jobs?limit=100", renamed)
    refresh(page)
    expect(rows.first.locator(".name")).to_have_text("renamed.wav")

    expect(rows).to_have_count(MANY)
    expect(rows.last.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 selected")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_more_of_a_list_that_a_search_replaces_is_the_search(many: None, service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    rows = page.locator("#jobs .job")
    expect(rows).to_have_count(25)

    with first_held(service, page, "**/api/v1/jobs?*"):
        page.get_by_role("searchbox").fill("budget")
    page.get_by_role("button", name="Show more").click()

    expect(rows.locator(".name")).to_have_text(["budget 107.wav", "budget 3.wav"])
    expect(page.locator("#said")).to_have_text("2 jobs")


def test_more_comes_also_if_news_have_the_list_asked_for_anew(many: None, service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/jobs")
    rows = page.locator("#jobs .job")
    expect(rows).to_have_count(25)

    with first_held(service, page, "**/api/v1/jobs?*cursor=*") as held:
        page.get_by_role("button", name="Show more").click()
    page.route("**/api/v1/jobs?limit=*", renamed)
    refresh(page)
    page.evaluate("new Promise(requestAnimationFrame)")  # the news have come
    held[0].continue_()

    expect(rows).to_have_count(50)
    expect(rows.first.locator(".name")).to_have_text("renamed.wav")
