"""Every page there is, in every language, wide and narrow, light and dark: for everybody, and nothing is cut off."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from steno.config import Settings
from tests.browser import Visit, serious
from tests.e2e.conftest import set_password
from tests.screenshots import meeting
from tests.seeding import loudness, minutes_of, seed, tone
from tests.service import Service
from web.app import create_app
from web.auth import access_of

# Addresses of pages that need somebody's id or secret; the test fills them in.
_WITH_PARTS = {"/jobs/<id:job_id>", "/admin/users/<id:user_id>", "/shared/<secret>", "/welcome/<secret>"}
_NO_PAGES = {
    "/account/steno-account.json",
    "/account/data/steno-account.json",
    "/account/connect",
    "/admin/now",
    "/admin/connections/now",
    "/admin/audit.csv",
}
_PUBLIC = ("/sign-in", "/signed-out")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One with a job, a tag and a link."""
    with Service(tmp_path_factory.mktemp("service"), STENO_MINUTES="1") as one:
        set_password(one, "admin")
        yield one


@pytest.fixture(scope="module")
def places(service: Service, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The addresses of all pages for who is signed in as an administrator."""
    recording = tone(tmp_path_factory.mktemp("tone") / "tone.wav", 60).read_bytes()
    told = meeting("research-group", "Research group, Monday.wav")
    settings = Settings(data_dir=service.data)
    job = seed(settings, told, recording=recording, minutes=minutes_of(told), waveform=loudness(told))
    made = service.request("POST", f"/api/v1/jobs/{job}/shares", json={"label": "for the group"})
    user = service.request("GET", "/api/v1/account").json()["id"]
    secret = made.json()["url"].rsplit("/")[-1]
    return [*pages(service.data), f"/jobs/{job}", f"/admin/users/{user}", f"/shared/{secret}"]


def pages(data: Path) -> list[str]:
    """Pages whose address has no parts, by the application's own map."""
    app = create_app(Settings(data_dir=data, redis_url="redis://127.0.0.1:1/0"))
    found = []
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or access not in {"page", "admin page"}:
            continue
        if rule.arguments:
            assert rule.rule in _WITH_PARTS, f"a page that no test looks at: {rule.rule}"
        elif rule.rule not in _NO_PAGES:
            found.append(rule.rule)
    return sorted(found)


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("fi", 360, "dark"), ("sv", 360, "light"), ("sv", 1280, "dark")],
)
def test_it_is_for_everybody_and_fits(
    visits: Callable[..., Visit], places: list[str], language: str, width: int, scheme: str
) -> None:
    visit = visits(width=width, color_scheme=scheme)
    page = visit.page
    faults: list[str] = []
    visit.context.add_cookies([{"name": "steno_language", "value": language, "url": visit.url}])

    for place in [*_PUBLIC, "", *places]:
        if not place:  # the pages before this are for who is not signed in
            page.goto("/sign-in")
            page.locator("input[name=name]").fill("admin")
            page.locator("input[name=password]").fill("three dull words here")
            page.locator("main button.primary").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            continue
        page.goto(place)
        expect(page.locator("h1").first).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.evaluate("document.fonts.ready")
        assert page.locator("html").get_attribute("lang") == language
        faults += [f"{place}: {line}" for line in serious(page)]
        cut = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if cut > 0:
            faults.append(f"{place}: {cut} pixels are cut off at {width}")

    assert faults == []
