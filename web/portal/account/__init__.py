"""The account: who one is, how one signs in, tokens for programs, what is kept of one and how it goes."""

from flask import Flask

from web.portal.account import own, profile, security, tokens

PARTS = (profile, security, tokens, own)


def register(app: Flask) -> None:
    """Serve the pages."""
    for one in PARTS:
        one.register(app)
