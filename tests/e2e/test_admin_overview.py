"""The overview of the administration: how it is now, by itself up to date; for administrators alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import PASSWORD, Visit, serious
from tests.e2e.conftest import add_person, set_password
from tests.seeding import tone
from tests.service import Service


@pytest.fixture
def overview(service: Service, visit: Visit) -> Visit:
    visit.sign_in()
    visit.page.goto("/admin")
    return visit


def test_it_says_what_is_there_and_which_workers_live(overview: Visit) -> None:
    page = overview.page
    page.get_by_text("At least 1 for every queue.").wait_for()

    expect(page.locator(".sign[data-good=no]")).to_have_count(0)
    expect(page.get_by_text("SQLite answers.")).to_be_visible()
    workers = page.get_by_role("region", name="Workers").get_by_role("listitem")
    expect(workers).to_have_count(2)
    expect(workers.get_by_text("alive")).to_have_count(2)
    overview.screenshot("admin-overview-idle")


def test_what_runs_is_seen_without_reloading_and_without_its_name(
    service: Service, overview: Visit, tmp_path: Path
) -> None:
    recording = tone(tmp_path / "Very secret merger.wav", 3000)
    job = service.submit(recording)
    page = overview.page
    running = page.get_by_role("region", name="Running now")

    running.get_by_text("Transcribing").wait_for(timeout=60_000)

    assert "secret" not in page.content()
    expect(running.get_by_text("admin")).to_be_visible()
    expect(running).to_contain_text("/gpu/")
    overview.screenshot("admin-overview")
    assert serious(page) == []
    service.request("POST", f"/api/v1/jobs/{job}/cancel")
    running.get_by_text("Nothing runs just now.").wait_for(timeout=30_000)


def test_a_worker_that_is_killed_is_missed(service: Service, overview: Visit) -> None:
    page = overview.page
    process = page.get_by_role("region", name="Workers").get_by_text("process").first.inner_text()

    service.kill("gpu-worker")
    service.kill("worker")

    expect(page.locator("#now")).not_to_contain_text(process.split("process")[1], timeout=60_000)
    page.get_by_text("At least 1 for every queue.").wait_for(timeout=60_000)


def test_others_are_refused(service: Service, overview: Visit, visits: Callable[..., Visit]) -> None:
    add_person(service, "bob@example.org")
    set_password(service, "bob@example.org")
    other = visits()
    other.sign_in("bob@example.org", PASSWORD)

    assert other.page.get_by_role("link", name="Administration").count() == 0
    for address in ("/admin", "/admin/now"):
        answer = other.page.goto(address)
        assert answer is not None
        assert answer.status == 403


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody(service: Service, visits: Callable[..., Visit], width: int, scheme: str) -> None:
    visit = visits(width=width, color_scheme=scheme)
    visit.sign_in()
    visit.page.goto("/admin")

    assert serious(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.screenshot(f"admin-overview-{width}-{scheme}")
