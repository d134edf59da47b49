"""A client of the REST API: resumable uploads, jobs, results."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from steno.errors import StenoError

_CHUNK = 8 * 2**20  # bytes between two looks at what has arrived
_RETRIES, _PAUSE = 20, 3  # of a chunk, and seconds between: a server that restarts is there again by then


class ServiceRefused(StenoError):
    """The service does not do what was asked, or is not there."""

    code = "service-refused"


class Client:
    """Talks to one service with one token."""

    def __init__(self, server: str, token: str, *, memory: Path) -> None:
        """`memory` is a file that knows unfinished uploads."""
        import requests

        self._api = urljoin(server.rstrip("/") + "/", "api/v1/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._memory = memory

    def upload(self, recording: Path) -> str:
        """Send a recording, but not again what has arrived before; its upload's id. Raises ServiceRefused."""
        from tusclient.client import TusClient
        from tusclient.exceptions import TusCommunicationError
        from tusclient.storage.filestorage import FileStorage

        self._memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        client = TusClient(f"{self._api}uploads", headers=dict(self._session.headers))
        try:
            uploader = client.uploader(
                str(recording),
                chunk_size=_CHUNK,
                retries=_RETRIES,
                retry_delay=_PAUSE,
                metadata={"filename": recording.name},
                store_url=True,
                url_storage=FileStorage(str(self._memory)),
            )
            uploader.upload()
        except TusCommunicationError as error:
            said = (error.response_content or b"").decode("utf-8", "replace")
            raise ServiceRefused(_reason(said) or f"The upload of {recording.name} failed", "Try again.") from error
        except OSError as error:
            raise ServiceRefused(f"{recording} cannot be sent: {error.strerror or error}", "Check the path.") from error
        return str(uploader.url).rstrip("/").rsplit("/", 1)[-1]

    def submit(self, upload_id: str, **options: Any) -> dict[str, Any]:
        """Make a job of an upload. Asked twice for the same upload it is the same job."""
        return self._json(
            "POST", "jobs", json={"upload_id": upload_id, **options}, headers={"Idempotency-Key": upload_id}
        )

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as it is now."""
        return self._json("GET", f"jobs/{quote(job_id)}")

    def jobs(self) -> Iterator[dict[str, Any]]:
        """All jobs, newest first."""
        cursor: str | None = None
        while True:
            page = self._json("GET", "jobs", params={"cursor": cursor} if cursor else {})
            yield from page["jobs"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def result(self, job_id: str, kind: str, format_: str) -> bytes:
        """`transcript` or `minutes` in a format."""
        content: bytes = self._ask("GET", f"jobs/{quote(job_id)}/{kind}.{quote(format_)}").content
        return content

    def _json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._ask(method, path, **request).json()
        return found

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        import requests

        try:
            answer = self._session.request(method, urljoin(self._api, path), timeout=60, **request)
            while answer.status_code == 429:
                time.sleep(float(answer.headers.get("Retry-After", "1")))
                answer = self._session.request(method, urljoin(self._api, path), timeout=60, **request)
        except requests.RequestException as error:
            raise ServiceRefused(f"{self._api} cannot be reached", "Start it, or correct STENO_SERVER.") from error
        if answer.status_code >= 400:
            said = _reason(answer.text) or f"{self._api}{path} answers {answer.status_code}"
            cure = "Correct STENO_TOKEN." if answer.status_code == 401 else "Correct it and try again."
            raise ServiceRefused(said, cure)
        return answer


def _reason(text: str) -> str:
    """What a problem document (RFC 9457) says."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    parts = (
        [str(found.get(key, "")).strip().rstrip(".") for key in ("title", "detail")] if isinstance(found, dict) else []
    )
    return ". ".join(dict.fromkeys(part for part in parts if part))
