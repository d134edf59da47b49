"""The day on which a recording was made, as its file says: spoken dates such as 'by Friday' are counted from it."""

import re
from datetime import UTC, date, datetime, timedelta

# As ffmpeg shows the tags of the whole file: indented by four, a value that goes on in a new line begins with a colon.
_TAG = re.compile(r"^    (creation_time|date|com\.apple\.quicktime\.creationdate) *: (\S+)", re.M)
_OLDEST = date(1990, 1, 1)  # cameras without a clock say 1904 or 1970


def recording_day(described: str, *, now: datetime | None = None) -> date | None:
    """The day in ffmpeg's description of a file, in this machine's time zone; None where none is likely."""
    today = (now or datetime.now(UTC)).astimezone().date()
    for _, value in sorted(_TAG.findall(described), key=lambda tag: tag[0] == "date"):
        day = _parsed(value)
        if day is not None and _OLDEST <= day <= today + timedelta(days=1):
            return day
    return None


def _parsed(value: str) -> date | None:
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone().date()
    except (ValueError, OverflowError):
        return None
