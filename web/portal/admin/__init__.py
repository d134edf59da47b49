"""The administration: how the service does, what failed, the rules it keeps, what it uses, and who did what."""

from flask import Flask

from web.portal.admin import announcement, audit, connections, overview, retention, sharing, troubles, usage, users
from web.portal.layout import NAVIGATION, Place, _

# In the order of admin/_nav.html.
PLACES = (
    Place("/admin", _("Overview"), admin=True),
    Place("/admin/usage", _("Usage"), admin=True),
    Place("/admin/users", _("Users"), admin=True),
    Place("/admin/jobs", _("Jobs and failures"), admin=True),
    Place("/admin/retention", _("Retention"), admin=True),
    Place("/admin/sharing", _("Sharing"), admin=True),
    Place("/admin/connections", _("Models and connections"), admin=True),
    Place("/admin/announcement", _("Announcement"), admin=True),
    Place("/admin/audit", _("Audit"), admin=True),
)
PAGES = (overview, usage, users, troubles, retention, sharing, connections, announcement, audit)


def register(app: Flask) -> None:
    """Serve the pages, to administrators."""
    app.jinja_env.globals["admin_places"] = PLACES
    for one in PAGES:
        one.register(app)
    place = Place("/admin", _("Administration"), admin=True)
    if place not in NAVIGATION:
        NAVIGATION.append(place)
