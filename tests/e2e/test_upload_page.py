"""The start page: recordings go in by a person's hand, and come out as jobs."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import Visit, serious
from tests.service import Service

RECORDINGS = Path(__file__).parent.parent / "recordings"
LONG = 120_000  # milliseconds: the job itself takes its time


def test_chosen_files_become_jobs_with_the_options_that_were_chosen(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files([RECORDINGS / "meeting-01.opus", RECORDINGS / "meeting-02.opus"])
    page.get_by_label("Language").fill("English")
    page.get_by_role("combobox", name="Speakers").select_option(label="Do not tell apart")
    page.get_by_role("button", name="Transcribe 2 files").click()

    latest = page.locator("#latest .job")
    expect(latest).to_have_count(2)
    expect(latest.get_by_text("Done", exact=True)).to_have_count(2, timeout=LONG)
    jobs = service.request("GET", "/api/v1/jobs").json()["jobs"]

    assert sorted(job["name"] for job in jobs) == ["meeting-01.opus", "meeting-02.opus"]
    assert {job["options"]["language"] for job in jobs} == {"en"}
    assert {job["options"]["diarize"] for job in jobs} == {False}


def test_the_start_page_has_no_serious_fault_of_accessibility(visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-03.opus")
    page.get_by_text("More options").click()

    expect(page.get_by_role("button", name="Transcribe")).to_be_visible()

    visit.screenshot("home-options")
    assert serious(page) == []
