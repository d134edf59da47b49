"""Mail: one message over SMTP, encrypted unless the server is this machine, with the same Message-ID at every try."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from steno.config import Settings
from steno.errors import InvalidOption
from steno.exports.clean import clean
from steno.mail_address import check_mail_address
from steno.sayings.marking import said
from worker.notification import Notice, NotSent
from worker.notification.connecting import Deadline, dial, resolve
from worker.notification.letter import language_of, write_letter

TIME_LIMIT = 40.0  # seconds, of the wall clock, for one mail
_PERMANENT = 500


@dataclass(frozen=True)
class MailServer:
    """STENO_SMTP_URL, read. `tls`: from the first byte, by STARTTLS, or not at all."""

    host: str
    port: int
    tls: Literal["wrapped", "starttls", "never"]
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Of smtp://user:password@host:587 (STARTTLS, but not to this machine; ?starttls=never) or smtps://...

        Raises InvalidOption, which does not repeat the URL: it has a password.
        """
        wrong = InvalidOption("STENO_SMTP_URL cannot be used", "Write smtp://user:password@host:587 or smtps://host.")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise wrong from error
        chosen = parse_qs(parts.query).get("starttls", [None])[-1]
        if not host or parts.scheme not in {"smtp", "smtps"} or chosen not in {None, "never", "required"}:
            raise wrong
        tls: Literal["wrapped", "starttls", "never"] = "starttls"
        if parts.scheme == "smtps":
            tls = "wrapped"
        elif chosen == "never" or (chosen is None and _is_this_machine(host)):
            tls = "never"
        user = unquote(parts.username) if parts.username else None
        return cls(host, port or (465 if tls == "wrapped" else 587), tls, user, unquote(parts.password or ""))


def send(notice: Notice, settings: Settings, deadline: Deadline) -> int:
    """Send the mail about a job; the server's status, 250. Raises NotSent.

    A server that breaks off after it took the message but before it said so gets it again: same Message-ID.
    """
    return post(notice.address, settings, deadline, lambda sender, to: compose(notice, settings, sender, to))


def check_mail_settings(settings: Settings) -> None:
    """Whether mails can be sent as it is set, without asking the server. Raises InvalidOption."""
    if settings.smtp_url is not None:
        MailServer.parse(settings.smtp_url.get_secret_value())
        _sender(settings)


def post(
    address: str, settings: Settings, deadline: Deadline, write: Callable[[Address, Address], EmailMessage]
) -> int:
    """Send what `write` makes of sender and recipient; the server's status, 250.

    Raises NotSent: for ever where the recipient is refused for ever.
    """
    if settings.smtp_url is None:
        raise NotSent("no mail server is set", again=False)
    try:
        server = MailServer.parse(settings.smtp_url.get_secret_value())
        sender = _sender(settings)
    except InvalidOption as error:
        raise NotSent(str(error)) from error
    try:
        recipient = check_mail_address(address)
    except InvalidOption as error:
        raise NotSent(str(error), again=False) from error
    message = write(sender, recipient)
    try:
        _hand_over(message, server, sender.addr_spec, recipient.addr_spec, deadline)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        reason = said(f"the mail server refuses the recipient: {_answer(code, answer)}")
        raise NotSent(reason, status=code, again=code < _PERMANENT) from error
    except smtplib.SMTPResponseException as error:
        reason = said(f"the mail server refuses: {_answer(error.smtp_code, error.smtp_error)}")
        raise NotSent(reason, status=error.smtp_code) from error
    except OSError as error:  # smtplib's own are of this kind, too
        raise NotSent(_trouble(error, deadline)) from error
    return 250


def compose(notice: Notice, settings: Settings, sender: Address, recipient: Address) -> EmailMessage:
    """The message: text, and the same as HTML."""
    letter = write_letter(notice, language_of(notice, settings), settings.public_url)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<{notice.delivery_id}@{_host(settings, sender)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office comes back
    # Quoted-printable throughout: not every server takes 8 bits, and no line gets too long.
    message.set_content(letter.plain, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for one in notice.enclosed:
        kind, _, subtype = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    message["Content-Language"] = letter.language  # last: what begins with Content- goes to the part there is
    return message


def _hand_over(message: EmailMessage, server: MailServer, sender: str, recipient: str, deadline: Deadline) -> None:
    smtp = _Client(server, deadline)
    try:
        if server.tls == "starttls":
            smtp.ehlo_or_helo_if_needed()
            if not smtp.has_extn("starttls"):
                raise NotSent("the mail server offers no STARTTLS; ?starttls=never in STENO_SMTP_URL does without")
            smtp.starttls(context=ssl.create_default_context())
        if server.user is not None:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
        if not (sender + recipient).isascii() and not smtp.has_extn("smtputf8"):
            raise NotSent("the mail server takes only ASCII addresses", again=False)
        smtp.send_message(message, sender, [recipient])
        with suppress(OSError):  # it has the mail; how it says goodbye does not matter
            smtp.quit()
    finally:
        smtp.close()


class _Client(smtplib.SMTP):
    """smtplib on a connection that ends in time."""

    def __init__(self, server: MailServer, deadline: Deadline) -> None:
        self._server = server
        self._deadline = deadline
        # Named here, since smtplib would ask the name servers for it, without a time-out.
        own = socket.gethostname()
        super().__init__(server.host, server.port, local_hostname=own if "." in own else "[127.0.0.1]")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # smtplib's own hook
        del timeout
        line = dial(resolve(host, port, self._deadline), port, self._deadline)
        if self._server.tls != "wrapped":
            return line
        try:
            return ssl.create_default_context().wrap_socket(line, server_hostname=host)
        except OSError:
            line.close()
            raise


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.smtp_from)
    try:
        mailbox = check_mail_address(address)
    except InvalidOption as error:
        raise InvalidOption("STENO_SMTP_FROM is not a sender", "Write Name <name@example.org>.") from error
    return Address(display_name=clean(name), username=mailbox.username, domain=mailbox.domain)


def _host(settings: Settings, sender: Address) -> str:
    host = urlsplit(settings.public_url).hostname if settings.public_url else None
    return host if host and host.isascii() and ":" not in host else sender.domain


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _answer(code: int, text: bytes | str) -> str:
    return clean(f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}")[:200]


def _trouble(error: OSError, deadline: Deadline) -> str:
    if deadline.over or isinstance(error, TimeoutError):
        return said(f"the mail server took longer than {deadline.seconds:g} s")
    if isinstance(error, ssl.SSLCertVerificationError):
        return said(f"the mail server's certificate is not valid: {error.verify_message}")
    return said(f"the mail server cannot be reached, or broke off ({type(error).__name__}: {clean(str(error))[:150]})")
