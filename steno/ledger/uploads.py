"""Uploads: recordings on their way in, weighed before the first byte is kept. Every query is of one owner."""

import unicodedata
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from steno.config import GIB, Settings
from steno.database.changes import changed
from steno.database.clock import now, time_now
from steno.database.tables import Job, Upload, User
from steno.errors import StenoError, StorageFull
from steno.ledger.moves import record

_AT_ONCE = 200  # uploads of one person that no job has taken over
_LONGEST_NAME = 500
_NAMELESS = "recording"
# Invisible, yet part of how some scripts and emoji are written.
_JOINERS = "\u200c\u200d"
# What ran out is refused at once and deleted later, so that nobody is in the middle of handing it in.
_GRACE = 3600.0


class UnknownUpload(StenoError):
    """No such upload, or not this person's, or a job has taken it over."""

    code = "unknown-upload"


class UploadExpired(StenoError):
    """The upload was left alone for too long."""

    code = "upload-expired"


class EmptyRecording(StenoError):
    """The recording has no bytes at all."""

    code = "empty-recording"


class RecordingTooLarge(StenoError):
    """The recording has more bytes than are accepted, or than were announced."""

    code = "too-large"


class QuotaExceeded(StenoError):
    """The person would have more stored than they may."""

    code = "quota-exceeded"


class TooManyUploads(StenoError):
    """The person has many uploads that they did nothing with."""

    code = "too-many-uploads"


def create(
    session: Session,
    user_id: str,
    name: str,
    size: int,
    *,
    blob: str,
    settings: Settings,
    free_bytes: int,
    key: str | None = None,
) -> Upload:
    """A new upload of `size` bytes, none of which is there yet, with its wrapped key. Raises what `weigh` raises."""
    weigh(session, user_id, size, settings=settings, free_bytes=free_bytes)
    expires = time_now(session) + settings.upload_expiry
    upload = Upload(user_id=user_id, name=label(name), size=size, blob=blob, key=key, expires=expires)
    session.add(upload)
    session.flush()
    record(session, "upload.created", user_id=user_id, upload=upload.id, size=size)
    return upload


def weigh(session: Session, user_id: str, size: int, *, settings: Settings, free_bytes: int) -> None:
    """Whether so many bytes of this person's may come.

    Raises EmptyRecording, RecordingTooLarge, TooManyUploads, QuotaExceeded, StorageFull.
    """
    if size <= 0:
        raise EmptyRecording("The recording is empty", "Choose the file again; it has 0 bytes.")
    if size > settings.max_upload:
        raise too_large(settings)
    # Two uploads at once must not both fit in what is left of a quota (SQLite has one writer at a time anyway).
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    count, incoming = session.execute(
        select(func.count(Upload.id), func.coalesce(func.sum(Upload.size), 0)).where(Upload.user_id == user_id)
    ).one()
    if count >= _AT_ONCE:
        raise TooManyUploads(f"You have {count} uploads without a job", "Hand them in, or delete some.")
    stored = session.scalar(select(func.coalesce(func.sum(Job.stored), 0)).where(Job.user_id == user_id)) or 0
    quota = quota_of(session.scalar(select(User.quota).where(User.id == user_id)), settings)
    if quota is not None and stored + incoming + size > quota:
        left = max(0, quota - stored - incoming)
        raise QuotaExceeded(
            f"Of your {_gib(quota)} of storage {_gib(left)} are left, and this needs {_gib(size)}",
            "Delete a job or an upload that you no longer need.",
        )
    if free_bytes - size < settings.keep_free:
        raise full()


def quota_of(own: int | None, settings: Settings) -> int | None:
    """Bytes that a person may have stored: their own quota, else the operator's; 0 and None are no limit."""
    return (own if own is not None else settings.quota) or None


def get(session: Session, user_id: str, upload_id: str, *, lock: bool = False) -> Upload:
    """A person's upload; with `lock` nobody else can hand it in or delete it until the transaction ends.

    Raises UnknownUpload, UploadExpired.
    """
    wanted = select(Upload).where(Upload.id == upload_id, Upload.user_id == user_id)
    upload = session.scalar(wanted.with_for_update() if lock else wanted)
    if upload is None:
        raise UnknownUpload("There is no such upload", "Start a new one.")
    if upload.expires <= time_now(session):
        raise UploadExpired("The upload was left alone for too long", "Start a new one.")
    return upload


def grow(session: Session, upload_id: str, received: int, settings: Settings) -> None:
    """So many bytes are on the disk now, and synced; the time until it expires begins anew. Raises UnknownUpload."""
    _change(session, upload_id, settings, received=received)


def complete(session: Session, upload_id: str, sha256: str, settings: Settings) -> None:
    """All bytes are on the disk, and this is their SHA-256 in hexadecimal digits. Raises UnknownUpload."""
    _change(session, upload_id, settings, received=Upload.size, sha256=sha256)


def terminate(session: Session, upload: Upload) -> str:
    """Delete an upload's row. The blob, to be deleted after the transaction."""
    record(session, "upload.terminated", user_id=upload.user_id, upload=upload.id, received=upload.received)
    session.delete(upload)
    return upload.blob


def expired(session: Session) -> Sequence[Upload]:
    """Uploads that ran out a while ago, of everybody: to be terminated."""
    return session.scalars(select(Upload).where(Upload.expires < now() - _GRACE).order_by(Upload.expires)).all()


def label(name: str) -> str:
    """A person's file name as it is kept and shown: its last part, one line, NFC, nothing invisible, 500 characters."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
    line = " ".join(parts[-1].split()) if parts else ""
    visible = "".join(sign for sign in line if sign in _JOINERS or unicodedata.category(sign)[0] != "C")
    return unicodedata.normalize("NFC", visible).strip()[:_LONGEST_NAME].strip() or _NAMELESS


def too_large(settings: Settings) -> RecordingTooLarge:
    """The error for more than the largest upload."""
    return RecordingTooLarge(
        f"The recording is larger than {_gib(settings.max_upload)}",
        "Send its audio track alone, or ask the operator for a higher STENO_MAX_UPLOAD.",
    )


def full() -> StorageFull:
    """The error for a disk that has no room left."""
    return StorageFull("The server has no space left for recordings", "Try again later; the operator has to free some.")


def _change(session: Session, upload_id: str, settings: Settings, **values: object) -> None:
    ours = update(Upload).where(Upload.id == upload_id, Upload.sha256.is_(None))
    if changed(session, ours.values(expires=now() + settings.upload_expiry, **values)) != 1:
        raise UnknownUpload("There is no such upload", "Start a new one.")


def _gib(size: int) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB // 100 else f"{size} bytes"
