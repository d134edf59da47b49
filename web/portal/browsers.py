"""What a browser calls itself, as people call it: "Firefox on Linux"."""

import re

# The first that is found: Edge also says Chrome, and Chrome also says Safari.
_BROWSERS = (
    (r"\bEdg(?:e|A|iOS)?/", "Edge"),
    (r"\b(?:OPR|Opera)/", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bVivaldi/", "Vivaldi"),
    (r"\b(?:Firefox|FxiOS)/", "Firefox"),
    (r"\bHeadlessChrome/", "Chrome"),
    (r"\b(?:Chrome|CriOS|Chromium)/", "Chrome"),
    (r"\bVersion/.*Safari/", "Safari"),
)
_SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "macOS"),
    (r"\bLinux\b|\bX11\b", "Linux"),
)


def browser_and_system(agent: str) -> tuple[str | None, str | None]:
    """Names of browser and system; None for what it does not say."""
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for pattern, name in names if re.search(pattern, agent)), None)
