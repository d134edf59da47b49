"""The administration: how the service does, what failed, the rules it keeps, what it uses, and who did what."""

from flask import Flask

from web.portal.admin import overview, users
from web.portal.layout import NAVIGATION, Place, _

# In the order of admin/_nav.html.
PLACES = (
    Place("/admin", _("Overview"), admin=True),
    Place("/admin/users", _("Users"), admin=True),
)
PAGES = (overview, users)


def register(app: Flask) -> None:
    """Serve the pages, to administrators."""
    app.jinja_env.globals["admin_places"] = PLACES
    for one in PAGES:
        one.register(app)
    place = Place("/admin", _("Administration"), admin=True)
    if place not in NAVIGATION:
        NAVIGATION.append(place)
