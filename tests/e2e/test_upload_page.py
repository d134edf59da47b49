"""The start page: recordings go in by a person's hand, and come out as jobs."""

import base64
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, Request, Route, expect

from tests.browser import Visit, serious
from tests.service import Service

RECORDINGS = Path(__file__).parent.parent / "recordings"
LONG = 120_000  # milliseconds: the job itself takes its time
_DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, type, text] of files) {
    carried.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], name, { type }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
    document.querySelector("h1").dispatchEvent(event);
  }
}"""

# What is written to the browser's store is there two seconds later.
_SLOW_STORE = """Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
  set(told) { this.addEventListener("complete", () => setTimeout(told, 2000)); },
});"""

# A copy of a file is never written to its end.
_ENDLESS_COPY = """Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
  set(told) { if (!this.objectStoreNames.contains("files")) this.addEventListener("complete", told); },
});"""

# `streams` are the microphones that were opened.
_MICROPHONES = """window.streams = [];
const { getUserMedia } = MediaDevices.prototype;
MediaDevices.prototype.getUserMedia = async function (wanted) {
  const stream = await getUserMedia.call(this, wanted);
  streams.push(stream);
  return stream;
};"""

# The store is full as soon as it is to take a piece of a recording.
_NO_ROOM = """{
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === "pieces") throw new DOMException("full", "QuotaExceededError");
    return key === undefined ? put.call(this, value) : put.call(this, value, key);
  };
}"""


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drop files on the heading: name, media type, content; when the page's scripts listen."""
    expect(page.locator("#latest")).to_have_attribute("aria-busy", "false")
    page.evaluate(_DROP, [(name, kind, base64.b64encode(content).decode()) for name, kind, content in files])


def slow(page: Page, upload: int) -> None:
    """So many bytes a second go up; -1 is no limit."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload}
    wire.send("Network.emulateNetworkConditions", conditions)


def offsets(page: Page) -> list[int]:
    """Where the requests that bring bytes begin, as they are sent."""
    found: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH" and "/uploads/" in request.url:
            found.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return found


def sent(service: Service, page: Page, size: int) -> None:
    """Wait until so many bytes are on their way."""
    bar = page.locator(".entry progress")
    service.until(lambda: bar.evaluate("(one) => one.value") > size, f"{size} bytes are sent")


def at_least(seconds: int) -> re.Pattern[str]:
    """What a clock shows from then on, for a minute: no second of it is surely seen."""
    return re.compile(f"^0:({'|'.join(f'{one:02}' for one in range(seconds, 60))})$")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A recording that takes half a minute at the pace of `slow`: an Opus file with a tail that no decoder minds."""
    path = tmp_path / "large meeting.opus"
    path.write_bytes((RECORDINGS / "meeting-04.opus").read_bytes() + random.Random(1).randbytes(12_000_000))
    return path


def test_chosen_files_become_jobs_with_the_options_that_were_chosen(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files([RECORDINGS / "meeting-01.opus", RECORDINGS / "meeting-02.opus"])
    page.get_by_label("Language").fill("English")
    page.get_by_role("combobox", name="Speakers").select_option(label="Do not tell apart")
    page.get_by_role("button", name="Transcribe 2 files").click()
    expect(page.get_by_text("Everything is in: you may close this page.")).to_be_visible()
    expect(page.get_by_role("button", name="Choose files")).to_be_focused()

    latest = page.locator("#latest .job")
    expect(latest).to_have_count(2)
    expect(latest.get_by_text("Done", exact=True)).to_have_count(2, timeout=LONG)
    jobs = service.request("GET", "/api/v1/jobs").json()["jobs"]

    assert sorted(job["name"] for job in jobs) == ["meeting-01.opus", "meeting-02.opus"]
    assert {job["options"]["language"] for job in jobs} == {"en"}
    assert {job["options"]["diarize"] for job in jobs} == {False}


def test_the_start_page_has_no_serious_fault_of_accessibility(visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-03.opus")
    page.get_by_text("More options").click()

    expect(page.get_by_role("button", name="Transcribe")).to_be_visible()

    visit.screenshot("home-options")
    assert serious(page) == []


def test_a_reload_in_the_middle_goes_on_by_itself(service: Service, visit: Visit, large: Path) -> None:
    page = visit.sign_in()
    slow(page, 500_000)
    page.locator("#files").set_input_files(large)
    page.get_by_role("button", name="Transcribe").click()
    expect(page.locator(".entry")).to_contain_text("a second", timeout=LONG)
    expect(page.locator(".entry")).to_contain_text("left")
    sent(service, page, 1_500_000)
    begun = offsets(page)

    page.reload()
    slow(page, -1)

    row = page.locator("#latest .job", has_text="large meeting.opus")
    expect(row).to_be_visible(timeout=LONG)
    assert begun
    assert begun[0] > 0, "it began anew"
    job = service.request("GET", "/api/v1/jobs?q=large").json()["jobs"][0]
    assert job["size"] == large.stat().st_size


def test_a_file_that_cannot_be_kept_is_asked_for_again_and_goes_on(service: Service, visit: Visit, large: Path) -> None:
    page = visit.page
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 0, usage: 0 });")
    visit.sign_in()
    slow(page, 500_000)
    page.locator("#files").set_input_files(large)
    sent(service, page, 2_000_000)
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))

    page.reload()
    entry = page.locator(".entry")
    assert warned == ["beforeunload"]
    expect(entry).to_contain_text("Choose large meeting.opus again to go on at")
    expect(entry).to_contain_text(re.compile(r"\b[1-9]\d?\s?%"))
    begun = offsets(page)
    slow(page, -1)
    page.locator("#files").set_input_files(large)

    expect(entry).to_contain_text("here. Choose the options below.", timeout=LONG)
    assert begun[0] > 0
    entry.get_by_role("button", name="Take away").click()
    expect(entry).to_have_count(0)


def test_a_file_chosen_again_before_the_server_has_answered_is_the_same_one(visit: Visit, large: Path) -> None:
    page = visit.page
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 0, usage: 0 });")
    visit.sign_in()
    slow(page, 500_000)
    page.locator("#files").set_input_files(large)
    entry = page.locator(".entry")
    expect(entry).to_contain_text("a second", timeout=LONG)
    page.on("dialog", lambda dialog: dialog.accept())
    asked: list[Route] = []
    page.route(
        "**/uploads/*", lambda route: asked.append(route) if route.request.method == "HEAD" else route.continue_()
    )

    page.reload()
    slow(page, -1)
    begun = offsets(page)
    page.locator("#files").set_input_files(large)
    expect(entry).to_have_count(1)
    for route in asked:
        route.continue_()
    page.unroute("**/uploads/*")

    expect(entry).to_contain_text("here. Choose the options below.", timeout=LONG)
    expect(entry).to_have_count(1)
    assert begun[0] > 0, "it began anew"
    page.reload()
    expect(entry).to_contain_text("here. Choose the options below.")  # all of it is there: it is not asked for again
    entry.get_by_role("button", name="Take away").click()
    expect(entry).to_have_count(0)


def test_an_upload_goes_on_after_the_web_server_was_killed(service: Service, visit: Visit, large: Path) -> None:
    page = visit.sign_in()
    slow(page, 500_000)
    page.locator("#files").set_input_files(large)
    sent(service, page, 2_500_000)  # every two seconds the server notes how far it is
    begun = offsets(page)

    assert service.kill("web")
    slow(page, -1)

    expect(page.locator(".entry")).to_contain_text("here", timeout=LONG)
    assert begun[-1] > 0
    page.locator(".entry").get_by_role("button", name="Take away").click()


def test_paused_it_rests_and_cancelled_it_is_gone_from_the_server(service: Service, visit: Visit, large: Path) -> None:
    page = visit.sign_in()
    slow(page, 500_000)
    with page.expect_request(lambda one: one.method == "PATCH") as begun:
        page.locator("#files").set_input_files(large)
    upload = begun.value.url.removeprefix(service.url)
    entry = page.locator(".entry")

    def on_the_server() -> requests.Response:
        return service.request("HEAD", upload, headers={"Tus-Resumable": "1.0.0"})

    sent(service, page, 500_000)

    entry.get_by_role("button", name="Pause").click()
    expect(entry).to_contain_text("Paused at")
    expect(entry.get_by_role("button", name="Go on")).to_be_focused()
    service.until(lambda: int(on_the_server().headers.get("Upload-Offset", 0)) > 0, "what has arrived is kept")
    entry.get_by_role("button", name="Take away").click()

    expect(entry).to_have_count(0)
    service.until(lambda: on_the_server().status_code in {404, 410}, "the upload is gone")


def test_what_is_no_recording_is_refused_before_it_is_sent(visit: Visit) -> None:
    page = visit.sign_in()
    begun = offsets(page)

    drop(page, ("notes.pdf", "application/pdf", b"%PDF"), ("empty.wav", "audio/wav", b""))

    expect(page.locator(".toast.fault")).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("notes.pdf is no recording. Choose audio or video.")
    expect(page.locator("#toasts")).to_contain_text("empty.wav is empty.")
    assert begun == []


def test_a_transport_stream_is_taken_whatever_the_system_calls_it(service: Service, visit: Visit) -> None:
    page = visit.sign_in()

    # So Linux calls what programmers and translators name like this; and a registered kind of a 3D model.
    drop(page, ("board.ts", "text/vnd.trolltech.linguist", b"\x47 one"), ("site.MTS", "model/vnd.mts", b"\x47 two"))

    expect(page.locator(".entry")).to_have_count(2)
    expect(page.locator(".toast.fault")).to_have_count(0)


def test_a_dropped_file_with_a_hostile_name_is_text_everywhere(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    name = "<img src=x onerror=alert(1)> \u202egnp.opus"

    drop(page, (name, "audio/ogg", (RECORDINGS / "meeting-06.opus").read_bytes()))
    expect(page.locator(".entry")).to_contain_text("here")
    assert page.locator("main img").count() == 0
    page.get_by_role("button", name="Transcribe").click()

    expect(page.locator("#latest .job", has_text="onerror")).to_be_visible()
    assert page.locator("main img").count() == 0


def test_the_same_again_is_offered_instead_of_done_again(service: Service, visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-07.opus")
    page.get_by_role("button", name="Transcribe").click()
    rows = page.locator("#latest .job", has_text="meeting-07.opus")
    expect(rows.get_by_text("Done", exact=True)).to_be_visible(timeout=LONG)

    page.locator("#files").set_input_files(RECORDINGS / "meeting-07.opus")
    page.get_by_role("button", name="Transcribe").click()
    entry = page.locator(".entry")
    expect(entry).to_contain_text("You have this already")
    expect(entry.get_by_role("link", name="Open it")).to_have_attribute(
        "href", rows.locator(".name").get_attribute("href") or ""
    )
    visit.screenshot("home-existing")
    entry.get_by_role("button", name="Do it again").click()

    expect(rows).to_have_count(2)


def test_options_chosen_just_before_the_last_byte_make_one_request(visit: Visit) -> None:
    page = visit.page
    page.add_init_script(_SLOW_STORE)
    visit.sign_in()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(f"{one.method} {one.url.removeprefix(visit.url)}"))

    slow(page, 150_000)  # it arrives after the choice, and before the store knows of it
    page.locator("#files").set_input_files(RECORDINGS / "meeting-03.opus")
    page.get_by_role("button", name="Transcribe").click()
    expect(page.locator("#latest .job", has_text="meeting-03.opus")).to_be_visible()
    page.wait_for_timeout(3000)  # another would be on its way by now

    assert asked.count("POST /api/v1/jobs") == 1


def test_options_are_remembered_and_wrong_ones_are_told(visit: Visit) -> None:
    page = visit.sign_in()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-08.opus")
    page.get_by_label("Language").fill("Klingonish")
    page.get_by_role("button", name="Transcribe").click()
    expect(page.get_by_role("alert").filter(has_text="There is no language of this name")).to_be_visible()
    expect(page.get_by_label("Language")).to_be_focused()

    page.get_by_label("Language").fill("english")
    page.get_by_label("Speakers").select_option("range")
    page.get_by_label("At most so many").fill("4")
    page.get_by_text("More options").click()
    page.get_by_label("Keep the recording, to listen to it").uncheck()
    page.get_by_role("button", name="Transcribe").click()
    expect(page.locator("#latest .job", has_text="meeting-08.opus")).to_be_visible()
    page.reload()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-01.opus")

    expect(page.get_by_label("Speakers")).to_have_value("range")
    expect(page.get_by_label("At most so many")).to_have_value("4")
    expect(page.get_by_label("Keep the recording, to listen to it")).to_be_visible()
    expect(page.get_by_label("Keep the recording, to listen to it")).not_to_be_checked()
    expect(page.locator("#languages option").first).to_have_attribute("value", "English")


def test_all_files_that_are_chosen_are_there_at_once_however_long_their_copies_take(visit: Visit) -> None:
    page = visit.page
    page.add_init_script(_ENDLESS_COPY)
    visit.sign_in()

    page.locator("#files").set_input_files([RECORDINGS / "meeting-01.opus", RECORDINGS / "meeting-02.opus"])

    expect(page.get_by_role("button", name="Transcribe 2 files")).to_be_visible()
    expect(page.locator(".entry").get_by_text("here. Choose the options below.")).to_have_count(2)


def test_a_file_that_is_chosen_without_a_network_goes_up_when_there_is_one(visit: Visit) -> None:
    page = visit.sign_in()
    expect(page.locator("#latest")).to_have_attribute("aria-busy", "false")
    entry = page.locator(".entry")

    visit.context.set_offline(True)
    page.locator("#files").set_input_files(RECORDINGS / "meeting-03.opus")
    expect(entry).to_contain_text("No connection; it goes on by itself.")
    visit.context.set_offline(False)

    expect(entry).to_contain_text("here. Choose the options below.")


def test_a_recording_of_the_microphone_becomes_a_job(service: Service, visit: Visit) -> None:
    visit.page.add_init_script(_MICROPHONES)
    page = visit.sign_in()
    page.get_by_role("button", name="Record now").evaluate("(one) => { one.click(); one.click(); }")
    expect(page.locator(".take-time")).to_have_text(at_least(3), timeout=LONG)
    level = page.locator(".level span")
    service.until(lambda: level.evaluate("(one) => one.style.transform") > "scaleX(0.3", "something is heard")
    visit.screenshot("home-recording")
    assert serious(page) == []
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Done").click()

    entry = page.locator(".entry")
    expect(entry).to_contain_text("Recording 20")
    assert page.evaluate("streams.length") == 1
    assert not page.evaluate("streams.some((one) => one.active)"), "a microphone is still open"
    page.get_by_role("button", name="Transcribe").click()
    row = page.locator("#latest .job", has_text="Recording 20").first
    expect(row.locator(".badge")).to_have_text("Done", timeout=LONG)
    job = service.request("GET", "/api/v1/jobs?q=recording").json()["jobs"][0]
    assert job["duration"] > 2.5


def test_a_recording_that_broke_off_is_still_there(visit: Visit) -> None:
    page = visit.sign_in()
    page.get_by_role("button", name="Record now").click()
    expect(page.locator(".take-time")).to_have_text(at_least(1), timeout=LONG)
    cookies = visit.context.cookies()

    visit.context.clear_cookies()  # signed out in another window
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("You are signed out. The recording goes on.")).to_be_visible()
    expect(page.locator(".take-time")).to_have_text(at_least(6), timeout=LONG)
    visit.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.close(run_before_unload=False)
    page = visit.page = visit.open()
    page.goto("/")

    expect(page.get_by_text("broke off. What was recorded is here.")).to_be_visible()
    visit.screenshot("home-broken")
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".entry")).to_contain_text("here. Choose the options below.")
    page.locator(".entry").get_by_role("button", name="Take away").click()


def test_what_the_browser_cannot_keep_of_a_recording_is_sent_all_the_same(service: Service, visit: Visit) -> None:
    page = visit.page
    page.add_init_script(_NO_ROOM)
    visit.sign_in()
    page.get_by_role("button", name="Record now").click()
    expect(page.locator(".take-time")).to_have_text(at_least(5), timeout=LONG)
    expect(page.locator(".toast.fault")).to_have_text(re.compile("no room to keep the recording"))
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".entry")).to_contain_text("here. Choose the options below.")
    page.get_by_role("button", name="Transcribe").click()

    expect(page.locator(".entry")).to_have_count(0)
    job = service.request("GET", "/api/v1/jobs?q=recording").json()["jobs"][0]
    done = service.wait([job["id"]])[0]
    assert done["duration"] > 4.5


def test_a_browser_that_can_write_no_recording_offers_none(visit: Visit) -> None:
    visit.page.add_init_script("MediaRecorder.isTypeSupported = () => false;")
    page = visit.sign_in()
    expect(page.locator("#latest")).to_have_attribute("aria-busy", "false")

    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    expect(page.get_by_role("button", name="Record now")).to_be_hidden()


def test_the_start_page_is_light(visit: Visit) -> None:
    sizes: list[int] = []
    visit.sign_in()
    page = visit.page = visit.open()
    wire = visit.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto("/", wait_until="networkidle")

    assert sum(sizes) < 100_000, sum(sizes)
    print("transferred", sum(sizes), "bytes in", len(sizes), "answers")


def test_on_a_small_screen_in_the_dark_nothing_is_cut_off(visits: Callable[..., Visit]) -> None:
    visit = visits(width=360, height=740, color_scheme="dark")
    page = visit.sign_in()
    page.locator("#files").set_input_files(RECORDINGS / "meeting-02.opus")
    page.get_by_text("More options").click()
    expect(page.locator(".entry")).to_contain_text("here")

    visit.screenshot("small-home-options")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(page) == []
