"""Transcript and minutes as attachments of a mail, rendered when it is sent."""

from pathlib import PurePath

from steno.attachments import read_attachments
from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job
from steno.editing import with_names
from steno.errors import StenoError
from steno.exports import get, render
from steno.exports.clean import clean
from steno.exports.minutes import get_minutes_format, render_minutes
from steno.ledger import documents
from steno.minutes import Minutes
from steno.states import JobState
from steno.transcript import Transcript
from steno.vault import Vault
from worker.notification import Enclosure

_LARGEST = 10 * 2**20  # bytes of all together: more than that mail servers refuse


def enclosures(database: Database, vault: Vault, job: Job, settings: Settings) -> tuple[Enclosure, ...]:
    """What was asked to be attached, where it is still allowed, is there and is not too large; else nothing of it.

    No transaction is open while files are read and documents rendered, which takes seconds for hours of speech.
    """
    if not job.notify_attach or not settings.mail_attachments or JobState(job.state) is not JobState.COMPLETED:
        return ()
    made: list[Enclosure] = []
    stem = clean(PurePath(job.name).stem)[:100] or "recording"
    for kind, name in read_attachments(job.notify_attach):
        try:
            content = documents.read_latest(database, vault, job, kind)
            if content is None:
                continue
            if kind == "transcript":
                suffix, media = get(name).suffix, get(name).media_type
                content = render(name, Transcript.model_validate_json(content))
            else:
                suffix, media = get_minutes_format(name).suffix, get_minutes_format(name).media_type
                content = render_minutes(name, _named(Minutes.model_validate_json(content), database, vault, job))
        except (OSError, StenoError):  # the mail links to it all the same
            continue
        made.append(Enclosure(f"{stem}.{suffix}", media, content))
    return tuple(made) if sum(len(one.content) for one in made) <= _LARGEST else ()


def _named(minutes: Minutes, database: Database, vault: Vault, job: Job) -> Minutes:
    """The minutes with the names that the speakers have now: a mail may be sent once more, much later."""
    spoken = documents.read_latest(database, vault, job, "transcript")
    if spoken is None:
        return minutes
    return with_names(minutes, Transcript.model_validate_json(spoken))
