"""Signing in: the first-run link, password, sign out; who is not signed in sees nothing."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser import PASSWORD, Visit, serious
from tests.e2e.conftest import add_person, set_password
from tests.service import Service


def test_the_first_run_link_lets_the_administrator_choose_a_password(service: Service, visit: Visit) -> None:
    link = next(match[0] for line in service.said if (match := re.search(r"http\S+/welcome/\S+", line)))

    # The fixture has invited the administrator anew: the link of the first run is worth nothing since.
    visit.page.goto(link)

    assert visit.page.get_by_text("not good any more").is_visible()
    assert visit.page.get_by_role("heading", level=1).inner_text() == "That did not work"


def test_a_wrong_password_is_said_and_the_right_one_goes_where_one_wanted(visit: Visit) -> None:
    visit.page.goto("/account")
    assert "/sign-in" in visit.page.url
    visit.page.get_by_label("Name or mail address").fill("admin")
    visit.page.get_by_label("Password").fill("wrong, of course")
    visit.page.get_by_role("button", name="Sign in").click()
    expect(visit.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.wait_for_url("**/account")


def test_a_link_to_a_place_leads_there_also_if_one_has_to_sign_in_first(visit: Visit) -> None:
    visit.page.goto("/jobs?q=budget#t=60")
    visit.page.get_by_label("Name or mail address").fill("admin")
    visit.page.get_by_label("Password").fill("wrong, of course")
    visit.page.get_by_role("button", name="Sign in").click()
    expect(visit.page.get_by_role("alert")).to_be_visible()
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in").click()

    expect(visit.page).to_have_url(re.compile(r"/jobs\?q=budget#t=60$"))


def test_signing_out_ends_the_session_on_the_server(visit: Visit) -> None:
    visit.sign_in()
    cookies = visit.context.cookies()
    visit.page.goto("/account")
    visit.page.locator(".own summary").click()
    visit.page.get_by_role("button", name="Sign out", exact=True).click()
    visit.page.wait_for_url("**/sign-in")

    visit.context.add_cookies(cookies)
    visit.page.goto("/account")

    assert "/sign-in" in visit.page.url


def test_signing_out_leaves_nothing_of_recordings_in_the_browser(visit: Visit) -> None:
    page = visit.sign_in()
    page.evaluate("localStorage.setItem('steno.unsaved', 'words')")
    page.evaluate(
        "new Promise((done) => { indexedDB.open('takes').onsuccess = (made) => done(made.target.result.close()) })"
    )
    page.locator(".own summary").click()

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")

    assert page.evaluate("localStorage.getItem('steno.unsaved')") is None
    assert page.evaluate("indexedDB.databases()") == []


def test_the_pages_have_no_serious_fault_of_accessibility(visit: Visit) -> None:
    visit.page.goto("/sign-in")
    assert serious(visit.page) == []
    visit.screenshot("sign-in")


def test_who_guesses_is_told_to_wait_and_how_long(visit: Visit) -> None:
    visit.page.goto("/sign-in")
    for number in range(20):  # the wait doubles until it outlasts even a slow machine's next try
        visit.page.get_by_label("Name or mail address").fill("somebody@example.org")
        visit.page.get_by_label("Password").fill(f"guess number {number}")
        with visit.page.expect_response("**/sign-in") as answer:
            visit.page.get_by_role("button", name="Sign in").click()
        if answer.value.status == 429:
            break

    assert answer.value.status == 429
    assert int(answer.value.headers["retry-after"]) >= 1
    expect(visit.page.get_by_role("alert")).to_contain_text("Too many tries. Wait ")
    assert serious(visit.page) == []
    visit.screenshot("sign-in-too-many")


def test_who_forgot_the_password_has_a_link_sent(service: Service, visit: Visit) -> None:
    page, address = visit.page, f"{uuid4().hex}@example.org"
    add_person(service, address)
    set_password(service, address)

    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot the password?").click()
    expect(page.get_by_role("button", name="Send me a link")).to_be_visible()
    assert serious(page) == []
    visit.screenshot("forgotten")
    page.get_by_label("Name or mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    page.get_by_text("is on its way").wait_for()
    service.until(lambda: bool(service.sink.mails), "the mail is there")
    payload = service.sink.mails[-1].get_payload(decode=True)
    assert isinstance(payload, bytes)
    page.goto("/welcome/" + payload.decode().partition("/welcome/")[2].split()[0])
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "/welcome" not in url)
