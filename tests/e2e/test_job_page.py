"""The page of a job: the transcript with the recording, heard, read and corrected."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

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


def said(page: Page) -> list[str]:
    """The texts of the segments, in order."""
    return page.locator(".segment").all_inner_texts()


def test_a_speaker_gets_a_name_everywhere(opened: Opened) -> None:
    page = opened().page
    spoken = page.get_by_role("button", name="Speaker 1", exact=True).count()
    assert spoken > 1

    page.get_by_role("button", name="Speaker 1", exact=True).first.click()
    page.get_by_label("Name, everywhere").fill("Anna <b>Virtanen</b>")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("button", name="Anna <b>Virtanen</b>", exact=True)).to_have_count(spoken)
    expect(page.get_by_role("button", name="Speaker 1", exact=True)).to_have_count(0)


def test_two_speakers_become_one_and_that_is_taken_back(opened: Opened) -> None:
    page = opened().page
    names = page.locator(".who").all_inner_texts()

    page.get_by_role("button", name="Speaker 2", exact=True).first.click()
    page.get_by_label("The same person as").select_option("Speaker 1")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".who")).to_have_text(["Speaker 1"])
    page.keyboard.press("Control+z")
    expect(page.locator(".who")).to_have_text(names)


def test_a_turn_is_given_to_somebody_new(opened: Opened) -> None:
    page = opened().page

    page.locator(".who-button").first.click()
    page.get_by_label("Who says").select_option("New speaker")
    page.get_by_label("Name of the new speaker").fill("Guest")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".who").first).to_have_text("Guest")
    page.keyboard.press("Control+z")
    expect(page.locator(".who").first).not_to_have_text("Guest")


def test_enter_splits_and_backspace_joins_and_both_are_taken_back(opened: Opened) -> None:
    page, segment = opened().page, talk().segments[2]
    before = said(page)
    head, tail = segment.text.split(" ", 2)[:2], segment.text.split(" ", 2)[2]

    page.locator('.segment[data-id="2"]').dblclick()
    page.keyboard.press("Control+Home")
    for _ in range(2):
        page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".segment")).to_have_text([*before[:2], " ".join(head), tail, *before[3:]])
    page.keyboard.press("Backspace")
    expect(page.locator(".segment")).to_have_text(before)
    page.keyboard.press("Escape")

    page.keyboard.press("Control+z")
    expect(page.locator(".segment")).to_have_text([*before[:2], " ".join(head), tail, *before[3:]])
    page.keyboard.press("Control+z")
    expect(page.locator(".segment")).to_have_text(before)


def test_a_deleted_segment_comes_back(opened: Opened) -> None:
    page = opened().page
    before = said(page)

    page.locator('.segment[data-id="1"]').dblclick()
    page.get_by_role("button", name="Delete the segment").click()

    expect(page.locator(".segment")).to_have_text([before[0], *before[2:]])
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".segment")).to_have_text(before)


def test_find_and_replace_counts_steps_replaces_one_and_all(opened: Opened) -> None:
    page, text = opened().page, " ".join(one.text for one in talk().segments)
    many = len(re.findall(r"(?i)(?<!\w)report(?!\w)", text))
    assert many > 2

    page.keyboard.press("r")
    page.get_by_label("Find", exact=True).fill("report")
    expect(page.get_by_text(f"1 of {many}")).to_be_visible()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text(f"2 of {many}")).to_be_visible()
    page.get_by_label("Replace with").fill("<i>paper</i>")
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_text(f"of {many - 1}")).to_be_visible()
    page.get_by_role("button", name="Replace all").click()

    expect(page.get_by_text("Not found")).to_be_visible()
    expect(page.locator(".segment", has_text="<i>paper</i>").first).to_be_visible()
    assert "report" not in " ".join(said(page)).lower()


def test_what_is_typed_while_the_server_is_away_is_kept_and_saved_later(opened: Opened) -> None:
    visit = opened()
    page, segment = visit.page, visit.page.locator('.segment[data-id="0"]')

    page.route("**/transcript", lambda route: route.abort())
    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" kept")
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_contain_text("the server is away")
    page.unroute("**/transcript")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()

    expect(segment).to_contain_text("kept")
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_what_is_typed_after_the_session_ended_is_saved_after_signing_in(opened: Opened) -> None:
    visit = opened()
    page, address, cookies = visit.page, visit.page.url, visit.context.cookies()

    visit.context.clear_cookies()
    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" kept")
    page.keyboard.press("Escape")
    page.wait_for_url("**/sign-in**")
    visit.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(address)

    expect(page.locator('.segment[data-id="0"]')).to_contain_text("kept")
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_a_conflict_is_told_and_what_was_written_can_be_kept(opened: Opened) -> None:
    visit = opened()
    page, other = visit.page, visit.open()
    other.goto(page.url)
    other.locator('.segment[data-id="1"]').dblclick()
    other.keyboard.type("Theirs ")
    other.keyboard.press("Escape")
    expect(other.locator(".save-state")).to_have_text("Saved")

    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" mine")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Somebody else changed")).to_be_visible()
    page.get_by_role("button", name="Keep what I wrote").click()

    expect(page.locator('.segment[data-id="0"]')).to_contain_text("mine")
    expect(page.locator('.segment[data-id="1"]')).to_contain_text("Theirs")
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_evidence_leads_to_the_words_and_marks_them(opened: Opened) -> None:
    page = opened(minutes=True).page
    decided = page.locator(".entry", has_text="The second group begins")

    decided.get_by_role("button", name="Evidence at").click()

    expect(page.locator('.segment[data-id="3"]')).to_have_class(re.compile("evidence"))
    expect(page.locator('.segment[data-id="3"]')).to_be_focused()
    assert abs(heard(page) - talk().segments[3].start) < 0.1


def test_what_should_be_doubted_is_stepped_through(opened: Opened) -> None:
    page = opened(long_transcript(1500, hours=1 / 60, speakers=2, name="talk.wav")).page
    many = page.locator(".suspect").count()
    assert many > 1

    page.keyboard.press("n")
    expect(page.get_by_text(f"1 of {many + 1}")).to_be_visible()
    expect(page.locator('.segment[data-id="5"]')).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_text(f"2 of {many + 1}")).to_be_visible()
    page.keyboard.press("p")

    expect(page.get_by_text(f"1 of {many + 1}")).to_be_visible()


def test_a_link_to_a_time_leads_to_what_is_said_then(opened: Opened) -> None:
    page, segment = opened(long_transcript(1500, hours=1 / 60, speakers=2)).page, long_transcript(1500, hours=1 / 60)
    wanted = segment.segments[60]

    page.goto(page.url + f"#t={wanted.start}")
    page.reload()

    expect(page.locator(f'.segment[data-id="{wanted.id}"]')).to_be_in_viewport()
    expect(page.locator(".now-segment")).to_have_attribute("data-id", str(wanted.id))


def test_a_whole_row_of_changes_is_taken_back_and_done_again(opened: Opened) -> None:
    page = opened().page
    before, chance, states = said(page), Random(3), []

    for turn in range(10):
        count = page.locator(".segment").count()
        page.locator(".segment").nth(chance.randrange(1, count)).dblclick()
        what = turn % 4
        if what == 0:
            page.keyboard.press("Control+Home")
            for _ in range(2):
                page.keyboard.press("Control+ArrowRight")
            page.keyboard.press("Enter")
            expect(page.locator(".segment")).to_have_count(count + 1)
            page.keyboard.type(f"Split {turn} ")
        elif what == 1:
            page.keyboard.press("Control+Home")
            page.keyboard.press("Backspace")
            expect(page.locator(".segment")).to_have_count(count - 1)
        elif what == 2:
            page.get_by_label("Speaker of this segment").select_option("New speaker")
            expect(page.locator(".save-state")).to_have_text("Saved")
        else:
            page.get_by_role("button", name="Delete the segment").click()
            expect(page.locator(".segment")).to_have_count(count - 1)
        page.keyboard.press("Escape")
        expect(page.locator(".segment.editing")).to_have_count(0)
        expect(page.locator(".save-state")).to_have_text("Saved")
        states.append(said(page))

    undo, redo = (
        page.get_by_role("button", name="Undo (Ctrl+Z)"),
        page.get_by_role("button", name="Redo (Ctrl+Shift+Z)"),
    )
    while undo.get_attribute("aria-disabled") == "false":
        undo.click()
        expect(page.locator(".save-state")).to_have_text("Saved")
    expect(page.locator(".segment")).to_have_text(before)
    while redo.get_attribute("aria-disabled") == "false":
        redo.click()
        expect(page.locator(".save-state")).to_have_text("Saved")
    expect(page.locator(".segment")).to_have_text(states[-1])
    page.reload()
    expect(page.locator(".segment")).to_have_text(states[-1])
