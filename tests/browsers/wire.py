"""The wire to a browser: WebDriver commands by Marionette (Firefox) or by HTTP (WebKit), with nothing to install."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import requests

from tests.service import free_port

PATIENCE = 60  # seconds
T = TypeVar("T")
_MINIBROWSER = "usr/lib/*/webkit2gtk-*/MiniBrowser"
_FIREFOX = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
}
_ROUTES = {  # of https://www.w3.org/TR/webdriver2/#endpoints
    "Navigate": ("POST", "url"),
    "Refresh": ("POST", "refresh"),
    "FindElement": ("POST", "element"),
    "ElementClick": ("POST", "element/{id}/click"),
    "ElementSendKeys": ("POST", "element/{id}/value"),
    "ExecuteScript": ("POST", "execute/sync"),
    "PerformActions": ("POST", "actions"),
    "SetWindowRect": ("POST", "window/rect"),
    "TakeScreenshot": ("GET", "screenshot"),
}


class Missing(Exception):
    """A browser is not on this machine; the message says what brings it."""


class Wire(Protocol):
    """What a browser is asked by."""

    name: str

    def ask(self, command: str, **parameters: Any) -> Any:
        """A command of WebDriver; its value. Raises RuntimeError with what the browser said."""


class Marionette:
    """Firefox speaks it itself, over TCP: `length:[0, id, command, parameters]`, answered `[1, id, fault, value]`."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._read()  # its greeting
        self._id = 0
        found = self.ask("NewSession")["capabilities"]
        self.name = f"Firefox {found['browserVersion']}"

    def ask(self, command: str, **parameters: Any) -> Any:
        self._id += 1
        sent = json.dumps([0, self._id, f"WebDriver:{command}", parameters]).encode()
        self._socket.sendall(f"{len(sent)}:".encode() + sent)
        _, _, fault, value = self._read()
        if fault:
            raise RuntimeError(f"{command}: {fault['error']}: {fault['message']}")
        return value["value"] if value and "value" in value else value

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._some(1)
        body = b""
        while len(body) < int(length[:-1]):
            body += self._some(int(length[:-1]) - len(body))
        return json.loads(body)

    def _some(self, most: int) -> bytes:
        found = self._socket.recv(most)
        if not found:
            raise RuntimeError("Firefox has ended")
        return found


class Http:
    """WebKitWebDriver: WebDriver as the standard has it."""

    def __init__(self, port: int, binary: str) -> None:
        self._root = f"http://127.0.0.1:{port}/session"
        options = {"binary": binary, "args": ["--automation"]}
        answer = requests.post(
            self._root,
            json={"capabilities": {"alwaysMatch": {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}}},
            timeout=PATIENCE,
        )
        made = answer.json()["value"]
        if "sessionId" not in made:
            raise RuntimeError(f"MiniBrowser did not start: {made}")
        self._root += f"/{made['sessionId']}"
        self.name = f"WebKitGTK {made['capabilities']['browserVersion']}"

    def ask(self, command: str, **parameters: Any) -> Any:
        method, path = _ROUTES[command]
        path = path.format(id=parameters.pop("id", ""))
        body = parameters if method == "POST" else None
        value = requests.request(method, f"{self._root}/{path}", json=body, timeout=PATIENCE).json()["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{command}: {value['error']}: {value['message']}")
        return value


@contextmanager
def firefox() -> Iterator[Wire]:
    """Firefox without a window. Raises Missing."""
    binary = shutil.which("firefox") or shutil.which("firefox-esr")
    if binary is None:
        raise Missing("Firefox is not here: apt install firefox-esr")
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        settings = _FIREFOX | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        command = [binary, "--headless", "--marionette", "--no-remote", "--profile", profile]
        with _running(command, os.environ | {"MOZ_HEADLESS_WIDTH": "1280", "MOZ_HEADLESS_HEIGHT": "800"}):
            yield _soon(lambda: Marionette(port))


@contextmanager
def webkit() -> Iterator[Wire]:
    """WebKitGTK's small browser, on a screen that nobody sees where there is none. Raises Missing."""
    driver, binary = shutil.which("WebKitWebDriver"), next(map(str, Path("/").glob(_MINIBROWSER)), None)
    screen = shutil.which("xvfb-run")
    if driver is None or binary is None or not (screen or os.environ.get("DISPLAY")):
        raise Missing("WebKit is not here: apt install webkit2gtk-driver xvfb xauth dbus")
    port = free_port()
    command = [driver, f"--port={port}"]
    if session := shutil.which("dbus-run-session"):
        command = [session, "--", *command]
    if not os.environ.get("DISPLAY"):
        command = [str(screen), "-a", "-s", "-screen 0 1400x1000x24", *command]
    environment = os.environ | {"LANG": "C.UTF-8", "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    if os.geteuid() == 0:
        environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # root has no sandbox to make; the pages are ours
    with _running(command, environment):
        _soon(lambda: requests.get(f"http://127.0.0.1:{port}/status", timeout=5))
        yield Http(port, binary)


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """Run a program with its children, and end them all."""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, 15)


def _soon(attempt: Callable[[], T]) -> T:
    """What an attempt gives as soon as somebody listens."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
