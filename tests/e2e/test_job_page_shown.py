"""The page of a job as it is shown: while it runs, after it failed, hostile texts, by keyboard alone, to everybody."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from steno.config import Settings
from steno.transcript import Speaker
from tests.browser import Visit, serious
from tests.seeding import long_transcript, minutes_of, seed
from tests.service import Service

HOSTILE = '<img src=x onerror="document.title=1">'
RECORDING = Path(__file__).parents[2] / "examples" / "meeting.opus"


@pytest.fixture(scope="module")
def job(service: Service) -> str:
    """A finished job with minutes, all of whose texts are hostile."""
    told = long_transcript(200, hours=1 / 60, speakers=2, name=f"{HOSTILE}.opus")
    first = told.segments[0].model_copy(update={"text": f"{HOSTILE} {told.segments[0].text}"})
    told = told.model_copy(
        update={
            "segments": (first, *told.segments[1:]),
            "speakers": (Speaker(id="S1", name=HOSTILE), Speaker(id="S2", name="Bo")),
        }
    )
    minutes = minutes_of(told).model_copy(update={"title": HOSTILE})
    settings = Settings(data_dir=service.data)
    return seed(settings, told, recording=RECORDING.read_bytes(), minutes=minutes, notices=[HOSTILE])


def test_hostile_texts_are_texts(job: str, visit: Visit) -> None:
    page = visit.sign_in()

    page.goto(f"/jobs/{job}")

    expect(page.get_by_role("heading", level=1)).to_have_text(f"{HOSTILE}.opus")
    expect(page.locator('.segment[data-id="0"]')).to_contain_text(HOSTILE)
    expect(page.locator(".who").first).to_have_text(HOSTILE)
    expect(page.locator(".minutes-title")).to_have_text(HOSTILE)
    expect(page.get_by_text(HOSTILE, exact=True).first).to_be_visible()
    assert page.locator("#main img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_there_is_no_serious_fault_of_accessibility(
    job: str, visits: Callable[..., Visit], width: int, scheme: str
) -> None:
    visit = visits(width=width, color_scheme=scheme)
    page = visit.sign_in()

    page.goto(f"/jobs/{job}")
    expect(page.locator(".segment").first).to_be_visible()
    assert serious(page) == []
    visit.screenshot(f"job-{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("tab", name="Minutes").click()
    expect(page.locator(".minutes-title")).to_be_visible()
    assert serious(page) == []
    page.locator(".who-button").first.dispatch_event("click")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []


def test_the_page_is_used_by_keyboard_alone(job: str, visit: Visit) -> None:
    page = visit.sign_in()
    page.goto(f"/jobs/{job}")
    expect(page.locator(".segment").first).to_be_visible()

    page.locator("#transcript .who-button").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator('.segment[data-id="0"]')).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator('.segment[data-id="1"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.type("Typed, ")
    page.keyboard.press("Escape")
    expect(page.locator('.segment[data-id="1"]')).to_contain_text("Typed, ")
    expect(page.locator('.segment[data-id="1"]')).to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Keys without Ctrl or Alt work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("k")

    assert page.evaluate("document.querySelector('audio').paused")


def test_the_page_of_a_running_job_becomes_its_transcript(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    job = service.submit(RECORDING)

    page.goto(f"/jobs/{job}")

    expect(page.locator(".segment").first).to_be_visible(timeout=120_000)
    expect(page.locator("#facts .badge")).to_have_text("Done")
    expect(page.get_by_text("Weekly").or_(page.get_by_text("weekly")).first).to_be_visible()
    expect(page.get_by_text("None were asked for")).to_be_visible()

    page.get_by_label("Kind of recording").select_option("Meeting")
    page.get_by_role("button", name="Make the minutes").click()

    expect(page.get_by_role("heading", name="Action items")).to_be_visible(timeout=120_000)
    expect(page.locator("#facts .badge")).to_have_text("Done")

    page.get_by_label("More", exact=True).click()
    page.get_by_role("button", name="Write the minutes again").click()
    page.get_by_role("dialog").get_by_label("Kind of recording").select_option("Interview")
    with page.expect_response("**/summarize/rerun**") as asked:
        page.get_by_role("dialog").get_by_role("button", name="Write the minutes again").click()

    assert asked.value.json()["minutes"]["template"] == "interview"


def test_a_failed_job_says_why_and_can_be_tried_again(service: Service, visit: Visit, tmp_path: Path) -> None:
    page = visit.sign_in()
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"this is no recording")
    job = service.submit(broken)

    page.goto(f"/jobs/{job}")

    expect(page.get_by_text("This job failed")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("This job failed")).to_be_visible(timeout=60_000)


def test_a_deleted_recording_is_said_and_the_transcript_stays(service: Service, visit: Visit) -> None:
    told = long_transcript(100, hours=1 / 60, speakers=2, name="gone.wav")
    job = seed(Settings(data_dir=service.data), told, recording=b"")
    page = visit.sign_in()
    page.route("**/audio", lambda route: route.fulfill(status=410))

    page.goto(f"/jobs/{job}")

    expect(page.get_by_text("The recording was deleted; the transcript stays.")).to_be_visible()
    page.locator(".segment").nth(2).click()
    expect(page.locator(".now-segment")).to_have_attribute("data-id", "2")


def test_a_recording_that_cannot_be_reached_is_asked_for_again(job: str, visit: Visit) -> None:
    page = visit.sign_in()
    page.route("**/audio", lambda route: route.abort())
    page.goto(f"/jobs/{job}")
    expect(page.get_by_text("The recording cannot be reached now.")).to_be_visible()
    page.locator(".segment").nth(2).click()
    page.unroute("**/audio")

    page.get_by_role("region", name="Player").get_by_role("button", name="Try again").click()

    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    expect(page.locator(".now-segment")).to_have_attribute("data-id", "2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_recording_without_speech_says_so(service: Service, visit: Visit) -> None:
    told = long_transcript(10, hours=1 / 60, name="silence.wav").model_copy(update={"segments": (), "uncovered": ()})
    job = seed(Settings(data_dir=service.data), told, recording=RECORDING.read_bytes())
    page = visit.sign_in()

    page.goto(f"/jobs/{job}")

    expect(page.get_by_text("No speech was recognised in this recording.")).to_be_visible()


def test_a_transcript_that_cannot_be_loaded_is_asked_for_again(job: str, visit: Visit) -> None:
    page = visit.sign_in()
    told, segments = page.get_by_role("alert"), page.locator(".segment")

    page.route(f"**/api/v1/jobs/{job}/transcript", lambda route: route.abort())
    page.goto(f"/jobs/{job}")
    expect(told).to_contain_text("The server cannot be reached.")
    page.unroute(f"**/api/v1/jobs/{job}/transcript")
    page.get_by_role("button", name="Try again").click()
    expect(segments.first).to_be_visible()

    page.route(f"**/api/v1/jobs/{job}", lambda route: route.fulfill(status=502, content_type="text/html", body="<p>"))
    page.reload()
    expect(told).to_contain_text("The server cannot be reached.")
    page.unroute(f"**/api/v1/jobs/{job}")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(segments.first).to_be_visible()
    expect(told).to_have_count(0)


def test_on_paper_are_minutes_and_transcript_dark_on_light(job: str, visits: Callable[..., Visit]) -> None:
    visit = visits(width=794, color_scheme="dark")
    visit.context.add_cookies([{"name": "steno_theme", "value": "dark", "url": visit.url}])
    page = visit.sign_in()
    page.goto(f"/jobs/{job}")
    expect(page.locator(".segment").first).to_be_visible()
    expect(page.locator(".minutes-title")).to_be_hidden()

    page.emulate_media(media="print")

    expect(page.locator(".minutes-title")).to_be_visible()
    expect(page.locator(".segment").first).to_be_visible()
    expect(page.locator("body")).to_have_css("color", "rgb(27, 31, 35)")
    expect(page.locator("main")).to_have_css("padding-bottom", "0px")  # the player's room would be an empty sheet
    for gone in (".bar", ".player", ".tools", "[role=tab]", ".entry-edit"):
        expect(page.locator(gone).first).to_be_hidden()


def test_an_earlier_revision_is_looked_at_and_restored(service: Service, visit: Visit) -> None:
    told = long_transcript(100, hours=1 / 60, speakers=2, name="old.wav")
    job = seed(Settings(data_dir=service.data), told, recording=RECORDING.read_bytes())
    page = visit.sign_in()
    page.goto(f"/jobs/{job}")
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".revision")).to_have_count(1)
    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.type("Not what was said. ")
    page.keyboard.press("Escape")
    expect(page.locator(".revision")).to_have_count(2)

    page.get_by_role("button", name="View revision 1").click()
    expect(page.get_by_label("Text of this revision")).to_contain_text(told.segments[0].text)
    page.get_by_role("button", name="Restore this revision").click()
    page.get_by_role("button", name="Restore", exact=True).click()

    expect(page.locator('.segment[data-id="0"]')).to_have_text(told.segments[0].text)
    expect(page.locator(".revision")).to_have_count(3)
