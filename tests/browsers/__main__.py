"""`make browsers`: the main path in Firefox and in WebKit, as far as they are on this machine. The tests have Chromium.

Prints which browsers it found and each step that works; a picture of the page where one does not. Exit code 1 then.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from steno.config import Settings
from tests.browser import PASSWORD, SCREENSHOTS
from tests.browsers.person import BACKSPACE, CONTROL, END, ENTER, ESCAPE, HOME, RIGHT, SHIFT, Person
from tests.browsers.wire import Missing, firefox, webkit
from tests.conftest import ROOT
from tests.e2e.conftest import set_password
from tests.e2e.talks import talk
from tests.seeding import minutes_of, seed, tone
from tests.service import Service

MEETING = ROOT / "tests" / "recordings" / "meeting-01.opus"
_SEGMENTS = "[...document.querySelectorAll('.segment')]"
_SECOND = "document.querySelector('.segment[data-id=\"2\"]').textContent"
_SAVED = "document.querySelector('.save-state').textContent === 'Saved'"
_MODAL = "document.querySelector('dialog:modal')"
# In the place of another program that one copies from.
_LINES = """(() => {
  const lines = document.createElement("textarea");
  lines.id = "lines";
  lines.value = "one\\ntwo\\n\\nthree";
  document.querySelector("main").prepend(lines);
  lines.select();
  lines.focus();
  return true;
})()"""


def sign_in(who: Person, job: str) -> None:
    who.go("/sign-in")
    who.click("[name=name]")
    who.type("admin")
    who.click("[name=password]")
    who.type(PASSWORD)
    who.press(ENTER)
    who.see("document.querySelector('#latest')?.getAttribute('aria-busy') === 'false'")


def hand_in(who: Person, job: str) -> None:
    who.give("#files", MEETING)
    who.click("#start")
    row = f"[...document.querySelectorAll('#latest .job')].find((one) => one.textContent.includes('{MEETING.name}'))"
    who.see(f"{row}?.textContent.includes('Done')")


def open_job(who: Person, job: str) -> None:
    who.go(f"/jobs/{job}")
    who.see(f"{_SEGMENTS}.length > 3")


def listen_from_a_word(who: Person, job: str) -> None:
    start = talk().segments[3].start
    who.see("document.querySelector('audio').readyState > 0")
    who.click('.segment[data-id="3"]')
    who.see(f"document.querySelector('audio').currentTime >= {start - 0.1}")
    who.press(" ")
    who.see("document.querySelector('audio').paused")


def correct(who: Person, job: str) -> None:
    before = talk().segments[2].text
    who.double_click('.segment[data-id="2"]')
    who.press(END, holding=CONTROL)
    who.type(" Really")
    who.press(ESCAPE)
    who.see(f"{_SAVED} && {_SECOND} === '{before} Really'")
    who.reload()
    who.see(f"{_SEGMENTS}.length > 3 && {_SECOND} === '{before} Really'")


def split_join_undo(who: Person, job: str) -> None:
    many = len(talk().segments)
    who.double_click('.segment[data-id="2"]')
    who.press(HOME, holding=CONTROL)
    who.press(RIGHT, RIGHT, holding=CONTROL)
    who.press(ENTER)
    who.see(f"{_SEGMENTS}.length === {many + 1} && document.activeElement.matches('.segment.editing')")
    who.press(BACKSPACE)
    who.see(f"{_SEGMENTS}.length === {many} && document.activeElement.matches('.segment.editing')")
    who.press(ESCAPE)
    who.press("z", holding=CONTROL)
    who.see(f"{_SEGMENTS}.length === {many + 1}")
    who.press("z", holding=CONTROL + SHIFT)
    who.see(f"{_SEGMENTS}.length === {many}")


def paste_lines(who: Person, job: str) -> None:
    before = who.value(_SECOND)
    who.see(_LINES)
    who.press("c", holding=CONTROL)
    who.double_click('.segment[data-id="2"]')
    who.press(END, holding=CONTROL)
    who.type(" ")
    who.press("v", holding=CONTROL)
    who.press(ESCAPE)
    who.see(f"{_SAVED} && {_SECOND} === '{before} one two three'")


def name_a_speaker(who: Person, job: str) -> None:
    who.click(".who-button")
    who.see(f"{_MODAL} && document.activeElement.matches('dialog input')")
    who.press("a", holding=CONTROL)
    who.type("Anna <b>")
    who.press(ENTER)
    who.see("!document.querySelector('dialog:modal') && document.querySelector('.who').textContent === 'Anna <b>'")


def find_words(who: Person, job: str) -> None:
    who.press("r")
    who.see("document.activeElement.matches('dialog.replace input')")
    who.type("report")
    who.see("CSS.highlights.get('found')?.size > 2")
    who.press(ESCAPE)
    who.see("!document.querySelector('dialog.replace').open")


def open_dialogs(who: Person, job: str) -> None:
    for place in (1, 2):  # Download, Share
        button = f".actions > button:nth-of-type({place})"
        who.click(button)
        who.see(_MODAL)
        who.press(ESCAPE)
        who.see(f"!document.querySelector('dialog:modal') && document.activeElement.matches('{button}')")


STEPS: tuple[Callable[[Person, str], None], ...] = (
    sign_in,
    hand_in,
    open_job,
    listen_from_a_word,
    correct,
    split_join_undo,
    paste_lines,
    name_a_speaker,
    find_words,
    open_dialogs,
)


def walk(who: Person, job: str, browser: str) -> bool:
    """Take the steps; whether all of them worked."""
    for step in STEPS:
        name = step.__name__.replace("_", " ")
        try:
            step(who, job)
            assert not (faults := who.faults()), faults
        except (AssertionError, RuntimeError, OSError) as fault:
            print(f"  {name}: FAILED: {fault}", flush=True)
            picture = SCREENSHOTS / f"{browser}-{step.__name__}.png"
            with suppress(RuntimeError, OSError):  # a browser that hangs shows nothing any more
                who.screenshot(picture)
                print(f"  the page: {picture}", flush=True)
            return False
        print(f"  {name}: works", flush=True)
    return True


def main() -> int:
    walked = []
    with tempfile.TemporaryDirectory(prefix="steno-browsers-") as data, Service(Path(data) / "data") as service:
        set_password(service, "admin")
        recording = tone(Path(data) / "tone.wav", 60).read_bytes()
        for browser in (firefox, webkit):
            settings = Settings(data_dir=service.data)
            job = seed(settings, talk(), recording=recording, minutes=minutes_of(talk()))
            try:
                with browser() as wire:
                    print(wire.name, flush=True)
                    walked.append(walk(Person(wire, service.url), job, browser.__name__))
            except Missing as missing:
                print(missing, flush=True)
    if not walked:
        print("No browser was tried.")
    return 0 if walked and all(walked) else 1


if __name__ == "__main__":
    sys.exit(main())
