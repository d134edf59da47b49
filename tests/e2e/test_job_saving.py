"""Corrections that are not lost: the server away, the session over, somebody else before, all taken back."""

import re
from random import Random

from playwright.sync_api import Route, expect

from tests.browser import PASSWORD
from tests.e2e.talks import Opened, held_back, said


def refuse(route: Route) -> None:
    """Say that a change cannot be made; let everything else through."""
    if route.request.method == "PATCH":
        route.fulfill(status=422, json={"code": "invalid-option", "detail": "No."})
    else:
        route.continue_()


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
    expect(page.get_by_text("what you wrote in transcript and minutes is kept")).to_be_visible()
    visit.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto(address)

    expect(page.locator('.segment[data-id="0"]')).to_contain_text("kept")
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_who_was_signed_out_at_a_place_of_a_recording_comes_back_there(opened: Opened) -> None:
    visit = opened()
    page = visit.page
    page.goto(f"{page.url}#t=30")

    visit.context.clear_cookies()
    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.type("Kept ")
    page.keyboard.press("Escape")
    page.get_by_label("Name or mail address").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(r"/jobs/[^/?]+#t=30$"))
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_what_one_window_writes_another_neither_sends_nor_forgets(opened: Opened) -> None:
    visit = opened()
    page, other = visit.page, visit.open()
    first, second = '.segment[data-id="0"]', '.segment[data-id="1"]'

    page.route("**/transcript", lambda route: route.abort())
    page.locator(first).dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" mine")
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_contain_text("the server is away")
    other.goto(page.url)
    other.locator(second).dblclick()
    other.keyboard.press("Control+End")
    other.keyboard.type(" theirs")
    other.keyboard.press("Escape")
    expect(other.locator(".save-state")).to_have_text("Saved")
    expect(other.locator(first)).not_to_contain_text("mine")
    page.unroute("**/transcript")
    page.get_by_role("button", name="Keep what I wrote").click()

    expect(page.locator(".save-state")).to_have_text("Saved")
    other.reload()
    expect(other.locator(first)).to_contain_text("mine")
    expect(other.locator(second)).to_contain_text("theirs")


def test_what_a_window_that_is_closed_could_not_save_another_saves(opened: Opened) -> None:
    visit = opened()
    page, other = visit.page, visit.open()

    page.route("**/transcript", lambda route: route.abort())
    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" mine")
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_contain_text("the server is away")
    other.goto(page.url)
    expect(other.locator('.segment[data-id="0"]')).not_to_contain_text("mine")
    page.close()

    expect(other.locator('.segment[data-id="0"]')).to_contain_text("mine")
    expect(other.locator(".save-state")).to_have_text("Saved")


def test_a_refused_change_leaves_the_one_before_it_to_be_taken_back(opened: Opened) -> None:
    page = opened().page
    segment, state = page.locator('.segment[data-id="0"]'), page.locator(".save-state")
    before = segment.inner_text()

    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" saved")
    expect(state).to_have_text("Saved")
    page.route("**/transcript", refuse)
    page.keyboard.type(" refused")
    page.keyboard.press("Escape")
    expect(page.locator(".toast.fault").first).to_contain_text("saved refused")
    expect(segment).to_have_text(f"{before} saved")
    page.unroute("**/transcript")
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()

    expect(segment).to_have_text(before)
    page.reload()
    expect(segment).to_have_text(before)


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
    expect(page.get_by_role("heading", name="This transcript was changed elsewhere")).to_be_visible()
    expect(page.get_by_role("button", name="Keep what I wrote")).to_be_focused()
    page.get_by_role("button", name="Keep what I wrote").click()

    expect(page.locator('.segment[data-id="0"]')).to_contain_text("mine")
    expect(page.locator('.segment[data-id="1"]')).to_contain_text("Theirs")
    expect(page.locator(".save-state")).to_have_text("Saved")


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


def test_a_statement_in_writing_is_saved_when_another_is_begun(opened: Opened) -> None:
    page = opened(minutes=True).page
    page.get_by_role("button", name="Edit: Send the report.").click()
    page.get_by_label("Task").fill("Send both reports.")

    page.get_by_role("button", name="Edit: Ask the office").click()
    expect(page.get_by_label("Task")).to_have_value("Ask the office about the keys.")
    expect(page.locator(".entry", has_text="Send both reports.")).to_contain_text("edited")
    with held_back(page, "**/minutes"):
        page.get_by_label("Task").fill("Ask Zoe about the keys.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Edit: The second group").click()

    expect(page.get_by_label("Text", exact=True)).to_have_value("The second group begins an hour later.")
    expect(page.locator(".entry", has_text="Ask Zoe about the keys.")).to_contain_text("edited")


def test_who_clicks_twice_removes_one_statement_and_adds_one(opened: Opened) -> None:
    page = opened(minutes=True).page
    tick = page.get_by_role("checkbox", name="Done: Ask the office")

    page.get_by_role("button", name="Edit: Send the report.").click()
    with held_back(page, "**/minutes"):
        page.get_by_role("button", name="Remove", exact=True).dblclick()
        tick.check()
    expect(page.get_by_text("Send the report.")).to_have_count(0)
    expect(tick).to_be_checked()
    page.get_by_role("button", name="Add a decision").click()
    page.get_by_label("Text", exact=True).fill("The keys stay here.")
    with held_back(page, "**/minutes"):
        page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page.get_by_label("Text", exact=True)).to_have_count(0)
    tick.uncheck()
    expect(page.locator("#saved")).to_have_text("Minutes saved")
    page.reload()

    expect(page.get_by_text("The keys stay here.")).to_have_count(1)
    expect(tick).to_be_visible()
    expect(tick).not_to_be_checked()


def test_an_answer_that_comes_late_takes_no_focus_from_who_writes(opened: Opened) -> None:
    page = opened(minutes=True).page

    with held_back(page, "**/minutes"):
        page.get_by_role("checkbox", name="Done: Ask the office").check()
        page.get_by_role("button", name="Edit: Send the report.").click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" So")
    expect(page.locator("#saved")).to_have_text("Minutes saved")
    page.keyboard.type(" on")

    expect(page.get_by_label("Task")).to_be_focused()
    expect(page.get_by_label("Task")).to_have_value("Send the report. So on")
