"""tus 1.0 over real connections to the real server: cut, killed, resumed, checked, refused, and bit-identical."""

import base64
import hashlib
import os
import random
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tusclient.client import TusClient
from tusclient.exceptions import TusUploadFailed
from tusclient.storage.filestorage import FileStorage

from tests.upload_service import MIB, TUS, Person, UploadService, answer_of, wait_for

# tuspy leaves the file it reads open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file", "ignore::pytest.PytestUnraisableExceptionWarning")
CONTENT = random.Random(7).randbytes(5 * MIB + 12345)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadService]:
    service = UploadService(tmp_path_factory.mktemp("uploads"), {"STENO_MAX_UPLOAD": str(400 * MIB)})
    service.start()
    yield service
    service.kill()


@pytest.fixture(scope="module")
def ada(service: UploadService) -> Person:
    return Person(service, service.token())


def checksum(algorithm: str, content: bytes) -> dict[str, str]:
    value = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {value}"}


def arrived(service: UploadService, address: str) -> bool:
    """Whether the upload is complete and the very bytes that were sent."""
    return service.row(address).sha256 == SHA256 and service.stored(address) == CONTENT


def cut(connection: socket.socket, *, hard: bool) -> None:
    """End a connection: as a program that ends does, or as a network that breaks."""
    if hard:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_options_say_what_is_spoken(service: UploadService) -> None:
    answer = requests.options(service.url)

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert "creation-with-upload" in answer.headers["Tus-Extension"]
    assert answer.headers["Tus-Max-Size"] == str(400 * MIB)
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256", "md5"}


def test_an_upload_cut_ten_times_arrives_bit_identical(service: UploadService, ada: Person) -> None:
    chance, address = random.Random(11), ada.new(len(CONTENT))

    for hard in [True, False] * 5:
        offset, size = ada.offset(address), chance.randrange(300_000, 500_000)
        connection = ada.begin(address, offset, len(CONTENT) - offset)
        connection.sendall(CONTENT[offset : offset + size])
        wait_for(lambda offset=offset: service.there(address) > offset)
        cut(connection, hard=hard)
        wait_for(lambda: _unlocked(ada, address))
        # A connection that breaks hard takes along what the server had not read yet.
        assert ada.offset(address) > offset if hard else ada.offset(address) == offset + size
    offset = ada.offset(address)
    last = ada.send(address, offset, CONTENT[offset:])

    assert (last.status_code, int(last.headers["Upload-Offset"])) == (204, len(CONTENT))
    assert arrived(service, address)


def _unlocked(person: Person, address: str) -> bool:
    """Whether nobody writes to it any more."""
    return person.send(address, 10**12, b"").status_code == 409


def test_a_server_killed_in_the_middle_goes_on_after_its_start(tmp_path: Path) -> None:
    service = UploadService(tmp_path)
    service.start()
    ada = Person(service, service.token())
    content = random.Random(3).randbytes(80 * MIB)
    address = ada.new(len(content))

    connection = ada.begin(address, 0, len(content))
    connection.sendall(content[: 70 * MIB])
    wait_for(lambda: service.row(address).received > 0)
    service.kill()
    connection.close()
    service.start()
    offset = ada.offset(address)
    ada.send(address, offset, content[offset:])

    assert 0 < offset <= 70 * MIB
    assert service.row(address).sha256 == hashlib.sha256(content).hexdigest()
    assert service.stored(address) == content
    service.kill()


@pytest.mark.parametrize("checked", [False, True], ids=["plain", "checksums"])
def test_tuspy_sends_and_resumes(service: UploadService, ada: Person, tmp_path: Path, checked: bool) -> None:
    recording = tmp_path / "kokous äö.wav"
    recording.write_bytes(CONTENT)
    kept = FileStorage(str(tmp_path / "addresses.json"))
    asked = {
        "file_path": str(recording),
        "chunk_size": MIB,
        "metadata": {"filename": recording.name, "filetype": "audio/wav"},
        "store_url": True,
        "url_storage": kept,
        "upload_checksum": checked,
    }

    TusClient(service.url, headers=ada.access).uploader(**asked).upload(stop_at=2 * MIB)
    again = TusClient(service.url, headers=ada.access).uploader(**asked)
    resumed_at = again.offset
    again.upload()

    assert resumed_at == 2 * MIB
    assert arrived(service, again.url)
    assert service.row(again.url).name == "kokous äö.wav"


def test_tuspy_sends_a_file_in_one_chunk_and_learns_why_not(
    service: UploadService, ada: Person, tmp_path: Path
) -> None:
    recording = tmp_path / "meeting.wav"
    recording.write_bytes(CONTENT)
    uploader = TusClient(service.url, headers=ada.access).uploader(str(recording))
    uploader.upload()

    uploader.offset, uploader.stop_at = MIB, len(CONTENT)  # as a client that forgot how far it was
    with pytest.raises(TusUploadFailed) as refused:
        uploader.upload_chunk()

    assert arrived(service, uploader.url)
    assert refused.value.status_code == 409


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_bytes_that_do_not_meet_their_checksum_are_not_kept(
    service: UploadService, ada: Person, algorithm: str
) -> None:
    address = ada.new(len(CONTENT))
    ada.send(address, 0, CONTENT[:MIB], **checksum(algorithm, CONTENT[:MIB]))

    wrong = ada.send(address, MIB, b"x" * MIB, **checksum(algorithm, CONTENT[MIB : 2 * MIB]))

    assert wrong.status_code == 460
    assert wrong.json()["code"] == "checksum-mismatch"
    assert ada.offset(address) == MIB == service.there(address)
    assert ada.send(address, MIB, CONTENT[MIB:], **checksum(algorithm, CONTENT[MIB:])).status_code == 204
    assert arrived(service, address)


def test_a_broken_connection_with_a_checksum_keeps_nothing(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))

    connection = ada.begin(address, 0, len(CONTENT), **checksum("sha1", CONTENT))
    connection.sendall(CONTENT[: 2 * MIB])
    connection.shutdown(socket.SHUT_WR)
    status, _ = answer_of(connection)

    assert status == 460
    assert ada.offset(address) == 0


def test_one_of_two_requests_at_once_is_told_that_it_is_busy(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))
    first = ada.begin(address, 0, len(CONTENT))
    first.sendall(CONTENT[:MIB])
    wait_for(lambda: service.there(address) > 0)

    second = ada.send(address, 0, CONTENT)
    deleted = ada.ask("DELETE", address, **TUS)
    first.sendall(CONTENT[MIB:])
    status, _ = answer_of(first)

    assert (second.status_code, deleted.status_code) == (423, 423)
    assert status == 204
    assert arrived(service, address)


def test_many_requests_at_once_leave_the_bytes_in_order(service: UploadService, ada: Person) -> None:
    address, answers = ada.new(len(CONTENT)), []

    def send() -> None:
        while (offset := ada.offset(address)) < len(CONTENT):
            answers.append(ada.send(address, offset, CONTENT[offset : offset + 300_000]).status_code)

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert set(answers) <= {204, 409, 423}
    assert arrived(service, address)


def test_a_wrong_offset_is_refused_and_changes_nothing(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))
    ada.send(address, 0, CONTENT[:1000])

    answers = [ada.send(address, offset, b"x" * 500) for offset in (0, 999, 1001)]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert answers[0].json()["code"] == "offset-mismatch"
    assert service.stored(address) == CONTENT[:1000]


def test_more_than_was_announced_is_refused(service: UploadService, ada: Person) -> None:
    address = ada.new(1000)

    announced = ada.send(address, 0, CONTENT[:1001])
    in_pieces = requests.patch(
        address,
        data=iter([CONTENT[:600], CONTENT[600:1001]]),  # chunked: no length is said
        headers=ada.access | TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
    )

    assert (announced.status_code, in_pieces.status_code) == (413, 413)
    assert (service.row(address).received, service.row(address).sha256) == (0, None)


def test_chunked_requests_are_taken(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))

    pieces = (CONTENT[at : at + 100_000] for at in range(0, len(CONTENT), 100_000))
    headers = ada.access | TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    answer = requests.patch(address, data=pieces, headers=headers)

    assert answer.status_code == 204
    assert arrived(service, address)


def test_the_first_bytes_may_come_with_the_creation(service: UploadService, ada: Person) -> None:
    headers = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Length": str(len(CONTENT))}

    answer = ada.ask("POST", service.url, CONTENT[:MIB], **headers)
    whole = ada.ask("POST", service.url, CONTENT, **headers)
    before = service.uploads()
    broken = ada.ask("POST", service.url, CONTENT, **headers, **checksum("sha1", b"other"))

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(MIB))
    assert (whole.status_code, arrived(service, whole.headers["Location"])) == (201, True)
    assert (broken.status_code, service.uploads()) == (460, before)


def test_methods_may_be_named_in_a_header(service: UploadService, ada: Person) -> None:
    address = ada.new(3)
    chunk = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}

    sent = ada.ask("POST", address, b"abc", **chunk, **{"X-HTTP-Method-Override": "PATCH"})
    deleted = ada.ask("POST", address, **TUS, **{"X-HTTP-Method-Override": "DELETE"})
    other = ada.ask("POST", address, **TUS)

    assert (sent.status_code, deleted.status_code, other.status_code) == (204, 204, 405)
    assert ada.look(address).status_code == 404


def test_a_deleted_upload_leaves_nothing(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))
    ada.send(address, 0, CONTENT[:MIB])
    blob = service.blob(address)

    answer = ada.ask("DELETE", address, **TUS)

    assert answer.status_code == 204
    assert not blob.exists()
    assert ada.send(address, MIB, CONTENT[MIB:]).status_code == 404


def test_uploads_of_others_are_not_there(service: UploadService, ada: Person) -> None:
    address = ada.new(3)
    eve = Person(service, service.token("eve@example.org"))

    answers = [eve.look(address), eve.send(address, 0, b"abc"), eve.ask("DELETE", address, **TUS)]
    nobody = requests.head(address, headers=TUS)

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[1].json()["code"] == "unknown-upload"
    assert nobody.status_code == 401
    assert ada.send(address, 0, b"abc").status_code == 204


def test_an_upload_left_alone_expires(service: UploadService, ada: Person) -> None:
    address = ada.new(3)
    answer = ada.look(address)
    upload = service.row(address)

    def age(session) -> None:  # type: ignore[no-untyped-def]
        session.merge(upload).expires -= 25 * 3600.0

    service.database.write(age)

    assert answer.headers["Upload-Expires"].endswith("GMT")
    assert ada.look(address).status_code == 410
    assert ada.send(address, 0, b"abc").json()["code"] == "upload-expired"


def test_what_is_no_tus_is_refused(service: UploadService, ada: Person) -> None:
    address = ada.new(3)
    chunk = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}

    answers = {
        "version": ada.ask("PATCH", address, b"abc", **chunk | {"Tus-Resumable": "0.2.2"}),
        "no version": ada.ask("POST", service.url, **{"Upload-Length": "3"}),
        "type": ada.ask("PATCH", address, b"abc", **chunk | {"Content-Type": "application/octet-stream"}),
        "offset": ada.ask("PATCH", address, b"abc", **chunk | {"Upload-Offset": "-1"}),
        "no length": ada.ask("POST", service.url, **TUS),
        "deferred": ada.ask("POST", service.url, **TUS, **{"Upload-Defer-Length": "1"}),
        "part": ada.create(3, **{"Upload-Concat": "partial"}),
        "parts": ada.ask("POST", service.url, **TUS, **{"Upload-Concat": f"final;{address}"}),
        "metadata": ada.create(3, **{"Upload-Metadata": "filename %%%"}),
        "metadata beyond ASCII": ada.create(3, **{"Upload-Metadata": "filename n\xe4yte"}),
        "algorithm": ada.send(address, 0, b"abc", **{"Upload-Checksum": "crc32 AAAA"}),
        "checksum beyond ASCII": ada.send(address, 0, b"abc", **{"Upload-Checksum": "sha1 n\xe4yte"}),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "version": 412,
        "no version": 412,
        "type": 415,
        "offset": 400,
        "no length": 400,
        "deferred": 400,
        "part": 400,
        "parts": 400,
        "metadata": 400,
        "metadata beyond ASCII": 400,
        "algorithm": 400,
        "checksum beyond ASCII": 400,
    }
    assert answers["version"].headers["Tus-Version"] == "1.0.0"
    assert all("as one upload" in answers[name].json()["detail"] for name in ("part", "parts"))


def test_what_cannot_be_kept_is_refused_before_the_first_byte(service: UploadService, ada: Person) -> None:
    before = service.uploads()

    too_large, empty = ada.create(400 * MIB + 1), ada.create(0)

    assert (too_large.status_code, too_large.json()["code"]) == (413, "too-large")
    assert (empty.status_code, empty.json()["code"]) == (422, "empty-recording")
    assert service.uploads() == before


def test_a_blob_that_lost_bytes_gets_them_again(service: UploadService, ada: Person) -> None:
    address = ada.new(len(CONTENT))
    ada.send(address, 0, CONTENT[: 2 * MIB])
    os.truncate(service.blob(address), MIB)

    refused = ada.send(address, 2 * MIB, CONTENT[2 * MIB :])
    offset = ada.offset(address)
    ada.send(address, offset, CONTENT[offset:])

    assert refused.status_code == 409
    assert 0.9 * MIB < offset <= MIB
    assert arrived(service, address)


def test_a_large_upload_stays_out_of_memory(service: UploadService, ada: Person, tmp_path: Path) -> None:
    recording = tmp_path / "long.wav"
    block = random.Random(1).randbytes(MIB)
    with recording.open("wb") as file:
        for _ in range(300):
            file.write(block)
    ada.send(ada.new(3), 0, b"abc")
    address, before, highest, done = ada.new(300 * MIB), service.memory(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest[0] = max(highest[0], service.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    with recording.open("rb") as file:
        answer = requests.patch(
            address,
            data=file,
            headers=ada.access | TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
        )
    done.set()
    watcher.join()

    assert answer.status_code == 204
    assert highest[0] - before < 50 * MIB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "steno-test", place], check=False).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_fills_up_keeps_what_came_and_goes_on_later(small_disk: Path, tmp_path: Path) -> None:
    service = UploadService(tmp_path)  # the database is on another disk, the blobs on the small one
    (tmp_path / "blobs").symlink_to(small_disk)
    service.start()
    ada = Person(service, service.token())
    ballast, address = small_disk / "ballast", ada.new(len(CONTENT))

    too_much = ada.create(9 * MIB)
    connection = ada.begin(address, 0, len(CONTENT))
    connection.sendall(CONTENT[: 3 * MIB])
    wait_for(lambda: service.there(address) == 3 * MIB)
    ballast.write_bytes(b"x" * 4 * MIB)
    connection.sendall(CONTENT[3 * MIB :])
    (status, said), offset = answer_of(connection), ada.offset(address)
    ballast.unlink()
    ada.send(address, offset, CONTENT[offset:])

    assert (too_much.status_code, too_much.json()["code"]) == (507, "storage-full")
    assert (status, b"storage-full" in said) == (507, True)
    assert offset >= 2 * MIB
    assert arrived(service, address)
    service.kill()


def test_the_disk_of_the_database_too_may_fill_up(small_disk: Path) -> None:
    service = UploadService(small_disk)
    service.start()
    ada = Person(service, service.token())
    size, ballast = 4 * MIB, small_disk / "ballast"
    address = ada.new(size)

    connection = ada.begin(address, 0, size)
    connection.sendall(CONTENT[: 2 * MIB])
    wait_for(lambda: service.there(address) == 2 * MIB)
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 4096)
    connection.sendall(CONTENT[2 * MIB : size])
    (status, said), offset = answer_of(connection), ada.offset(address)
    ballast.unlink()
    ada.send(address, offset, CONTENT[offset:size])

    assert (status, b"storage-full" in said) == (507, True)
    assert offset > 0
    assert service.stored(address) == CONTENT[:size]
    service.kill()
