"""Jobs whose pages the tests open, and what is seen on them.

What is waited for is a function of JavaScript: an expression is evaluated anew at each look, which the pages' policy of
contents forbids from the second look on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

from steno.transcript import Transcript
from tests.browser import Visit
from tests.seeding import long_transcript
from tests.service import Service

Opened = Callable[..., Visit]


def talk(words: int = 120) -> Transcript:
    """A talk of a minute by two people."""
    return long_transcript(words, hours=1 / 60, speakers=2, name="talk.wav").model_copy(update={"uncovered": ()})


def heard(page: Page) -> float:
    """Where the player is, seconds; once it has read how long the recording is, before which it is nowhere."""
    page.wait_for_function("() => document.querySelector('audio').readyState > 0")
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def expect_heard(page: Page, start: float, end: float) -> None:
    """Wait until the player stands or plays between two times, seconds."""
    time = "document.querySelector('audio').currentTime"
    page.wait_for_function(f"([start, end]) => start <= {time} && {time} <= end", arg=[start, end])


def refresh(page: Page) -> None:
    """As when the list's stream of news is connected anew."""
    page.evaluate("new BroadcastChannel('steno-jobs').postMessage({ kind: 'refresh' })")


@contextmanager
def first_held(service: Service, page: Page, address: str) -> Iterator[list[Route]]:
    """What is done here asks there; at the end it has, and the first of it waits for its answer."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route) if not held else route.continue_())
    yield held
    service.until(lambda: page.evaluate("0") == 0 and held, "the page has asked, and waits for the answer")


def said(page: Page) -> list[str]:
    """The texts of the segments, in order."""
    return page.locator(".segment").all_inner_texts()


@contextmanager
def held_back(page: Page, address: str, method: str = "PATCH") -> Iterator[None]:
    """What is asked there is answered only when this is over."""
    held: list[Route] = []
    over = False

    def hold(route: Route) -> None:
        if over or route.request.method != method:
            route.continue_()
        else:
            held.append(route)

    page.route(address, hold)
    yield
    over = True
    for route in held:
        route.continue_()
    page.unroute(address)
