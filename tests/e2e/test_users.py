"""Administration of people in a browser: invited by a link, made administrator, kept out, deleted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import Visit, serious

OWN = "a sentence of my own"


def test_somebody_is_invited_promoted_kept_out_and_deleted(visit: Visit, visits: Callable[..., Visit]) -> None:
    page = visit.sign_in()
    page.goto("/admin/users")
    page.get_by_label("Mail address or name").fill("ann@example.org")
    page.get_by_label("Send them the link by mail").uncheck()
    page.get_by_role("button", name="Invite").evaluate("(one) => { one.click(); setTimeout(() => one.click(), 20); }")
    link = page.locator("#secret").inner_text()
    assert serious(page) == []
    visit.screenshot("admin-user-invited")
    own = page.locator('form[action$="/quota"]').get_attribute("action")
    assert own is not None
    profile = own.removesuffix("/quota")

    ann = visits()
    ann.page.goto(link)
    ann.page.get_by_label("New password").fill(OWN)
    ann.page.get_by_role("button", name="Go on").click()
    ann.page.wait_for_url(lambda address: "/welcome" not in address)
    assert ann.page.get_by_role("link", name="Administration").count() == 0

    page.goto(profile)
    page.get_by_role("button", name="Make administrator").click()
    page.get_by_text("They are an administrator now").wait_for()
    ann.sign_in("ann@example.org", OWN)
    assert ann.page.get_by_role("link", name="Administration").count() == 1

    page.goto(profile)
    page.get_by_role("button", name="Keep out").click()
    page.get_by_text("They are signed out everywhere").wait_for()
    ann.page.goto("/account")
    assert "/sign-in" in ann.page.url

    page.get_by_label("Type ann@example.org to confirm").fill("ann@example.org")
    page.get_by_role("button", name="Delete the account for good").click()
    page.get_by_text("ann@example.org is deleted").wait_for()
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_the_last_administrator_is_told_why_they_stay(visit: Visit) -> None:
    page = visit.sign_in()
    page.goto("/admin/users")
    page.get_by_role("link", name="admin", exact=True).click()
    page.get_by_role("button", name="Take the role away").click()

    expect(page.get_by_role("alert")).to_contain_text("last administrator")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_pages_have_no_serious_fault_and_fit(visits: Callable[..., Visit], width: int, scheme: str) -> None:
    visit = visits(width=width, color_scheme=scheme)
    page = visit.sign_in()
    for name in ("Åsa Öberg", "a.very.long.name.of.somebody@department.of.something.university.example.org"):
        page.goto("/admin/users")
        page.get_by_label("Mail address or name").fill(name)
        page.get_by_role("button", name="Invite").click()
        page.locator(".made, .note.done, [role=alert]").first.wait_for()
    page.goto("/admin/users")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.screenshot(f"admin-users-{width}-{scheme}")
    page.get_by_role("link", name="Åsa Öberg").click()
    expect(page.get_by_role("heading", name="Åsa Öberg")).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.screenshot(f"admin-user-{width}-{scheme}")
