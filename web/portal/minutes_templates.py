"""Templates of minutes, with the titles that people choose them by."""

from steno.config import Settings
from steno.template_names import template_names
from web.portal.layout import _

_TITLES = {
    "general": _("Meeting"),
    "call": _("Call with a customer"),
    "interview": _("Interview"),
    "lecture": _("Lecture"),
    "dictation": _("Dictation"),
}


def titles(settings: Settings) -> dict[str, str]:
    """Titles by name, to be translated; those of the operator are called as their files are."""
    return _TITLES | {name: name for name in template_names(settings.template_dir) if name not in _TITLES}
