"""Where a request comes from when proxies stand before us: X-Forwarded-For counts only as far as it can be trusted."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from steno.proxies import Networks, trusted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def register(app: Flask, proxies: str) -> None:
    """Let `request.remote_addr` be the address of who asks. `proxies` is STENO_TRUSTED_PROXIES."""
    found = trusted(proxies)
    if isinstance(found, int):
        if found:
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=found, x_proto=0, x_host=0)  # type: ignore[method-assign]
    else:
        app.wsgi_app = _Networks(app.wsgi_app, found)  # type: ignore[method-assign,assignment]


class _Networks:
    """Walks the header back from its end: the first address that is none of our proxies is who asks."""

    def __init__(self, app: "WSGIApplication", proxies: Networks) -> None:
        self._app, self._proxies = app, proxies

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        here = _address(environ.get("REMOTE_ADDR", ""))
        claimed = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        while here is not None and claimed and any(here in network for network in self._proxies):
            before = _address(claimed.pop())
            if before is None:
                break
            here = before
        if here is not None:
            environ["REMOTE_ADDR"] = str(here)
        return self._app(environ, start)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it, perhaps with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
