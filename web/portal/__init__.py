"""The portal: pages for people, in their language. What the pages do beyond showing, they do by the REST API."""

from flask import Flask

from web.portal import (
    account,
    admin,
    assets,
    errors,
    figures,
    forgotten,
    forms,
    happenings,
    home,
    job,
    languages,
    layout,
    sign_in,
    single_sign_on,
)

PAGES = (home, sign_in, single_sign_on, forgotten, account, job, admin)


def register(app: Flask) -> None:
    """Serve the pages and what they need."""
    languages.register(app)
    assets.register(app)
    layout.register(app)
    errors.register(app)
    forms.register(app)
    figures.register(app)
    happenings.register(app)
    for one in PAGES:
        one.register(app)
