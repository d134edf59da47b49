"""What every page has: where one can go, who one is, how it looks."""

from dataclasses import dataclass

from flask import Flask, request

from web.auth import signed_in

THEME_COOKIE = "steno_theme"


@dataclass(frozen=True)
class Place:
    """An entry of the navigation. `title` is a msgid."""

    address: str
    title: str
    admin: bool = False


def _(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


NAVIGATION: list[Place] = []


def register(app: Flask) -> None:
    """Give every template what the layout shows."""

    @app.context_processor
    def shown() -> dict[str, object]:
        who = signed_in()
        theme = request.cookies.get(THEME_COOKIE, "")
        return {
            "who": who,
            "navigation": [place for place in NAVIGATION if who is not None and (who.admin or not place.admin)],
            "here": request.path,
            "theme": theme if theme in {"light", "dark"} else "auto",
        }
