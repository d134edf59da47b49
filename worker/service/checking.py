"""Trying out what an administrator asked for, by the same code that jobs use."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import partial

from steno.config import Settings
from steno.database import Database
from steno.errors import StenoError
from steno.ledger import checks
from steno.ledger.checks import Kind, Trial
from steno.sayings.marking import said
from steno.states import Queue
from worker.notification import NotSent, mail
from worker.notification.connecting import Deadline
from worker.notification.letter import texts

_LOG = logging.getLogger("steno.worker")


def try_out(database: Database, settings: Settings, queue: Queue, owner: str) -> None:
    """Try one after the other what waits for a worker of this queue."""
    kinds: list[Kind] = [kind for kind, of in checks.QUEUE_OF.items() if of is queue]
    while (trial := database.write(lambda session: checks.claim(session, kinds, owner))) is not None:
        begun = time.monotonic()
        well, words = _tried(trial, settings)
        took = time.monotonic() - begun
        database.write(partial(checks.end, trial=trial, well=well, said=words, took=took))
        _LOG.info("check.ended kind=%s well=%s seconds=%.1f", trial.kind, well, took)


def _tried(trial: Trial, settings: Settings) -> tuple[bool, str]:
    """Whether it went well, and what is to be said of it."""
    steps: dict[Kind, Callable[[Trial, Settings], str]] = {"mail": _mail, "llm": _language_model}
    try:
        return True, steps[trial.kind](trial, settings)
    except NotSent as error:
        return False, error.reason
    except StenoError as error:
        return False, str(error)
    except Exception as error:  # the edge: an administrator is told, the log has the rest
        _LOG.exception("check.fault kind=%s", trial.kind)
        return False, said(f"Steno failed unexpectedly ({type(error).__name__}). See the log of the worker.")


def _mail(trial: Trial, settings: Settings) -> str:
    words = texts(settings.mail_language).trial

    def write(sender: Address, recipient: Address) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = sender, recipient, words.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(trial.id, domain=sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(words.body, cte="quoted-printable")
        message["Content-Language"] = settings.mail_language
        return message

    with Deadline(mail.TIME_LIMIT) as deadline:
        mail.post(trial.address, settings, deadline, write)
    return trial.address


def _language_model(trial: Trial, settings: Settings) -> str:
    from worker.summarization.language_model.check import greet

    del trial
    return greet(settings).rstrip(",")
