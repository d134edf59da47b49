"""Mails to people about their account, with the link that lets them choose a password."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from importlib.resources import files

from sqlalchemy.orm import Session

from steno.config import Settings
from steno.database import Database
from steno.ledger import letters
from steno.ledger.letters import Letter, Opened
from worker.notification import NotSent, mail
from worker.notification.connecting import Deadline
from worker.notification.letter import label, texts
from worker.preparation import Cancelled
from worker.service.patience import HASTILY, Patience

_LOG = logging.getLogger("steno.worker")


def send_letters(
    database: Database,
    settings: Settings,
    owner: str,
    *,
    patiently: Patience = HASTILY,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Send one after the other what waits, until it is to `stop`; how it ended is written down `patiently`."""
    while not stop() and (mine := database.write(lambda session: letters.claim(session, owner))) is not None:
        ending = _ending(database, settings, mine)
        try:
            patiently(partial(database.write, ending))
        except Cancelled:
            _LOG.warning("letter.left kind=%s", mine.kind)
            return


def _ending(database: Database, settings: Settings, mine: Letter) -> Callable[[Session], None]:
    """Send it; what is then to be written down."""
    try:
        opened = database.write(partial(letters.open_it, mine=mine))
        if opened is None:
            raise NotSent("nobody is to get it any more", again=False)
        _send(mine, opened, settings)
    except NotSent as error:
        _LOG.warning("letter.not-sent kind=%s reason=%s", mine.kind, error.reason)
        return partial(letters.not_sent, mine=mine, again=error.again)
    except Exception:  # the edge: the log has it, and it is tried again
        _LOG.exception("letter.fault kind=%s", mine.kind)
        return partial(letters.not_sent, mine=mine, again=True)
    _LOG.info("letter.sent kind=%s", mine.kind)
    return partial(letters.sent, mine=mine)


def _send(mine: Letter, opened: Opened, settings: Settings) -> None:
    if settings.public_url is None:
        raise NotSent("STENO_PUBLIC_URL is not set: a link would lead nowhere", again=False)
    language = opened.language if opened.language and _spoken(opened.language) else settings.mail_language
    words = texts(language).invitation if mine.kind == letters.INVITATION else texts(language).forgotten
    link = f"{settings.public_url}/welcome/{opened.secret}"

    def write(sender: Address, recipient: Address) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = sender, recipient, words.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{mine.id}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words.body.format(name=label(opened.name), link=link), cte="quoted-printable")
        message["Content-Language"] = language
        return message

    with Deadline(mail.TIME_LIMIT) as deadline:
        mail.post(opened.address, settings, deadline, write)


def _spoken(language: str) -> bool:
    return (files("worker.notification") / "texts" / f"{language}.toml").is_file()
