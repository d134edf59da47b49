"""One real service and one real Chromium for each file of tests."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from steno.config import Settings
from steno.transcript import Transcript
from tests import slow
from tests.browser import PASSWORD, Visit, chromium
from tests.e2e.talks import Opened, talk
from tests.seeding import minutes_of, seed, tone
from tests.service import Service


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What fails beside seven other processes and a browser is tried once more, and stays in the summary as RERUN.

    That is no pass: it is a race, of the test or of the page, to be found and mended. Who looks for them (`tests.slow`)
    wants no second try.
    """
    for item in items:
        if not slow.SEED and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`steno up`, whose first administrator has a password: admin, PASSWORD."""
    with Service(tmp_path_factory.mktemp("service")) as one:
        set_password(one, "admin")
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as one:
        yield one


@pytest.fixture
def visit(service: Service, browser: Browser) -> Iterator[Visit]:
    """A visitor, not signed in. Any fault of a page fails the test."""
    one = Visit(browser, service.url)
    yield one
    one.close()


@pytest.fixture
def visits(service: Service, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """More visitors, with options of `Visit`, e.g. width, color_scheme, has_touch."""
    made: list[Visit] = []

    def visit(**options: object) -> Visit:
        made.append(Visit(browser, service.url, **options))  # type: ignore[arg-type]
        return made[-1]

    yield visit
    for one in made:
        one.close()


def add_person(service: Service, name: str) -> None:
    """Somebody without a password."""
    command = [sys.executable, "-m", "steno", "admin", "users", "add", name]
    subprocess.run(command, env=service.environment, capture_output=True, check=True)


def set_password(service: Service, name: str, password: str = PASSWORD) -> None:
    """By the link that `steno admin users invite` prints, as an operator does."""
    told = subprocess.run(
        [sys.executable, "-m", "steno", "admin", "users", "invite", name],
        env=service.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    secret = told.split("/welcome/")[1].split()[0]

    with requests.Session() as person:
        page = person.get(f"{service.url}/welcome/{secret}", timeout=30)
        proof = re.search(r'name="csrf_token" value="(\w+)"', page.text)
        assert proof, page.text
        form = {"csrf_token": proof[1], "password": password}
        answer = person.post(page.url, data=form, timeout=30, allow_redirects=False)
        assert answer.status_code == 303, answer.text


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A minute of a tone."""
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
