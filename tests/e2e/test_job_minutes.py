"""Beside the transcript: minutes corrected and ticked off, files to take away, links for people without an account."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from steno.config import Settings
from tests.browser import Visit, serious
from tests.e2e.talks import held_back
from tests.seeding import long_transcript, loudness, minutes_of, seed
from tests.service import Service

RECORDING = Path(__file__).parents[2] / "examples" / "meeting.opus"


@pytest.fixture
def page(service: Service, visit: Visit) -> Page:
    """The page of a new job with minutes."""
    told = long_transcript(200, hours=1 / 60, speakers=2, name="talk.wav")
    settings = Settings(data_dir=service.data)
    job = seed(settings, told, recording=RECORDING.read_bytes(), minutes=minutes_of(told), waveform=loudness(told))
    visit.sign_in()
    visit.page.goto(f"/jobs/{job}")
    expect(visit.page.locator(".minutes-title")).to_be_visible()
    return visit.page


def refuse_once(route: Route, refused: list[Route]) -> None:
    """Answer the first as a proxy does that finds no server."""
    if refused:
        route.continue_()
    else:
        refused.append(route)
        route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")


def test_an_action_item_is_ticked_off_and_stays_so(page: Page) -> None:
    tick = page.get_by_role("checkbox", name="Done: Send the report.")

    tick.check()

    expect(page.locator("#saved")).to_have_text("Minutes saved")
    expect(tick).to_be_focused()
    page.reload()
    expect(tick).to_be_checked()


def test_a_doubt_is_cleared_by_who_has_checked_it(page: Page) -> None:
    question = page.locator(".entry", has_text="Does the budget cover another room?")
    expect(question).to_contain_text("Unverified: nobody said so")

    question.get_by_role("button", name="Edit:").click()
    page.get_by_label("I have checked it: it is right").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(question).to_contain_text("edited")
    expect(question).not_to_contain_text("Unverified")


def test_a_statement_is_corrected_another_added_and_one_removed(page: Page) -> None:
    page.get_by_role("button", name="Edit: Send the report.").click()
    page.get_by_label("Task").fill("Send <b>both</b> reports.")
    page.get_by_label("Owner").fill("Zoe")
    page.get_by_label("Due").fill("2026-12-24")
    page.get_by_role("button", name="Save", exact=True).click()
    item = page.locator(".entry", has_text="Send <b>both</b> reports.")
    expect(item).to_contain_text("Zoe")
    expect(item).to_contain_text("edited")

    page.locator('.segment[data-id="4"]').click()
    page.get_by_role("button", name="Add a decision").click()
    page.get_by_label("Text", exact=True).fill("The keys stay here.")
    page.get_by_role("button", name="Save", exact=True).click()
    added = page.locator(".entry", has_text="The keys stay here.")
    added.get_by_role("button", name="Evidence at").click()
    expect(page.locator('.segment[data-id="4"]')).to_be_focused()

    added.get_by_role("button", name="Edit:").click()
    page.get_by_role("button", name="Remove", exact=True).click()

    expect(page.get_by_text("The keys stay here.")).to_have_count(0)


def test_what_another_window_changed_stays_and_no_word_is_lost(page: Page, visit: Visit) -> None:
    other = visit.open()
    other.goto(page.url)
    page.get_by_role("button", name="Edit: Send the report.").click()
    other.get_by_role("checkbox", name="Done: Ask the office").check()
    expect(other.locator("#saved")).to_have_text("Minutes saved")

    page.get_by_label("Task").fill("Send both reports.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".entry", has_text="Send both reports.")).to_contain_text("edited")
    expect(page.get_by_role("checkbox", name="Done: Ask the office")).to_be_checked()

    other.get_by_role("button", name="Edit: Send the report.").click()
    other.get_by_label("Task").fill("Send none.")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator(".toast.fault")).to_contain_text("changed elsewhere")
    expect(other.locator(".toast.fault")).to_contain_text("You wrote: Send none.")
    expect(other.locator(".entry", has_text="Send both reports.")).to_be_visible()


def test_an_item_is_ticked_off_while_another_is_written(page: Page) -> None:
    page.get_by_role("button", name="Edit: Send the report.").click()
    page.get_by_label("Task").fill("Send both reports.")

    page.get_by_role("checkbox", name="Done: Ask the office").check()

    expect(page.locator("#saved")).to_have_text("Minutes saved")
    expect(page.get_by_label("Task")).to_have_value("Send both reports.")


def test_a_statement_that_is_being_written_outlives_the_session(page: Page, visit: Visit) -> None:
    cookies, address = visit.context.cookies(), page.url
    page.get_by_role("button", name="Add a decision").click()
    page.get_by_label("Text", exact=True).fill("The keys stay here.")

    visit.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/sign-in**")
    visit.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(address)

    expect(page.get_by_label("Text", exact=True)).to_have_value("The keys stay here.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".entry", has_text="The keys stay here.")).to_be_visible()


def test_minutes_that_fail_to_load_are_asked_for_again(page: Page) -> None:
    page.route("**/minutes", lambda route: route.abort())
    page.reload()
    panel = page.get_by_role("tabpanel", name="Minutes")
    expect(panel.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.unroute("**/minutes")
    panel.get_by_role("button", name="Try again").click()

    expect(page.locator(".minutes-title")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_who_clicks_twice_makes_one_link(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Share").click()

    with held_back(page, "**/shares", "POST"):
        page.get_by_role("button", name="Make a link").dblclick()
    expect(page.get_by_label("The link")).to_be_visible()
    page.get_by_role("button", name="Make a link").dblclick()

    expect(page.locator(".share")).to_have_count(2)
    assert [one.rsplit("/", 1)[-1] for one in asked] == ["shares", "shares"]


def test_a_new_name_of_a_speaker_stands_in_the_minutes_too(page: Page) -> None:
    expect(page.locator(".entry", has_text="Send the report.")).to_contain_text("Speaker 1")

    page.get_by_role("button", name="Speaker 1", exact=True).first.click()
    page.get_by_label("Name, everywhere").fill("Anna")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".entry", has_text="Send the report.")).to_contain_text("Anna")


def test_files_are_taken_away_with_subtitles_as_one_wants_them(page: Page) -> None:
    page.get_by_role("button", name="Download").click()
    page.get_by_text("Subtitle settings").click()
    preview = page.get_by_label("The first subtitles")
    expect(preview).to_contain_text("-->")
    page.get_by_label("Characters in a line").fill("20")
    expect(preview).not_to_contain_text("Committee ask the the report")
    with page.expect_download() as download:
        page.get_by_role("link", name="SRT subtitles").click()

    with page.expect_download() as archive:
        page.get_by_role("link", name="Everything as ZIP").click()
    names = zipfile.ZipFile(archive.value.path()).namelist()
    assert {"talk.srt", "talk.docx", "talk.minutes.md"} <= set(names), names
    lines = download.value.path().read_text().splitlines()
    assert download.value.suggested_filename == "talk.srt"
    assert max(map(len, (line for line in lines if "-->" not in line))) <= 20
    assert serious(page) == []


def test_headings_are_in_the_language_that_is_chosen(page: Page) -> None:
    page.get_by_role("button", name="Download").click()
    page.get_by_text("Subtitle settings").click()
    preview = page.get_by_label("The first subtitles")
    expect(preview).to_contain_text("[Speaker 1]")
    language = page.get_by_label("Language of headings and dates")
    expect(language.locator("option")).to_have_text(["Same as the text", "English", "German", "Finnish", "Swedish"])

    language.select_option(label="German")
    expect(preview).to_contain_text("[Person 1]")
    with page.expect_download() as minutes:
        page.get_by_role("link", name="Markdown").click()
    with page.expect_download() as archive:
        page.get_by_role("link", name="Everything as ZIP").click()

    assert "## Aufgaben" in minutes.value.path().read_text()
    with zipfile.ZipFile(archive.value.path()) as files:
        assert "[Person 1]" in files.read("talk.srt").decode()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    expect(language).to_have_value("")


def test_who_has_the_link_reads_and_hears_until_it_is_revoked(page: Page, visits: Callable[..., Visit]) -> None:
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Label").fill("For Bo")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link").input_value()
    assert serious(page) == []

    guest = visits(width=360)
    guest.page.goto(link)
    expect(guest.page.get_by_text("Shared with you to read")).to_be_visible()
    guest.page.locator('.segment[data-id="2"] .w').first.click()
    expect(guest.page.get_by_role("button", name="Pause")).to_be_visible()
    guest.page.get_by_role("tab", name="Minutes").click()
    expect(guest.page.get_by_text("Send the report.")).to_be_visible()
    expect(guest.page.get_by_role("checkbox", name="Done: Send the report.")).to_be_disabled()
    assert guest.page.get_by_role("button", name="Edit").count() == 0
    assert serious(guest.page) == []
    guest.screenshot("shared-360")
    guest.page.get_by_role("button", name="Download").click()
    guest.page.get_by_label("Language of headings and dates").select_option(label="Finnish")
    with guest.page.expect_download() as text:
        guest.page.get_by_role("link", name="paragraphs with names").first.click()
    assert "Puhuja 1:" in text.value.path().read_text()
    dialog = guest.page.locator("dialog.downloads")
    assert 0 < dialog.evaluate("(it) => it.scrollWidth") <= dialog.evaluate("(it) => it.clientWidth") < 360
    assert serious(guest.page) == []

    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Share").click()
    expect(page.locator(".share", has_text="For Bo")).to_contain_text("opened once")
    page.get_by_role("button", name="Revoke: For Bo").click()
    page.get_by_role("button", name="Revoke", exact=True).last.click()
    expect(page.locator(".share")).to_have_count(0)
    guest.page.reload()

    expect(guest.page.get_by_role("heading", level=1)).not_to_have_text("talk.wav")


def test_a_question_is_answered_with_passages_that_lead_to_the_words(page: Page) -> None:
    page.get_by_role("tab", name="Ask").click()
    page.get_by_label("Question", exact=True).fill("What about <i>the keys</i>?")
    refused: list[Route] = []
    page.route("**/questions/*", lambda route: refuse_once(route, refused))
    with held_back(page, "**/questions", "POST"):
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_label("Question", exact=True).fill("And the room?")

    asked = page.locator(".question", has_text="What about <i>the keys</i>?")
    asked.get_by_role("button", name="Remove:").focus()
    expect(asked.locator(".cite").first).to_be_visible(timeout=30_000)
    expect(page.get_by_label("Question", exact=True)).to_have_value("And the room?")
    assert len(refused) == 1
    expect(asked.get_by_role("button", name="Remove:")).to_be_focused()
    asked.locator(".cite").first.click()
    expect(page.locator(".segment.evidence").first).to_be_visible()
    assert serious(page) == []
    page.reload()
    page.get_by_role("tab", name="Ask").click()
    expect(asked.locator(".cite").first).to_be_visible()
    asked.get_by_role("button", name="Remove:").click()
    expect(asked).to_have_count(0)


def test_who_opened_the_job_is_told(page: Page) -> None:
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The link", exact=True)).to_be_focused()
    page.keyboard.press("Escape")

    page.get_by_label("More").click()
    page.get_by_role("button", name="Who opened it").click()

    expect(page.get_by_role("dialog").get_by_text("read the transcript")).to_be_visible()
    expect(page.get_by_role("dialog").locator("li", has_text="made a link")).to_contain_text("admin made a link")


def test_where_sharing_is_limited_or_forbidden_the_page_goes_by_it(page: Page, visits: Callable[..., Visit]) -> None:
    job = page.url
    boss = visits().sign_in()
    boss.goto("/admin/sharing")
    boss.get_by_label("Days after which every link has ended").fill("14")
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("Saved.")).to_be_visible()
    assert serious(boss) == []

    page.reload()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Works for").locator("option")).to_have_text(["One day", "7 days", "14 days"])
    expect(page.get_by_label("Works for")).to_have_value("14")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link").input_value()

    boss.get_by_label("Nobody may, and links that are there lead nowhere").check()
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("Nobody can share by link any more.")).to_be_visible()
    page.goto(job)
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    answer = page.request.get(link)
    assert answer.status == 404

    boss.get_by_label("People may share what is theirs").check()
    boss.get_by_label("Days after which every link has ended").fill("")
    boss.get_by_role("button", name="Save").click()
    expect(boss.get_by_text("Saved.")).to_be_visible()
