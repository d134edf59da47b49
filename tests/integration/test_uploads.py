"""Recordings handed in: names, limits before the first byte, whole ones in a form, and what is left when it breaks."""

import hashlib
import io
import random
import socket
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from steno.config import Settings
from steno.database import Database
from steno.database.tables import Job, Upload
from steno.errors import StenoError, StorageFull
from steno.ledger import accounts, jobs, uploads
from steno.vault import Vault
from tests.stored import stored
from tests.upload_service import MIB, Person, UploadService, answer_of, wait_for
from web.uploads import receive_multipart

CONTENT = random.Random(5).randbytes(3 * MIB + 77)
BOUNDARY = b"--------------------------steno"


class Desk:
    """A database and a blob store without a server."""

    def __init__(self, data: Path, **limits: int | float) -> None:
        self.settings = Settings(data_dir=data, keep_free=0).model_copy(update=limits)
        self.database, self.vault = Database.of(self.settings), Vault.of(self.settings)
        self.database.upgrade()
        self.user_id = self.database.write(lambda session: accounts.add_user(session, "ada@example.org").id)

    def create(self, size: int, *, free: int = 10**12, name: str = "meeting.wav") -> Upload:
        blob = self.vault.blobs.new_key("recordings")
        return self.database.write(
            lambda session: uploads.create(
                session, self.user_id, name, size, blob=blob, settings=self.settings, free_bytes=free
            )
        )

    def receive(self, content: bytes, name: str = "meeting.wav") -> Upload:
        return receive_multipart(self.database, self.vault, self.settings, self.user_id, io.BytesIO(content), name)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.database.dispose()


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("kokous äö.wav", "kokous äö.wav"),
        ("kokous a\u0308.wav", "kokous ä.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\board.m4a", "board.m4a"),
        ("/", "recording"),
        ("..", "recording"),
        ("", "recording"),
        ("a\r\nSet-Cookie: b.wav", "a Set-Cookie: b.wav"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("\u2066x\u2069\u200e\ufeff\x00.wav", "x.wav"),
        ("می\u200cخواهم.wav", "می\u200cخواهم.wav"),
        ("x" * 600, "x" * 500),
        ("\ud800.wav", ".wav"),
    ],
)
def test_names_become_labels(given_name: str, kept: str) -> None:
    assert uploads.label(given_name) == kept


@given(st.text())
def test_every_name_becomes_one_short_visible_line(name: str) -> None:
    label = uploads.label(name)

    assert 0 < len(label) <= 500
    assert uploads.label(label) == label == unicodedata.normalize("NFC", label)
    assert all(unicodedata.category(sign)[0] != "C" or sign in "\u200c\u200d" for sign in label)
    assert len(label.splitlines()) == 1
    assert not {"/", "\\"} & set(label)


def test_a_quota_counts_jobs_and_uploads(tmp_path: Path) -> None:
    desk = Desk(tmp_path, quota=1000)
    upload = desk.receive(b"x" * 400)
    desk.database.write(
        lambda session: jobs.submit(session, uploads.get(session, desk.user_id, upload.id), jobs.Request())
    )
    desk.create(500)

    with pytest.raises(uploads.QuotaExceeded, match="100 bytes are left") as refused:
        desk.create(101)
    desk.create(100)

    assert refused.value.code == "quota-exceeded"


def test_two_uploads_at_once_do_not_both_take_the_rest_of_a_quota(tmp_path: Path) -> None:
    desk, refused = Desk(tmp_path, quota=1000), []

    def create() -> None:
        try:
            desk.create(300)
        except uploads.QuotaExceeded as error:
            refused.append(error)

    senders = [threading.Thread(target=create) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(refused) == 5


def test_space_is_left_on_the_disk(tmp_path: Path) -> None:
    desk = Desk(tmp_path, keep_free=500)

    with pytest.raises(StorageFull) as refused:
        desk.create(501, free=1000)
    desk.create(500, free=1000)

    assert str(tmp_path) not in str(refused.value)


def test_a_person_cannot_begin_uploads_without_end(desk: Desk) -> None:
    with pytest.raises(uploads.TooManyUploads):
        for _ in range(1000):
            desk.create(1)


def test_an_upload_that_ran_out_is_refused_and_then_deleted(desk: Desk) -> None:
    upload = desk.create(3)

    def age(session, by: float) -> None:  # type: ignore[no-untyped-def]
        session.get_one(Upload, upload.id).expires -= by

    desk.database.write(lambda session: age(session, 24 * 3600.0))
    with pytest.raises(uploads.UploadExpired), desk.database.reading() as session:
        uploads.get(session, desk.user_id, upload.id)
    with desk.database.reading() as session:
        soon = uploads.expired(session)
    desk.database.write(lambda session: age(session, 2 * 3600.0))
    blobs = desk.database.write(lambda session: [uploads.terminate(session, one) for one in uploads.expired(session)])

    assert list(soon) == []
    assert blobs == [upload.blob]


def test_an_upload_that_grows_does_not_expire(desk: Desk) -> None:
    upload = desk.create(3)

    def age_and_grow(session) -> None:  # type: ignore[no-untyped-def]
        session.get_one(Upload, upload.id).expires -= 23 * 3600.0
        session.flush()
        uploads.grow(session, upload.id, 1, desk.settings)

    desk.database.write(age_and_grow)
    with desk.database.reading() as session:
        grown = uploads.get(session, desk.user_id, upload.id)

    assert (grown.received, grown.expires) == (1, pytest.approx(upload.expires, abs=60))


def test_a_file_of_a_form_becomes_a_complete_upload(desk: Desk) -> None:
    upload = desk.receive(CONTENT, "a/b\n.wav")

    assert (upload.name, upload.size, upload.received) == ("b .wav", len(CONTENT), len(CONTENT))
    assert upload.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stored(desk.vault, upload) == CONTENT


@pytest.mark.parametrize(("content", "code"), [(b"", "empty-recording"), (b"x" * 11, "too-large")])
def test_a_file_that_cannot_be_kept_leaves_nothing(tmp_path: Path, content: bytes, code: str) -> None:
    desk = Desk(tmp_path, max_upload=10)

    with pytest.raises(StenoError) as refused:
        desk.receive(content)

    assert refused.value.code == code
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


def form(person: Person, size: int, *, said: int | None = None) -> socket.socket:
    """A connection on which a form's file of `size` bytes is to follow, then `end_of_form`."""
    head = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="meeting.wav"\r\n\r\n' % BOUNDARY
    lines = [
        "POST /api/v1/jobs HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}",
        f"Content-Length: {(said if said is not None else size) + len(head) + len(end_of_form())}",
        *(f"{key}: {value}" for key, value in person.access.items()),
    ]
    connection = socket.create_connection(("127.0.0.1", person.service.port), timeout=60)
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + head)
    return connection


def end_of_form() -> bytes:
    return b"\r\n--%b--\r\n" % BOUNDARY


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadService]:
    # A folder of its own for temporary files: other tests use /tmp at the same time.
    own = {"STENO_QUOTA": str(400 * MIB), "TMPDIR": str(tmp_path_factory.mktemp("temporary"))}
    service = UploadService(tmp_path_factory.mktemp("forms"), own)
    service.temporary = Path(own["TMPDIR"])
    service.start()
    yield service
    service.kill()


def test_a_large_form_stays_out_of_memory_and_off_other_disks(service: UploadService) -> None:
    ada = Person(service, service.token("large@example.org"))
    small = form(ada, 1000)
    small.sendall(CONTENT[:1000] + end_of_form())
    assert answer_of(small)[0] == 201
    before, files, size = service.memory(), service.files(), 300 * MIB
    temporary = set(service.temporary.iterdir())

    connection, highest = form(ada, size), 0
    block = random.Random(2).randbytes(MIB)
    for _ in range(300):
        connection.sendall(block)
        highest = max(highest, service.memory())
    elsewhere = set(service.temporary.iterdir()) - temporary
    connection.sendall(end_of_form())
    status, _ = answer_of(connection)
    [file] = set(service.files()) - set(files)
    with service.database.reading() as session:
        upload = session.scalars(select(Job).where(Job.size == size)).one()

    assert status == 201
    assert highest - before < 50 * MIB
    assert elsewhere == set()
    assert size < file.stat().st_size < 1.001 * size
    with service.vault.open_recording(upload) as recording:
        assert all(recording.read(MIB) == block for _ in range(300))


def test_a_form_over_the_quota_is_refused_before_its_bytes(service: UploadService) -> None:
    ada = Person(service, service.token("quota@example.org"))

    files = service.files()
    connection = form(ada, 500 * MIB)
    connection.sendall(b"x" * 10 * MIB)
    connection.shutdown(socket.SHUT_WR)
    status, said = answer_of(connection)

    assert (status, b"quota-exceeded" in said) == (413, True)
    assert service.files() == files


@pytest.mark.parametrize("death", ["client", "server"])
def test_a_form_that_breaks_off_leaves_nothing(tmp_path: Path, death: str) -> None:
    service = UploadService(tmp_path)
    service.start()
    ada = Person(service, service.token())

    connection = form(ada, 50 * MIB)
    connection.sendall(CONTENT)
    wait_for((tmp_path / "blobs" / "recordings").exists)
    if death == "client":
        connection.close()
    else:
        service.kill()
        connection.close()

    assert service.files() == []
    assert service.uploads() == 0
    service.kill()


def test_without_a_token_no_byte_is_kept(service: UploadService) -> None:
    nobody = Person(service, "steno_wrong")
    files = service.files()

    connection = form(nobody, len(CONTENT))
    connection.sendall(CONTENT + end_of_form())
    status, _ = answer_of(connection)

    assert status == 401
    assert service.files() == files
