"""The transcript corrected in its place: words, speakers, segments, everywhere; and taken back."""

import re

from playwright.sync_api import expect

from tests.e2e.talks import Opened, held_back, said, talk


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


def test_pasted_lines_become_one_whose_words_stay_apart(opened: Opened) -> None:
    page, before = opened().page, talk().segments[2].text
    segment = page.locator('.segment[data-id="2"]')

    segment.dblclick()
    page.keyboard.press("Control+End")
    page.evaluate(
        """(text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      clipboardData.setData("text/html", "<b>bold</b>");
      const pasted = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(pasted);
    }""",
        "\none\r\ntwo\n\n<i>three</i>",
    )
    page.keyboard.press("Escape")

    expect(segment).to_have_text(f"{before} one two <i>three</i>")
    page.reload()
    expect(segment).to_have_text(f"{before} one two <i>three</i>")


def test_a_click_on_the_player_does_not_end_writing_though_nothing_there_takes_the_focus(opened: Opened) -> None:
    page = opened().page
    segment = page.locator('.segment[data-id="2"]')
    segment.dblclick()
    page.keyboard.type("x")

    page.locator(".player .clock").click()  # as Safari's buttons do, it takes no focus
    expect(segment).not_to_be_focused()
    expect(segment).to_have_attribute("contenteditable", "plaintext-only")

    segment.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" y")
    expect(segment).to_have_text(re.compile("x.* y$"))
    page.get_by_role("heading", name="talk.wav").click()
    expect(segment).not_to_have_attribute("contenteditable", "plaintext-only")
    expect(page.locator(".save-state")).to_have_text("Saved")


def test_a_speaker_gets_a_name_everywhere(opened: Opened) -> None:
    page = opened().page
    spoken = page.get_by_role("button", name="Speaker 1", exact=True).count()
    assert spoken > 1

    page.get_by_role("button", name="Speaker 1", exact=True).first.click()
    page.get_by_label("Name, everywhere").fill("Anna <b>Virtanen</b>")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Anna <b>Virtanen</b>", exact=True)).to_have_count(spoken)
    expect(page.get_by_role("button", name="Speaker 1", exact=True)).to_have_count(0)


def test_two_speakers_become_one_and_that_is_taken_back(opened: Opened) -> None:
    page = opened().page
    names = page.locator(".who").all_inner_texts()

    page.get_by_role("button", name="Speaker 2", exact=True).first.click()
    page.get_by_label("The same person as").select_option("Speaker 1")
    page.get_by_label("Name, everywhere").fill("Anna")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".who")).to_have_text(["Anna"])
    page.keyboard.press("Control+z")
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


def test_what_is_typed_before_a_split_is_saved_stands_behind_it(opened: Opened) -> None:
    page, segment = opened().page, talk().segments[2]
    word, tail = segment.text.split(" ", 1)
    page.locator('.segment[data-id="2"]').dblclick()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+ArrowRight")

    with held_back(page, "**/transcript"):
        page.keyboard.press("Enter")
        page.keyboard.type("Certainly, ")  # of the page's own keys: confidence, edit, replace, next

    expect(page.locator(".segment").nth(2)).to_have_text(word)
    expect(page.locator(".segment").nth(3)).to_have_text(f"Certainly, {tail}")
    expect(page.locator(".segment").nth(3)).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_who_writes_in_a_paragraph_that_is_made_anew_goes_on_writing(opened: Opened) -> None:
    page, before = opened().page, talk().segments
    first = next(place for place, one in enumerate(before[1:-1], 1) if one.speaker == before[place + 1].speaker)
    second = page.locator(f'.segment[data-id="{first + 1}"]')
    page.locator(f'.segment[data-id="{first}"]').dblclick()

    with held_back(page, "**/transcript"):
        page.get_by_role("button", name="Delete the segment").click()
        second.dblclick()
        page.keyboard.press("Control+End")
        page.keyboard.type(" One,")
        expect(second).to_contain_text("One,")
    expect(page.locator(".segment")).to_have_count(len(before) - 1)
    page.keyboard.type(" two")

    expect(second).to_have_text(f"{before[first + 1].text} One, two")
    expect(second).to_be_focused()
    expect(page.get_by_role("button", name="Done (Escape)")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".save-state")).to_have_text("Saved")
    page.reload()
    expect(second).to_have_text(f"{before[first + 1].text} One, two")


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


def test_replacing_goes_on_behind_what_was_replaced_and_skipped(opened: Opened) -> None:
    page = opened().page
    text = " ".join(said(page))
    many = len(re.findall(r"(?i)(?<!\w)report(?!\w)", text))
    assert many > 3
    page.keyboard.press("r")
    page.get_by_label("Find", exact=True).fill("report")
    page.get_by_label("Replace with").fill("report at last")
    replace = page.get_by_role("button", name="Replace", exact=True)

    page.get_by_role("button", name="Next", exact=True).click()
    with held_back(page, "**/transcript"):
        replace.click()
        replace.click()
    expect(page.get_by_text(f"4 of {many}")).to_be_visible()
    expect(page.locator(".save-state")).to_have_text("Saved")

    head, one, two, three, tail = re.split(r"(?i)(?<!\w)report(?!\w)", text, maxsplit=4)
    wanted = f"{head}report{one}report at last{two}report at last{three}report{tail}"
    assert " ".join(said(page)).lower() == wanted.lower()
