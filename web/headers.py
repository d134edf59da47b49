"""What every answer carries: headers that keep a browser safe; and a line in the log, without content."""

import logging
import secrets
import time

from flask import Flask, Response, g, request

_LOG = logging.getLogger("steno.access")
# Nothing from elsewhere, nothing inline.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # The start page records; nothing else of a device is wanted, whatever a page may once contain.
    "Permissions-Policy": "microphone=(self), camera=(), display-capture=(), geolocation=(), payment=(), usb=()",
}
_YEAR = 31_536_000


def register(app: Flask, *, tls: bool) -> None:
    """Put them on every answer. `tls`: people reach this server by https."""

    @app.before_request
    def begin() -> None:
        g.began, g.request_id = time.monotonic(), secrets.token_hex(8)

    @app.after_request
    def end(answer: Response) -> Response:
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        if answer.content_type == "text/html; charset=utf-8" or request.path.startswith("/api/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        if tls:
            answer.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        answer.headers["X-Request-Id"] = g.get("request_id", "")
        _log(answer)
        return answer


def _log(answer: Response) -> None:
    asking = g.get("caller")
    _LOG.info(
        "request.answered id=%s method=%s route=%s status=%d ms=%d user=%s",
        g.get("request_id", "-"),
        request.method,
        # The rule, not the path: a person's words may stand in a path.
        request.url_rule.rule if request.url_rule is not None else "-",
        answer.status_code,
        round(1000 * (time.monotonic() - g.get("began", time.monotonic()))),
        asking.user_id if asking is not None else "-",
    )
