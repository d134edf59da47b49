"""The page of a job: the recording heard from its words, read, and reviewed."""

import re

from playwright.sync_api import expect

from tests.e2e.talks import Opened, expect_heard, heard, talk
from tests.seeding import long_transcript


def test_a_click_on_a_word_plays_from_there_and_the_word_is_marked_in_step(opened: Opened) -> None:
    page, said = opened().page, talk().segments[3].words

    page.locator('.segment[data-id="3"] .w').nth(2).click()

    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator('.segment[data-id="3"] .now')).to_have_attribute("data-w", "3")
    expect_heard(page, said[3].start, said[3].start + 5)


def test_evidence_leads_to_the_words_and_marks_them(opened: Opened) -> None:
    page = opened(minutes=True).page
    decided = page.locator(".entry", has_text="The second group begins")

    decided.get_by_role("button", name="Evidence at").click()

    expect(page.locator('.segment[data-id="3"]')).to_have_class(re.compile("evidence"))
    expect(page.locator('.segment[data-id="3"]')).to_be_focused()
    expect_heard(page, talk().segments[3].start - 0.1, talk().segments[3].start + 0.1)


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


def test_listening_goes_on_where_it_stopped(opened: Opened) -> None:
    page = opened().page
    page.locator('.segment[data-id="5"] .w').first.click()
    page.get_by_role("button", name="Pause").click()
    stopped = heard(page)
    assert stopped > 5

    page.reload()

    expect(page.locator(".now-segment")).to_have_attribute("data-id", "5")
    expect_heard(page, stopped - 0.5, stopped + 0.5)
