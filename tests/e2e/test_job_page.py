"""The page of a job: the transcript with the recording, heard, read and corrected."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from steno.config import Settings
from steno.transcript import Transcript
from tests.browser import Visit
from tests.seeding import long_transcript, minutes_of, seed, tone
from tests.service import Service

Opened = Callable[..., Visit]


def talk(words: int = 120) -> Transcript:
    """A talk of a minute by two people, with a doubtful segment and a stretch without words."""
    return long_transcript(words, hours=1 / 60, speakers=2, name="talk.wav").model_copy(update={"uncovered": ()})


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tone(tmp_path_factory.mktemp("tone") / "tone.wav", 60).read_bytes()


@pytest.fixture
def opened(service: Service, recording: bytes, visits: Callable[..., Visit]) -> Opened:
    """The page of a new job with this transcript, and who looks at it."""

    def opened(transcript: Transcript | None = None, *, minutes: bool = False, **options: object) -> Visit:
        told = transcript or talk()
        settings = Settings(data_dir=Path(service.data))
        job = seed(settings, told, recording=recording, minutes=minutes_of(told) if minutes else None)
        one = visits(**options)
        one.sign_in()
        one.page.goto(f"/jobs/{job}")
        expect(one.page.locator(".segment").first).to_be_visible()
        return one

    return opened


def heard(page: Page) -> float:
    """Where the player is, seconds."""
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def test_a_click_on_a_word_plays_from_there_and_the_word_is_marked_in_step(opened: Opened) -> None:
    page, said = opened().page, talk().segments[3].words

    page.locator('.segment[data-id="3"] .w').nth(2).click()

    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator('.segment[data-id="3"] .now')).to_have_attribute("data-w", "3")
    assert said[3].start <= heard(page) < said[3].start + 5


def test_a_word_is_corrected_in_its_place_saved_and_taken_back(opened: Opened) -> None:
    page, before = opened().page, talk().segments[2].text
    segment = page.locator('.segment[data-id="2"]')

    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Really")
    page.keyboard.press("Escape")

    expect(page.locator(".save-state")).to_have_text("Saved")
    expect(segment).to_have_text(f"{before} Really")
    page.reload()
    expect(segment).to_have_text(f"{before} Really")
    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" not")
    page.keyboard.press("Escape")
    expect(segment).to_have_text(f"{before} Really not")
    page.keyboard.press("Control+z")
    expect(segment).to_have_text(f"{before} Really")
    page.keyboard.press("Control+Shift+z")
    expect(segment).to_have_text(f"{before} Really not")
