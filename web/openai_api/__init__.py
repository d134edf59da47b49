"""OpenAI's audio API, so that programs made for it work with Steno: another address, and a Steno token as the key."""

from flask import Flask

from web.openai_api import errors, routes


def register(app: Flask) -> None:
    """Serve it under /v1."""
    errors.register(app)
    app.register_blueprint(routes.blueprint)
