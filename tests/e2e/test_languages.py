"""The pages in Finnish and Swedish: what the machine doubts is said in the reader's language, and long words fit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from steno import sayings
from steno.config import Settings
from steno.transcript import Uncovered
from tests.browser import Visit
from tests.seeding import long_transcript, minutes_of, seed
from tests.service import Service
from web.translations.collecting import LANGUAGES

RECORDING = Path(__file__).parents[2] / "examples" / "meeting.opus"
OF_SPEECH = "At 0:40–0:44 somebody seems to tell the software what to write. No language model was shown this."
PAGES = (
    "/",
    "/jobs",
    "/jobs/{job}",
    "/account",
    "/account/security",
    "/account/tokens",
    "/account/data",
    "/admin",
    "/admin/users",
    "/admin/jobs",
    "/admin/usage",
    "/admin/retention",
    "/admin/sharing",
    "/admin/connections",
    "/admin/announcement",
    "/admin/audit",
)
# Elements that end right of the window, where nothing lets one get at the rest of them.
LOST = """() => [...document.querySelectorAll("button, a, th, td, label, h1, h2, p, dt, dd, summary, select, input")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility()
    && !one.closest(".visually-hidden"))
  .filter((one) => {
    for (let up = one.parentElement; up; up = up.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return false;
    return true;
  }).map((one) => one.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module")
def job(service: Service) -> str:
    """A finished job of which the machine has doubts."""
    hole = Uncovered(start=40.0, end=44.0, reason="voice was found, but no words were recognised")
    told = long_transcript(200, hours=1 / 60, speakers=2).model_copy(update={"uncovered": (hole,)})
    minutes = minutes_of(told)
    doubted = minutes.decisions[0].model_copy(update={"doubts": ("42 was not said there", "a doubt that is new")})
    noticed = minutes.provenance.model_copy(update={"notices": (OF_SPEECH,)})
    minutes = minutes.model_copy(update={"decisions": (doubted,), "provenance": noticed})
    settings = Settings(data_dir=service.data)
    return seed(settings, told, recording=RECORDING.read_bytes(), minutes=minutes, notices=["a notice that is new"])


def in_language(visit: Visit, language: str) -> Page:
    """Signed in, and reading another language from there on."""
    page = visit.sign_in()
    visit.context.add_cookies([{"name": "steno_language", "value": language, "url": visit.url}])
    return page


def test_what_the_machine_doubts_is_said_in_the_readers_language(job: str, visit: Visit) -> None:
    page = in_language(visit, "fi")

    page.goto(f"/jobs/{job}")

    expect(page.locator("html")).to_have_attribute("lang", "fi")
    expect(page.get_by_text("puhetta kuului, mutta sanoja ei tunnistettu")).to_be_visible()
    expect(page.get_by_text("Vahvistamatta: 42: ei sanottu siinä; a doubt that is new")).to_be_visible()
    expect(page.get_by_text("Kohdassa 0:40–0:44 joku näyttää sanelevan ohjelmalle")).to_be_visible()
    expect(page.get_by_text("a notice that is new")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_say_what_the_server_would_say(visit: Visit, language: str) -> None:
    page = in_language(visit, language)
    known = [re.sub(r"\{(\w+)\}", r"<\1>", english) for english, _ in sayings.sayings(language)]
    texts = [*known, *(f"{one}. Try again." for one in known), OF_SPEECH, "", "a. b", "nothing. Try again.", "x" * 5000]

    page.goto("/jobs")
    told = page.evaluate(
        "async (texts) => { const { retold } = await import(document.querySelector('script[src*=\"/js/\"]').src"
        ".replace(/\\/js\\/.*/, '/js/sayings.js')); return texts.map(retold); }",
        texts,
    )

    assert told == [sayings.retold(text, language) for text in texts]


def test_who_has_no_name_yet_is_called_in_the_readers_language_and_kept_in_none(job: str, visit: Visit) -> None:
    page = in_language(visit, "fi")
    page.goto(f"/jobs/{job}")

    page.get_by_role("button", name="Puhuja 1", exact=True).first.click()
    page.get_by_label("Nimi kaikkialla").fill("Speaker of the House")
    page.get_by_role("button", name="Tallenna", exact=True).click()
    expect(page.get_by_role("button", name="Speaker of the House", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Puhuja 1", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Kumoa (Ctrl+Z)").click()
    expect(page.get_by_role("button", name="Puhuja 1", exact=True).first).to_be_visible()

    kept = page.request.get(f"/api/v1/jobs/{job}/transcript.json").json()
    assert [one["name"] for one in kept["speakers"]] == ["Speaker 1", "Speaker 2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits_on_a_narrow_screen(job: str, visits: Callable[..., Visit], language: str) -> None:
    page = in_language(visits(width=360), language)

    for path in PAGES:
        page.goto(path.format(job=job))
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.evaluate(LOST) == [], path

    page.goto(f"/jobs/{job}")
    page.locator("#more summary").click()
    menu = page.locator("#more .menu-body").bounding_box()
    assert menu and menu["x"] >= 0 and menu["x"] + menu["width"] <= 360
