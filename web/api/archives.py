"""Everything of a job, or of several, in one ZIP that is sent while it is made: memory holds one file at a time."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Response, stream_with_context
from pydantic import BaseModel, ConfigDict, Field

from steno.database.tables import Job
from steno.errors import InvalidOption, StenoError
from steno.exports import ExportOptions, formats, render
from steno.exports.minutes import MinutesExportOptions, minutes_formats, render_minutes
from steno.exports.phrases import LANGUAGE, Language
from steno.ledger import jobs
from steno.transcript import Transcript
from web.api.documents import MINUTES, TRANSCRIPT, Found, beside, ending_of, latest, load
from web.api.minutes import named
from web.archive_names import Names, safe
from web.auth import caller
from web.contract import Answer, Routes
from web.lasting import Right, of_caller
from web.openings import note
from web.problems import NotThereYet, TooManyRequests
from web.services import services

routes = Routes("archives")
_MEDIA = "application/zip"
_FORMATS = Field(
    default=None,
    max_length=500,
    description="By commas: srt, transcript.docx, minutes.md ...; a name alone means both. By default all there are.",
)
_ZIP = Answer("The archive.", media=(_MEDIA,), headers={"Content-Disposition": "Its name."})
_SOON = 5.0  # seconds
_PIECE = 64 * 1024  # bytes


class ArchiveQuery(BaseModel):
    """Which formats, in which language."""

    model_config = ConfigDict(extra="forbid")

    formats: str | None = _FORMATS
    language: Language | None = LANGUAGE


@dataclass(frozen=True)
class Wanted:
    """Kinds and formats; the language of what has one."""

    files: Sequence[tuple[str, str]]
    language: Language | None


class ArchivesQuery(ArchiveQuery):
    """Which jobs, in which formats."""

    jobs: str = Field(pattern=r"^[0-9a-f]{32}(,[0-9a-f]{32}){0,99}$", description="Ids by commas, 100 at most.")


@routes.operation(
    "GET", "/jobs/<id:job_id>/archive.zip", scope="jobs:read", answers={200: _ZIP}, problems=[404, 422, 429]
)
def get_archive(job_id: str, query: ArchiveQuery) -> Response:
    """Transcript and minutes of a job, in all formats or some."""
    with services().database.reading() as session:
        job = jobs.get(session, caller().user_id, job_id)
    stem = safe(_stem(job))
    return _archive([_Folder(job, "", stem)], _wanted(query), f"{stem}.zip")


@routes.operation("GET", "/archive.zip", scope="jobs:read", answers={200: _ZIP}, problems=[404, 422, 429])
def get_archives(query: ArchivesQuery) -> Response:
    """Transcripts and minutes of several jobs, a folder each. What a job has not is left out."""
    names, folders = Names(), []
    with services().database.reading() as session:
        for job_id in dict.fromkeys(query.jobs.split(",")):
            job = jobs.get(session, caller().user_id, job_id)
            folders.append(_Folder(job, f"{names.of(_stem(job))}/", safe(_stem(job))))
    return _archive(folders, _wanted(query), f"recordings-{datetime.now(UTC):%Y-%m-%d}.zip")


@dataclass(frozen=True)
class _Folder:
    """A job, the folder its files go to, and what they are called but for their endings."""

    job: Job
    path: str
    stem: str


class _Pipe:
    """What the archive writes to, and the answer takes from. It cannot be sought in, so nothing is held back."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, piece: bytes) -> int:
        self._written += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since it was taken last."""
        piece, self._written = bytes(self._written), bytearray()
        return piece


def _archive(folders: Sequence[_Folder], wanted: Wanted, name: str) -> Response:
    here = services()
    full = [folder.job for folder in folders if latest(folder.job, TRANSCRIPT) is not None]
    if not full:
        raise NotThereYet("There is no transcript", "Ask again when the job has ended.")
    if not here.archives.acquire(blocking=False):
        raise TooManyRequests(_SOON)
    try:
        for job in full:
            note(job, "archive")
    except BaseException:
        here.archives.release()
        raise
    answer = Response(stream_with_context(_pieces(folders, wanted, of_caller())), mimetype=_MEDIA)
    answer.call_on_close(here.archives.release)
    # As RFC 6266 has it: a name for everybody, and the real one.
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    answer.headers.set(
        "Content-Disposition", "attachment", **{"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _pieces(folders: Sequence[_Folder], wanted: Wanted, right: Right) -> Iterator[bytes]:
    pipe, missing = _Pipe(), list[str]()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for folder in folders:
            found = {kind: latest(folder.job, kind) for kind in (TRANSCRIPT, MINUTES)}
            for kind, name in wanted.files:
                right.must_last()
                document = found[kind]
                if document is None:
                    continue
                path = f"{folder.path}{folder.stem}{ending_of(kind, name)}"
                try:
                    content = _content(document, kind, name, wanted.language)
                except StenoError as error:  # deleted at this moment, or a library is not installed
                    missing.append(f"{path}: {error}")
                    continue
                yield from _file(archive, pipe, path, content, document)
        if missing:
            archive.writestr("MISSING.txt", "\n".join(missing) + "\n")
    yield pipe.taken()


def _file(archive: zipfile.ZipFile, pipe: _Pipe, path: str, content: bytes, document: Found) -> Iterator[bytes]:
    day = datetime.fromtimestamp(document.document.changed or document.document.created, UTC)
    info = zipfile.ZipInfo(path, day.timetuple()[:6])
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with archive.open(info, "w") as file:
        for first in range(0, len(content), _PIECE):
            file.write(content[first : first + _PIECE])
            if piece := pipe.taken():
                yield piece


def _content(document: Found, kind: str, name: str, language: Language | None) -> bytes:
    if kind == TRANSCRIPT:
        return render(name, load(document, Transcript), ExportOptions(language=language))
    minutes = named(document, beside(document, TRANSCRIPT))
    return render_minutes(name, minutes, MinutesExportOptions(language=language))


def _wanted(query: ArchiveQuery) -> Wanted:
    return Wanted(_read(query.formats), query.language)


def _read(text: str | None) -> Sequence[tuple[str, str]]:
    """Kinds and formats. Raises InvalidOption."""
    every = [(TRANSCRIPT, name) for name in formats()] + [(MINUTES, name) for name in minutes_formats()]
    if text is None:
        return every
    asked = {part.strip().lower() for part in text.split(",") if part.strip()}
    wanted = [one for one in every if one[1] in asked or ".".join(one) in asked]
    strange = asked - {name for _, name in wanted} - {".".join(one) for one in wanted}
    if strange or not wanted:
        what = f"'{min(strange)}'" if strange else "nothing"
        raise InvalidOption(
            f"There is no format {what}", f"Known: {', '.join(dict.fromkeys(name for _, name in every))}."
        )
    return wanted


def _stem(job: Job) -> str:
    return job.name.rsplit(".", 1)[0] or job.name
