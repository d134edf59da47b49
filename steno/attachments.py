"""What may be attached to a mail: `transcript.srt,minutes.md`, where it is asked for and the operator allows it."""

from steno.config import Settings
from steno.errors import InvalidOption
from steno.exports import get
from steno.exports.minutes import get_minutes_format
from steno.sayings.marking import said


def read_attachments(text: str) -> tuple[tuple[str, str], ...]:
    """Kind and format of each. Raises InvalidOption."""
    found = []
    for name in filter(None, (part.strip().lower() for part in text.split(","))):
        kind, _, format_ = name.partition(".")
        if kind not in {"transcript", "minutes"}:
            raise InvalidOption(f"'{name}' cannot be attached", "Write for example transcript.srt,minutes.md.")
        found.append((kind, (get(format_) if kind == "transcript" else get_minutes_format(format_)).name))
    return tuple(dict.fromkeys(found))


def check_attachments(text: str, settings: Settings) -> None:
    """Raises InvalidOption where nothing may be attached, or not this."""
    if read_attachments(text) and not settings.mail_attachments:
        cure = said("Leave notify_attach out; the mail links to the results.")
        raise InvalidOption("This server attaches nothing to its mails", cure)
