"""Corrections that were made, and whose answer was lost: the network broke before the page heard of it."""

from playwright.sync_api import Page, Route, expect

from tests.e2e.talks import Opened


def lose(route: Route) -> None:
    """Let the service do what is asked, and break off before it answers."""
    route.fetch()
    route.abort()


def lose_the_first_answer(page: Page, address: str = "**/transcript") -> None:
    """That of the first change from now on."""
    lost: list[str] = []

    def pass_or_lose(route: Route) -> None:
        if route.request.method == "GET" or lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            lose(route)

    page.route(address, pass_or_lose)


def test_a_change_that_was_made_and_whose_answer_was_lost_is_no_conflict(opened: Opened) -> None:
    page = opened().page
    segment, state = page.locator('.segment[data-id="0"]'), page.locator(".save-state")
    count = page.locator(".segment").count()

    lose_the_first_answer(page)
    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" kept")
    page.keyboard.press("Escape")
    expect(state).to_have_text("Saved")
    page.unroute("**/transcript")
    lose_the_first_answer(page)
    segment.dblclick()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".segment")).to_have_count(count + 1)
    expect(state).to_have_text("Saved")
    expect(page.locator(".segment").nth(1)).to_have_class("segment editing")
    page.unroute("**/transcript")
    lose_the_first_answer(page)
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()

    expect(page.locator(".segment")).to_have_count(count)
    expect(state).to_have_text("Saved")
    expect(segment).to_contain_text("kept")


def test_a_segment_is_deleted_and_taken_back_although_both_answers_were_lost(opened: Opened) -> None:
    page = opened().page
    segments, state = page.locator(".segment"), page.locator(".save-state")
    before = segments.all_inner_texts()

    lose_the_first_answer(page)
    page.locator('.segment[data-id="1"]').dblclick()
    page.get_by_role("button", name="Delete the segment").click()
    expect(segments).to_have_count(len(before) - 1)
    expect(state).to_have_text("Saved")
    lose_the_first_answer(page, "**/transcript/restore")
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()

    expect(segments).to_have_text(before)
    expect(state).to_have_text("Saved")


def test_a_change_that_was_made_and_whose_answer_was_lost_is_no_conflict_after_a_reload(opened: Opened) -> None:
    page = opened().page
    segment, state = page.locator('.segment[data-id="0"]'), page.locator(".save-state")

    page.route("**/transcript", lose)
    segment.dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" kept")
    page.keyboard.press("Escape")
    expect(state).to_contain_text("the server is away")
    page.unroute("**/transcript")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(segment).to_contain_text("kept")
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('steno.unsaved.'))")

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_somebody_else_changed_meanwhile_is_a_conflict_also_where_the_answer_was_lost(opened: Opened) -> None:
    visit = opened()
    page, other = visit.page, visit.open()
    other.goto(page.url)

    page.route("**/transcript", lose)
    page.locator('.segment[data-id="0"]').dblclick()
    page.keyboard.press("Control+End")
    page.keyboard.type(" mine")
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_contain_text("the server is away")
    other.reload()
    other.locator('.segment[data-id="1"]').dblclick()
    other.keyboard.press("Control+End")
    other.keyboard.type(" theirs")
    other.keyboard.press("Escape")
    expect(other.locator(".save-state")).to_have_text("Saved")
    page.unroute("**/transcript")
    page.get_by_role("button", name="Keep what I wrote").click()

    expect(page.locator(".save-state")).to_have_text("Saved")
    expect(page.locator('.segment[data-id="0"]')).to_contain_text("mine")
    expect(page.locator('.segment[data-id="1"]')).to_contain_text("theirs")
