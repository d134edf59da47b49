"""Signing in by an identity provider in a browser: there, back, and out of both."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import Visit, serious
from tests.e2e.conftest import set_password
from tests.identity_provider import IdentityProvider
from tests.service import Service


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as one:
        yield one


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Service]:
    """`steno up` that knows the provider."""
    known = {f"STENO_{name.upper()}": value for name, value in provider.settings.items()}
    rules = {"STENO_OIDC_NAME": "Example University", "STENO_OIDC_ALLOW": "affiliation=staff"}
    with Service(tmp_path_factory.mktemp("service"), **known, **rules) as one:
        set_password(one, "admin")
        yield one


@pytest.fixture
def visit(service: Service, browser: Browser, provider: IdentityProvider) -> Iterator[Visit]:
    one = Visit(browser, service.url)
    one.also.append(provider.issuer)
    yield one
    one.close()


def test_somebody_signs_in_there_and_is_back_where_they_wanted(visit: Visit, provider: IdentityProvider) -> None:
    provider.person["affiliation"] = ["staff"]
    visit.page.goto("/account/tokens#new")
    assert serious(visit.page) == []
    visit.screenshot("sign-in-single-sign-on")
    visit.page.get_by_role("link", name="Sign in with Example University").click()
    visit.page.get_by_role("link", name="Sign in as Ann").click()
    visit.page.wait_for_url("**/account/tokens#new")

    visit.page.goto("/account/security")
    assert visit.page.get_by_text("Your account is connected").is_visible()
    visit.page.locator(".own summary").click()
    visit.page.get_by_role("button", name="Sign out", exact=True).click()
    visit.page.wait_for_url("**/signed-out")
    assert serious(visit.page) == []
    visit.screenshot("signed-out")
    visit.page.get_by_role("link", name="Sign out there, too").click()
    visit.page.get_by_text("Signed out at the provider").wait_for()


def test_whom_the_rule_keeps_out_is_told_so(visit: Visit, provider: IdentityProvider) -> None:
    provider.person["affiliation"] = ["student"]
    visit.page.goto("/sign-in")
    visit.page.get_by_role("link", name="Sign in with Example University").click()
    visit.page.get_by_role("link", name="Sign in as Ann").click()

    assert "does not let you in here" in visit.page.get_by_role("alert").inner_text()
    assert serious(visit.page) == []
    visit.screenshot("sign-in-refused")


def test_a_password_still_lets_in_and_the_account_is_connected_there(visit: Visit, provider: IdentityProvider) -> None:
    provider.person |= {"sub": "u-9", "affiliation": ["staff"]}
    page = visit.sign_in()
    page.goto("/account/security")
    page.get_by_role("link", name="Connect").click()
    page.get_by_role("link", name="Sign in as Ann").click()
    page.get_by_text("Your account is connected.", exact=True).wait_for()

    page.get_by_role("button", name="Disconnect").click()
    page.get_by_text("Disconnected.").wait_for()
