"""What a mail says: whether it is ready, what is missing and why, and where to look. Texts are data, by language."""

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from steno.config import Settings
from steno.exports.clean import clean
from steno.sayings import retold, told
from steno.states import JobState
from worker.notification import Notice, Reason

LANGUAGES = ("en", "fi", "sv")
_LONGEST_NAME = 100
_LONGEST_REASON = 600


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Subjects(_Strict):
    """Subjects by how the job ended."""

    completed: str
    remarks: str
    failed: str


class Bodies(_Strict):
    """Sentences of the body."""

    completed: str
    transcript: str
    transcript_and_minutes: str
    no_minutes: str
    failed: str
    reason: str
    no_reason: str
    remarks: str
    link: str
    no_link: str
    footer: str
    footer_enclosed: str
    unnamed: str


class Expiring(_Strict):
    """The mail that says that a job is going to be deleted."""

    subject: str
    body: str
    what: str
    link: str
    footer: str


class Trial(_Strict):
    """The mail by which administrators see that mail works."""

    subject: str
    body: str


class Personal(_Strict):
    """A mail to somebody about their account. The body has {name} and {link}."""

    subject: str
    body: str


class Texts(_Strict):
    """A language: one TOML file."""

    subject: Subjects
    body: Bodies
    expiring: Expiring
    trial: Trial
    invitation: Personal
    forgotten: Personal


@dataclass(frozen=True)
class Letter:
    """A mail before it is written down as text and as HTML."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]
    remarks_title: str
    remarks: tuple[str, ...]
    link_title: str
    link: str | None
    footer: str

    @property
    def plain(self) -> str:
        """As text."""
        remarks = [self.remarks_title + "\n" + "\n".join(f"- {remark}" for remark in self.remarks)]
        link = self.link_title + (f"\n{self.link}" if self.link else "")
        return "\n\n".join([*self.paragraphs, *(remarks if self.remarks else []), link, "-- \n" + self.footer]) + "\n"

    @property
    def html(self) -> str:
        """As HTML that loads nothing."""
        blocks = [f'<p dir="auto">{escape(paragraph)}</p>' for paragraph in self.paragraphs]
        if self.remarks:
            items = "".join(f'<li dir="auto">{escape(remark)}</li>' for remark in self.remarks)
            blocks.append(f"<p>{escape(self.remarks_title)}</p>\n<ul>{items}</ul>")
        link = f'<br>\n<a href="{escape(self.link)}">{escape(self.link)}</a>' if self.link else ""
        blocks += [f"<p>{escape(self.link_title)}{link}</p>", f"<p><small>{escape(self.footer)}</small></p>"]
        head = f'<head><meta charset="utf-8"><title>{escape(self.subject)}</title></head>'
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}">{head}\n<body>\n' + "\n".join(blocks) + "\n</body></html>\n"
        )


@cache
def texts(language: str) -> Texts:
    """The texts of a language."""
    file = files("worker.notification") / "texts" / f"{language}.toml"
    return Texts.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def language_of(notice: Notice, settings: Settings) -> str:
    """The owner's language, where there are texts in it; else the operator's."""
    return notice.language if notice.language in LANGUAGES else settings.mail_language


def write_letter(notice: Notice, language: str, public_url: str | None) -> Letter:
    """The mail about a job that has completed or failed, or is going to be deleted."""
    words = texts(language)
    if notice.goes is not None:
        return _expiring(notice, notice.goes, language, public_url)
    name = label(notice.name) or words.body.unnamed
    remarks = tuple(
        filter(None, (_short(clean(retold(remark, language)), _LONGEST_REASON) for remark in notice.remarks))
    )
    if notice.state is JobState.COMPLETED:
        missing = bool(remarks or notice.no_minutes)
        subject = words.subject.remarks if missing else words.subject.completed
        paragraphs = [words.body.completed, _made(notice, words, language)]
    else:
        subject = words.subject.failed
        reason = (
            words.body.reason.format(reason=_said(notice.error, language)) if notice.error else words.body.no_reason
        )
        paragraphs = [words.body.failed, reason]
    link = _link(notice, public_url)
    return Letter(
        language=language,
        subject=subject.format(name=name),
        paragraphs=(paragraphs[0].format(name=name), paragraphs[1]),
        remarks_title=words.body.remarks,
        remarks=remarks,
        link_title=words.body.link if link else words.body.no_link.format(id=notice.job_id),
        link=link,
        footer=words.body.footer_enclosed if notice.enclosed else words.body.footer,
    )


def _expiring(notice: Notice, goes: datetime, language: str, public_url: str | None) -> Letter:
    words = texts(language)
    name, day = label(notice.name) or words.body.unnamed, _day(goes, language)
    link = _link(notice, public_url)
    return Letter(
        language=language,
        subject=words.expiring.subject.format(name=name, day=day),
        paragraphs=(words.expiring.body.format(name=name, day=day), words.expiring.what),
        remarks_title=words.body.remarks,
        remarks=(),
        link_title=words.expiring.link if link else words.body.no_link.format(id=notice.job_id),
        link=link,
        footer=words.expiring.footer,
    )


def _day(moment: datetime, language: str) -> str:
    from babel.dates import format_date

    return format_date(moment.date(), "long", locale="en_GB" if language == "en" else language)


def _link(notice: Notice, public_url: str | None) -> str | None:
    return f"{public_url}/jobs/{notice.job_id}" if public_url else None


def label(name: str) -> str:
    """A recording's name as a header may carry it: one short line, without controls or bidi overrides."""
    # '=?' would begin an encoded word, which mail readers (and Python's own header parser) decode into anything.
    return _short(clean(unicodedata.normalize("NFC", name)).replace("=?", "= ?"), _LONGEST_NAME)


def _made(notice: Notice, words: Texts, language: str) -> str:
    if notice.no_minutes is not None:
        return words.body.no_minutes.format(reason=_said(notice.no_minutes, language))
    return words.body.transcript_and_minutes if notice.minutes else words.body.transcript


def _said(reason: Reason, language: str) -> str:
    return _short(clean(told(reason.code, reason.message, language)), _LONGEST_REASON)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
