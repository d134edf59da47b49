"""The page of a three-hour job measured in Chromium, as the person who waits sees it."""

import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page, expect

from steno.config import Settings
from tests.browser import Visit, chromium
from tests.e2e.conftest import set_password
from tests.seeding import long_transcript, loudness, minutes_of, seed, tone
from tests.service import Service

WORDS, HOURS = 30_000, 3.0
_TIMES = 5
_FRAMES = """async () => {
  const took = []; let last = performance.now(), on = true;
  const frame = (now) => { took.push(now - last); last = now; if (on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  for (let step = 0; step < 120; step++) { scrollBy(0, 500); await new Promise(requestAnimationFrame); }
  on = false; took.sort((one, other) => one - other);
  return [took[Math.floor(took.length / 2)], took.at(-3)];
}"""
_SAVED = """() => new Promise((resolve) => {
  const begun = performance.now(), state = document.querySelector(".save-state");
  new MutationObserver(() => { if (state.textContent === "Saved") resolve(performance.now() - begun); })
    .observe(state, { childList: true });
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
})"""
_SEEK = """async (part) => {
  const begun = performance.now(), wave = document.querySelector(".wave"), box = wave.getBoundingClientRect();
  const at = { button: 0, pointerId: 1, clientX: box.left + box.width * part, clientY: box.top + 5, bubbles: true };
  wave.dispatchEvent(new PointerEvent("pointerdown", at));
  wave.dispatchEvent(new PointerEvent("pointerup", at));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return performance.now() - begun;
}"""


def page(pairs: int) -> list[str]:
    """Until one can hear a word, how smoothly it scrolls, seeks, and how long a correction takes to be saved."""
    del pairs
    told = long_transcript(WORDS, hours=HOURS)
    with tempfile.TemporaryDirectory() as folder, Service(Path(folder) / "data") as service, chromium() as browser:
        set_password(service, "admin")
        sound = tone(Path(folder) / "tone.wav", HOURS * 3600).read_bytes()
        settings = Settings(data_dir=service.data)
        job = seed(settings, told, recording=sound, minutes=minutes_of(told), waveform=loudness(told, 2000))
        visit = Visit(browser, service.url)
        shown = visit.sign_in()
        opened = [_opened(shown, job) for _ in range(_TIMES)]
        middle, worst = shown.evaluate(_FRAMES)
        seeks = [shown.evaluate(_SEEK, part) for part in (0.5, 0.9, 0.1, 0.7, 0.3)]
        saves = [_saved(shown, one.id) for one in told.segments[1000 : 1000 + _TIMES]]
        visit.close()
    return [
        f"| the page of {WORDS} words, {HOURS:.0f} hours | |",
        "|---|---|",
        f"| from the address to the first word heard | {statistics.median(opened):.1f} s |",
        f"| a frame while scrolling, median and third worst of 120 | {middle:.0f} ms, {worst:.0f} ms |",
        f"| a click on the waveform until it is drawn | {statistics.median(seeks):.0f} ms |",
        f"| a correction, from leaving the text to *saved* | {statistics.median(saves):.0f} ms |",
    ]


def _opened(shown: Page, job: str) -> float:
    begun = perf_counter()
    shown.goto(f"/jobs/{job}")
    shown.locator(".segment .w").first.click()
    expect(shown.locator(".now")).to_be_visible()
    took = perf_counter() - begun
    shown.evaluate("document.querySelector('audio').pause()")
    return took


def _saved(shown: Page, segment: int) -> float:
    shown.locator(f'.segment[data-id="{segment}"]').dblclick()
    shown.keyboard.type("So ")
    return float(shown.evaluate(_SAVED))
