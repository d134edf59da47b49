"""Somebody at a browser: goes to pages, clicks, types, and sees what comes of it."""

import base64
import time
from pathlib import Path
from typing import Any

from tests.browsers.wire import PATIENCE, Wire

CONTROL, SHIFT, ENTER, BACKSPACE, ESCAPE = "\ue009", "\ue008", "\ue007", "\ue003", "\ue00c"
HOME, END, RIGHT = "\ue011", "\ue010", "\ue014"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# What goes wrong on a page once it listens; `see` finds out what goes wrong before.
_LISTEN = """
window.faults ??= (() => {
  const faults = [];
  addEventListener("error", (event) => faults.push(event.message));
  addEventListener("unhandledrejection", (event) => faults.push(String(event.reason)));
  addEventListener("securitypolicyviolation", (event) => faults.push(`${event.violatedDirective} ${event.blockedURI}`));
  return faults;
})();
return window.faults;
"""


class Person:
    """At the service of that address."""

    def __init__(self, wire: Wire, url: str) -> None:
        self._wire, self._url = wire, url
        wire.ask("SetWindowRect", width=1280, height=860)

    def go(self, path: str) -> None:
        self._wire.ask("Navigate", url=self._url + path)
        self.faults()

    def reload(self) -> None:
        self._wire.ask("Refresh")
        self.faults()

    def faults(self) -> list[str]:
        """What went wrong on this page since it was opened."""
        return list(self._wire.ask("ExecuteScript", script=_LISTEN, args=[]))

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript is on the page."""
        return self._wire.ask("ExecuteScript", script=f"return {expression}", args=[])

    def see(self, expression: str) -> Any:
        """Wait until it is true. Raises AssertionError with what it was at last."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                found = self.value(expression)
            except RuntimeError as fault:  # the page that it asks is on its way
                found = fault
            if found and not isinstance(found, RuntimeError):
                return found
            assert time.monotonic() < end, f"never seen: {expression} ({found})"
            time.sleep(0.1)

    def click(self, selector: str) -> None:
        self._wire.ask("ElementClick", id=self._seen(selector))

    def double_click(self, selector: str) -> None:
        """At the middle of it."""
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        there = {"type": "pointerMove", "x": 0, "y": 0, "origin": {_ELEMENT: self._seen(selector)}}
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self._wire.ask("PerformActions", actions=[mouse | {"actions": [there, *press, *press]}])

    def give(self, selector: str, file: Path) -> None:
        """Choose a file in a field for files, seen or not."""
        self._wire.ask("ElementSendKeys", id=self._element(selector), text=str(file))

    def type(self, text: str) -> None:
        """Key by key, where the focus is."""
        self.press(*text)

    def press(self, *keys: str, holding: str = "") -> None:
        """One key after the other, while others are held."""
        down = [{"type": "keyDown", "value": key} for key in holding]
        each = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        up = [{"type": "keyUp", "value": key} for key in reversed(holding)]
        self._wire.ask("PerformActions", actions=[{"type": "key", "id": "keys", "actions": [*down, *each, *up]}])

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self._wire.ask("TakeScreenshot")))

    def _seen(self, selector: str) -> str:
        self.see(f"document.querySelector({selector!r})?.getClientRects().length")
        return self._element(selector)

    def _element(self, selector: str) -> str:
        found = self._wire.ask("FindElement", using="css selector", value=selector)
        return str(found[_ELEMENT])
