"""A client of the REST API: resumable uploads, jobs, results."""

import base64
import hashlib
import json
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from steno.errors import InvalidOption, StenoError, UnreadableMedia
from steno.storage import storage_errors, write_atomically

_CHUNK = 8 * 2**20  # bytes between two looks at what has arrived
_RETRIES, _PAUSE = 20, 3.0  # and seconds between: a server that restarts is there again by then
_TIMEOUT = (10.0, 120.0)  # seconds to connect, and without a byte of the answer
_REMEMBERED = 1000  # uploads
_AGAIN = {423, 429, 502, 503, 504}
_GONE = {404, 410}
_TUS = {"Tus-Resumable": "1.0.0"}


class ServiceRefused(StenoError):
    """The service does not do what was asked."""

    code = "service-refused"


class ServiceAway(StenoError):
    """There is no service, or it does not know us: whatever else is asked will fail, too."""

    code = "service-away"


class Client:
    """Talks to one service with one token. What it asks for may be asked for twice, so it does not give up at once."""

    def __init__(self, server: str, token: str, *, memory: Path) -> None:
        """`memory` is a file that knows the uploads of before. Raises InvalidOption."""
        import requests

        if not (token.isascii() and token.isprintable() and token.strip()):
            raise InvalidOption("STENO_TOKEN is no token", "Copy it again; it begins with steno_.")
        self._api = urljoin(server.rstrip("/") + "/", "api/v1/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._memory = memory
        self._met = False

    def hand_in(self, recording: Path, **options: Any) -> dict[str, Any]:
        """Make a job of a recording, sending only what has not arrived before. The same recording with the same options
        is the same job, unless that has failed. Raises UnreadableMedia, ServiceRefused, ServiceAway.
        """
        with _opened(recording) as file:
            key = hashlib.sha256(self._api.encode() + hashlib.file_digest(file, "sha256").digest()).hexdigest()
            size = file.seek(0, os.SEEK_END)
            upload_id = self._remembered().get(key)
            offset = self._offset(upload_id) if upload_id is not None else None
            if upload_id is not None and offset is None and (job := self._taken_over(upload_id, options)) is not None:
                return job
            if upload_id is None or offset is None:
                upload_id, offset = self._begin(recording, size), 0
                self._remember(key, upload_id)
            self._send(upload_id, recording, file, offset, size)
        return self._submit(upload_id, options)

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as it is now."""
        return self._json("GET", f"jobs/{quote(job_id)}")

    def jobs(self) -> Iterator[dict[str, Any]]:
        """All jobs, newest first."""
        cursor: str | None = None
        while True:
            page = self._json("GET", "jobs", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            yield from page["jobs"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def result(self, job_id: str, kind: str, format_: str, language: str | None = None) -> bytes:
        """`transcript` or `minutes` in a format, its headings in a language, by default the document's own."""
        asked = {"language": language} if language else None
        content: bytes = self._ask("GET", f"jobs/{quote(job_id)}/{kind}.{quote(format_)}", params=asked).content
        return content

    def _submit(self, upload_id: str, options: dict[str, Any]) -> dict[str, Any]:
        asked, key = {"upload_id": upload_id, **options}, {"Idempotency-Key": upload_id}
        return self._json("POST", "jobs", json=asked, headers=key)

    def _taken_over(self, upload_id: str, options: dict[str, Any]) -> dict[str, Any] | None:
        """The job that has taken an upload over, where that is the job which is wanted now."""
        try:
            job = self._submit(upload_id, options)
        except ServiceRefused:  # deleted, expired, or of other options
            return None
        return None if job["state"] in {"failed", "cancelled"} else job

    def _begin(self, recording: Path, size: int) -> str:
        name = base64.b64encode(recording.name.encode("utf-8", "replace")).decode("ascii")
        headers = _TUS | {"Upload-Length": str(size), "Upload-Metadata": f"filename {name}"}
        address = self._told(self._ask("POST", "uploads", headers=headers), "Location")
        return address.rstrip("/").rsplit("/", 1)[-1]

    def _offset(self, upload_id: str) -> int | None:
        """How many bytes have arrived; None where there is no such upload any more."""
        answer = self._ask("HEAD", f"uploads/{quote(upload_id)}", headers=_TUS, expected=_GONE)
        return None if answer.status_code in _GONE else int(self._told(answer, "Upload-Offset"))

    def _send(self, upload_id: str, recording: Path, file: BufferedReader, offset: int, size: int) -> None:
        failures = 0
        while offset < size:
            file.seek(offset)
            block = file.read(min(_CHUNK, size - offset))
            if not block:
                raise UnreadableMedia(f"{recording} has become shorter", "Run it again when nobody writes to it.")
            headers = _TUS | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = self._ask(
                "PATCH", f"uploads/{quote(upload_id)}", headers=headers, data=block, expected=_GONE | {409}
            )
            if answer.ok:
                offset, failures = int(self._told(answer, "Upload-Offset")), 0
                continue
            # A part of the block arrived before, though the answer did not.
            arrived, failures = self._offset(upload_id), failures + 1
            if arrived is None or failures > _RETRIES:
                raise ServiceRefused(f"The upload of {recording.name} broke off", "Run it again.")
            offset = arrived

    def _remembered(self) -> dict[str, str]:
        try:
            found = json.loads(self._memory.read_bytes())
        except (OSError, ValueError):
            return {}
        return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}

    def _remember(self, key: str, upload_id: str) -> None:
        known = {name: value for name, value in self._remembered().items() if name != key} | {key: upload_id}
        with storage_errors(self._memory.parent):
            self._memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(self._memory, json.dumps(dict(list(known.items())[-_REMEMBERED:])).encode())

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            found = self._ask(method, path, **request).json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._strange()
        return found

    def _told(self, answer: Any, name: str) -> str:
        """A header that every service of ours sends. Raises ServiceAway."""
        if name not in answer.headers:
            raise self._strange()
        return str(answer.headers[name])

    def _strange(self) -> ServiceAway:
        return ServiceAway(f"{self._api} is no Steno service", "Correct STENO_SERVER.")

    def _ask(self, method: str, path: str, *, expected: Collection[int] = (), **request: Any) -> Any:
        """The answer, if need be after the server's restart. Statuses of errors that are `expected` are answers, too.

        Raises ServiceRefused, ServiceAway.
        """
        import requests

        for left in reversed(range(_RETRIES)):
            try:
                answer = self._session.request(
                    method, urljoin(self._api, path), timeout=_TIMEOUT, allow_redirects=False, **request
                )
            except requests.RequestException as error:
                if isinstance(error, requests.exceptions.SSLError):
                    cure = "Correct STENO_SERVER, or name the file of your own authority in REQUESTS_CA_BUNDLE."
                    raise ServiceAway(f"{self._api} has no certificate that is trusted here", cure) from error
                # One that never answered is rather not there than restarting.
                if left == 0 or not self._met:
                    cure = "Start it, or correct STENO_SERVER."
                    raise ServiceAway(f"{self._api} cannot be reached", cure) from error
                time.sleep(_PAUSE)
                continue
            self._met = True
            if answer.status_code not in _AGAIN or left == 0:
                break
            time.sleep(_seconds(answer.headers.get("Retry-After")))
        if (answer.ok and not answer.is_redirect) or answer.status_code in expected:
            return answer
        if answer.is_redirect:
            raise ServiceAway(f"{self._api} is elsewhere now: {answer.headers['Location']}", "Correct STENO_SERVER.")
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise ServiceAway("The service does not know this token", "Correct STENO_TOKEN.")
        said = _detail(answer.text) or f"{self._api}{path} answers {answer.status_code}. Check STENO_SERVER."
        message, _, cure = said.partition(". ")
        raise ServiceRefused(message.rstrip("."), cure or "Correct it and try again.")


@contextmanager
def _opened(recording: Path) -> Iterator[BufferedReader]:
    """A recording's bytes. Raises UnreadableMedia, whatever goes wrong while they are read."""
    try:
        with recording.open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableMedia(f"{recording} cannot be read: {error.strerror or error}", "Check the path.") from error


def _seconds(header: str | None) -> float:
    """How long to wait, by Retry-After; a date in it is not worth the reading."""
    return min(60.0, float(header)) if header is not None and header.isdecimal() else _PAUSE


def _detail(text: str) -> str:
    """What a problem document (RFC 9457) says, with its cure."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(found, dict) or found.get("code") == "not-found":  # no such address, so no service of ours
        return ""
    return str(found.get("detail") or found.get("title") or "").strip()
