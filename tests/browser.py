"""A real Chromium for tests, with a page that notices faults: script errors, requests that leave the service."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.slow import compute_slowly, slow_network

PASSWORD = "three dull words here"
PATIENCE = 30_000  # milliseconds: a busy machine is no fault of the pages
SCREENSHOTS = Path(__file__).parent.parent / "test-output" / "screenshots"
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --use-fake-device-for-media-stream --use-fake-ui-for-media-stream "
    "--autoplay-policy=no-user-gesture-required"
).split()


def chromium_path() -> str:
    """The machine's Chromium. Raises AssertionError, naming the cure, where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, "the tests of the pages need Chromium: apt install chromium"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed at the end."""
    with slow_network() as network, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*_ARGUMENTS, *network])
        expect.set_options(timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A browser profile of its own: one person at one service. `faults` is what must not be."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, height: int = 800, **options: object) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            locale="en-GB",
            **options,  # type: ignore[arg-type]
        )
        self.context.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.also: list[str] = []  # other sites that it may go to
        self.page = self.open()

    def open(self) -> Page:
        """Another page of the same profile."""
        page = self.context.new_page()
        compute_slowly(page)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("request", lambda asked: self._leaves(asked.url))
        return page

    def close(self) -> None:
        """Close it. Raises AssertionError for any fault that was noticed."""
        self.context.close()
        assert not self.faults, "\n".join(self.faults)

    def sign_in(self, name: str = "admin", password: str = PASSWORD) -> Page:
        """Through the page, as a person does."""
        self.page.goto("/sign-in")
        self.page.get_by_label("Name or mail address").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page

    def screenshot(self, name: str) -> Path:
        """Of the whole page, kept for looking at it."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def _console(self, kind: str, text: str) -> None:
        # A refused request is written there by the browser itself; whoever expects it looks at the page.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(f"console: {text}")

    def _leaves(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:", "about:", *self.also)):
            self.faults.append(f"left the origin: {urlsplit(address).netloc}")


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, as lines to read."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['impact']} {one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:5])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
