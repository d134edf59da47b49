"""The account in a browser: what one sees, saves, copies; browsers that are signed out from elsewhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import PASSWORD, Visit, serious
from tests.service import Service

PAGES = ("", "/security", "/tokens", "/data")


def test_a_name_is_saved_and_shown(visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/account")
    page.get_by_label("Your name").fill("<i>Ann</i>")
    page.get_by_label("Mail address").fill("ann@example.org")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()

    page.get_by_role("status").filter(has_text="Saved.").wait_for()
    assert page.get_by_label("Your name").input_value() == "<i>Ann</i>"
    assert page.get_by_label("Mail address").input_value() == "ann@example.org"


def test_the_language_of_the_account_follows_to_another_browser(visit: Visit, visits: Callable[..., Visit]) -> None:
    page = visit.sign_in()
    page.goto("/account")
    page.locator(".own summary").click()
    with page.expect_navigation():
        page.locator('.own input[name="language"][value="fi"]').check()
    expect(page.locator("html")).to_have_attribute("lang", "fi")

    other = visits()
    other.sign_in()
    expect(other.page.locator("html")).to_have_attribute("lang", "fi")

    page.goto("/account")
    page.locator('select[name="language"]').select_option("en")
    page.locator("form.parts button.primary").click()
    page.locator(".note.done").wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_token_is_shown_once_and_copied(visit: Visit, service: Service) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=service.url)
    page = visit.sign_in()
    page.goto("/account/tokens")
    page.get_by_label("What it is for").fill("nightly <b>backup</b>")
    page.get_by_role("button", name="Create token").click()
    secret = page.locator("#secret").inner_text()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert serious(page) == []
    visit.screenshot("account-token-made")
    answer = service.request("GET", "/api/v1/account", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["name"] == "admin"

    page.goto("/account/tokens")
    assert page.get_by_text(secret).count() == 0
    page.get_by_role("button", name="Revoke nightly <b>backup</b>").click()
    page.get_by_text("The token is worth nothing now.").wait_for()
    answer = service.request("GET", "/api/v1/account", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_another_browser_is_signed_out_from_here(visit: Visit, visits: Callable[..., Visit]) -> None:
    visit.sign_in()
    other = visits()
    other.sign_in()

    visit.page.goto("/account/security")
    visit.page.get_by_role("button", name="Sign out everywhere else").click()
    visit.page.get_by_text("You are signed out everywhere else.", exact=True).wait_for()
    other.page.goto("/account")

    assert "/sign-in" in other.page.url
    assert visit.page.get_by_text("Chrome on Linux").count() == 1
    visit.page.get_by_role("button", name="Sign out everywhere, here too").click()
    visit.page.wait_for_url("**/sign-in")


def test_a_new_password_is_taken_from_who_knows_the_old(visit: Visit) -> None:
    page = visit.sign_in()
    for old, new in ((PASSWORD, "another dull sentence"), ("another dull sentence", PASSWORD)):
        page.goto("/account/security")
        page.get_by_label("Old password").fill(old)
        page.get_by_label("New password").fill(new)
        page.get_by_role("button", name="Change password").click()
        page.get_by_text("The password is changed.").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "light"), (1280, "dark"), (360, "dark")])
def test_the_pages_have_no_serious_fault_and_fit(visits: Callable[..., Visit], width: int, scheme: str) -> None:
    visit = visits(width=width, color_scheme=scheme)
    visit.sign_in()
    for page in PAGES:
        visit.page.goto(f"/account{page}")
        assert serious(visit.page) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visit.screenshot(f"account{page.replace('/', '-')}-{width}-{scheme}")
