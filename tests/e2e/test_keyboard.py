"""The main path by keyboard alone: from signing in to the file that is taken away. Nobody touches a mouse."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import PASSWORD, Visit
from tests.conftest import ROOT

MEETING = ROOT / "tests" / "recordings" / "meeting-01.opus"
LONG = 120_000  # milliseconds: a real model works on it
_NAME = """() => {
  const one = document.activeElement;
  const label = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText ?? "";
  return label.trim();
}"""


def tab_to(page: Page, name: str, *, most: int = 80) -> None:
    """Press Tab until what is called so has the focus, and the focus is to be seen."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate(_NAME)
        seen.append(label[:40])
        if re.search(name, label):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"Tab does not lead to {name}: {seen}")


def test_a_recording_is_handed_in_read_corrected_and_taken_away(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    keys = page.keyboard
    # The system's own picker is beyond a test's reach; browsers without it use the page's.
    page.add_init_script("delete window.showOpenFilePicker")
    page.goto("/sign-in")
    keys.type("admin")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("New transcript")

    expect(page.locator("#latest")).to_have_attribute("aria-busy", "false")  # its scripts listen
    # Begun before the way there: the browser may be told to hand a picker to the test only after a key that comes next.
    with page.expect_file_chooser() as chooser:
        tab_to(page, "^Choose files$")
        keys.press("Enter")
    chooser.value.set_files(MEETING)
    tab_to(page, "^Transcribe$")
    keys.press("Enter")
    expect(page.locator("#latest .job").get_by_text("Done", exact=True)).to_be_visible(timeout=LONG)

    tab_to(page, "^meeting-01.opus$")
    keys.press("Enter")
    segment = page.locator(".segment").first
    expect(segment).to_be_visible()
    before = segment.inner_text()

    keys.press("k")
    expect(page.locator("audio")).to_have_js_property("paused", False)
    keys.press("k")
    expect(page.locator("audio")).to_have_js_property("paused", True)
    keys.press("e")
    keys.press("Control+End")
    keys.type(" Really.")
    keys.press("Escape")
    expect(page.locator(".save-state")).to_have_text("Saved")
    assert "Really." in " ".join(page.locator(".segment").all_inner_texts())
    keys.press("Control+z")
    expect(segment).to_have_text(before)

    keys.press("Control+Home")
    tab_to(page, "^Download$", most=120)
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "^SRT subtitles")
    with page.expect_download() as download:
        keys.press("Enter")
    download.value.save_as(tmp_path / "meeting.srt")
    keys.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "-->" in (tmp_path / "meeting.srt").read_text(encoding="utf-8")
