"""The administration's pages in a browser, with real workers: a test mail, a question, rules, failures, the log."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from steno.config import Settings
from tests.administration import seed_year
from tests.browser import PASSWORD, Visit, serious
from tests.conftest import RECORDINGS
from tests.e2e.conftest import set_password
from tests.endpoint import Asked, Endpoint, serving
from tests.service import Service

PAGES = {
    "usage": "/admin/usage?days=90",
    "jobs": "/admin/jobs",
    "retention": "/admin/retention",
    "sharing": "/admin/sharing",
    "connections": "/admin/connections",
    "announcement": "/admin/announcement",
    "audit": "/admin/audit",
}
SLOW = 30_000


def mind(asked: Asked) -> dict[str, object]:
    """A model that answers what `steno doctor` asks."""
    return {"sentences": [{"text": "The meeting is on Friday.", "lines": [1]}]}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint(mind)) as one:
        yield one


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, endpoint: Endpoint) -> Iterator[Service]:
    """A service with a language model, a year of use, and two recordings that failed."""
    folder = tmp_path_factory.mktemp("service")
    with Service(folder / "data", STENO_LLM_URL=endpoint.url, STENO_LLM_RETRIES="0") as one:
        set_password(one, "admin")
        seed_year(Settings(data_dir=one.data))
        broken = folder / "Merger with Acme.wav"
        broken.write_bytes(b"this is no sound at all")
        one.wait([one.submit(broken) for _ in range(2)])
        yield one


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.sign_in()


def test_a_test_mail_arrives_and_the_page_says_so(service: Service, visit: Visit, page: Page) -> None:
    page.goto("/account")
    page.get_by_label("Mail address").fill("admin@example.org")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/admin/connections")

    page.get_by_role("button", name="Send a test mail").click()

    expect(page.get_by_text("The mail server took it.")).to_be_visible(timeout=SLOW)
    mail = next(one for one in service.sink.mails if "can send mail" in str(one["Subject"]))
    assert mail["To"] == "admin@example.org"
    assert "Mail works" in mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    visit.screenshot("admin-connections-tried")


def test_a_mail_server_that_is_down_is_told_in_words(service: Service, page: Page) -> None:
    service.sink.stop()
    try:
        page.goto("/admin/connections")
        page.get_by_role("button", name="Send a test mail").click()
        expect(page.locator("#tried-mail").get_by_text("cannot be reached")).to_be_visible(timeout=SLOW)
    finally:
        service.sink.start()


def test_the_language_model_is_asked_and_its_faults_are_told(endpoint: Endpoint, page: Page) -> None:
    page.goto("/admin/connections")
    page.get_by_role("button", name="Ask it something").click()
    expect(page.get_by_text("The language model answers.")).to_be_visible(timeout=SLOW)
    expect(page.locator("#tried-llm")).to_contain_text("test-model")
    assert endpoint.asked

    endpoint.always = "500"
    try:
        page.get_by_role("button", name="Ask it something").click()
        expect(page.locator("#tried-llm").get_by_text("That did not work.")).to_be_visible(timeout=SLOW)
    finally:
        endpoint.always = None


def test_a_failed_recording_is_run_again(service: Service, page: Page) -> None:
    page.goto("/admin/jobs")
    failed = page.get_by_role("region", name="Failed steps").get_by_role("listitem")
    expect(failed).to_have_count(2)
    assert "Acme" not in page.content()
    before = failures(page)

    failed.first.get_by_role("button", name="Run again").click()

    expect(page.get_by_text("It runs again.")).to_be_visible()
    service.until(lambda: failures(page) == before + 1, "it has failed once more")


def failures(page: Page) -> int:
    """How often a recording could not be read, as the page says."""
    page.goto("/admin/jobs")
    counted = page.locator(".reason", has_text="unreadable-media").locator(".times").inner_text()
    return int(counted.rstrip("×").replace(",", ""))


def test_the_model_that_stands_in_is_named_and_hours_are_counted(service: Service, visit: Visit, page: Page) -> None:
    page.goto("/admin/usage")
    before = float(page.locator(".figures dd").nth(1).inner_text().replace(",", ""))
    (job,) = service.wait([service.submit(RECORDINGS / "meeting-02.opus")])
    assert job["state"] == "completed"

    page.goto("/admin/usage")
    assert float(page.locator(".figures dd").nth(1).inner_text().replace(",", "")) == before + 1
    model = page.get_by_role("listitem").filter(has_text="It stands in:")

    def seen() -> bool:
        page.goto("/admin/connections")
        return bool(model.count())

    service.until(seen, "the worker has told which model it has loaded")
    expect(model).to_contain_text("starter")
    expect(model).to_contain_text("loaded")
    page.goto("/admin")
    expect(page.get_by_role("region", name="Workers")).to_contain_text("starter")
    assert serious(page) == []
    visit.screenshot("admin-overview-loaded")


def test_rules_of_retention_show_what_they_would_do_first(visit: Visit, page: Page) -> None:
    page.goto("/admin/retention")
    page.get_by_label("Days that a job is kept").fill("30")
    page.get_by_label("is deleted, where its owner does not choose").check()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="that are there already")).to_be_visible()
    assert serious(page) == []
    visit.screenshot("admin-retention-preview")

    page.get_by_role("button", name="Save, and apply to").click()

    expect(page.get_by_text("jobs have new dates.")).to_be_visible()
    expect(page.get_by_label("Days that a job is kept")).to_have_value("30")
    expect(page.get_by_label("is deleted, where its owner does not choose")).to_be_checked()


def test_an_announcement_is_written_seen_and_put_away(visit: Visit, page: Page, visits: Callable[..., Visit]) -> None:
    page.goto("/admin/announcement")
    page.get_by_label("Text").fill("Down on Friday <i>evening</i>")
    page.get_by_label("Warning").check()
    page.get_by_label("Until").fill("2999-12-31T10:30")
    page.get_by_role("button", name="Announce").click()
    told = page.get_by_role("complementary", name="Announcement")
    expect(told).to_contain_text("Down on Friday <i>evening</i>")
    expect(page.get_by_label("Until")).to_have_value("2999-12-31T10:30")
    assert serious(page) == []
    visit.screenshot("admin-announcement-shown")

    told.get_by_role("button").click()
    expect(told).to_have_count(0)
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(told).to_have_count(0)

    other = visits(width=360, color_scheme="dark")
    other.sign_in()
    expect(other.page.get_by_role("complementary", name="Announcement")).to_be_visible()
    assert serious(other.page) == []
    page.goto("/admin/announcement")
    page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("Nothing is announced any more.")).to_be_visible()


def test_usage_is_drawn_and_told(page: Page) -> None:
    page.goto("/admin/usage?days=30")
    expect(page.locator(".chart .bar")).to_have_count(60)
    picture = page.get_by_role("img", name="Hours of recordings transcribed")
    expect(picture).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("region", name="Usage as a table").get_by_role("row")).to_have_count(31)

    page.get_by_role("link", name="365 days").click()

    expect(page.locator(".chart .bar")).to_have_count(106)
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()


def test_the_log_is_filtered_and_taken_along(page: Page, tmp_path: Path) -> None:
    page.goto("/admin/audit")
    page.get_by_label("What happened").select_option("job.failed")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/admin/audit?*kind=job.failed*")
    kinds = page.locator(".log tbody td:nth-child(2)")
    expect(kinds.first).to_be_visible()
    assert set(kinds.all_inner_texts()) == {"Job failed job.failed"}

    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()

    download.value.save_as(tmp_path / "audit.csv")
    lines = (tmp_path / "audit.csv").read_text().splitlines()
    assert lines[0].startswith("time,kind,person")
    assert all("job.failed" in line for line in lines[1:])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_the_pages_have_no_serious_fault_and_fit(visits: Callable[..., Visit], width: int, scheme: str) -> None:
    visit = visits(width=width, color_scheme=scheme)
    visit.sign_in()
    for name, address in PAGES.items():
        visit.page.goto(address)
        for fold in visit.page.locator("details.fold").all():
            fold.locator("summary").click()
        assert serious(visit.page) == [], name
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        visit.screenshot(f"admin-{name}-{width}-{scheme}")
