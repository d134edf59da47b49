"""Mail over real sockets: one mail for one end of a job, true when it is sent, whatever server and names do."""

import email.policy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from steno.config import Settings
from steno.database.tables import Job
from steno.editing import TranscriptEdits, edited
from steno.errors import InvalidOption, NoAudio
from steno.exports import render
from steno.ledger import jobs
from steno.ledger.outbox import claim_delivery, not_delivered
from steno.ledger.stages import Failure
from steno.states import Stage
from steno.vault import Vault
from tests.outbox import NO_MODEL, UNREADABLE, Certificate, Outbox
from tests.seeding import long_transcript, minutes_of
from tests.service import free_port
from tests.unit.exports.transcripts import spoken, transcript_of
from worker.notification.mail import MailServer
from worker.notification.sending import send_due

LONGEST = 30.0  # seconds; sending stops itself after 1.5, the servers never
TO = "person@example.org"
PORTAL = "https://steno.example.org"


class Sink:
    """What an SMTP server takes; `recipient` and `end` are answers it gives instead of 250, None drops the line."""

    def __init__(self, recipient: str = "250 OK", end: str | None = "250 OK") -> None:
        self.recipient, self.end = recipient, end
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.raw: list[bytes] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server, session, envelope):
        self.raw.append(envelope.original_content)
        self.mails.append(email.message_from_bytes(envelope.original_content, policy=email.policy.default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        if self.end is None:
            server.transport.abort()
        return self.end or "250 OK"


@contextmanager
def smtp(sink: Sink, port: int, **options) -> Iterator[Sink]:
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@contextmanager
def talking(port: int, *, every: bytes | None) -> Iterator[threading.Event]:
    """A server that accepts, and then says nothing, or the same line again and again. Set when somebody came."""
    came, stop = threading.Event(), threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while not stop.is_set():
                line, _ = server.accept()
                came.set()
                threading.Thread(target=talk, args=(line,), daemon=True).start()

    def talk(line: socket.socket) -> None:
        with suppress(OSError), line:
            while not stop.wait(0.1):
                if every:
                    line.sendall(every)

    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield came
        stop.set()
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox.at(tmp_path / "data")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def send(outbox: Outbox, port: int):
    """Send what is due to the server at the port."""

    def sent(owner: str = "sender", *, lease: float = 30.0, **settings) -> int:
        chosen = {
            "smtp_url": f"smtp://127.0.0.1:{port}",
            "public_url": PORTAL,
            "smtp_from": "Steno <steno@uni.example>",
        }
        return send_due(outbox.database, Settings(**chosen | settings), owner, lease=lease)

    return sent


def plain(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def html(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def test_a_completed_job_is_told_with_a_link_and_no_attachment(outbox, send, port):
    job = outbox.ended(notify_email=TO, minutes=True)

    with smtp(Sink(), port) as sink:
        assert send() == 1

    (mail,) = sink.mails
    assert sink.envelopes == [("steno@uni.example", [TO])]
    assert mail["Subject"] == "Ready: Weekly meeting.mp3"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{outbox.only.id}@steno.example.org>"
    assert f"{PORTAL}/jobs/{job}" in plain(mail)
    assert f'href="{PORTAL}/jobs/{job}"' in html(mail)
    assert "The transcript and the minutes are ready." in plain(mail)
    assert "Nothing is attached" in plain(mail)
    assert list(mail.iter_attachments()) == []
    assert (outbox.only.state, outbox.only.status, outbox.only.attempts) == ("sent", 250, 1)


def with_transcript(outbox: Outbox, job_id: str, settings: Settings) -> None:
    """Give the job a transcript in the blob store."""
    content = transcript_of(spoken("Good morning, everybody.", 0, 2)).model_dump_json().encode()
    with outbox.database.transaction() as session:
        job = session.get_one(Job, job_id)
        jobs.add_document(session, job, "transcript", Vault.of(settings).write_document(job, "transcripts", content))


@pytest.mark.parametrize("allowed", [True, False])
def test_results_are_attached_where_asked_for_and_allowed(outbox, port, tmp_path, allowed):
    own = {"data_dir": tmp_path, "smtp_url": f"smtp://127.0.0.1:{port}", "mail_attachments": allowed}
    settings = Settings(**own)
    job_id = outbox.ended(notify_email="anna@example.org", notify_attach="transcript.srt,minutes.md")
    with_transcript(outbox, job_id, settings)

    with smtp(Sink(), port) as sink:
        send_due(outbox.database, settings, "sender")

    (mail,) = sink.mails
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert list(attached) == (["Weekly meeting.srt"] if allowed else [])
    assert not allowed or "Good morning, everybody." in str(attached["Weekly meeting.srt"])
    assert ("Nothing is attached" in plain(mail)) is not allowed


def test_attachments_are_rendered_outside_of_any_transaction(outbox, port, tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}", mail_attachments=True)
    job_id = outbox.ended(notify_email=TO, notify_attach="transcript.srt")
    with_transcript(outbox, job_id, settings)
    open_connections = []

    def rendered_while_its_owner_deletes_the_job(*arguments):
        open_connections.append(outbox.database.engine.pool.checkedout())
        outbox.delete(job_id)
        return render(*arguments)

    monkeypatch.setattr("worker.notification.enclosing.render", rendered_while_its_owner_deletes_the_job)

    with smtp(Sink(), port) as sink:
        send_due(outbox.database, settings, "sender")

    assert open_connections == [0]
    assert sink.mails == [], "what is gone meanwhile is not told"


def test_who_is_overtaken_while_attachments_are_rendered_sends_nothing(outbox, port, tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}", mail_attachments=True)
    with_transcript(outbox, outbox.ended(notify_email=TO, notify_attach="transcript.srt"), settings)

    def rendered_until_another_has_sent_it(*arguments):
        monkeypatch.undo()
        outbox.later()
        send_due(outbox.database, settings, "quick")
        return render(*arguments)

    monkeypatch.setattr("worker.notification.enclosing.render", rendered_until_another_has_sent_it)

    with smtp(Sink(), port) as sink:
        send_due(outbox.database, settings, "slow")

    assert len(sink.mails) == 1
    assert (outbox.only.state, outbox.only.attempts) == ("sent", 2)


def test_attached_minutes_name_speakers_as_they_are_called_now(outbox, port, tmp_path):
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}", mail_attachments=True)
    job_id = outbox.ended(notify_email="anna@example.org", notify_attach="minutes.md")
    talk = long_transcript(300)
    renamed = edited(talk, TranscriptEdits.model_validate({"speakers": [{"id": "S1", "name": "Anna"}]}))
    with outbox.database.transaction() as session:
        job = session.get_one(Job, job_id)
        for kind, value in (("transcript", renamed), ("minutes", minutes_of(talk))):
            content = value.model_dump_json().encode()
            jobs.add_document(session, job, kind, Vault.of(settings).write_document(job, kind, content))

    with smtp(Sink(), port) as sink:
        send_due(outbox.database, settings, "sender")

    (mail,) = sink.mails
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "Weekly meeting.minutes.md"
    assert "**Anna**" in str(attached.get_content())


def test_nothing_is_sent_twice(outbox, send, port):
    outbox.ended(notify_email=TO)

    with smtp(Sink(), port) as sink:
        assert [send(), send(), send()] == [1, 0, 0]

    assert len(sink.mails) == 1


def test_a_failed_job_is_told_as_failed_with_reason_and_cure(outbox, send, port):
    outbox.ended(notify_email=TO, failure=UNREADABLE)

    with smtp(Sink(), port) as sink:
        send()

    (mail,) = sink.mails
    assert mail["Subject"] == "Failed: Weekly meeting.mp3"
    assert "The recording cannot be decoded. Check that it plays." in plain(mail)
    assert "ready" not in plain(mail)


def test_missing_minutes_are_said_once(outbox, send, port):
    outbox.ended(notify_email=TO, minutes=True, failure=NO_MODEL, failing=Stage.SUMMARIZE)

    with smtp(Sink(), port) as sink:
        send()

    (mail,) = sink.mails
    assert mail["Subject"] == "Ready, with remarks: Weekly meeting.mp3"
    assert plain(mail).count("The language model does not answer.") == 1
    assert "minutes are ready" not in plain(mail)


def test_notices_of_the_job_are_told(outbox, send, port):
    job = outbox.ended(notify_email=TO)
    outbox.change(job, notices=["Speakers were not told apart: <b>no model</b>."])

    with smtp(Sink(), port) as sink:
        send()

    assert "- Speakers were not told apart: <b>no model</b>." in plain(sink.mails[0])
    assert "&lt;b&gt;no model" in html(sink.mails[0])


def test_finnish(outbox, send, port):
    outbox.ended("Hallituksen kokous – äänite.m4a", notify_email=TO, failure=UNREADABLE)
    outbox.ended("Tiimipalaveri", notify_email=TO, minutes=True)

    with smtp(Sink(), port) as sink:
        send(mail_language="fi")

    failed, completed = sorted(sink.mails, key=lambda mail: mail["Subject"])
    assert failed["Subject"] == "Epäonnistui: Hallituksen kokous – äänite.m4a"
    assert "Mitä tapahtui: Tätä ei voi lukea tallenteena, tai se on vioittunut." in plain(failed)
    assert completed["Subject"] == "Valmis: Tiimipalaveri"
    assert "Litterointi ja muistio ovat valmiit." in plain(completed)
    assert completed["Content-Language"] == "fi"
    assert '<html lang="fi">' in html(completed)


@pytest.mark.parametrize(
    ("language", "why", "remark"),
    [
        ("fi", "Tiedostossa Kokous.m4a ei ole ääniraitaa. Lähetä tiedosto, jossa on ääni.", "- Tässä tallenteessa ei"),
        ("sv", "Kokous.m4a har inget ljudspår. Ladda upp en fil med ljud.", "- Ingen hörs tala i inspelningen."),
    ],
)
def test_reasons_and_remarks_speak_the_readers_language(outbox, send, port, language, why, remark):
    mute = Failure(NoAudio.code, str(NoAudio("Kokous.m4a has no audio track", "Hand in a file with sound.")))
    outbox.ended("Kokous.m4a", notify_email=TO, failure=mute)
    silent = outbox.ended("Silence", notify_email=TO)
    outbox.change(silent, notices=["Nobody was heard to speak in this recording.", "a notice of tomorrow"])

    with smtp(Sink(), port) as sink:
        send(mail_language=language)

    texts = "\n".join(plain(mail) for mail in sink.mails)
    assert why in texts
    assert remark in texts
    assert "- a notice of tomorrow" in texts
    assert " has no " not in texts


def test_a_job_that_was_run_again_is_told_as_it_is_now(outbox, send, port):
    job = outbox.ended(notify_email=TO, failure=UNREADABLE)
    outbox.rerun(job)
    outbox.work()

    with smtp(Sink(), port) as sink:
        assert send() == 2

    assert [mail["Subject"] for mail in sink.mails] == ["Ready: Weekly meeting.mp3"]
    assert [one.state for one in outbox.deliveries] == ["failed", "sent"]


def test_a_job_that_runs_again_is_not_told_as_completed(outbox, send, port):
    job = outbox.ended(notify_email=TO)
    outbox.rerun(job)

    with smtp(Sink(), port) as sink:
        send()

    assert sink.mails == []
    assert outbox.only.error == "the job was run again in the meantime"


def test_a_deleted_job_is_not_told(outbox, send, port):
    job = outbox.ended(notify_email=TO)
    outbox.delete(job)

    with smtp(Sink(), port) as sink:
        assert send() == 0

    assert sink.mails == []


def test_a_server_that_is_down_gets_one_mail_when_it_is_back(outbox, send, port):
    outbox.ended(notify_email=TO)

    for _ in range(3):
        assert send() == 1
        assert send() == 0  # not due yet
        outbox.later()
    assert (outbox.only.state, outbox.only.attempts) == ("due", 3)
    assert "cannot be reached" in outbox.only.error
    with smtp(Sink(), port) as sink:
        send()

    assert len(sink.mails) == 1
    assert (outbox.only.state, outbox.only.error) == ("sent", None)


@pytest.mark.parametrize("every", [None, b"220-one moment\r\n"], ids=["hangs", "drips"])
def test_a_server_that_hangs_costs_bounded_time(outbox, send, port, every):
    outbox.ended(notify_email=TO)

    begun = time.monotonic()
    with talking(port, every=every):
        send(lease=2.0)
    took = time.monotonic() - begun

    assert took < LONGEST
    assert outbox.only.state == "due"
    assert "took longer than" in outbox.only.error


def test_a_line_that_drops_after_the_text_is_tried_again_under_the_same_id(outbox, send, port):
    outbox.ended(notify_email=TO)

    with smtp(Sink(end=None), port) as dropping:
        send()
    outbox.later()
    with smtp(Sink(), port) as sink:
        send()

    assert len(dropping.mails) == len(sink.mails) == 1
    assert dropping.mails[0]["Message-ID"] == sink.mails[0]["Message-ID"]
    assert outbox.only.state == "sent"


@pytest.mark.parametrize(
    ("sink", "state", "status"),
    [
        (Sink(recipient="550 no such user"), "failed", 550),
        (Sink(recipient="451 greylisted"), "due", 451),
        (Sink(end="554 looks like spam"), "due", 554),
        (Sink(end="452 disk full"), "due", 452),
    ],
    ids=["unknown", "greylisted", "spam", "full"],
)
def test_only_a_recipient_refused_for_ever_ends_the_tries(outbox, send, port, sink, state, status):
    outbox.ended(notify_email=TO)

    with smtp(sink, port):
        send()

    assert (outbox.only.state, outbox.only.status) == (state, status)
    assert str(status) in outbox.only.error


def test_without_a_server_it_is_said_and_not_tried_again(outbox, send):
    outbox.ended(notify_email=TO)

    send(smtp_url=None)

    assert (outbox.only.state, outbox.only.error) == ("failed", "no mail server is set")


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nBcc: thief@evil.example\r\n\r\nbody",
        "a\nSubject: other",
        "a\u2028Bcc: thief@evil.example",
        "=?utf-8?q?x=0D=0ABcc:_thief@evil.example?=",
        "=?utf-8?b?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?=",
        "\u202egpj.exe\u0000\x1b[31m",
        "<script>alert(1)</script>{link}%s{0}",
        "ä" * 499,
        "x" * 499,
        "\r\n\t ",
        "\ud800 half",
    ],
)
def test_a_name_stays_in_its_line(outbox, send, port, name):
    outbox.ended(name.encode("utf-8", "replace").decode(), notify_email=TO)

    with smtp(Sink(), port) as sink:
        send()

    (mail,) = sink.mails
    assert sink.envelopes[0][1] == [TO]
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert mail["Subject"].startswith("Ready: ")
    assert len(mail["Subject"]) < 120
    assert not any(ord(letter) < 32 or letter in "\u202e\u2028" for letter in mail["Subject"])
    assert "<script>" not in html(mail)
    assert not any(len(line) > 998 for line in sink.raw[0].split(b"\r\n"))


@pytest.mark.parametrize(
    "address",
    [
        "person@example.org\r\nBcc: thief@evil.example",
        "person@example.org, thief@evil.example",
        "person@example.org>\r\nRCPT TO:<thief@evil.example",
        "Person <person@example.org>",
        '"a\r\nb"@example.org',
        "person@",
        "@example.org",
        "person",
        "person@[127.0.0.1]",
        "person@exa\u2028mple.org",
        "x" * 300 + "@example.org",
    ],
)
def test_an_address_that_is_not_one_mailbox_is_refused(outbox, send, port, address):
    outbox.ended(notify_email=address)

    with smtp(Sink(), port) as sink:
        send()

    assert sink.mails == []
    assert outbox.only.state == "failed"
    assert "not a mail address" in outbox.only.error


def test_addresses_of_the_whole_world(outbox, send, port):
    outbox.ended(notify_email="pääkäyttäjä@yliopisto.example")
    outbox.ended(notify_email="person@työ.example")

    with smtp(Sink(), port, enable_SMTPUTF8=True) as sink:
        send()

    assert sorted(to for _, (to,) in sink.envelopes) == ["person@xn--ty-gka.example", "pääkäyttäjä@yliopisto.example"]


def test_a_server_that_takes_ascii_only_gets_no_other_address(outbox, send, port):
    outbox.ended(notify_email="pääkäyttäjä@yliopisto.example")

    with smtp(Sink(), port, enable_SMTPUTF8=False) as sink:
        send()

    assert sink.mails == []
    assert (outbox.only.state, outbox.only.error) == ("failed", "the mail server takes only ASCII addresses")


@pytest.mark.parametrize("kind", ["starttls", "smtps"])
def test_encrypted_and_signed_in(outbox, send, port, certificate, monkeypatch, kind):
    outbox.ended(notify_email=TO)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.pem))
    seen = []

    def authenticator(server, session, envelope, mechanism, login):
        assert isinstance(login, LoginPassword)
        seen.append((login.login, login.password))
        return AuthResult(success=True)

    tls = {"tls_context" if kind == "starttls" else "ssl_context": certificate.server}
    # aiosmtpd sees only its own STARTTLS as TLS.
    options = {"require_starttls": True} if kind == "starttls" else {"auth_require_tls": False}
    with smtp(Sink(), port, authenticator=authenticator, auth_required=True, **tls, **options) as sink:
        scheme, query = ("smtp", "?starttls=required") if kind == "starttls" else ("smtps", "")
        send(smtp_url=f"{scheme}://user%40uni:p%3Ass@localhost:{port}{query}")

    assert outbox.only.error is None
    assert len(sink.mails) == 1
    assert sink.encrypted == [True]
    assert seen == [(b"user@uni", b"p:ss")]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(outbox, send, port, certificate, scheme):
    outbox.ended(notify_email=TO)

    tls = {"tls_context" if scheme == "smtp" else "ssl_context": certificate.server}
    with suppress(ConnectionError), smtp(Sink(), port, **tls) as sink:
        send(smtp_url=f"{scheme}://localhost:{port}?starttls=required")

    assert sink.mails == []
    assert outbox.only.state == "due"
    assert "certificate is not valid" in outbox.only.error


def test_no_plain_text_where_starttls_is_required(outbox, send, port):
    outbox.ended(notify_email=TO)

    with smtp(Sink(), port) as sink:
        send(smtp_url=f"smtp://user:secret@localhost:{port}?starttls=required")

    assert sink.mails == []
    assert "offers no STARTTLS" in outbox.only.error


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, "starttls")),
        ("smtp://localhost:25", ("localhost", 25, "never")),
        ("smtp://[::1]", ("::1", 587, "never")),
        ("smtp://127.0.0.1?starttls=required", ("127.0.0.1", 587, "starttls")),
        ("smtp://mail.example:25?starttls=never", ("mail.example", 25, "never")),
        ("smtps://mail.example", ("mail.example", 465, "wrapped")),
    ],
)
def test_servers_by_url(url, expected):
    server = MailServer.parse(url)

    assert (server.host, server.port, server.tls) == expected


@pytest.mark.parametrize("url", ["http://host", "smtp://", "smtp://h:99999", "smtp://h?starttls=maybe", "mail.example"])
def test_urls_of_no_server(url):
    with pytest.raises(InvalidOption, match="STENO_SMTP_URL"):
        MailServer.parse(url)


def test_two_senders_at_once_send_one_mail_each_job(outbox, send, port):
    ids = {outbox.ended(f"Meeting {number}", notify_email=TO) for number in range(8)}

    with smtp(Sink(), port) as sink, ThreadPoolExecutor(4) as pool:
        handled = list(pool.map(send, ["a", "b", "c", "d"]))

    assert sum(handled) == len(sink.mails) == len(ids)
    assert len({mail["Subject"] for mail in sink.mails}) == len(ids)


def test_a_sender_that_is_killed_while_it_sends_is_followed_by_another(outbox, send, port, tmp_path):
    outbox.ended(notify_email=TO)
    program = (
        "from steno.config import Settings; from steno.database import Database\n"
        "from worker.notification.sending import send_due\n"
        f"settings = Settings(data_dir={str(tmp_path / 'data')!r}, smtp_url='smtp://127.0.0.1:{port}')\n"
        "send_due(Database.of(settings), settings, 'doomed')"
    )
    with talking(port, every=None) as came, subprocess.Popen([sys.executable, "-c", program]) as doomed:
        assert came.wait(60)
        doomed.kill()
    assert outbox.only.state == "sending"

    port_again = free_port()
    with smtp(Sink(), port_again) as sink:
        before = send("other", smtp_url=f"smtp://127.0.0.1:{port_again}")
        outbox.later()
        after = send("other", smtp_url=f"smtp://127.0.0.1:{port_again}")

    assert (before, after, len(sink.mails)) == (0, 1, 1)
    assert (outbox.only.state, outbox.only.attempts) == ("sent", 2)


def test_a_sender_that_was_overtaken_changes_nothing(outbox, send, port):
    outbox.ended(notify_email=TO)
    with outbox.database.transaction() as session:
        slow = claim_delivery(session, "slow", 30.0)
    outbox.later()

    with smtp(Sink(), port):
        send("quick")
    with outbox.database.transaction() as session:
        not_delivered(session, slow, "the line broke")

    assert (outbox.only.state, outbox.only.attempts) == ("sent", 2)


def test_a_fault_of_ours_keeps_no_other_mail_from_going(outbox, send, port):
    broken = outbox.ended("Broken", notify_email=TO)
    outbox.ended("Whole", notify_email=TO)
    outbox.change(broken, notices=[7])  # no text, against the type

    with smtp(Sink(), port) as sink:
        assert send() == 2

    assert [mail["Subject"] for mail in sink.mails] == ["Ready: Whole"]
    assert sorted(one.state for one in outbox.deliveries) == ["due", "sent"]
